// What all charts share: colours from the stylesheet, axes, size, and the light newest interval.
import { clock, day } from "./formats.js";

// Less the margins of A4 and Letter.
const PAPER_WIDTH = 660;
const root = document.documentElement;

// Paper is light, and what is drawn must be drawn for it before it is printed.
addEventListener("beforeprint", () => { root.dataset.printing = ""; });
addEventListener("afterprint", () => { delete root.dataset.printing; });

export function color(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function axis(format, extra = {}) {
  return {
    stroke: color("quiet"),
    font: '12px system-ui, "Segoe UI", sans-serif',
    grid: { stroke: color("line"), width: 1 },
    ticks: { show: false },
    size: 64,
    // A logarithmic axis gives null for the ticks that aren't labelled.
    ...(format && { values: (chart, values) => values.map((value) => value == null ? "" : format(value)) }),
    ...extra,
  };
}

// Labels of a time axis: hours, and the day where one begins.
export function times(zone) {
  return (chart, starts, place, space, step) => starts.map((start, index) => {
    const [today, hour] = [day(start, zone), clock(start, zone)];
    if (step >= 86400) return today;
    return !index || today !== day(starts[index - 1], zone) ? `${hour}\n${today}` : hour;
  });
}

// A dashed line is dashed in the legend, too: colour alone tells nobody which it is.
const LEGEND = { markers: { dash: (chart, place) => chart.series[place].dash ? "dashed" : "solid" } };

export function draw(place, options, data) {
  place.replaceChildren();
  const size = () => ({ width: "printing" in root.dataset ? PAPER_WIDTH : place.clientWidth, height: 300 });
  const chart = new uPlot({ legend: LEGEND, ...options, ...size() }, data, place);
  const observer = new ResizeObserver(() => chart.setSize(size()));
  observer.observe(place);
  return () => { observer.disconnect(); chart.destroy(); };
}

// Writes each line's name at its right end, so that no legend has to be read.
export function directLabels(chart) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px system-ui, "Segoe UI", sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const { text, paint, x, y } of apart(chart.series.flatMap((series, place) => end(chart, series, place)))) {
    ctx.fillStyle = paint;
    ctx.fillText(text, x, y);
  }
  ctx.restore();
}

function end(chart, series, place) {
  const values = chart.data[place];
  const last = values.findLastIndex((value) => value != null);
  if (!place || last < 0 || !series.show) return [];
  const x = chart.valToPos(chart.data[0][last], "x", true) + 8 * devicePixelRatio;
  const y = chart.valToPos(values[last], series.scale, true);
  return [{ text: series.label, paint: series.stroke(chart, place), x, y }];
}

// Labels of lines that end close to each other move up, the higher ones first in order.
function apart(labels) {
  const sorted = labels.sort((a, b) => b.y - a.y);
  sorted.forEach((label, place) => {
    const below = sorted[place - 1];
    if (below) label.y = Math.min(label.y, below.y - 14 * devicePixelRatio);
  });
  return sorted;
}

// A dragged range becomes the page's range.
export function selectWindow(chart) {
  const { left, width } = chart.select;
  if (width < 8) return;
  const url = new URL(location.href);
  const text = (x) => new Date(chart.posToVal(x, "x") * 1000).toISOString();
  url.searchParams.delete("window");
  url.searchParams.set("since", text(left));
  url.searchParams.set("until", text(left + width));
  location.assign(url);
}

// The interval that isn't over yet is drawn lighter.
export function veil(bucketSeconds) {
  return (chart) => {
    const start = chart.data[0].at(-1);
    if (start === undefined || start + bucketSeconds < Date.now() / 1000) return;
    const { ctx, bbox } = chart;
    const left = chart.valToPos(start, "x", true);
    const right = Math.min(chart.valToPos(start + bucketSeconds, "x", true), bbox.left + bbox.width);
    ctx.save();
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = color("card");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.restore();
  };
}

export function onThemeChange(redraw) {
  new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme", "data-printing"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
