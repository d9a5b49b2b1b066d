/** The page that edits a process diagram. */
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import '../styles/studio.css';
import '../styles/modeler.css';
import BpmnModeler from 'bpmn-js/lib/Modeler';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import builtIn from 'bpmn-js-i18n/translations/zn.js';
import minimap from 'diagram-js-minimap';
import { fit } from '../diagram/fit.js';
import moddle from '../diagram/moddle.json';
import own from '../i18n/modeler.zh.json';
import { translateModule } from '../i18n/index.js';
import { lintMarks } from '../modeler/lint-marks.js';
import { propertiesModule } from '../modeler/properties.js';
import onlySupported from '../modeler/supported.js';
import { Desk } from '../studio/desk.js';

async function open(desk) {
  const [xml, catalogue] = await Promise.all([desk.load(), desk.catalogue()]);
  const modeler = new BpmnModeler({
    container: desk.find('.studio-canvas'),
    propertiesPanel: { parent: desk.find('.studio-panel') },
    moddleExtensions: { r: moddle },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CreateAppendAnythingModule, minimap,
      onlySupported(catalogue), propertiesModule(catalogue), translateModule({ ...builtIn, ...own })
    ]
  });
  desk.root.modeler = modeler;
  const { warnings } = await modeler.importXML(xml);
  desk.root.dataset.warnings = warnings.length;
  warnings.forEach(({ message }) => console.warn(message));
  const show = lintMarks(modeler, desk.findings, desk.summary);
  desk.attach(async () => (await modeler.saveXML({ format: true })).xml, show);
  undoButtons(desk, modeler);
  desk.on('fit', () => fitBesidePalette(modeler));
  await desk.lint();
  fitBesidePalette(modeler); // only now: the list of findings has taken its room
}

function fitBesidePalette(modeler) {
  const canvas = modeler.get('canvas'), palette = canvas.getContainer().querySelector('.djs-palette');
  canvas.resized();
  fit(canvas, palette.offsetLeft + palette.offsetWidth + 24);
}

function undoButtons(desk, modeler) {
  const stack = modeler.get('commandStack');
  const undo = desk.on('undo', () => stack.undo()), redo = desk.on('redo', () => stack.redo());
  const update = () => {
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  modeler.on('commandStack.changed', () => {
    update();
    desk.changed();
  });
  update();
}

const desk = new Desk();
open(desk).then(() => desk.ready(), (error) => desk.fail(error));
