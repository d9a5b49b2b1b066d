/** Puts our groups after the panel's general one; hides what the engine does not use. */
import { groupsFor } from './groups.jsx';

// Groups of the panel, and the event that brings each.
const OF_EVENTS = { compensation: 'compensate', signal: 'signal', link: 'link', escalation: 'escalation' };
const AFTER_BUILT_IN = 500;

/** @param {object} catalogue what the server knows */
export function propertiesModule(catalogue) {
  const events = new Set(Object.values(catalogue.elements).flat());
  const unused = new Set(Object.keys(OF_EVENTS).filter((id) => !events.has(`${OF_EVENTS[id]}EventDefinition`)));

  class OwnProperties {
    static $inject = ['propertiesPanel', 'injector'];

    constructor(propertiesPanel, injector) {
      this.injector = injector;
      propertiesPanel.registerProvider(AFTER_BUILT_IN, this);
    }

    getGroups(element) {
      return (groups) => {
        const kept = groups.filter(({ id }) => !unused.has(id));
        kept.splice(1, 0, ...groupsFor(element, catalogue, this.injector));
        return kept;
      };
    }
  }
  return { __init__: ['ownProperties'], ownProperties: ['type', OwnProperties] };
}
