// The three places beside the sidebar: a channel, a thread, the app's Home.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { glassToggle } from "./glass.js";
import { messageLog } from "./logs.js";
import { markRead, unread } from "./reading.js";
import { backButton, sign } from "./sidebar.js";
import { say } from "./words.js";

export function channelPane(app, channel) {
  const name = channel.is_im ? "Kajitori" : `#${channel.name}`;
  const log = messageLog(app, { label: name });
  const empty = h("p", { class: "empty", hidden: true }, say("emptyChannel"));
  const member = channel.members.includes(app.me.id);
  const writing = member ? composer(app, { placeholder: say("messageTo", { name }) }) : null;
  const fresh = unread(app.me.name, app.me.id, channel.id, app.store.of(channel.id));
  const newFrom = fresh[0]?.ts ?? null;
  const node = h(
    "main",
    { class: "pane channel" },
    h("header", { class: "pane-head" }, backButton(""), h("h1", {}, name), sign(app),
      channel.is_ext_shared ? h("span", { class: "tag shared" }, say("connected")) : null,
      channel.is_im ? h("a", { class: "head-link", href: "#home" }, say("home")) : h("span", { class: "about" }, say("members", { count: channel.members.length })), glassToggle(app)),
    h("div", { class: "log-place" }, log.nodes, empty),
    writing?.node ?? h("p", { class: "note centre" }, say("notMember")),
  );

  function draw() {
    const messages = app.store.of(channel.id);
    const refusals = app.store.refusals.filter((each) => (each.channel || channel.id) === channel.id);
    empty.hidden = messages.length + refusals.length > 0;
    log.draw(messages, { refusals, newFrom });
    if (document.visibilityState === "visible" && messages.length) markRead(app.me.name, channel.id, messages.at(-1).ts);
  }

  return { node, draw, focus: () => writing?.focus(), begin: () => log.toEnd() };
}

export function threadPane(app, channel, ts) {
  const log = messageLog(app, { inThread: true, label: say("thread") });
  const writing = channel.members.includes(app.me.id) ? composer(app, { placeholder: say("replyInThread"), thread_ts: ts }) : null;
  const node = h(
    "aside",
    { class: "pane thread", "aria-label": say("thread") },
    h("header", { class: "pane-head" }, backButton(channel.id), h("h2", {}, say("thread")), sign(app), h("span", { class: "about" }, channel.is_im ? "Kajitori" : `#${channel.name}`),
      glassToggle(app), iconButton("close", say("close"), { class: "icon-button close-thread", on: { click: () => app.go(channel.id) } })),
    h("div", { class: "log-place" }, log.nodes),
    writing?.node,
  );
  const draw = () => log.draw(app.store.thread?.messages ?? []);
  return { node, draw, focus: () => writing?.focus(), begin: () => log.toEnd() };
}

export function homePane(app) {
  const body = h("div", { class: "home-body" });
  const node = h(
    "main",
    { class: "pane home" },
    h("header", { class: "pane-head" }, backButton(""), h("h1", {}, say("home")), sign(app), h("span", { class: "about" }, say("homeAbout")), glassToggle(app)),
    h("div", { class: "log-place" }, h("div", { class: "log", tabindex: "0" }, body)),
  );
  let drawn = "";

  function draw() {
    const { home } = app.store;
    if (home?.hash === drawn) return;
    drawn = home?.hash ?? "";
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    const place = { api: app.api, spot: { view_id: home?.id }, reader: app.me.id, held: (block, element) => home.state?.values?.[block.block_id]?.[element.action_id] };
    body.replaceChildren(...(home?.blocks.length ? blocks(home.blocks, place) : [h("p", { class: "empty" }, say("homeEmpty"))]));
    if (focused) body.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }

  return { node, draw, focus: () => {}, begin: () => app.store.readHome(true).catch(() => {}) };
}
