// Behind the glass: a panel beside the page (a sheet over it on a phone) that explains the message one points at, and
// shows the cluster as it is now. It follows the pointer and the focus; a click makes it stay.

import { openDialog } from "./dialogs.js";
import { freshId, h, icon, iconButton, isTyping } from "./dom.js";
import { clusterTab } from "./glass_cluster.js";
import { messageTab } from "./glass_message.js";
import { say } from "./words.js";

const SHEET = window.matchMedia("(max-width: 959px)");
const DWELL = 120;
const OPEN = "kajitori/glass";

/** The button for the head of a place. */
export function glassToggle(app) {
  return h(
    "button",
    { type: "button", class: "glass-toggle", "aria-pressed": String(app.glass.isOpen), "aria-label": say("glass"), title: say("glassKey"), on: { click: () => app.glass.toggle() } },
    icon("layers"), h("span", { class: "glass-toggle-words" }, say("glass")), h("kbd", { "aria-hidden": "true" }, "g"),
  );
}

export class Glass {
  constructor(app) {
    this.app = app;
    this.isOpen = false;
    this.sheet = null;
    this.at = null;
    this.pinned = this.pointed = false;
    this.timer = 0;
    this.message = messageTab(app);
    this.cluster = clusterTab(app);
    this.pin = iconButton("pin", say("glassPin"), { "aria-pressed": "false", on: { click: () => this.hold(!this.pinned) } });
    this.tabs = tabs([["message", say("glassMessage"), this.message.node], ["cluster", say("glassCluster"), this.cluster.node]], () => this.draw());
    const title = freshId("glass");
    this.node = h("section", { class: "glass", "aria-labelledby": title, on: { keydown: (event) => this.keys(event) } },
      h("header", { class: "glass-head" }, h("h2", { id: title }, say("glass")), this.pin, iconButton("close", say("close"), { on: { click: () => this.close() } })),
      this.tabs.nodes);
    this.title = title;
    this.over = () => this.isOpen && this.place();
    SHEET.addEventListener("change", this.over);
  }

  /** Listens to what is pointed at within `frame`. */
  follow(frame) {
    frame.addEventListener("pointerover", (event) => this.meet(event.target, DWELL));
    frame.addEventListener("focusin", (event) => this.meet(event.target, 0));
    frame.addEventListener("click", (event) => {
      const row = event.target.closest("[data-message]");
      if (!row) return;
      this.meet(row, 0);
      if (this.isOpen && !event.target.closest("a, button, input, select, textarea, summary")) this.hold(true, row);
    });
    if (!SHEET.matches && localStorage.getItem(OPEN) === "yes") this.open();
  }

  /** Pointing must last a moment, so that the way to the panel does not lead over other messages. */
  meet(target, after) {
    const row = target.closest("[data-message]");
    clearTimeout(this.timer);
    if (!row || this.pinned) return;
    if (after) this.timer = setTimeout(() => this.look(row), after);
    else this.look(row);
  }

  look(row) {
    if (!row.isConnected || this.pinned) return;
    this.pointed = true;
    this.at = { channel: this.app.channel, ts: row.dataset.message };
    this.draw();
  }

  hold(pinned, row = null) {
    if (row) this.at = { channel: this.app.channel, ts: row.dataset.message };
    this.pinned = pinned && this.at !== null;
    this.draw();
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.isOpen = true;
    localStorage.setItem(OPEN, "yes");
    this.place();
  }

  place() {
    this.unplace();
    if (SHEET.matches) this.sheet = openDialog(this.node, { leave: () => this.close(), className: "glass-sheet", label: this.title });
    else {
      this.app.frame.append(this.node);
      this.app.frame.dataset.glass = "";
    }
    this.draw();
  }

  unplace() {
    const sheet = this.sheet;
    this.sheet = null;
    this.node.remove();
    delete this.app.frame.dataset.glass;
    sheet?.end();
  }

  close() {
    const within = this.node.contains(document.activeElement) && !this.sheet;
    this.isOpen = this.pinned = false;
    localStorage.removeItem(OPEN);
    this.unplace();
    this.draw();
    if (within) (document.querySelector(".glass-toggle") ?? this.app.pane)?.focus();
  }

  end() {
    SHEET.removeEventListener("change", this.over);
    clearTimeout(this.timer);
    this.isOpen = false;
    this.unplace();
    this.draw();
  }

  /** Another place was opened: what was pointed at elsewhere is out of sight. */
  moved() {
    if (!this.pinned && this.at?.channel !== this.app.channel) {
      this.at = null;
      this.pointed = false;
    }
    this.draw();
  }

  /** Something changed in the store. */
  changed(what, detail) {
    if (what === "channel" && detail.channel === this.at?.channel) this.message.stale();
    if (what === "all") this.message.stale();
    this.draw();
  }

  draw() {
    for (const each of document.querySelectorAll(".glass-toggle")) each.setAttribute("aria-pressed", String(this.isOpen));
    if (this.isOpen && !this.pointed && !this.pinned) this.at = newest(this.app);
    for (const each of this.app.frame.querySelectorAll("[data-behind]")) delete each.dataset.behind;
    const row = this.isOpen && this.at && this.at.channel === this.app.channel && this.app.frame.querySelector(`[data-message="${this.at.ts}"]`);
    if (row) row.dataset.behind = this.pinned ? "pinned" : "";
    this.pin.setAttribute("aria-pressed", String(this.pinned));
    this.pin.title = say(this.pinned ? "glassPinned" : "glassPin");
    this.message.show(this.isOpen && this.tabs.chosen === "message", this.at);
    this.cluster.show(this.isOpen && this.tabs.chosen === "cluster", this.message.place());
  }

  keys(event) {
    if (event.key !== "Escape" || this.sheet || isTyping(event.target)) return;
    this.close();
    event.preventDefault();
  }
}

/** What nobody has pointed at yet: the newest that the app said here. */
function newest(app) {
  const inThread = app.route.thread && app.store.thread?.messages.length;
  const messages = inThread ? app.store.thread.messages : app.store.of(app.channel);
  const last = messages.findLast((each) => each.bot_id);
  return last ? { channel: app.channel, ts: last.ts } : null;
}

/** Two pages of a panel, by keyboard as screen readers expect it: arrows go from tab to tab. */
function tabs(pages, changed) {
  const made = pages.map(([name, words, panel]) => {
    const id = freshId("tab");
    const button = h("button", { type: "button", role: "tab", id, "aria-controls": `${id}-page`, on: { click: () => choose(name) } }, words);
    return { name, button, page: h("div", { role: "tabpanel", id: `${id}-page`, class: "glass-page", "aria-labelledby": id, tabindex: "0" }, panel) };
  });
  const list = h("div", { role: "tablist", class: "glass-tabs", "aria-label": say("glass") }, made.map((each) => each.button));
  const found = { chosen: pages[0][0], nodes: [list, ...made.map((each) => each.page)] };
  list.addEventListener("keydown", (event) => {
    const at = made.findIndex((each) => each.name === found.chosen);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    choose(made[(at + step + made.length) % made.length].name);
    made.find((each) => each.name === found.chosen).button.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  const mark = () => {
    for (const { name, button, page } of made) {
      button.setAttribute("aria-selected", String(name === found.chosen));
      button.tabIndex = name === found.chosen ? 0 : -1;
      page.hidden = name !== found.chosen;
    }
  };
  const choose = (name) => {
    found.chosen = name;
    mark();
    changed();
  };
  mark();
  return found;
}
