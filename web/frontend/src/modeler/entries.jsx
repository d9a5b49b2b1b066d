/** The few kinds of entries of our properties groups. */
import {
  SelectEntry, TextAreaEntry, TextFieldEntry,
  isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

/** An entry of one line. `get(element)`, `set(injector, element, value)`. */
export const line = (id, label, get, set, more = {}) => ({ id, label, get, set, ...more, component: Line, isEdited: isTextFieldEntryEdited });

/** An entry of several lines. */
export const area = (id, label, get, set, more = {}) => ({ id, label, get, set, ...more, component: Area, isEdited: isTextAreaEntryEdited });

/** A choice; `options` are [value, label] pairs. What is set but unknown stays visible. */
export const choice = (id, label, options, get, set, more = {}) => ({ id, label, options, get, set, ...more, component: Choice, isEdited: isSelectEntryEdited });

function useEntry({ element, label, description, hint, get, set }) {
  const translate = useService('translate'), injector = useService('injector'), debounce = useService('debounceInput');
  return {
    element,
    debounce,
    label: translate(label),
    description: hint ?? (description && translate(description)), // a hint is the server's own sentence
    getValue: () => get(element),
    setValue: (value) => set(injector, element, value)
  };
}

function Line(props) {
  return <TextFieldEntry id={props.id} {...useEntry(props)} validate={props.validate} />;
}

function Area(props) {
  return <TextAreaEntry id={props.id} {...useEntry(props)} monospace={props.monospace} rows={props.rows ?? 2} autoResize />;
}

function Choice(props) {
  const translate = useService('translate'), entry = useEntry(props);
  const getOptions = () => {
    const current = entry.getValue();
    const flat = props.options.flatMap(([value, label]) => (Array.isArray(label) ? label.map(([inner]) => inner) : [value]));
    const known = flat.includes(current);
    return [
      { value: '', label: translate('<none>') },
      ...(known || !current ? [] : [{ value: current, label: translate('{value} (unknown)', { value: current }) }]),
      ...props.options.map(([value, label]) => (Array.isArray(label)
        ? { label: value, children: label.map(([value, label]) => ({ value, label })) }
        : { value, label }))
    ];
  };
  return <SelectEntry id={props.id} {...entry} getOptions={getOptions} />;
}
