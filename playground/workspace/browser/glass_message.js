// What happened for one message: read when it is shown, again a moment after it changed, and never over a newer answer.

import { h } from "./dom.js";
import { timeline } from "./glass_timeline.js";
import { say } from "./words.js";

const SOON = 250;
const LATER = 1800;
const FRESH = 5;
const ENDED = ["succeeded", "failed", "partly_done", "rejected", "expired", "cancelled", "halted"];

export function messageTab(app) {
  const node = h("div", { class: "glass-message" });
  let shown = null;
  let found = null;
  let drawn = "";
  let isVisible = false;
  let asked = 0;
  let timers = [];

  function stale() {
    if (!isVisible) return;
    timers.forEach(clearTimeout);
    timers = [SOON, LATER].map((after) => setTimeout(read, after));
  }

  async function read() {
    if (!isVisible || !shown || document.visibilityState !== "visible") return;
    const mine = ++asked;
    const answer = await app.api.explained(shown.channel, shown.ts).catch((error) => ({ error }));
    if (mine !== asked || !isVisible) return;
    found = answer;
    draw();
    app.glass.cluster.suggest(place());
    const isAway = found.error && !isHidden(found.error);
    if (isComing()) timers.push(setTimeout(read, SOON));
    else if (isAway || (found.request && !ENDED.includes(found.request.state))) timers.push(setTimeout(read, LATER));
  }

  function show(visible, at) {
    const same = visible === isVisible && at?.channel === shown?.channel && at?.ts === shown?.ts;
    isVisible = visible;
    if (same) return;
    timers.forEach(clearTimeout);
    if (at?.channel !== shown?.channel || at?.ts !== shown?.ts) found = null;
    shown = at;
    asked += 1;
    if (!visible) return;
    draw();
    read();
    timers = [setTimeout(read, LATER)];
  }

  function draw() {
    const version = JSON.stringify([shown, found?.error ? String(found.error) : found, Boolean(found) && isComing()]);
    if (version === drawn) return;
    drawn = version;
    const open = new Set([...node.querySelectorAll("details[open]")].map((each) => each.dataset.part));
    const focused = node.contains(document.activeElement) ? document.activeElement.closest("[data-part]")?.dataset.part : null;
    node.replaceChildren(...content());
    for (const each of node.querySelectorAll("details")) each.open = open.has(each.dataset.part);
    if (focused) node.querySelector(`[data-part="${CSS.escape(focused)}"] summary`)?.focus();
  }

  function content() {
    if (!shown) return [note(say("glassEmpty"))];
    if (!found) return [note(say("glassLoading"))];
    if (found.error) return trouble(found.error);
    if (!found.happenings.length) return [note(say(isByPerson() ? "glassByPerson" : isComing() ? "glassLoading" : "glassUnknown"))];
    return timeline(found);
  }

  function isByPerson() {
    const message = [...app.store.of(shown.channel), ...(app.store.thread?.messages ?? [])].find((each) => each.ts === shown.ts);
    return Boolean(message) && !message.bot_id;
  }

  /** A message is seen a moment before the bot has written down that it was sent. */
  function isComing() {
    return !found.error && !found.happenings.length && !isByPerson() && Date.now() / 1000 - Number(shown.ts) < FRESH;
  }

  function trouble(error) {
    const again = h("button", { type: "button", class: "button small", on: { click: read } }, say("glassAgain"));
    return [isHidden(error) ? note(say("glassHidden")) : note(say("glassFailed", { error: error.message }), again)];
  }

  const place = () => (found?.request ? { cluster: found.request.cluster, namespace: found.request.namespace } : null);
  return { node, show, stale, place };
}

const isHidden = (error) => error.status === 404 || error.status === 409;

export function note(words, ...more) {
  return h("div", { class: "glass-note", role: "status" }, h("p", {}, words), more);
}
