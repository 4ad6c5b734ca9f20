// The cost page: sliders recalculate at once and live in the URL.
import { axis, color, directLabels, draw, onThemeChange } from "./chart.js";
import { count, usd } from "./formats.js";

let remove;
let asked = 0;

const form = () => document.getElementById("cost-form");
const numberOf = (slider) => form().elements[slider.dataset.for];

function fromSlider(slider) {
  const value = Number(slider.value);
  const exact = "log" in slider.dataset ? Number((10 ** value).toPrecision(2)) : value;
  numberOf(slider).value = exact;
}

function toSliders() {
  for (const slider of form().querySelectorAll("[data-for]")) {
    const value = Number(numberOf(slider).value);
    slider.value = "log" in slider.dataset ? Math.log10(Math.max(value, 1)) : value;
    slider.parentElement.querySelector("output").textContent = count(value);
  }
}

async function recalculate() {
  if (!form().checkValidity()) return;
  const turn = ++asked;
  const url = `${location.pathname}?${new URLSearchParams(new FormData(form()))}`;
  history.replaceState(null, "", url);
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // An answer that comes after a later one would show old figures.
  if (!page.getElementById("cost-answer") || turn !== asked) return;
  // The links to other windows keep what was chosen, too.
  for (const part of ["#cost-answer", ".presets"]) {
    document.querySelector(part).replaceWith(page.querySelector(part));
  }
  show();
}

function marks(source) {
  return (chart) => {
    const { ctx, bbox } = chart;
    for (const [value, paint] of [[source.break_even, "quiet"], [source.requests_per_day, "accent"]]) {
      if (!value) continue;
      const x = chart.valToPos(value, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.save();
      ctx.strokeStyle = color(paint);
      ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
    }
  };
}

function line(label, paint) {
  return { label, width: 2, points: { show: false }, stroke: () => color(paint), value: (chart, cost) => usd(cost) };
}

function show() {
  const place = document.getElementById("cost-chart");
  const data = document.getElementById("cost-data");
  if (!place || !data) return;
  remove?.();
  const source = JSON.parse(data.textContent);
  const options = {
    padding: [12, 96, 0, 0],
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
    axes: [axis(count, { size: 36 }), axis(usd)],
    series: [{ label: "Requests a day", value: (chart, day) => count(day) }, line("Lambda", "accent"), line("Container", "second")],
    hooks: { draw: [directLabels, marks(source)] },
  };
  // A logarithmic axis has no place for nothing.
  const column = (place) => source.points.map((point) => Math.max(point[place], 0.001));
  remove = draw(place, options, [0, 1, 2].map(column));
}

document.addEventListener("input", ({ target }) => {
  if (target.form !== form()) return;
  if (target.dataset.for) fromSlider(target);
  toSliders();
  recalculate().catch(() => {});
});
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  recalculate().catch(() => {});
});
document.addEventListener("refreshed", () => { toSliders(); show(); });
onThemeChange(show);
toSliders();
show();
