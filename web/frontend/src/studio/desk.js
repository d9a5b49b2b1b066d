/**
 * What the three editors share: loading, the state of saving, checking by the server.
 *
 * The page holds <div class="studio" data-studio='{"path", "file_url", "lint_url", "catalogue_url"}'>
 * with buttons [data-act=save|undo|redo], .studio-status, .studio-findings and .studio-summary.
 */
import { words } from '../i18n/index.js';
import { read, send } from '../site/http.js';

const LINT_PAUSE_MS = 700;

export class Desk {
  constructor(root = document.querySelector('[data-studio]')) {
    this.root = root;
    this.settings = JSON.parse(root.dataset.studio);
    this.find = (selector) => root.querySelector(selector);
    this.status = this.find('.studio-status');
    this.findings = this.find('.studio-findings');
    this.summary = this.find('.studio-summary');
    this.dirty = false;
    window.addEventListener('beforeunload', (event) => this.dirty && event.preventDefault());
    root.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault();
        this.save();
      }
    });
  }

  /** @returns {Promise<string>} the draft, else what is published */
  async load() {
    const file = await read(this.settings.file_url);
    this.lockVersion = file.lock_version;
    return file.content;
  }

  catalogue() {
    return read(this.settings.catalogue_url);
  }

  /** @param {() => Promise<string>} content @param {(findings: object[]) => void} show */
  attach(content, show) {
    this.content = content;
    this.show = show;
    this.on('save', () => this.save());
  }

  on(act, run) {
    const button = this.find(`[data-act="${act}"]`);
    if (button) button.onclick = run;
    return button;
  }

  changed() {
    this.dirty = true;
    this.say(words('有未保存的修改', 'Unsaved changes'));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lint(), LINT_PAUSE_MS);
  }

  async lint() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { ok, body } = await send('POST', this.settings.lint_url, { content: await this.content() });
    if (ok && turn === this.turn) this.show(body.findings); // a slow answer about an older state is not shown
    this.root.dataset.linted = String(Number(this.root.dataset.linted ?? 0) + 1);
  }

  async save() {
    if (this.saving) return;
    this.saving = true;
    const { ok, status, body } = await send('PUT', this.settings.file_url, { content: await this.content(), lock_version: this.lockVersion });
    this.saving = false;
    if (!ok) {
      const message = body.message || words('连不上服务器,修改仍在本页,请稍后再保存', 'The server is out of reach; your changes are still here');
      this.say(message, status === 409 ? 'conflict' : 'failed');
      return;
    }
    this.lockVersion = body.lock_version;
    this.dirty = false;
    this.say(words('草稿已保存', 'Draft saved'), 'saved');
  }

  say(text, state = 'changed') {
    this.status.textContent = text;
    this.status.dataset.state = state;
  }

  ready() {
    this.root.dataset.ready = '1';
  }

  /** An editor that cannot open says so in its place. */
  fail(error) {
    const alert = document.createElement('p');
    alert.className = 'alert alert-danger m-3';
    alert.setAttribute('role', 'alert');
    alert.textContent = words('无法打开:', 'Cannot be opened: ') + error.message;
    this.find('.studio-canvas').replaceChildren(alert);
    this.find('[data-act="save"]').disabled = true;
  }
}
