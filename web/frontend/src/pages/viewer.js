/** Draws every `[data-diagram]` of the page; see src/diagram/show.js for the attributes. */
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import '../styles/diagram.css';
import { showDiagram } from '../diagram/show.js';

for (const element of document.querySelectorAll('[data-diagram]')) showDiagram(element);

// A click on an element chooses it where a form asks for one.
document.addEventListener('diagram:selected', ({ detail }) => {
  const field = document.querySelector('select[data-from-diagram]');
  if (field && [...field.options].some((option) => option.value === detail.id)) field.value = detail.id;
});
