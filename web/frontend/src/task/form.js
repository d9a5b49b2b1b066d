/**
 * A form-js form in a page.
 *
 * <div data-form data-submit-url=… [data-draft-url=…] [data-schema-url=…] [data-upload-url=…]
 *      [data-submit-label=…] [data-readonly]>
 *   <script type="application/json">{"schema": {…}, "data": {…}, "answer": {…}}</script>
 * </div>
 *
 * `data` is what is shown, `answer` what was typed before. Submitting POSTs {"answer": {…}}; the server
 * answers {"redirect": url}, or 422 {"message", "fields": {key: sentence}}, shown beside the fields.
 * Drafts are POSTed the same way. A file goes as multipart field `file` to data-upload-url, which
 * answers with what the field's list holds ({"id", "name", …}). Elsewhere on the page an element
 * `[data-form-value="key"]` shows a value live. Events: `form:ready`, `form:changed`, `form:submitted`.
 */
import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';
import { Form } from 'form-js-viewer-2';
import texts from '../i18n/form-viewer.zh.json';
import { chinese, translateModule, words } from '../i18n/index.js';
import { read, requestKey, send } from '../site/http.js';
import { keepDraft } from './draft.js';
import { clearServerErrors, showServerErrors } from './errors.js';
import { upload } from './files.js';

const sent = new WeakMap();

if (chinese) flatpickr.localize(Mandarin);

/** @param {HTMLElement} element */
export async function showForm(element) {
  const { schema, data = {}, answer = {} } = await source(element);
  element.querySelector('[data-form-fallback]')?.remove();
  const readonly = 'readonly' in element.dataset;
  const frame = build(element, readonly, schema);
  // without debounce: else a redraw within its 300 ms takes back what was just typed
  const form = new Form({ container: frame.body, debounce: false, additionalModules: [translateModule(texts)] });
  await form.importSchema(schema, { ...data, ...(answer ?? {}) });
  element.form = form;
  if (readonly) {
    form.setProperty('readOnly', true);
  } else {
    const draft = keepDraft(form, element.dataset.draftUrl, frame.status);
    frame.node.addEventListener('submit', (event) => {
      event.preventDefault();
      event.stopPropagation();
      submit(form, element, frame, draft);
    }, true);
    form.on('changed', () => element.dispatchEvent(new CustomEvent('form:changed', { bubbles: true, detail: form._getState().data })));
  }
  element.dataset.ready = '1';
  element.dispatchEvent(new CustomEvent('form:ready', { bubbles: true, detail: form }));
}

async function source(element) {
  const inline = element.querySelector('script[type="application/json"]');
  const given = inline ? JSON.parse(inline.textContent) : await read(element.dataset.schemaUrl);
  return given.schema ? given : { schema: given };
}

function build(element, readonly, schema) {
  const hasButton = JSON.stringify(schema).includes('"type":"button"') && schema.components.some((c) => c.type === 'button' && c.action !== 'reset');
  const node = document.createElement('div');
  node.className = 'task-form bio-theme';
  const label = element.dataset.submitLabel || words('提交', 'Submit');
  node.innerHTML = `
    <div class="alert alert-danger" role="alert" tabindex="-1" hidden></div>
    <div class="task-form-body"></div>
    <div class="task-form-foot" ${readonly ? 'hidden' : ''}>
      <button type="button" class="btn btn-primary" ${hasButton ? 'hidden' : ''}></button>
      <span class="task-form-status" role="status" aria-live="polite"></span>
    </div>`;
  const button = node.querySelector('button');
  button.textContent = label;
  button.onclick = () => node.querySelector('form')?.requestSubmit();
  element.append(node);
  return { node, button, body: node.querySelector('.task-form-body'), alert: node.querySelector('.alert'), status: node.querySelector('.task-form-status') };
}

/** The same answer sent again, after a lost connection, is the same request. */
function keyOf(element, answer) {
  const text = JSON.stringify(answer);
  if (sent.get(element)?.text !== text) sent.set(element, { text, key: requestKey() });
  return sent.get(element).key;
}

async function submit(form, element, frame, draft) {
  if (frame.busy) return;
  clearServerErrors(form, frame);
  const { data, errors } = form.submit();
  if (Object.keys(errors).length) {
    showServerErrors(form, frame, words('有内容需要修改,请按提示更正后重新提交。', 'Please correct the marked fields.'), {});
    return;
  }
  frame.busy = frame.button.disabled = true;
  frame.status.textContent = words('正在提交…', 'Submitting…');
  draft.stop();
  let found;
  try {
    const answer = await upload(form, data, element.dataset.uploadUrl);
    found = await send('POST', element.dataset.submitUrl, { answer }, keyOf(element, answer));
  } catch (error) {
    found = { ok: false, status: 422, body: { message: error.message } };
  }
  frame.busy = frame.button.disabled = false;
  frame.status.textContent = '';
  if (found.ok) {
    element.dispatchEvent(new CustomEvent('form:submitted', { bubbles: true, detail: found.body }));
    if (found.body.redirect) window.location.assign(found.body.redirect);
    return;
  }
  const message = found.body.message || words('连不上服务器,已填写的内容仍在本页,请稍后再提交。', 'The server is out of reach; what you typed is still here.');
  showServerErrors(form, frame, message, found.body.fields ?? {});
  draft.resume();
}
