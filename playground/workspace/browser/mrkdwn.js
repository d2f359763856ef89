// Slack's `mrkdwn` and a message's `text`: marks become elements, everything else stays text.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { broadcast, channelLink, groupMention, link, mention } from "./names.js";
import { dated, preformatted } from "./rich_text.js";

const INLINE = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])/g;

export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function marked(inside) {
  const [target, label] = inside.split("|", 2);
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) return dated(date[1], date[2], label && unescape(label), date[3]);
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelLink(target.slice(1));
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9));
  if (target.startsWith("!")) return broadcast(target.slice(1));
  return link(unescape(target), label && unescape(label));
}

function inline(text) {
  const shown = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) shown.push(words(text.slice(end, match.index)));
    const [whole, mark, code, bold, italic, strike] = match;
    if (mark !== undefined) shown.push(marked(mark));
    else if (code !== undefined) shown.push(h("code", {}, inlineCode(code)));
    else if (bold !== undefined) shown.push(h("strong", {}, inline(bold)));
    else if (italic !== undefined) shown.push(h("em", {}, inline(italic)));
    else shown.push(h("s", {}, inline(strike)));
    end = match.index + whole.length;
  }
  if (end < text.length) shown.push(words(text.slice(end)));
  return shown;
}

const words = (text) => withEmoji(unescape(text));
const inlineCode = (text) => unescape(text.replace(/<(?:[^<>|]*\|)?([^<>]*)>/g, "$1"));

function quotedOrNot(text) {
  const shown = [];
  for (const piece of text.split(/((?:^&gt;.*(?:\n|$))+)/m)) {
    if (!piece) continue;
    if (piece.startsWith("&gt;")) shown.push(h("blockquote", {}, inline(piece.replace(/^&gt; ?/gm, "").trimEnd())));
    else shown.push(...inline(piece));
  }
  return shown;
}

/** Slack's markup as elements; line breaks are kept by the style. */
export function mrkdwn(text) {
  const pieces = String(text).split("```");
  const balanced = pieces.length % 2 === 1;
  const shown = pieces.map((piece, index) => {
    if (index % 2 === 0) return quotedOrNot(piece);
    return balanced ? preformatted(unescape(piece).replace(/^\n|\n$/g, "")) : `\`\`\`${words(piece)}`;
  });
  return h("div", { class: "mrkdwn" }, shown);
}

/** A text object: `plain_text` as it is, `mrkdwn` with its marks. */
export function textOf(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text) : withEmoji(object.text);
}

/** A push line: words without marks. */
export function plainly(text) {
  return mrkdwn(text).textContent;
}
