/** The server's sentences beside their fields; what has no visible field goes into the summary. */

/** @param {Record<string, string>} fields key → sentence */
export function showServerErrors(form, frame, message, fields) {
  const known = new Map(form.get('formFieldRegistry').getAll().filter((field) => field.key).map((field) => [field.key, field]));
  const errors = { ...form._getState().errors };
  const homeless = [];
  for (const [key, sentence] of Object.entries(fields)) {
    const field = known.get(key);
    if (!field) { homeless.push(sentence); continue; }
    // the server names the field first; beside the field that is a repetition
    const prefix = `${field.label}: `;
    errors[field.id] = [sentence.startsWith(prefix) ? sentence.slice(prefix.length) : sentence];
  }
  form._setState({ errors });
  frame.alert.textContent = [message, ...homeless].join(' ');
  frame.alert.hidden = false;
  requestAnimationFrame(() => {
    const first = frame.body.querySelector('.fjs-has-errors :is(input, textarea, select, [tabindex])');
    (first ?? frame.alert).focus();
    first?.scrollIntoView({ block: 'center' });
  });
}

export function clearServerErrors(form, frame) {
  frame.alert.hidden = true;
  form._setState({ errors: {} });
}
