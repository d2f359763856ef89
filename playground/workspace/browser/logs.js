// A list of messages that stays where the reader is: drawn by difference, the focus kept, at its end when it was there,
// also when a phone's keyboard takes half of it.

import { day, moment } from "./dates.js";
import { focusAgain } from "./dialogs.js";
import { h, icon, isTyping } from "./dom.js";
import { messageRow, refusalRow } from "./messages.js";
import { say } from "./words.js";

const TOGETHER = 300;
const NEAR = 80;

/** `inThread` leaves out days and threads. */
export function messageLog(app, { inThread = false, label }) {
  const list = h("div", { class: "log", role: "log", "aria-label": label, tabindex: "0" });
  const newest = h("button", { type: "button", class: "newest", hidden: true, on: { click: () => toEnd() } }, icon("down"), say("newest"));
  const drawn = new Map();
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const toEnd = () => list.scrollTo({ top: list.scrollHeight });
  let ended = true;
  let top = 0;
  const look = () => {
    top = list.scrollTop;
    newest.hidden = ended = atEnd();
  };
  list.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(() => ended && toEnd()).observe(list);
  list.addEventListener("keydown", (event) => walk(list, event, app));
  const still = holdStill(list, () => last && draw(...last));
  let last = null;

  function draw(messages, { refusals = [], newFrom = null } = {}) {
    last = [messages, { refusals, newFrom }];
    if (still.isHeld()) return;
    if (list.scrollTop < top) look(); // scrolled up in this very frame: the event is not here yet
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const before = focused?.closest("[data-message]")?.dataset.message;
    const wanted = entries(messages, refusals, newFrom, inThread);
    const keys = new Set(wanted.map((each) => each.key));
    for (const [key, { node }] of drawn) {
      if (keys.has(key)) continue;
      node.remove();
      drawn.delete(key);
    }
    let previous = null;
    for (const each of wanted) {
      const had = drawn.get(each.key);
      const node = had?.version === each.version ? had.node : each.make(app);
      if (had && had.node !== node) had.node.replaceWith(node);
      drawn.set(each.key, { node, version: each.version });
      const after = previous ? previous.nextSibling : list.firstChild;
      if (after !== node) list.insertBefore(node, after);
      previous = node;
    }
    if (focused && !focused.isConnected) {
      if (focused.dataset.action) focusAgain(focused);
      else list.querySelector(`[data-message="${before}"]`)?.focus();
    }
    if (ended) toEnd();
    look();
  }

  return { nodes: [list, newest], draw, toEnd, list };
}

/**
 * Nothing moves under a finger: while a button is down or a menu is open in the list, drawing waits, and `catchUp` is
 * called afterwards.
 */
function holdStill(list, catchUp) {
  let down = false;
  const isHeld = () => down || list.querySelector(":popover-open") !== null;
  const ends = ["pointerup", "pointercancel"];
  const release = () => {
    for (const end of ends) window.removeEventListener(end, release);
    down = false;
    setTimeout(catchUp);
  };
  list.addEventListener("pointerdown", () => {
    down = true;
    for (const end of ends) window.addEventListener(end, release);
  });
  list.addEventListener("toggle", (event) => event.newState === "closed" && catchUp(), true);
  return { isHeld };
}

function entries(messages, refusals, newFrom, inThread) {
  const found = [];
  const all = [...messages.map((m) => ({ ts: m.ts, message: m })), ...refusals.map((r) => ({ ts: r.ts, refusal: r }))];
  all.sort((a, b) => Number(a.ts) - Number(b.ts));
  let before = null;
  let today = "";
  for (const { ts, message, refusal } of all) {
    const date = day(moment(ts));
    if (!inThread && date !== today) found.push(divider(`day ${date}`, date, "day"));
    if (newFrom === ts) found.push(divider("new", say("newMessages"), "new"));
    if (refusal) found.push({ key: `refused ${ts}`, version: ts, make: () => refusalRow(refusal) });
    else {
      const compact = follows(before, message) && date === today && newFrom !== ts;
      const version = `${compact}${inThread}${JSON.stringify(message)}`;
      found.push({ key: ts, version, make: (app) => messageRow(message, app, { compact, inThread }) });
    }
    today = date;
    before = message ?? null;
  }
  return found;
}

function follows(before, message) {
  return (
    before !== null &&
    before.user === message.user &&
    !message.bot_id &&
    !message.is_ephemeral &&
    !before.is_ephemeral &&
    Number(message.ts) - Number(before.ts) < TOGETHER
  );
}

function divider(key, words, kind) {
  return { key, version: words, make: () => h("div", { class: `divider ${kind}`, role: "separator", "aria-label": words }, h("span", {}, words)) };
}

/** Up and down through the messages; `t` opens the thread, `m` what else there is. */
function walk(list, event, app) {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...list.querySelectorAll(".message")];
  const row = event.target.closest(".message");
  const at = rows.indexOf(row);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (row && event.target !== row) return;
    const to = at < 0 ? rows.length - 1 : at + (event.key === "ArrowDown" ? 1 : -1);
    rows[Math.max(0, Math.min(to, rows.length - 1))]?.focus();
  } else if (event.key === "t" && row?.dataset.message) app.go(`${app.channel}/${row.dataset.message}`);
  else if (event.key === "m" && row) row.querySelector(".tools [aria-haspopup=menu]")?.click();
  else return;
  event.preventDefault();
}
