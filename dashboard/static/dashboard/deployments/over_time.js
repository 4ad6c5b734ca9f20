// Latencies and cold starts of deployments over time: a line for each, gaps where calls are too few.
import { axis, color, directLabels, draw, onThemeChange, selectWindow, times, veil } from "../charts/chart.js";
import { duration, moment, percent } from "../charts/formats.js";

const removals = [];
let shown = "p50_ms";

function line(one, format) {
  return {
    label: label(one),
    width: 2, points: { show: true, size: 6 }, ...(one.source === "reported" && { dash: [6, 4] }),
    stroke: () => color(`colour-${one.colour}`),
    value: (chart, value) => format(value),
  };
}

const label = ({ deployment, source }) => source === "reported" ? `${deployment} reported` : deployment;
const widest = (lines) => Math.min(120, 20 + 6.5 * Math.max(...lines.map((one) => label(one).length)));

function options(data, lines, zone, format, range) {
  const until = data.starts.at(-1) + data.bucket_seconds;
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    padding: [12, widest(lines), 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 8 } },
    scales: { x: { range: [data.starts[0], until] }, y: { range } },
    axes: [axis(null, { size: 36, grid: { show: false }, values: times(zone) }), axis(format)],
    series: [{ label: "From", value: (chart, start) => start == null ? "" : moment(start, zone) }, ...lines.map((one) => line(one, format))],
    hooks: { draw: [veil(data.bucket_seconds), directLabels], setSelect: [selectWindow] },
  };
}

function chart(id, data, lines, zone, format, range, missing) {
  const place = document.getElementById(id);
  const drawn = lines.filter(({ values }) => values.some((value) => value != null));
  place.classList.toggle("chart-empty", !drawn.length);
  if (!drawn.length) {
    place.textContent = missing;
    return;
  }
  const columns = [data.starts, ...drawn.map(({ values }) => values)];
  removals.push(draw(place, options(data, drawn, zone, format, range), columns));
}

function show() {
  const place = document.getElementById("over-time");
  if (!place) return;
  removals.splice(0).forEach((remove) => remove());
  const data = JSON.parse(document.getElementById("over-time-data").textContent);
  const { zone } = place.dataset;
  const word = shown.split("_")[0];
  chart("latency-over-time", data, data[shown], zone, duration, (chart, low, high) => [Math.max(0, low * 0.9), high * 1.05],
    `Nothing to draw: nowhere in this window were enough warm calls measured close together for a ${word}.`);
  chart("cold-over-time", data, data.cold_share, zone, percent, (chart, low, high) => [0, Math.max(high * 1.1, 0.01)],
    "Nothing to draw: nowhere in this window do enough calls tell whether they were cold starts.");
  press();
}

function press() {
  for (const tab of document.querySelectorAll("[data-percentile]")) {
    tab.setAttribute("aria-pressed", tab.dataset.percentile === shown);
  }
}

document.addEventListener("click", ({ target }) => {
  if (!target.dataset.percentile) return;
  shown = target.dataset.percentile;
  show();
});
document.addEventListener("refreshed", show);
onThemeChange(show);
show();
