// The five shapes of severity, for the canvas; the same as in icons.svg.

const SHAPES = {
  critical: (path, r) => polygon(path, [[0, -r], [r, 0], [0, r], [-r, 0]]),
  high: (path, r) => polygon(path, [[0, -r], [r, r * 0.8], [-r, r * 0.8]]),
  medium: (path, r) => polygon(path, [[-r, -r], [r, -r], [r, r], [-r, r]].map(([x, y]) => [x * 0.8, y * 0.8])),
  low: (path, r) => path.arc(0, 0, r * 0.8, 0, 2 * Math.PI),
  info: (path, r) => path.arc(0, 0, r * 0.6, 0, 2 * Math.PI),
};

function polygon(path, points) {
  points.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
}

const paths = new Map();

/** A severity's outline around the origin, of radius `r` pixels. */
export function shape(severity, r) {
  const key = `${severity}/${r}`;
  if (!paths.has(key)) {
    const path = new Path2D();
    SHAPES[severity](path, r);
    paths.set(key, path);
  }
  return paths.get(key);
}

/** Diagonal lines, for time that is missing or could not be observed. */
export function hatch(context, colour, step, slope) {
  const tile = new OffscreenCanvas(step, step);
  const inner = tile.getContext("2d");
  inner.strokeStyle = colour;
  inner.lineWidth = 1.5;
  inner.beginPath();
  for (const shift of [-step, 0, step]) {
    inner.moveTo(shift, slope > 0 ? step : 0);
    inner.lineTo(shift + step, slope > 0 ? 0 : step);
  }
  inner.stroke();
  return context.createPattern(tile, "repeat");
}
