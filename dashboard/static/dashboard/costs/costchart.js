// The cost chart: both hosts' month against requests a day, their crossing and where one stands.
import { axis, color, directLabels, draw } from "../charts/chart.js";
import { about, count, usd } from "../charts/formats.js";

const CENT = 0.01;
const FONT = '12px system-ui, "Segoe UI", sans-serif';
let remove;

function line(label, paint) {
  return { label, width: 2, points: { show: false }, stroke: () => color(paint), value: (chart, cost) => cost == null ? "" : cost <= CENT ? "a cent or less" : usd(cost) };
}

const named = (label, size) => ({ label, labelFont: FONT, labelSize: 18, labelGap: 0, size });

// A dashed line from top to bottom with words beside it, in a row of their own.
function upright(chart, value, words, paint, row) {
  const { ctx, bbox } = chart;
  const x = chart.valToPos(value, "x", true);
  if (!value || x < bbox.left || x > bbox.left + bbox.width) return;
  const gap = 6 * devicePixelRatio;
  const right = x + gap + ctx.measureText(words).width < bbox.left + bbox.width;
  ctx.strokeStyle = ctx.fillStyle = color(paint);
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.textAlign = right ? "left" : "right";
  ctx.fillText(words, x + (right ? gap : -gap), bbox.top + (8 + 16 * row) * devicePixelRatio);
}

function dot(chart, x, y, paint) {
  const { ctx } = chart;
  ctx.fillStyle = color(paint);
  ctx.beginPath();
  ctx.arc(chart.valToPos(x, "x", true), chart.valToPos(Math.max(y, CENT), "y", true), 5 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
}

function marks({ break_even: crossing, here }, [ofLambda, ofContainer]) {
  return (chart) => {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px system-ui, "Segoe UI", sans-serif`;
    ctx.textBaseline = "middle";
    upright(chart, crossing, `equal at ${about(crossing)}`, "quiet", 0);
    upright(chart, here.requests_per_day, `here: ${count(here.requests_per_day)}`, "text", 1);
    if (here.requests_per_day >= chart.scales.x.min) {
      dot(chart, here.requests_per_day, here.container_usd, ofContainer);
      dot(chart, here.requests_per_day, here.lambda_usd, ofLambda);
    }
    ctx.restore();
  };
}

export function costChart(place, source) {
  remove?.();
  const colours = source.colours.map((colour) => `colour-${colour}`);
  const options = {
    padding: [12, 72, 0, 0],
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
    axes: [axis(count, named("Requests a day", 32)), axis(usd, named("US dollars a month", 72))],
    series: [{ label: "Requests a day", value: (chart, day) => count(day) }, line("Lambda", colours[0]), line("Container", colours[1])],
    hooks: { draw: [(chart) => { chart.ctx.textAlign = "left"; }, directLabels, marks(source, colours)] },
  };
  // A logarithmic axis has no place for nothing.
  const [days, ...costs] = [0, 1, 2].map((column) => source.points.map((point) => point[column]));
  remove = draw(place, options, [days, ...costs.map((column) => column.map((cost) => Math.max(cost, CENT)))]);
}
