/** Which of our groups an element has. The catalogue is what the server knows: handlers, forms, roles, … */
import { Group, ListGroup } from '@bpmn-io/properties-panel';
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { area, choice, line } from './entries.jsx';
import { attribute, extensions, namedValue, replaceExtensions, setAttribute, setNamedValue } from './extensions.js';

const NAME = /^[A-Za-z_一-鿿][\w一-鿿 ]*$/;
const own = (name) => (element) => attribute(element, name);
const setOwn = (name) => (injector, element, value) => setAttribute(injector, element, name, value);
const textOf = (name, id, label, more) => line(id, label, own(name), setOwn(name), more);

/** @returns {object[]} groups of the properties panel */
export function groupsFor(element, catalogue, injector) {
  const translate = injector.get('translate');
  const group = (id, label, entries) => ({ id, label: translate(label), component: Group, entries, shouldOpen: true });
  if (is(element, 'bpmn:UserTask')) return [group('r-task', 'Handling', userTask(element, catalogue))];
  if (is(element, 'bpmn:ServiceTask')) return serviceTask(element, catalogue, injector, group);
  if (is(element, 'bpmn:BusinessRuleTask')) return [group('r-decision', 'Decision', decisionTask(element, catalogue))];
  if (is(element, 'bpmn:ScriptTask')) return [group('r-script', 'Script', [script()])];
  if (is(element, 'bpmn:CallActivity')) {
    return [
      group('r-call', 'Called process', [choice('r-called', 'Process', catalogue.processes, own('calledElement'), setOwn('calledElement'))]),
      namedList('r-inputs', 'Data going in', 'r:Input', element, injector),
      namedList('r-outputs', 'Data coming back', 'r:Output', element, injector)
    ];
  }
  if (waitsForMessage(element)) {
    return [group('r-message', 'Correlation', [
      textOf('r:key', 'r-key', 'Key', { description: 'FEEL, such as case.id' }),
      textOf('r:result', 'r-result', 'Result variable', { validate: validName(translate) })
    ])];
  }
  if (sendsMessage(element)) {
    return [
      group('r-message', 'Correlation', [textOf('r:key', 'r-key', 'Key', { description: 'FEEL, such as case.id' })]),
      namedList('r-payload', 'Parameters', 'r:Parameter', element, injector)
    ];
  }
  if (is(element, 'bpmn:SequenceFlow') && isAny(element.source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:Activity'])) {
    return [group('r-condition', 'Condition', [condition()])];
  }
  const awaited = definitionsOf(element).find((one) => is(one, 'bpmn:ConditionalEventDefinition'));
  const given = isGivenData(element)
    ? [group('r-start', 'Start data', [choice('r-form', 'Form', catalogue.forms, own('r:form'), setOwn('r:form'))])] : [];
  return awaited ? [group('r-condition', 'Condition', [eventCondition(awaited)]), ...given] : given;
}

/** A start event at which somebody gives the process its data: a plain or a conditional one of a process. */
function isGivenData(element) {
  return is(element, 'bpmn:StartEvent') && is(getBusinessObject(element).$parent, 'bpmn:Process')
    && definitionsOf(element).every((one) => is(one, 'bpmn:ConditionalEventDefinition'));
}

const definitionsOf = (element) => (is(element, 'bpmn:Event') ? getBusinessObject(element).get('eventDefinitions') ?? [] : []);
const ofMessage = (element) => definitionsOf(element).some((one) => is(one, 'bpmn:MessageEventDefinition'));
const waitsForMessage = (element) => is(element, 'bpmn:ReceiveTask') || (is(element, 'bpmn:CatchEvent') && ofMessage(element));
const sendsMessage = (element) => is(element, 'bpmn:SendTask') || (is(element, 'bpmn:ThrowEvent') && ofMessage(element));

/** A plain value picked from a list, or a formula: then a line for the FEEL appears below. */
function pickOrFormula(element, name, id, label, options) {
  const current = attribute(element, name);
  const pick = choice(id, label, [...options, ['=', '以公式计算…']],
    (one) => (attribute(one, name).startsWith('=') ? '=' : attribute(one, name)), setOwn(name));
  if (!current.startsWith('=')) return [pick];
  const formula = line(`${id}-formula`, 'Formula', (one) => attribute(one, name).slice(1),
    (injector, one, value) => setAttribute(injector, one, name, `=${value ?? ''}`), { description: 'FEEL' });
  return [pick, formula];
}

function userTask(element, { roles, departments, forms }) {
  return [
    ...pickOrFormula(element, 'r:role', 'r-role', 'Role', roles),
    ...pickOrFormula(element, 'r:department', 'r-department', 'Department', departments),
    ...pickOrFormula(element, 'r:form', 'r-form', 'Form', forms),
    textOf('r:due', 'r-due', 'Due', { description: 'FEEL, such as working days after(now(), 3)' }),
    area('r-instructions', 'Instructions', (one) => extensions(one, 'r:Instructions')[0]?.text ?? '',
      (injector, one, value) => replaceExtensions(injector, one, 'r:Instructions', value ? [{ text: value }] : []),
      { description: 'Markdown with {{ FEEL }}', rows: 3 })
  ];
}

function decisionTask(element, { decisions }) {
  return [
    ...pickOrFormula(element, 'r:decision', 'r-decision-id', 'Decision table', decisions),
    textOf('r:result', 'r-result', 'Result variable')
  ];
}

function serviceTask(element, { handlers }, injector, group) {
  const translate = injector.get('translate');
  const handler = handlers.find(({ name }) => name === attribute(element, 'implementation'));
  const grouped = Object.entries(Object.groupBy(handlers, ({ name }) => name.split('.')[0]))
    .map(([capability, members]) => [capability, members.map(({ name }) => [name, name])]);
  const pick = choice('r-handler', 'Handler', grouped, own('implementation'), setOwn('implementation'), {
    hint: handler?.summary
  });
  const groups = [group('r-service', 'Service call', [pick, textOf('r:result', 'r-result', 'Result variable', { validate: validName(translate) })])];
  const known = handler?.parameters ?? [];
  const strangers = extensions(element, 'r:Parameter').filter(({ name }) => !known.some((one) => one.name === name));
  const fields = known.map(({ name, kind, required }) => parameter(name, translate(required ? '{name} (required, {kind})' : '{name} ({kind})', { name, kind })));
  const unknown = strangers.map(({ name }) => parameter(name, translate('{name} (not known to the handler: clear it)', { name })));
  if (fields.length + unknown.length) groups.push(group('r-parameters', 'Parameters', [...fields, ...unknown]));
  return groups;
}

const parameter = (name, label) => line(`r-parameter-${name}`, label,
  (element) => namedValue(element, 'r:Parameter', name),
  (injector, element, value) => setNamedValue(injector, element, 'r:Parameter', name, value));

function validName(translate) {
  return (value) => (value && !NAME.test(value) ? translate('Letters, digits and underscores, not beginning with a digit') : null);
}

const script = () => area('r-script-text', 'FEEL context', own('script'), (injector, element, value) =>
  injector.get('modeling').updateProperties(element, { script: value || undefined, scriptFormat: value ? 'feel' : undefined }),
{ description: 'One context, merged into the data', monospace: true, rows: 4 });

const condition = () => area('r-condition-text', 'Condition (FEEL)',
  (element) => getBusinessObject(element).get('conditionExpression')?.get('body') ?? '',
  (injector, element, value) => {
    const businessObject = getBusinessObject(element);
    const made = value ? injector.get('bpmnFactory').create('bpmn:FormalExpression', { body: value }) : undefined;
    if (made) made.$parent = businessObject;
    injector.get('modeling').updateProperties(element, { conditionExpression: made });
  }, { monospace: true });

const eventCondition = (definition) => area('r-event-condition', 'Condition (FEEL)',
  () => definition.get('condition')?.get('body') ?? '',
  (injector, element, value) => {
    const made = value ? injector.get('bpmnFactory').create('bpmn:FormalExpression', { body: value }) : undefined;
    if (made) made.$parent = definition;
    injector.get('modeling').updateModdleProperties(element, definition, { condition: made });
  }, { monospace: true });

function namedList(id, label, type, element, injector) {
  const translate = injector.get('translate');
  const all = () => extensions(element, type).map(({ name, value }) => ({ name, value }));
  const write = (list) => replaceExtensions(injector, element, type, list);
  const field = (index, property) => (injector, one, value) =>
    write(all().map((item, at) => (at === index ? { ...item, [property]: value ?? '' } : item)));
  const items = all().map((item, index) => ({
    id: `${id}-${index}`,
    label: item.name || translate('<empty>'),
    autoFocusEntry: `${id}-${index}-name`,
    entries: [
      line(`${id}-${index}-name`, 'Name', () => all()[index]?.name ?? '', field(index, 'name')),
      line(`${id}-${index}-value`, 'Value (FEEL)', () => all()[index]?.value ?? '', field(index, 'value'))
    ].map((entry) => ({ ...entry, element })),
    remove(event) {
      event.stopPropagation();
      write(all().filter((_, at) => at !== index));
    }
  }));
  const add = (event) => {
    event.stopPropagation();
    write([...all(), { name: '', value: '' }]);
  };
  return { id, label: translate(label), component: ListGroup, items, add };
}
