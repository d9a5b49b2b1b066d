/** Makes the edits of a finding's fix in the diagram, as one undoable step; engine/lint/fixes.py makes the same on text. */
import { setAttribute, setNamedValue } from './extensions.js';

const COMMAND = 'lint.fix';
const TYPES = { parameter: 'r:Parameter', input: 'r:Input', output: 'r:Output' };

/** @param {object} modeler @returns {(fix: {edits: object[]}) => void} */
export function fixes(modeler) {
  const stack = modeler.get('commandStack'), injector = modeler.get('injector');
  const registry = modeler.get('elementRegistry'), modeling = modeler.get('modeling');
  const ids = modeler.get('moddle').ids;

  /** The model of an id, and the element on the canvas by which it is changed. */
  function find(id) {
    const shown = registry.get(id), model = shown?.businessObject ?? ids.assigned(id);
    let carrier = shown, owner = model;
    while (!carrier && owner) carrier = registry.get((owner = owner.$parent)?.id);
    return { shown, model, element: carrier ?? modeler.get('canvas').getRootElement() };
  }

  const change = (element, model, properties) => modeling.updateModdleProperties(element, model, properties);

  const actions = {
    set({ name, value, element: id }) {
      const { shown, model, element } = find(id);
      const wanted = model.$descriptor.propertiesByName[name]?.isReference && value ? find(value).model : (value ?? undefined);
      if (shown && name.startsWith('r:')) setAttribute(injector, shown, name, wanted);
      else if (shown) modeling.updateProperties(shown, { [name]: wanted });
      else change(element, model, { [name]: wanted });
    },
    rename({ value, element: id }) {
      const { shown, model, element } = find(id);
      if (shown) modeling.updateProperties(shown, { id: value });
      else change(element, model, { id: value });
    },
    remove({ element: id }) {
      const { shown, model, element } = find(id);
      if (shown) modeling.removeElements([shown]);
      else for (const [name, values] of lists(model.$parent)) if (values.includes(model)) change(element, model.$parent, { [name]: values.filter((one) => one !== model) });
    },
    drop({ name, element: id }) {
      const { model, element } = find(id), type = `bpmn:${name[0].toUpperCase()}${name.slice(1)}`;
      if (model.$descriptor.propertiesByName[name]) change(element, model, { [name]: undefined });
      for (const { name: property } of model.$descriptor.properties) {
        const value = model.get(property);
        if (Array.isArray(value)) {
          const kept = value.filter(({ $type }) => $type !== type);
          if (kept.length < value.length) change(element, model, { [property]: kept });
        } else if (value?.$type === type) change(element, model, { [property]: undefined });
      }
    },
    write({ name, value, element: id }) {
      const { model, element } = find(id);
      const holders = [model, model.loopCharacteristics, ...(model.eventDefinitions ?? [])].filter(Boolean);
      const holder = holders.find((one) => one.get(name) !== undefined) ?? holders.find((one) => one.$descriptor.propertiesByName[name]);
      if (typeof holder.get(name) === 'object') change(element, holder.get(name), { body: value });
      else change(element, holder, { [name]: value });
    },
    parameter({ name, value, kind, element: id }) {
      setNamedValue(injector, find(id).element, TYPES[kind], name, value ?? '');
    }
  };

  stack.register(COMMAND, { preExecute: ({ edits }) => edits.forEach((edit) => actions[edit.action](edit)) });
  return ({ edits }) => stack.execute(COMMAND, { edits });
}

const lists = (model) => (model?.$descriptor.properties ?? [])
  .map(({ name }) => [name, model.get(name)])
  .filter(([, value]) => Array.isArray(value));
