/** The page that edits task forms. */
import '../form/translate.js';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-editor/dist/assets/dragula.css';
import '../styles/studio.css';
import '../styles/form-editor.css';
import { FormEditor } from '@bpmn-io/form-js-editor';
import { onlyAllowed } from '../form/allowed.js';
import { count, row } from '../modeler/lint-marks.js';
import { Desk } from '../studio/desk.js';

async function open(desk) {
  const schema = JSON.parse(await desk.load());
  const editor = new FormEditor({ container: desk.find('.studio-canvas') });
  onlyAllowed(desk.find('.studio-canvas'));
  desk.root.editor = editor;
  await editor.importSchema(schema);
  desk.root.dataset.warnings = 0;
  desk.attach(async () => JSON.stringify(editor.saveSchema(), null, 2), (findings) => {
    const own = findings.filter(({ elsewhere }) => !elsewhere);
    desk.findings.replaceChildren(...own.map((finding) => row(finding)));
    count(own, desk.summary);
  });
  const stack = editor.get('commandStack');
  const undo = desk.on('undo', () => stack.undo()), redo = desk.on('redo', () => stack.redo());
  const update = () => {
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  editor.on('commandStack.changed', update);
  editor.on('changed', () => {
    update();
    desk.changed();
  });
  update();
  await desk.lint();
}

const desk = new Desk();
open(desk).then(() => desk.ready(), (error) => desk.fail(error));
