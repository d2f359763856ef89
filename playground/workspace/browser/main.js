// The page: one person (`?as=`) at one place (`#C0PAYMENTS/1764000000.000100`). Read this first.

import { actingAs } from "./api.js";
import { liveIn } from "./dates.js";
import { h, isTyping } from "./dom.js";
import { Glass } from "./glass.js";
import { listen } from "./live.js";
import { plainly } from "./mrkdwn.js";
import { know } from "./names.js";
import { channelPane, homePane, threadPane } from "./panes.js";
import { sidebar, target, warning } from "./sidebar.js";
import { Store } from "./store.js";
import { toast, toastShelf } from "./toasts.js";
import { modalDesk } from "./views.js";
import { say, speak } from "./words.js";

const NARROW = window.matchMedia("(max-width: 719px)");
let running = null;

function routed(app) {
  const [place, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  const known = app.store.channels.some((each) => each.id === place);
  if (place === "home") return { home: true };
  if (known) return { channel: place, thread };
  return NARROW.matches ? {} : { channel: app.store.channels[0]?.id };
}

class App {
  constructor(found, me) {
    this.me = me;
    this.api = actingAs(me.name);
    this.real = found.real;
    this.commands = found.commands;
    this.shortcuts = found.shortcuts;
    this.store = new Store(this.api, me, (what, detail) => this.drawn(what, detail));
    this.side = sidebar(this);
    this.modal = modalDesk(this);
    this.glass = new Glass(this);
    this.route = {};
    this.pane = this.thread = null;
    this.told = null;
    this.offline = h("p", { class: "offline", role: "status", hidden: true }, say("offline"));
    this.frame = h("div", { class: "frame" }, this.side.node);
    this.skip = h("button", { type: "button", class: "skip", on: { click: () => this.pane?.focus() } }, say("skip"));
  }

  get channel() {
    return this.route.channel;
  }

  get isDirect() {
    return Boolean(this.store.channels.find((each) => each.id === this.channel)?.is_im);
  }

  begin() {
    document.body.replaceChildren(this.skip, ...warning(this), this.offline, this.frame, toastShelf());
    this.glass.follow(this.frame);
    this.stop = listen(this.api.events, {
      changed: (change) => this.store.changed(change),
      reread: () => this.store.reread(),
      lost: (isLost) => (this.offline.hidden = !isLost),
    });
    return this;
  }

  end() {
    this.stop();
    this.modal.close();
    this.glass.end();
  }

  go(place) {
    location.hash = place;
  }

  become(name) {
    history.pushState(null, "", `/?as=${name}${location.hash}`);
    start();
  }

  /** Whatever the store learned, where it is shown. */
  drawn(what, detail) {
    if (what === "view") return this.modal.show(this.store.view);
    if (what !== "all" && this.told === null) return;
    if (what === "all" && !this.pane) this.move();
    if (what === "all" || what === "notification") this.push();
    this.pane?.draw();
    this.thread?.draw();
    this.side.draw();
    this.glass.changed(what, detail);
  }

  /** New pushes come up; those of before the page was opened do not, nor where a frame around it shows them. */
  push() {
    const all = this.store.notifications;
    for (const each of window.parent === window ? all.slice(this.told ?? all.length) : []) {
      toast("Kajitori", plainly(each.text), "push", () => this.go(target(each)));
    }
    this.told = all.length;
  }

  /** To the place that the address names. */
  move() {
    const before = this.route;
    this.route = routed(this);
    const { home, channel, thread } = this.route;
    const found = this.store.channels.find((each) => each.id === channel);
    this.frame.dataset.at = thread ? "thread" : home || channel ? "pane" : "list";
    if (!this.pane || before.channel !== channel || before.home !== home) {
      this.pane?.node.remove();
      this.pane = home ? homePane(this) : found ? channelPane(this, found) : null;
      if (this.pane) this.frame.append(this.pane.node);
      this.enter(this.pane);
    }
    this.moveThread(found, thread);
    this.side.draw();
    this.glass.moved();
  }

  moveThread(channel, ts) {
    if (this.store.thread && this.store.thread.ts === ts && this.store.thread.channel === channel?.id) return;
    const had = this.thread;
    had?.node.remove();
    this.thread = ts && channel ? threadPane(this, channel, ts) : null;
    const pane = this.thread;
    this.store.openThread(pane && channel.id, ts).then(() => this.enter(pane));
    if (pane) this.frame.append(pane.node);
    else if (had && !NARROW.matches) this.pane?.focus();
  }

  enter(pane) {
    if (!pane) return;
    pane.draw();
    pane.begin();
    if (!NARROW.matches) pane.focus();
  }

  /** Escape leaves the thread; Alt and arrows go from channel to channel; `/` and `c` go to the message field, `g` behind the glass. */
  keys(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    const rooms = this.store.channels;
    const at = rooms.findIndex((each) => each.id === this.channel);
    if (event.key === "Escape" && this.route.thread) this.go(this.channel);
    else if (event.altKey && event.key === "ArrowDown") this.go(rooms[(at + 1) % rooms.length].id);
    else if (event.altKey && event.key === "ArrowUp") this.go(rooms[(at - 1 + rooms.length) % rooms.length].id);
    else if (isTyping(event.target) || event.ctrlKey || event.metaKey) return;
    else if (event.key === "c" || event.key === "/") this.pane?.focus();
    else if (event.key === "g") this.glass.toggle();
    else return;
    event.preventDefault();
  }
}

async function start() {
  const name = new URLSearchParams(location.search).get("as");
  const found = await actingAs(name ?? "").workspace();
  const humans = found.people.filter((each) => !each.is_bot);
  const me = humans.find((each) => each.name === name || each.id === name) ?? humans[0];
  if (me.name !== name) history.replaceState(null, "", `/?as=${me.name}${location.hash}`);
  running?.end();
  speak(me.locale);
  liveIn(me.tz);
  know(found, me.id);
  running = new App(found, me).begin();
}

/** The server may be away when the page opens: try until it is there. */
async function open() {
  try {
    const kind = performance.getEntriesByType("navigation")[0]?.type;
    const name = new URLSearchParams(location.search).get("as");
    if (kind === "reload" && name) await actingAs(name).reload();
    await start();
  } catch {
    document.body.replaceChildren(h("p", { class: "offline", role: "status" }, say("offline")));
    setTimeout(open, 1000);
  }
}

window.addEventListener("hashchange", () => running?.move());
window.addEventListener("popstate", () => {
  const name = new URLSearchParams(location.search).get("as");
  if (running && name && name !== running.me.name) start();
});
window.addEventListener("keydown", (event) => running?.keys(event));
window.addEventListener("storage", () => running?.side.draw());
document.addEventListener("visibilitychange", () => running?.drawn("all", {}));
NARROW.addEventListener("change", () => running?.move());
open();
