/** Shows every `[data-form]` of the page; see src/task/form.js for the attributes. */
import '../form/translate.js';
import 'form-js-viewer-2/dist/assets/form-js.css';
import '../styles/task-form.css';
import { showForm } from '../task/form.js';

for (const element of document.querySelectorAll('[data-form]')) showForm(element);
