/** Sends chosen files ahead of the answer and puts the server's records in their place. */
import { words } from '../i18n/index.js';
import { send } from '../site/http.js';

/** Returns the answer with every file reference replaced. Throws an Error with the server's sentence. */
export async function upload(form, data, url) {
  const registry = form.get('fileRegistry');
  const answer = { ...data };
  for (const field of form.get('formFieldRegistry').getAll()) {
    const reference = field.type === 'filepicker' && answer[field.key];
    if (typeof reference !== 'string') continue;
    if (!url) throw new Error(words('本页不能上传文件', 'Files cannot be uploaded here'));
    answer[field.key] = [];
    for (const file of registry.getFiles(reference)) {
      const body = new FormData();
      body.append('file', file);
      const found = await send('POST', url, body);
      if (!found.ok) throw new Error(found.body.message || words(`文件 ${file.name} 上传失败`, `${file.name} could not be sent`));
      answer[field.key].push(found.body);
    }
  }
  return answer;
}
