/**
 * Offers only what the engine can run: the linter would refuse the rest. One place lists the elements;
 * palette, context pad and the three menus are filtered by it.
 */
const ELEMENTS = new Set([
  'none-start', 'none-start-event', 'none-end', 'none-end-event', 'terminate-end',
  'timer-intermediate-catch', 'message-intermediate-catch',
  'timer-boundary', 'non-interrupting-timer-boundary', 'message-boundary', 'non-interrupting-message-boundary', 'error-boundary',
  'exclusive-gateway', 'parallel-gateway', 'inclusive-gateway', 'event-based-gateway',
  'user-task', 'service-task', 'script-task', 'rule-task', 'receive-task',
  'call-activity', 'subprocess', 'collapsed-subprocess', 'expanded-subprocess',
  'sequence-flow', 'default-flow', 'conditional-flow', 'expanded-pool'
]);
const TOGGLES = new Set(['toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-non-interrupting']);
const UNSUPPORTED_TOOLS = ['create.task', 'create.intermediate-event', 'create.data-object', 'create.data-store'];
const UNSUPPORTED_APPENDS = [
  'append.append-task', 'append.intermediate-event', 'append.condition-intermediate-event',
  'append.signal-intermediate-event', 'append.compensation-activity'
];
const LATE = 400; // after the built-in providers, which come at 1000

const bare = (id) => id.replace(/^(create|append|replace-with|replace)-(replace-with-)?/, '');
const supported = (id) => ELEMENTS.has(bare(id)) || TOGGLES.has(id);
const keep = (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => supported(id)));

class OnlySupported {
  static $inject = ['popupMenu', 'palette', 'contextPad', 'create', 'elementFactory', 'autoPlace', 'translate', 'bpmnFactory'];

  constructor(popupMenu, palette, contextPad, create, elementFactory, autoPlace, translate) {
    for (const menu of ['bpmn-replace', 'bpmn-append', 'bpmn-create']) {
      popupMenu.registerProvider(menu, LATE, {
        getPopupMenuEntries: () => keep,
        getPopupMenuHeaderEntries: () => keep
      });
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
        for (const id of UNSUPPORTED_APPENDS) delete entries[id];
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

export default { __init__: ['onlySupported'], onlySupported: ['type', OnlySupported] };
