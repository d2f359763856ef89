// Elements are made here and nowhere else. Data becomes text nodes; no HTML is ever parsed.

const ICONS = {
  back: "M10 3 5 8l5 5",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM7 14h2",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  down: "M8 3v10M4 9l4 4 4-4",
  home: "M2.5 7.5 8 3l5.5 4.5M4 7v6h8V7",
  layers: "M8 2.5 14 5.5 8 8.5 2 5.5zM2.5 8.5 8 11.2l5.5-2.7M2.5 11.3 8 14l5.5-2.7",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pin: "M6 2.5h4l-.5 4L12 9v1.5H4V9l2.5-2.5zM8 10.5v3.5",
  reply: "M3 4h10v7H8l-3 2.5V11H3z",
  send: "M3 8h9M8.5 4 13 8l-4.5 4",
  switch: "M4 6l4-3 4 3M4 10l4 3 4-3",
  trash: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.5 9h6l.5-9",
  window: "M3 5h8v8H3zM6 5V3h7v7h-2",
};
const SVG = "http://www.w3.org/2000/svg";

/** An element: `on` holds listeners, `data` a dataset, everything else becomes an attribute. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [kind, listener] of Object.entries(value)) element.addEventListener(kind, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An element of SVG with attributes. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A drawn sign; it says nothing to a screen reader, so its button needs a label. */
export function icon(name) {
  const path = svg("path", { d: ICONS[name] });
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
}

/** A button with a sign only. */
export function iconButton(name, label, attributes = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes }, icon(name));
}

let count = 0;
/** An id that no other element of this page has. */
export const freshId = (stem) => `${stem}-${++count}`;

/** Whether the person is typing somewhere, so that single keys are theirs. */
export const isTyping = (target) => Boolean(target?.closest?.("input, textarea, select, [contenteditable]"));
