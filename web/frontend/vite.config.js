import { defineConfig } from 'vite';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const pages = readdirSync(resolve(here, 'src/pages')).filter((name) => name.endsWith('.js'));
const literals = JSON.parse(readFileSync(resolve(here, 'src/i18n/form-editor.zh.json'), 'utf8'));

/** The icon font in the one format that every supported browser reads. */
function onlyWoff2() {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!/icons-webfont.*\.css/.test(id)) return null;
      return code.replace(/src:[^;}]*?(url\([^)]*\.woff2[^)]*\)\s*format\(["']woff2["']\))[^;}]*/g, 'src:$1');
    }
  };
}

/** Makes hard-coded labels of form-js translatable: the editor has no hook, the viewer forgot one word. */
function translatedLiterals() {
  const packages = /(@bpmn-io\/form-js-(editor|viewer)|form-js-viewer-2)\/dist\/index\.es\.js/;
  const literal = /(\b(?:label|title|text|children|description|placeholder|tooltip|'aria-label'|"aria-label"|name)\s*[:=]\s*)(['"])([^'"\n]{2,90})\2/g;
  return {
    name: 'translated-literals',
    transform(code, id) {
      if (!packages.test(id)) return null;
      const changed = code.replace(literal, (whole, before, quote, words) =>
        words in literals && (!id.includes('form-js-viewer-2') || words === 'Browse') ? `${before}globalThis.__translate(${JSON.stringify(words)})` : whole
      );
      return { code: changed, map: null };
    }
  };
}

export default defineConfig({
  base: '/static/app/',
  plugins: [onlyWoff2(), translatedLiterals()],
  oxc: { jsx: { runtime: 'automatic', importSource: '@bpmn-io/properties-panel/preact' } },
  resolve: { dedupe: ['diagram-js', 'min-dash', 'min-dom', 'didi', '@bpmn-io/properties-panel'] },
  build: {
    outDir: '../static/app',
    emptyOutDir: true,
    manifest: 'manifest.json',
    sourcemap: false,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: Object.fromEntries(pages.map((name) => [name.slice(0, -3), resolve(here, 'src/pages', name)]))
    }
  }
});
