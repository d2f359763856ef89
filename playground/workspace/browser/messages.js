// One message: who, when, for whom, what; and what can be done with it.

import { blocks } from "./blocks.js";
import { clock, full, moment } from "./dates.js";
import { h, icon, iconButton } from "./dom.js";
import { image, own } from "./elements.js";
import { emoji } from "./emoji.js";
import { menuButton } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, nameOf, personOf } from "./names.js";
import { preformatted } from "./rich_text.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const PREVIEW = 4000;

function head(message) {
  const person = personOf(message.user);
  const guest = person?.is_restricted || person?.is_stranger;
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, nameOf(message.user)),
    person?.is_bot ? h("span", { class: "tag" }, say("isApp")) : guest ? h("span", { class: "tag" }, say("isGuest")) : null,
    h("time", { datetime: moment(message.ts).toISOString(), title: full(moment(message.ts)) }, clock(moment(message.ts))),
    message.edited ? h("span", { class: "edited" }, say("edited")) : null,
  );
}

function attachment(given, place) {
  const inside = given.blocks ? blocks(given.blocks, place) : [given.title ? h("strong", {}, given.title) : null, mrkdwn(given.text ?? given.fallback ?? "")];
  const bar = h("div", { class: "attachment" }, inside);
  if (/^#?[0-9a-f]{6}$/i.test(given.color ?? "")) bar.style.borderColor = `#${given.color.replace("#", "")}`;
  return bar;
}

function file(given) {
  const path = own(given.url_private);
  if (path && given.mimetype.startsWith("image/")) {
    return h("figure", { class: "figure" }, h("figcaption", {}, given.title), image({ image_url: path, alt_text: given.title }));
  }
  const name = h("a", { href: path ?? "#", target: "_blank", rel: "noopener", class: "file-name" }, given.title, h("span", { class: "about" }, ` ${given.size.toLocaleString()} B`));
  const shown = h("div", { class: "file" }, name);
  if (path) preview(path).then((text) => shown.append(preformatted(text)));
  return shown;
}

async function preview(path) {
  const text = await (await fetch(path)).text();
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}

function reactions(message) {
  if (!message.reactions) return null;
  return h("div", { class: "reactions" }, message.reactions.map((each) =>
    h("span", { class: "reaction", title: each.users.map(nameOf).join(", ") }, emoji(each.name) ?? `:${each.name}:`, ` ${each.count}`)));
}

function tools(message, app, inThread) {
  if (message.is_ephemeral || message.user === "USLACKBOT") return null;
  const shortcuts = app.shortcuts.map((each) => ({
    label: each.name,
    run: () => app.api.shortcut(app.channel, message.ts, each.callback_id).catch((error) => toast(say("failed"), error.message, "bad")),
  }));
  const parent = message.thread_ts ?? message.ts;
  return h(
    "div",
    { class: "tools" },
    inThread ? null : iconButton("reply", say("replyInThread"), { on: { click: () => app.go(`${app.channel}/${parent}`) } }),
    shortcuts.length ? menuButton({ label: say("more"), entries: () => shortcuts }) : null,
  );
}

function replies(message, app) {
  if (!message.reply_count) return null;
  const words = message.reply_count === 1 ? say("reply") : say("replies", { count: message.reply_count });
  const latest = clock(moment(message.latest_reply));
  return h("a", { class: "replies", href: `#${app.channel}/${message.ts}` }, words, h("span", { class: "about" }, latest));
}

/** `compact`: the same author has just spoken, so who it was is not said again. */
export function messageRow(message, app, { compact = false, inThread = false } = {}) {
  const place = { api: app.api, spot: { channel: app.channel, ts: message.ts }, reader: app.me.id };
  const body = message.blocks?.length ? blocks(message.blocks, place) : message.text ? mrkdwn(message.text) : null;
  const row = h(
    "article",
    {
      class: `message ${compact ? "compact" : ""} ${message.is_ephemeral ? "private" : ""}`,
      tabindex: "-1",
      data: { message: message.ts },
      "aria-label": `${nameOf(message.user)}, ${clock(moment(message.ts))}${message.is_ephemeral ? `, ${say("onlyYou")}` : ""}`,
    },
    avatar(message.user),
    h(
      "div",
      { class: "message-body" },
      message.is_ephemeral ? h("div", { class: "only-you" }, eye(), say("onlyYou")) : null,
      head(message),
      h("div", { class: "content" }, body, (message.attachments ?? []).map((each) => attachment(each, place)), (message.files ?? []).map(file)),
      reactions(message),
      inThread ? null : replies(message, app),
    ),
    tools(message, app, inThread),
  );
  return row;
}

const eye = () => h("span", { class: "eye", "aria-hidden": "true" }, "◉");

/** What the app sent and Slack would not take. */
export function refusalRow(refusal) {
  return h(
    "article",
    { class: "message refusal", tabindex: "-1", "aria-label": say("refused", { error: refusal.error }) },
    h("span", { class: "avatar bad", "aria-hidden": "true" }, icon("close")),
    h(
      "div",
      { class: "message-body" },
      h("div", { class: "message-head" }, h("span", { class: "author" }, say("refused", { error: refusal.error }))),
      h("p", { class: "about" }, h("code", {}, refusal.method), " ", say("refusedAbout")),
      refusal.text ? h("p", { class: "refused-text" }, refusal.text) : null,
      refusal.messages.length ? h("ul", { class: "refused-why" }, refusal.messages.map((each) => h("li", {}, h("code", {}, each)))) : null,
    ),
  );
}
