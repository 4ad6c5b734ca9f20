// The large chart's numbers as a table, for the keyboard and the screen reader.
import { atMost, cost, count, duration, moment } from "./formats.js";

function row(cells) {
  const line = document.createElement("tr");
  cells.forEach(([text, title], place) => {
    const cell = document.createElement(place ? "td" : "th");
    cell.textContent = text;
    if (title != null) cell.title = title;
    if (!place) cell.scope = "row";
    line.append(cell);
  });
  return line;
}

export function numbers({ starts, series }, zone) {
  const body = document.querySelector("[data-numbers] tbody");
  body.replaceChildren(...starts.map((start, place) => {
    const at = (name) => series[name][place];
    const requests = at("worked") + at("failed");
    return row([
      [moment(start, zone)],
      [count(requests), requests],
      [count(at("failed")), at("failed")],
      ...["p50", "p95", "p99"].map((name) => [duration(at(name)), at(name)]),
      [atMost(at("slowest")), at("slowest")],
      [count(at("total_tokens")), at("total_tokens")],
      [cost(at("cost_usd"), at("priced"), requests), at("cost_usd")],
    ]);
  }));
}
