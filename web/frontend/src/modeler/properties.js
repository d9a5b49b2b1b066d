/** Puts our groups after the panel's general one; hides what the engine does not use. */
import { groupsFor } from './groups.jsx';

const UNUSED = new Set(['compensation', 'signal', 'link', 'escalation']);
const AFTER_BUILT_IN = 500;

/** @param {object} catalogue what the server knows */
export function propertiesModule(catalogue) {
  class OwnProperties {
    static $inject = ['propertiesPanel', 'injector'];

    constructor(propertiesPanel, injector) {
      this.injector = injector;
      propertiesPanel.registerProvider(AFTER_BUILT_IN, this);
    }

    getGroups(element) {
      return (groups) => {
        const kept = groups.filter(({ id }) => !UNUSED.has(id));
        kept.splice(1, 0, ...groupsFor(element, catalogue, this.injector));
        return kept;
      };
    }
  }
  return { __init__: ['ownProperties'], ownProperties: ['type', OwnProperties] };
}
