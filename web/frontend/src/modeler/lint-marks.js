/** Shows the server's findings on their elements and in a list; a click goes to the element, a button cures. */
import { words } from '../i18n/index.js';
import { fixes } from './fixes.js';

const KIND = 'lint', PATH = 'lint-path';

/**
 * @param {object} modeler
 * @param {HTMLElement} list where the findings are listed
 * @param {HTMLElement} summary where their number stands
 */
export function lintMarks(modeler, list, summary) {
  const overlays = modeler.get('overlays'), registry = modeler.get('elementRegistry'), canvas = modeler.get('canvas');
  const fix = fixes(modeler);
  let marked = [];

  /** Goes to the element; the steps that lead to a deadlock and the like are marked on the way. */
  function go({ element: id, path = [] }) {
    marked.forEach((one) => registry.get(one) && canvas.removeMarker(one, PATH));
    marked = path.filter((one) => registry.get(one));
    marked.forEach((one) => canvas.addMarker(one, PATH));
    const element = registry.get(id);
    if (!element) return;
    canvas.scrollToElement(element, 120);
    modeler.get('selection').select(element);
  }

  function mark(id, findings) {
    const worst = findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
    const html = document.createElement('button');
    html.type = 'button';
    html.className = `lint-mark lint-mark-${worst}`;
    html.title = findings.map(sentence).join('\n');
    html.setAttribute('aria-label', `${worst === 'error' ? words('错误', 'Error') : words('提醒', 'Warning')}: ${html.title}`);
    html.innerHTML = `<i class="ti ${worst === 'error' ? 'ti-x' : 'ti-alert-triangle'}" aria-hidden="true"></i>`;
    html.onclick = () => go(findings.find(({ path }) => path?.length) ?? findings[0]);
    overlays.add(id, KIND, { position: { top: -10, left: -10 }, html });
  }

  return function show(findings) {
    overlays.remove({ type: KIND });
    const byElement = Object.groupBy(findings.filter(({ element }) => registry.get(element)), ({ element }) => element);
    for (const [id, some] of Object.entries(byElement)) mark(id, some);
    list.replaceChildren(...findings.map((finding) => row(finding, go, fix)));
    count(findings, summary);
  };
}

export const sentence = (finding) => words(finding.text, finding.english);

/** @param {object} finding @param {(finding: object) => void} [go] @param {(fix: object) => void} [fix] */
export function row(finding, go, fix) {
  const item = document.createElement('li');
  const word = finding.severity === 'error' ? words('错误', 'Error') : words('提醒', 'Warning');
  const icon = finding.severity === 'error' ? 'ti-circle-x' : 'ti-alert-triangle';
  item.className = 'lint-item';
  item.innerHTML = `<button type="button" class="lint-row lint-row-${finding.severity}"><i class="ti ${icon}" aria-hidden="true"></i> <b></b> <span></span> <small></small></button>`;
  item.querySelector('b').textContent = word;
  item.querySelector('span').textContent = sentence(finding);
  item.querySelector('small').textContent = [finding.elsewhere && finding.file, finding.element].filter(Boolean).join(' · ');
  item.firstChild.onclick = () => go?.(finding);
  if (finding.fix && fix) item.append(cure(finding.fix, fix));
  return item;
}

function cure(made, fix) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-sm lint-fix';
  button.innerHTML = '<i class="icon ti ti-wand" aria-hidden="true"></i><b></b>';
  button.querySelector('b').textContent = sentence(made);
  button.onclick = () => fix(made);
  return button;
}

export function count(findings, summary) {
  const errors = findings.filter(({ severity }) => severity === 'error').length, warnings = findings.length - errors;
  summary.dataset.worst = errors ? 'error' : warnings ? 'warning' : 'none';
  summary.textContent = findings.length
    ? words(`${errors} 个错误,${warnings} 个提醒`, `${errors} errors, ${warnings} warnings`)
    : words('规范检查通过', 'Lint passed');
}
