// The comparison's chart: for each side the share of requests no slower than a duration.
import { axis, color, draw, onThemeChange } from "./chart.js";
import { duration, percent } from "./formats.js";

const COLOURS = 4;
let remove;

function joined(sides) {
  const tables = sides.map(({ ecdf }) => {
    const times = [...ecdf.map(([ms]) => ms)];
    return [times, ecdf.map(([, share]) => share)];
  });
  return uPlot.join(tables);
}

function line({ name, colour, dashed }, place) {
  return {
    label: name, width: 2, spanGaps: true, points: { show: false }, ...(dashed && { dash: [6, 4] }),
    stroke: () => color(`colour-${colour ?? place % COLOURS}`),
    value: (chart, share) => percent(share),
  };
}

function show() {
  const place = document.getElementById("ecdf-chart");
  const source = document.getElementById("ecdf-data");
  if (!place || !source) return;
  remove?.();
  const sides = JSON.parse(source.textContent);
  const options = {
    padding: [12, 36, 0, 0],
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, distr: 3 }, y: { range: [0, 1] } },
    axes: [axis(duration, { size: 36 }), axis(percent)],
    series: [
      { label: "No slower than", value: (chart, ms) => duration(ms) },
      ...sides.map(line),
    ],
  };
  remove = draw(place, options, joined(sides));
}

document.addEventListener("refreshed", show);
onThemeChange(show);
show();
