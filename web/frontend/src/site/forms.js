/** Small courtesies for ordinary forms; every page works without them. */

/** A form or button with `data-confirm="sentence"` asks before it submits. */
export function askBeforeSubmit(root = document) {
  root.addEventListener('submit', (event) => {
    const sentence = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (sentence && !window.confirm(sentence)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
}

/** A form with `data-once` can be sent once: a second click must not pay twice. */
export function preventDoubleSubmit(root = document) {
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (!('once' in form.dataset) || event.defaultPrevented) return;
    // the pressed button's own value is part of the form, so it is disabled only after sending
    setTimeout(() => form.querySelectorAll('button').forEach((button) => (button.disabled = true)));
  });
  window.addEventListener('pageshow', () =>
    root.querySelectorAll('form[data-once] button').forEach((button) => (button.disabled = false))
  );
}

/** The person menu closes on Escape and on a click elsewhere, as menus do. */
export function closeMenus(root = document) {
  const close = (keep) => root.querySelectorAll('details.site-person[open]').forEach((menu) => {
    if (menu !== keep) menu.open = false;
  });
  root.addEventListener('click', (event) => close(event.target.closest?.('details.site-person')));
  root.addEventListener('keydown', (event) => event.key === 'Escape' && close(null));
}
