/**
 * Offers only what the engine runs; the linter refuses the rest. The server lists the elements (the linter's own
 * list), and the palette, the context pad and the three menus are filtered by it.
 */
import { PopupEntries } from 'bpmn-js/lib/features/popup-menu/PopupEntries';
import { is } from 'bpmn-js/lib/util/ModelUtil';

// Actions that are named otherwise than their entry.
const NAMED = {
  'none-start': 'none-start-event', 'none-end': 'none-end-event', 'none-intermediate-throw': 'none-intermediate-throwing',
  subprocess: 'expanded-subprocess', 'ad-hoc-subprocess': 'expanded-ad-hoc-subprocess',
  'exclusive-event-based-gateway': 'event-based-gateway'
};
const OTHERS = new Set([
  'sequence-flow', 'default-flow', 'conditional-flow', 'expanded-pool',
  'toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-non-interrupting'
]);
const UNSUPPORTED_TOOLS = ['create.task', 'create.intermediate-event', 'create.data-object', 'create.data-store'];
const EVENT_APPENDS = {
  'append.condition-intermediate-event': 'conditionalEventDefinition',
  'append.signal-intermediate-event': 'signalEventDefinition'
};
const UNSUPPORTED_APPENDS = ['append.append-task', 'append.intermediate-event', 'append.compensation-activity'];
// The events that begin a process; the others begin an event sub-process only.
const PROCESS_STARTS = ['messageEventDefinition', 'signalEventDefinition', 'timerEventDefinition', 'conditionalEventDefinition'];
const LATE = 400; // after the built-in providers, which come at 1000

const bare = (id) => id.replace(/^(create|append|replace-with|replace)-(replace-with-)?/, '');
const local = (type) => type && type.slice(5, 6).toLowerCase() + type.slice(6);

/** @param {Record<string, string[]>} elements element → the events that the engine runs on it */
function filterOf(elements) {
  function runs({ type, eventDefinitionType, triggeredByEvent }, starts) {
    const events = elements[local(type)];
    if (!events) return false;
    if (type === 'bpmn:StartEvent' && eventDefinitionType && !starts(local(eventDefinitionType))) return false;
    if (triggeredByEvent) return elements.startEvent.length > 0;
    if (type === 'bpmn:BoundaryEvent' && !eventDefinitionType) return false;
    return !eventDefinitionType || events.includes(local(eventDefinitionType));
  }

  function supported(id, starts) {
    const name = bare(id), target = PopupEntries[NAMED[name] ?? name]?.target;
    return OTHERS.has(id) || OTHERS.has(name) || Boolean(target && runs(target, starts));
  }

  return (target) => (entries) => {
    const place = target?.businessObject?.$parent;
    const starts = (event) => Boolean(place?.triggeredByEvent) || (place && is(place, 'bpmn:Process') && PROCESS_STARTS.includes(event));
    return Object.fromEntries(Object.entries(entries).filter(([id]) => supported(id, starts)));
  };
}

/** @param {{elements: Record<string, string[]>}} catalogue what the server knows */
export default function onlySupported({ elements }) {
  const keep = filterOf(elements), catches = elements.intermediateCatchEvent ?? [];
  const appends = [...UNSUPPORTED_APPENDS, ...Object.keys(EVENT_APPENDS).filter((id) => !catches.includes(EVENT_APPENDS[id]))];

  class OnlySupported {
    static $inject = ['popupMenu', 'palette', 'contextPad', 'create', 'elementFactory', 'autoPlace', 'translate'];

    constructor(popupMenu, palette, contextPad, create, elementFactory, autoPlace, translate) {
      for (const menu of ['bpmn-replace', 'bpmn-append', 'bpmn-create']) {
        popupMenu.registerProvider(menu, LATE, { getPopupMenuEntries: keep, getPopupMenuHeaderEntries: keep });
      }
      const tasks = [
        ['user-task', 'bpmn:UserTask', 'bpmn-icon-user-task', translate('User task')],
        ['service-task', 'bpmn:ServiceTask', 'bpmn-icon-service-task', translate('Service task')]
      ];
      const shape = (type) => elementFactory.createShape({ type });
      palette.registerProvider(LATE, {
        getPaletteEntries: () => (entries) => {
          for (const id of UNSUPPORTED_TOOLS) delete entries[id];
          const start = (type) => (event) => create.start(event, shape(type));
          const added = tasks.map(([id, type, className, title]) => [
            `create.${id}`,
            { group: 'activity', className, title, action: { dragstart: start(type), click: start(type) } }
          ]);
          return { ...entries, ...Object.fromEntries(added) };
        }
      });
      contextPad.registerProvider(LATE, {
        getContextPadEntries: () => (entries) => {
          const mayAppend = 'append.append-task' in entries;
          for (const id of appends) delete entries[id];
          if (!mayAppend) return entries;
          const added = tasks.map(([id, type, className, title]) => [
            `append.${id}`,
            {
              group: 'model',
              className,
              title,
              action: {
                click: (event, source) => autoPlace.append(source, shape(type)),
                dragstart: (event, source) => create.start(event, shape(type), { source })
              }
            }
          ]);
          return { ...Object.fromEntries(added), ...entries };
        }
      });
    }
  }

  return { __init__: ['onlySupported'], onlySupported: ['type', OnlySupported] };
}
