// The overview's large chart (requests by outcome, latency, tokens or cost over time), and with
// the same data the small lines of the cards and the table of numbers.
import { axis, color, directLabels, draw, onThemeChange, selectWindow, times, veil } from "./chart.js";
import { atMost, cost, count, duration, moment, usd } from "./formats.js";
import { numbers } from "./numbers.js";
import { sparklines } from "./sparklines.js";

let data, remove, shown;

const bars = () => uPlot.paths.bars({ size: [0.86, 48], align: 1 });
const bar = (label, paint, values, format) => ({ label, column: values, format, fill: () => color(paint), stroke: () => color(paint), width: 0, paths: bars(), points: { show: false } });
const line = (label, paint, values) => ({ label, column: values, format: duration, stroke: () => color(paint), width: 2, points: { size: 4 } });
// Where there are too few samples for a percentile: the slowest request, a dot of its own.
const dots = (label, paint, values) => ({ label, column: values, format: atMost, stroke: () => color(paint), paths: () => null, points: { show: true, size: 5 } });
const sum = (a, b) => a.map((value, place) => value + b[place]);

const KINDS = {
  // Stacked: the whole is drawn first, what worked over it.
  requests: ({ worked, failed }) => [bar("Failed", "failed", sum(worked, failed), count), bar("Worked", "accent", worked, count)],
  latency: ({ p50, p95, p99, slowest }) => [dots("Slowest", "quiet", slowest.map((value, place) => p95[place] == null ? value : null)), line("p99", "p99", p99), line("p95", "p95", p95), line("p50", "accent", p50)],
  tokens: ({ total_tokens }) => [bar("Tokens", "accent", total_tokens, count)],
  cost: ({ cost_usd }) => [bar("Cost", "accent", cost_usd, usd)],
};
// There is no quarter of a request.
const WHOLE = new Set(["requests", "tokens"]);
const STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const AXIS = { requests: count, latency: duration, tokens: count, cost: usd };

function legendValue(serie) {
  return (chart, value, place, index) => {
    if (index == null) return "";
    const at = (name) => data.series[name][index];
    if (serie.label === "Failed") return count(at("failed"));
    if (serie.label === "Cost") return cost(value, at("priced"), at("worked") + at("failed"));
    return serie.format(value);
  };
}

// A bar stands right of its start, so that what is nearest to the pointer may be the next one.
function under(chart, series, nearest, x) {
  return nearest > 0 && chart.data[0][nearest] > x ? nearest - 1 : nearest;
}

function options(place, series) {
  const latency = shown === "latency";
  const bucket = data.bucket_seconds;
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), place.dataset.zone),
    padding: [12, latency ? 52 : 24, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 }, ...(!latency && { dataIdx: under }) },
    scales: {
      x: { range: [Date.parse(data.since) / 1000, Date.parse(data.until) / 1000] },
      y: { range: (chart, low, high) => latency ? [Math.max(0, low * 0.9), high * 1.05] : [0, (high || 1) * 1.05] },
    },
    axes: [axis(null, { size: 36, grid: { show: false }, values: times(place.dataset.zone) }), axis(AXIS[shown], WHOLE.has(shown) && { incrs: STEPS })],
    series: [{ label: "From", value: (chart, start) => start == null ? "" : moment(start, place.dataset.zone) }, ...series.map((serie) => ({ ...serie, value: legendValue(serie) }))],
    hooks: { draw: [veil(bucket), ...(latency ? [directLabels] : [])], setSelect: [selectWindow] },
  };
}

function show() {
  const place = document.getElementById("time-chart");
  remove?.();
  const series = KINDS[shown](data.series).filter(({ label, column }) => label !== "Slowest" || column.some((value) => value != null));
  const columns = [data.starts, ...series.map((serie) => serie.column)];
  if (columns.slice(1).every((values) => values.every((value) => !value))) {
    remove = null;
    place.textContent = "Nothing to draw: no requests in this window.";
    return;
  }
  remove = draw(place, options(place, series), columns);
}

const tabs = () => [...document.querySelectorAll("[data-kind]")];

// The chosen chart stands in the URL, and stays when another window is chosen.
function choose(kind) {
  shown = kind;
  for (const tab of tabs()) tab.setAttribute("aria-pressed", tab.dataset.kind === shown);
  const withChart = (href) => {
    const url = new URL(href, location.href);
    url.searchParams.set("chart", shown);
    return url;
  };
  history.replaceState(history.state, "", withChart(location.href));
  for (const link of document.querySelectorAll(".presets a")) link.href = withChart(link.href);
  for (const form of document.querySelectorAll(".custom-form form, .zone-form")) {
    const input = form.elements.chart ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "chart" }));
    input.value = shown;
  }
}

async function load() {
  const place = document.getElementById("time-chart");
  if (!place) return;
  shown = tabs().find((tab) => tab.ariaPressed === "true").dataset.kind;
  for (const tab of tabs()) {
    tab.addEventListener("click", () => { choose(tab.dataset.kind); if (data) show(); });
  }
  const answer = await fetch(place.dataset.url);
  if (!answer.ok) {
    place.textContent = "The chart's data could not be loaded. Reload the page to try again.";
    return;
  }
  data = await answer.json();
  sparklines(data.series);
  numbers(data, place.dataset.zone);
  show();
}

document.addEventListener("refreshed", load);
onThemeChange(() => data && show());
load();
