/** Reading and writing our extension elements; every change is one undoable step. */
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

export const attribute = (element, name) => getBusinessObject(element).get(name) ?? '';

/** Sets an attribute of an element; an empty value removes it. */
export function setAttribute(injector, element, name, value) {
  injector.get('modeling').updateProperties(element, { [name]: value || undefined });
}

/** Our extension elements of one type, such as `r:Parameter`. */
export function extensions(element, type) {
  return getBusinessObject(element).get('extensionElements')?.get('values').filter((one) => one.$type === type) ?? [];
}

/** Replaces all extension elements of one type. `made` are property sets; none removes them all. */
export function replaceExtensions(injector, element, type, made) {
  const factory = injector.get('bpmnFactory'), businessObject = getBusinessObject(element);
  const commands = [];
  let holder = businessObject.get('extensionElements');
  if (!holder) {
    holder = factory.create('bpmn:ExtensionElements', { values: [] });
    holder.$parent = businessObject;
    commands.push(change(element, businessObject, { extensionElements: holder }));
  }
  const others = holder.get('values').filter((one) => one.$type !== type);
  const mine = made.map((properties) => Object.assign(factory.create(type, properties), { $parent: holder }));
  commands.push(change(element, holder, { values: [...others, ...mine] }));
  injector.get('commandStack').execute('properties-panel.multi-command-executor', commands);
}

const change = (element, moddleElement, properties) => ({
  cmd: 'element.updateModdleProperties',
  context: { element, moddleElement, properties }
});

/** The value of a named extension, such as the parameter `case_id`; '' if absent. */
export const namedValue = (element, type, name) => extensions(element, type).find((one) => one.name === name)?.value ?? '';

/** Sets a named extension's value; an empty value removes it. */
export function setNamedValue(injector, element, type, name, value) {
  const all = extensions(element, type).map(({ name, value }) => ({ name, value }));
  const found = all.find((one) => one.name === name);
  if (found) found.value = value;
  else all.push({ name, value });
  replaceExtensions(injector, element, type, all.filter((one) => one.name !== name || value));
}
