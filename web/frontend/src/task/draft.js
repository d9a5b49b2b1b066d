/** Keeps what a person types, so that nothing is lost if he leaves. */
import { words } from '../i18n/index.js';
import { send } from '../site/http.js';

const PAUSE_MS = 1200;

/** Saves 1.2 s after the last change; without an address nothing is kept. */
export function keepDraft(form, url, status) {
  let timer, stopped = false, unsaved = false, touched = false;
  if (!url) return { stop() {}, resume() {} };

  async function save() {
    unsaved = false;
    const { ok, body } = await send('POST', url, { answer: form._getSubmitData() });
    if (stopped) return;
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    status.textContent = ok ? words(`已自动保存 ${time}`, `Saved ${time}`) : body.message || words('自动保存失败,请先不要离开本页', 'Not saved: please stay on this page');
    status.classList.toggle('text-danger', !ok);
    unsaved ||= !ok;
  }

  // form-js also says `changed` while it draws itself; only what a person does is worth keeping
  for (const act of ['input', 'change', 'click', 'keydown']) form._container.addEventListener(act, () => (touched = true), true);
  form.on('changed', () => {
    if (stopped || !touched) return;
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  window.addEventListener('beforeunload', (event) => unsaved && !stopped && event.preventDefault());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden' || !unsaved || stopped) return;
    clearTimeout(timer);
    save();
  });
  return {
    stop() { stopped = true; clearTimeout(timer); },
    resume() { stopped = false; }
  };
}
