// The `data_visualization` block, drawn small: bars and lines as SVG, with the numbers beside them as a table.

import { h, svg } from "./dom.js";
import { tableOf } from "./tables.js";

const WIDTH = 320;
const HEIGHT = 96;

/** Any of the shapes that a chart's numbers come in, as `{label, values: [{label, value}]}`. */
function series(chart) {
  const points = (list) => (list ?? []).map((p, index) => ({ label: String(p.label ?? p.x ?? index + 1), value: Number(p.value ?? p.y ?? p) || 0 }));
  if (chart.type === "pie") return [{ label: "", values: points(chart.segments) }];
  return (chart.series ?? []).map((each) => ({ label: String(each.name ?? each.label ?? ""), values: points(each.data ?? each.values ?? each.points) }));
}

function bars(drawn, top) {
  const values = drawn.flatMap((each) => each.values);
  const step = Math.min(WIDTH / Math.max(values.length, 1), 48);
  return values.map((point, index) => {
    const height = (Math.abs(point.value) / top) * HEIGHT;
    const attributes = { x: index * step + step * 0.15, y: HEIGHT - height, width: step * 0.7, height, rx: 2 };
    return svg("rect", { ...attributes, class: `series-${index % 3}` });
  });
}

function lines(drawn, top) {
  return drawn.map(({ values }, index) => {
    const step = WIDTH / Math.max(values.length - 1, 1);
    const points = values.map((point, at) => `${at * step},${HEIGHT - (point.value / top) * HEIGHT}`).join(" ");
    return svg("polyline", { points, class: `line series-${index % 3}` });
  });
}

export function chart(block) {
  const drawn = series(block.chart);
  const top = Math.max(...drawn.flatMap((each) => each.values.map((point) => Math.abs(point.value))), 1);
  const shapes = ["line", "area"].includes(block.chart.type) ? lines(drawn, top) : bars(drawn, top);
  const picture = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...shapes);
  const rows = drawn.flatMap((each) => each.values.map((point) => [...(each.label ? [each.label] : [""]), point.label, String(point.value)]));
  const numbers = rows.length ? tableOf([null, ...rows], { label: block.title }) : null;
  return h("figure", { class: "figure" }, h("figcaption", {}, block.title), picture, numbers);
}
