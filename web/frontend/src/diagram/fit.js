/** Shows the whole diagram, not larger than life, with room on the left for a palette. */
export function fit(canvas, left = 24) {
  const { inner, outer } = canvas.viewbox();
  const pad = { left, right: 24, top: 24, bottom: 24 };
  if (!inner.width || !outer.width) return;
  const scale = Math.min(
    (outer.width - pad.left - pad.right) / inner.width,
    (outer.height - pad.top - pad.bottom) / inner.height,
    1
  );
  canvas.viewbox({
    x: inner.x - pad.left / scale,
    y: inner.y - (outer.height - inner.height * scale) / 2 / scale,
    width: outer.width / scale,
    height: outer.height / scale
  });
}
