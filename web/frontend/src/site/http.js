/** Requests to our own server, with the page's CSRF token. */

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

/** A key for one request and its repetitions; `crypto.randomUUID` exists on secure pages only. */
export const requestKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');

/**
 * Sends JSON (or a FormData) and reads JSON back. A request sent twice with one `key` has one effect.
 * @returns {Promise<{ok: boolean, status: number, body: any}>} status 0 if the server is out of reach
 */
export async function send(method, url, payload, key) {
  const isForm = payload instanceof FormData;
  const headers = { 'X-CSRFToken': token(), Accept: 'application/json' };
  if (!isForm) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  try {
    const response = await fetch(url, { method, headers, credentials: 'same-origin', body: isForm ? payload : JSON.stringify(payload) });
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return { ok: response.ok, status: response.status, body: isJson ? await response.json() : {} };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}

/** Reads JSON. Throws an Error with the server's sentence. */
export async function read(url) {
  const response = await fetch(url, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}
