/** Takes components out of the editor's palette that the server refuses. */
const REFUSED = ['html', 'iframe', 'expression', 'dynamiclist', 'documentPreview'];

export function onlyAllowed(container) {
  const style = document.createElement('style');
  style.textContent = REFUSED.map((type) => `.fjs-palette-field[data-field-type="${type}"]`).join(',') + '{display:none!important}';
  container.append(style);
}
