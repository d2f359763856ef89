// Rich text: sections, lists, quotes and preformatted text; nothing in it is ever parsed.

import { formatted, full, moment } from "./dates.js";
import { h } from "./dom.js";
import { emoji, fromUnicode } from "./emoji.js";
import { broadcast, channelLink, groupMention, link, mention } from "./names.js";

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
  ["highlight", "mark"],
];

const PARTS = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text),
  user: (part) => mention(part.user_id),
  usergroup: (part) => groupMention(part.usergroup_id),
  channel: (part) => channelLink(part.channel_id),
  broadcast: (part) => broadcast(part.range),
  team: (part) => h("span", { class: "mention" }, part.team_id),
  emoji: (part) => (part.unicode ? fromUnicode(part.unicode) : emoji(part.name)) || `:${part.name}:`,
  date: (part) => dated(part.timestamp, part.format, part.fallback, part.url),
  color: (part) => h("span", { class: "colour" }, swatch(part.value), part.value),
};

function swatch(value) {
  const square = h("span", { class: "swatch", "aria-hidden": "true" });
  square.style.backgroundColor = value;
  return square;
}

/** A moment in the reader's zone; the exact one is told when asked. */
export function dated(timestamp, format, fallback, url) {
  const date = moment(timestamp);
  const shown = formatted(timestamp, format, fallback);
  const known = !Number.isNaN(date.getTime());
  const time = h("time", known ? { datetime: date.toISOString(), title: full(date) } : {}, shown);
  return url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, time) : time;
}

function part(given) {
  let shown = PARTS[given.type] ? PARTS[given.type](given) : given.text || "";
  for (const [style, tag] of STYLES) if (given.style?.[style]) shown = h(tag, {}, shown);
  return shown;
}

const parts = (elements) => elements.map(part);

const ELEMENTS = {
  rich_text_section: (given) => h("div", { class: "rich-section" }, parts(given.elements)),
  rich_text_quote: (given) => h("blockquote", {}, parts(given.elements)),
  rich_text_preformatted: (given) => preformatted(parts(given.elements)),
  rich_text_list: (given) => {
    const ordered = given.style === "ordered";
    const attributes = { class: `indent-${given.indent ?? 0}`, start: ordered && given.offset ? given.offset + 1 : null };
    return h(ordered ? "ol" : "ul", attributes, given.elements.map((item) => h("li", {}, parts(item.elements))));
  },
};

/** Fixed-width text that scrolls by itself, also by keyboard. */
export function preformatted(children) {
  return h("pre", { tabindex: "0" }, h("code", {}, children));
}

export function richText(block) {
  return h("div", { class: "rich" }, block.elements.map((element) => ELEMENTS[element.type]?.(element) ?? ""));
}

/** What a screen reader or a chart's label needs: the words alone. */
export function plainWords(block) {
  return (block.elements ?? []).map((e) => e.text ?? e.user_id ?? (e.elements ? plainWords(e) : "")).join("");
}
