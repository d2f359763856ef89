// Every block of Block Kit as an element of the page.

import { chart } from "./charts.js";
import { freshId, h } from "./dom.js";
import { element, image } from "./elements.js";
import { markdown } from "./markdown.js";
import { textOf } from "./mrkdwn.js";
import { link } from "./names.js";
import { richText } from "./rich_text.js";
import { dataTable, tableBlock } from "./tables.js";
import { say } from "./words.js";

const STATUS = { pending: "○", in_progress: "◐", complete: "●", error: "✕" };

function section(block, place) {
  const fields = block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, textOf(field)))) : null;
  const words = h("div", { class: "section-words" }, block.text ? h("div", { class: "section-text" }, textOf(block.text)) : null, fields);
  const accessory = block.accessory ? h("div", { class: "accessory" }, element(place, block, block.accessory)) : null;
  return h("div", { class: "section" }, words, accessory);
}

function row(block, place) {
  return h("div", { class: "actions" }, block.elements.map((each) => element(place, block, each)));
}

function context(block) {
  return h("div", { class: "context" }, block.elements.map((each) => (each.type === "image" ? image(each) : h("span", {}, textOf(each)))));
}

function picture(block) {
  const title = block.title ? h("figcaption", {}, textOf(block.title)) : null;
  return h("figure", { class: "figure" }, title, image(block));
}

function header(block) {
  return h(`h${Math.min((block.level ?? 1) + 2, 6)}`, { class: `header level-${block.level ?? 1}` }, textOf(block.text));
}

function video(block) {
  const title = link(block.title_url ?? block.video_url, block.title.text);
  const by = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  return h("div", { class: "video" }, h("strong", {}, "▶ ", title), by ? h("span", { class: "about" }, by) : null, textOf(block.description));
}

function task(block) {
  const status = block.status ?? "pending";
  const sources = (block.sources ?? []).map((source) => h("li", {}, link(source.url, source.text)));
  return h(
    "div",
    { class: `task ${status}` },
    h("div", {}, h("span", { class: "task-status", "aria-label": status, role: "img" }, STATUS[status]), " ", block.title),
    block.details ? richText(block.details) : null,
    block.output ? richText(block.output) : null,
    sources.length ? h("ul", {}, sources) : null,
  );
}

function plan(block) {
  return h("div", { class: "plan" }, h("strong", {}, block.title), (block.tasks ?? []).map(task));
}

function alert(block) {
  return h("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, textOf(block.text));
}

function card(block, place) {
  return h(
    "div",
    { class: "card" },
    block.hero_image ? image(block.hero_image) : null,
    h("div", { class: "card-head" }, block.icon ? image(block.icon) : null, h("div", {},
      block.title ? h("strong", {}, textOf(block.title)) : null,
      block.subtitle ? h("div", { class: "about" }, textOf(block.subtitle)) : null)),
    block.body ? h("div", {}, textOf(block.body)) : null,
    block.subtext ? h("div", { class: "about" }, textOf(block.subtext)) : null,
    block.actions ? h("div", { class: "actions" }, block.actions.map((each) => element(place, block, each))) : null,
  );
}

function carousel(block, place) {
  return h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": say("options") }, block.elements.map((each) => card({ ...each, block_id: each.block_id ?? block.block_id }, place)));
}

/** An input in a message or Home acts at once; in a modal the modal gathers it (`views.js`). */
function input(block, place) {
  if (place.field) return place.field(block);
  const label = freshId("label");
  return h("div", { class: "field", role: "group", "aria-labelledby": label }, h("span", { id: label, class: "label" }, block.label.text), element(place, block, block.element));
}

const BLOCKS = {
  section,
  divider: () => h("hr"),
  image: picture,
  actions: row,
  context,
  context_actions: row,
  input,
  header,
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block),
  file: (block) => h("div", { class: "about" }, block.external_id),
  video,
  table: (block) => tableBlock(block),
  data_table: (block) => dataTable(block),
  data_visualization: (block) => chart(block),
  plan,
  task_card: task,
  alert,
  card,
  carousel,
};

/** The blocks for one reader; `place` is `{api, spot, reader}` and in a modal `field`. */
export function blocks(given, place) {
  return given.map((block) => {
    const shown = BLOCKS[block.type];
    const inside = shown ? shown(block, place) : h("div", { class: "unknown" }, say("unknownBlock", { type: block.type }));
    return h("div", { class: `block block-${block.type}` }, inside);
  });
}
