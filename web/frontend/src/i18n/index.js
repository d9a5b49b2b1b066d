/** Texts of the bpmn.io libraries in the page's language; English is what they bring themselves. */
const chinese = document.documentElement.lang.startsWith('zh');

/** Keys without a Chinese text; a browser test asserts that there are none. */
export const missing = new Set();
globalThis.__untranslated = missing;

/** @param {Record<string, string>} table English → Chinese */
export function translator(table) {
  /** @param {string} template @param {Record<string, string>} [replacements] */
  return function translate(template, replacements = {}) {
    const found = chinese ? table[template] : undefined;
    if (chinese && found === undefined && /[A-Za-z]{2}/.test(template) && !/[一-鿿]/.test(template)) missing.add(template);
    return (found ?? template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
  };
}

/** The module that a diagram-js or form-js instance takes its texts from. */
export const translateModule = (table) => ({ translate: ['value', translator(table)] });

/** Our own few words: `words(中文, English)`. */
export const words = (zh, en) => (chinese ? zh : en);
export { chinese };
