/** Some labels of form-js are read when its module loads, so this comes before it. */
import texts from './../i18n/form-editor.zh.json';
import { chinese } from '../i18n/index.js';

globalThis.__translate = (words) => (chinese ? texts[words] ?? words : words);
