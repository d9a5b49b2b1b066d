/** The page that edits decision tables. */
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';
import '../styles/studio.css';
import '../styles/decision.css';
import DmnModeler from 'dmn-js/lib/Modeler';
import builtIn from 'bpmn-js-i18n/translations/zn.js';
import texts from '../i18n/dmn.zh.json';
import { translateModule, words } from '../i18n/index.js';
import { count, row } from '../modeler/lint-marks.js';
import { Desk } from '../studio/desk.js';

async function open(desk) {
  const additionalModules = [translateModule({ ...builtIn, ...texts })], view = { additionalModules };
  const modeler = new DmnModeler({ container: desk.find('.studio-canvas'), drd: view, decisionTable: view, literalExpression: view, boxedExpression: view });
  desk.root.modeler = modeler;
  const { warnings } = await modeler.importXML(await desk.load());
  desk.root.dataset.warnings = warnings.length;
  const table = modeler.getViews().find(({ type }) => type === 'decisionTable');
  if (table) await modeler.open(table);
  desk.attach(async () => (await modeler.saveXML({ format: true })).xml, (findings) => {
    const own = findings.filter(({ elsewhere }) => !elsewhere);
    desk.findings.replaceChildren(...own.map((finding) => row(finding)));
    count(own, desk.summary);
  });
  chooseView(desk, modeler);
  watch(desk, modeler);
  await desk.lint();
}

/** One file may hold several decisions: the list opens each, and the graph of all. */
function chooseView(desk, modeler) {
  const list = desk.find('[data-act="view"]');
  const fill = ({ views, activeView }) => {
    list.replaceChildren(...views.map((view, index) => {
      const name = view.type === 'drd' ? words('决策关系图', 'Requirements graph') : view.element.name || view.element.id;
      return new Option(name, index, false, view.element === activeView?.element && view.type === activeView?.type);
    }));
  };
  list.onchange = () => modeler.open(modeler.getViews()[list.value]);
  modeler.on('views.changed', fill);
  fill({ views: modeler.getViews(), activeView: modeler.getActiveView() });
}

/** Every view has its own undo stack; the buttons follow the one in front. */
function watch(desk, modeler) {
  const stack = () => modeler.getActiveViewer().get('commandStack');
  const undo = desk.on('undo', () => stack().undo()), redo = desk.on('redo', () => stack().redo());
  const update = () => {
    undo.disabled = !stack().canUndo();
    redo.disabled = !stack().canRedo();
  };
  const watched = new WeakSet();
  const attach = () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer) return;
    if (!watched.has(viewer)) {
      watched.add(viewer);
      viewer.on('commandStack.changed', () => {
        update();
        // opening a view clears its stack and says so
        if (stack().canUndo() || stack().canRedo()) desk.changed();
      });
    }
    update();
  };
  modeler.on('views.changed', attach);
  attach();
}

const desk = new Desk();
open(desk).then(() => desk.ready(), (error) => desk.fail(error));
