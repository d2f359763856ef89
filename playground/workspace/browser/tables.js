// Tables: wide ones scroll inside themselves, never the page.

import { h } from "./dom.js";
import { richText } from "./rich_text.js";
import { say } from "./words.js";

const CELLS = {
  raw_text: (cell) => cell.text,
  raw_number: (cell) => cell.text ?? String(cell.value),
  rich_text: (cell) => richText(cell),
};

function cell(given) {
  return CELLS[given.type]?.(given) ?? "";
}

/** Rows of anything that can stand in a cell; the first is the head, or null. `columns` are Slack's column settings. */
export function tableOf(rows, { columns = [], caption = "", label = caption, header = -1 } = {}) {
  const shaped = (tag, index, content, scope) => {
    const { align = "left", is_wrapped: wrapped = false } = columns[index] ?? {};
    return h(tag, { class: `align-${align} ${wrapped ? "wrapped" : ""}`, scope }, content);
  };
  const [head, ...body] = rows;
  const table = h(
    "table",
    {},
    caption ? h("caption", {}, caption) : null,
    head ? h("thead", {}, h("tr", {}, head.map((content, index) => shaped("th", index, content, "col")))) : null,
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((content, index) =>
      index === header ? shaped("th", index, content, "row") : shaped("td", index, content))))),
  );
  return h("div", { class: "table", role: "region", tabindex: "0", "aria-label": label || say("table") }, table);
}

export function tableBlock(block) {
  return tableOf(block.rows.map((row) => row.map(cell)), { columns: block.column_settings });
}

export function dataTable(block) {
  const numbers = block.rows.at(-1).map((last) => ({ align: last.type === "raw_number" ? "right" : "left" }));
  const rows = block.rows.map((row) => row.map(cell));
  return tableOf(rows, { columns: numbers, caption: block.caption, header: block.row_header_column_index ?? -1 });
}
