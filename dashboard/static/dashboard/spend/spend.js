// This month's spend added up day by day, beside the month before and what it is on course for.
import { axis, color, draw, onThemeChange } from "../charts/chart.js";
import { DASH, usd } from "../charts/formats.js";

let remove;

const line = (label, paint, dash) => ({ label, dash, width: 2, points: { show: false }, stroke: () => color(paint), value: (chart, cost) => cost == null ? DASH : usd(cost) });

// By the end of each day of the month; the projection begins where this month has come to.
function columns({ this: ours, last, projection }) {
  const today = ours.cumulative_usd.length;
  const length = Math.max(last.cumulative_usd.length, today + projection.length - 1, today);
  const days = Array.from({ length }, (_, place) => place + 1);
  const at = (name) => days.map((day) => projection[day - today]?.[name] ?? null);
  const known = (values) => days.map((day) => values[day - 1] ?? null);
  return [days, known(last.cumulative_usd), at("high"), at("low"), at("cost_usd"), known(ours.cumulative_usd)];
}

function show() {
  const place = document.getElementById("spend-chart");
  if (!place) return;
  remove?.();
  const source = JSON.parse(document.getElementById("spend-data").textContent);
  const data = columns(source);
  if (source.this.cost_usd == null && source.last.cost_usd == null) {
    remove = null;
    place.textContent = "Nothing to draw: no request of these months named its cost.";
    return;
  }
  const band = () => ({ stroke: () => "transparent", width: 0, points: { show: false }, value: (chart, cost) => cost == null ? DASH : usd(cost) });
  remove = draw(place, {
    padding: [12, 24, 0, 0],
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, range: [1, data[0].length] }, y: { range: (chart, low, high) => [0, (high || 1) * 1.05] } },
    axes: [axis((day) => Number.isInteger(day) ? String(day) : "", { size: 36, grid: { show: false } }), axis(usd)],
    bands: [{ series: [2, 3], fill: color("tint") }],
    series: [{ label: "Day" }, line(source.last.name, "strong-line"), { label: "At most", ...band() }, { label: "At least", ...band() }, line("On course for", "accent", [6, 4]), line(source.this.name, "accent")],
  }, data);
}

document.addEventListener("refreshed", show);
onThemeChange(show);
show();
