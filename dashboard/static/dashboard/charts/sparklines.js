// The small lines of the cards: zero at the bottom, gaps where there is nothing.
const WIDTH = 120;
const HEIGHT = 28;

export function points(values) {
  const top = Math.max(...values.filter((value) => value != null), 0) || 1;
  const step = WIDTH / Math.max(values.length - 1, 1);
  return values
    .map((value, place) => value == null ? null : `${(place * step).toFixed(1)},${(HEIGHT - 1 - (HEIGHT - 2) * value / top).toFixed(1)}`)
    .filter((point) => point)
    .join(" ");
}

export function sparklines(series) {
  const all = { ...series, requests: series.worked.map((value, place) => value + series.failed[place]) };
  // Where no interval has enough samples, the slowest is all there is.
  if (all.p95.every((value) => value == null)) all.p95 = all.slowest;
  for (const line of document.querySelectorAll("polyline[data-series]")) {
    line.setAttribute("points", points(all[line.dataset.series]));
  }
}
