// The small line in each row of a table, drawn when the table is there.
import { points } from "./sparklines.js";

async function load() {
  for (const table of document.querySelectorAll("[data-lines]")) {
    const answer = await fetch(table.dataset.lines);
    if (!answer.ok) continue;
    const { series } = await answer.json();
    for (const line of table.querySelectorAll("polyline[data-line]")) {
      line.setAttribute("points", points(series[line.dataset.line] ?? []));
    }
  }
}

document.addEventListener("refreshed", load);
load();
