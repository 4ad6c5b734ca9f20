// The cost page: inputs recalculate at once and live in the URL.
import { costChart } from "./costchart.js";
import { onThemeChange } from "../charts/chart.js";

const form = () => document.getElementById("cost-form");
let running = false, again = false;

const inputs = () => [...form().elements].filter((input) => input.name);
const startsSo = ({ type, value, dataset }) => type === "number" && value && dataset.start
  ? Number(value) === Number(dataset.start) : value === dataset.start;

// Only what somebody changed is in the URL: the rest follows the traffic when it is opened again.
function address() {
  const chosen = inputs().filter((input) => !("start" in input.dataset) || !startsSo(input));
  return `${location.pathname}?${new URLSearchParams(chosen.map(({ name, value }) => [name, value]))}`;
}

function fromSlider(slider) {
  const value = Number(slider.value);
  const exact = slider.dataset.scale === "log" ? Number((10 ** value).toPrecision(2)) : value;
  form().elements[slider.dataset.for].value = exact;
}

// Puts each slider where its number is, and offers the way back where a number was changed.
function arrange() {
  for (const slider of form().querySelectorAll("[data-for]")) {
    const number = form().elements[slider.dataset.for];
    const place = (value) => slider.dataset.scale === "log" ? Math.log10(Math.max(value, 1)) : value;
    Object.assign(slider, { min: place(number.min), max: place(number.max), step: slider.dataset.scale === "log" ? 0.05 : 64 });
    slider.value = place(Number(number.value));
  }
  for (const back of document.querySelectorAll("[data-reset]")) {
    back.hidden = startsSo(form().elements[back.dataset.reset]);
    back.previousElementSibling.hidden = !back.hidden;
  }
  document.querySelector("[data-undo]").hidden = !document.querySelector("[data-reset]:not([hidden])");
  // Each change is calculated at once.
  form().querySelector(".primary").hidden = true;
}

function show() {
  const place = document.getElementById("cost-chart");
  const data = document.getElementById("cost-data");
  if (place && data) costChart(place, JSON.parse(data.textContent));
}

function replace(part, fresh) {
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  fresh.querySelectorAll("details").forEach((details, place) => { details.open = open[place] ?? false; });
  part.replaceWith(fresh);
}

async function answer() {
  const url = address();
  history.replaceState(null, "", url);
  const found = await fetch(url, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await found.text(), "text/html");
  // Logged out, or refused: the page itself says why.
  if (!page.getElementById("cost-answer")) return location.assign(url);
  // The links to other windows keep what was chosen, too.
  for (const part of document.querySelectorAll("[data-live], .presets")) {
    replace(part, page.querySelector(part.id ? `#${part.id}` : ".presets"));
  }
  show();
}

// One question at a time; what changes meanwhile is asked next.
async function recalculate() {
  if (!form().checkValidity()) return;
  again = running;
  if (running) return;
  running = true;
  try {
    do { again = false; await answer(); } while (again);
  } catch {
    document.querySelector("#cost-answer .verdict").textContent = "The service does not answer. Change an input to try again.";
  } finally {
    running = false;
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.form !== form()) return;
  if ("reload" in target.dataset) return location.assign(address());
  if (target.dataset.for) fromSlider(target);
  arrange();
  recalculate();
});
document.addEventListener("change", ({ target }) => {
  if (target.form === form()) form().reportValidity();
});
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-reset]");
  if (!back) return;
  event.preventDefault();
  const input = form().elements[back.dataset.reset];
  input.value = input.dataset.start;
  input.focus();
  arrange();
  recalculate();
});
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  recalculate();
});
document.addEventListener("refreshed", () => { arrange(); show(); });
onThemeChange(show);
arrange();
show();
