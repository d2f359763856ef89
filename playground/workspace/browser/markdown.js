// The `markdown` block: standard Markdown, as much of it as Slack shows. HTML in it stays text.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./names.js";
import { preformatted } from "./rich_text.js";
import { tableOf } from "./tables.js";

const INLINE = /\\([\\`*_{}[\]()#+\-.!~|<>])|`([^`]+)`|!?\[([^\]]*)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)|(https?:\/\/[^\s<>)]+)/g;

export function inline(text) {
  const shown = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) shown.push(withEmoji(text.slice(end, match.index)));
    const [whole, escaped, code, label, url, strong, under, strike, em, slanted, bare] = match;
    if (escaped) shown.push(escaped);
    else if (code) shown.push(h("code", {}, code));
    else if (url) shown.push(link(url, label));
    else if (strong || under) shown.push(h("strong", {}, inline(strong || under)));
    else if (strike) shown.push(h("s", {}, inline(strike)));
    else if (bare) shown.push(link(bare));
    else shown.push(h("em", {}, inline(em || slanted)));
    end = match.index + whole.length;
  }
  if (end < text.length) shown.push(withEmoji(text.slice(end)));
  return shown;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
const isRule = (line) => /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line ?? "") && line.includes("-");
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;

function list(lines) {
  const ordered = Boolean(ITEM.exec(lines[0])[2]);
  const items = lines.map((line) => {
    const [, , , said] = ITEM.exec(line);
    const task = /^\[([ xX])\]\s+(.*)$/.exec(said);
    if (!task) return h("li", {}, inline(said));
    return h("li", { class: "task" }, task[1] === " " ? "☐ " : "☑ ", inline(task[2]));
  });
  return h(ordered ? "ol" : "ul", {}, items);
}

function take(lines, from, belongs) {
  let end = from;
  while (end < lines.length && belongs(lines[end])) end += 1;
  return end;
}

/** One piece that begins at this line, and where the next begins. */
function piece(lines, at) {
  const line = lines[at];
  const fence = /^\s*```/.test(line);
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (fence) {
    const end = take(lines, at + 1, (each) => !/^\s*```/.test(each));
    return [preformatted(lines.slice(at + 1, end).join("\n")), end + 1];
  }
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, {}, inline(heading[2])), at + 1];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr"), at + 1];
  if (/^>/.test(line)) {
    const end = take(lines, at, (each) => /^>/.test(each));
    return [h("blockquote", {}, inline(lines.slice(at, end).map((each) => each.replace(/^> ?/, "")).join("\n"))), end];
  }
  if (line.includes("|") && isRule(lines[at + 1])) {
    const end = take(lines, at + 2, (each) => each.includes("|"));
    const rows = [line, ...lines.slice(at + 2, end)].map((each) => cells(each).map(inline));
    return [tableOf(rows), end];
  }
  if (ITEM.test(line)) {
    const end = take(lines, at, (each) => ITEM.test(each));
    return [list(lines.slice(at, end)), end];
  }
  const end = Math.max(at + 1, take(lines, at, (each) => each.trim() && !/^(#{1,6}\s|>|\s*```)/.test(each) && !ITEM.test(each)));
  return [h("p", {}, inline(lines.slice(at, end).join("\n"))), end];
}

export function markdown(text) {
  const lines = String(text).split("\n");
  const shown = [];
  for (let at = 0; at < lines.length; ) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [element, next] = piece(lines, at);
    shown.push(element);
    at = next;
  }
  return h("div", { class: "markdown" }, shown);
}
