/** Loaded by every page: the look, htmx, and the few interactive parts of Bootstrap. */
import '@tabler/icons-webfont/dist/tabler-icons.min.css';
import '../styles/site.css';
import 'htmx.org';
import 'bootstrap/js/dist/collapse';
import 'bootstrap/js/dist/dropdown';
import 'bootstrap/js/dist/modal';
import 'bootstrap/js/dist/offcanvas';
import 'bootstrap/js/dist/tab';
import { askBeforeSubmit, closeMenus, preventDoubleSubmit } from '../site/forms.js';

askBeforeSubmit();
preventDoubleSubmit();
closeMenus();
