// Two people at the real page: alice at her desk, bob with his phone. The tour reaches into it only to put the focus
// where the next act is; whatever is pressed there is pressed in the page itself.

import { h } from "/dom.js";
import { lockScreen, placeOf } from "/tour/phone.js";
import { say } from "/tour/words.js";

const CHANNEL = "C0PAYMENTS";
const LOOK = 60;

/** One person's page in a frame. */
function seat(person, title) {
  const frame = h("iframe", { title, class: "seat-frame" });
  let asked = 0;
  let loading = false;
  const inside = () => frame.contentDocument;
  frame.addEventListener("load", () => (loading = false));

  /** The element, as soon as it is there; null when something else is asked for meanwhile. */
  async function found(look) {
    const mine = ++asked;
    while (mine === asked) {
      const element = loading ? null : look(inside());
      if (element) return element;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    return null;
  }

  /** The page from its beginning, for instance in another language. */
  function begin(place) {
    asked += 1;
    loading = true;
    frame.src = `/?as=${person}&at=${Date.now()}#${place}`;
  }

  /** To a place of it. */
  function go(place) {
    if (loading) begin(place);
    else inside().location.hash = place;
  }

  return {
    frame,
    begin,
    go,
    found,
    forget: () => (asked += 1),
    first: (selector) => inside()?.querySelector(selector) ?? null,
  };
}

export function seats({ unlock }) {
  const alice = seat("alice", say("slack"));
  const bob = seat("bob", say("bobsPhone"));
  const lock = lockScreen((push) => unlock(push));
  const tabs = ["alice", "bob"].map((name) =>
    h("button", { type: "button", class: "seat-tab", "aria-pressed": "false", on: { click: () => show(name) } }, say(name === "alice" ? "slack" : "bobsPhone")));
  const node = h(
    "main",
    { class: "seats", data: { shown: "alice" } },
    h("div", { class: "seat-tabs", role: "group", "aria-label": say("whose") }, tabs),
    h("section", { class: "seat desk", "aria-label": say("slack") }, h("p", { class: "seat-name" }, say("slack")), h("div", { class: "seat-place" }, alice.frame)),
    h("section", { class: "seat phone", "aria-label": say("bobsPhone") }, h("p", { class: "seat-name" }, say("bobsPhone")), h("div", { class: "seat-place" }, bob.frame, lock.node)),
  );

  /** On a narrow screen one of the two is seen. */
  function show(name) {
    node.dataset.shown = name;
    tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", String(["alice", "bob"][index] === name)));
  }

  function sit() {
    for (const each of [alice, bob]) each.begin(CHANNEL);
    close();
    show("alice");
  }

  function close() {
    lock.node.hidden = false;
    bob.frame.inert = true;
  }

  function open(push) {
    if (push) bob.go(placeOf(push));
    lock.node.hidden = true;
    bob.frame.inert = false;
  }

  /** The command stands in alice's message field, unless she writes something herself; the focus is there. */
  async function compose(line) {
    alice.go(CHANNEL);
    const area = await alice.found((page) => page.querySelector(".channel .composer textarea"));
    if (!area) return;
    if (!area.value) area.value = line;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  async function send(line) {
    await compose(line);
    alice.first(".channel .composer")?.requestSubmit();
  }

  /** On the button of the message that the push was about. */
  async function focusVote({ thread_ts, ts }) {
    const where = thread_ts ? `.thread [data-message="${thread_ts}"]` : `.channel [data-message="${ts}"]`;
    (await bob.found((page) => page.querySelector(`${where} [data-action="approve"]`)))?.focus();
  }

  const focusConfirm = async () => (await bob.found((page) => page.querySelector('dialog [type="submit"]')))?.focus();

  function rest() {
    alice.forget();
    bob.forget();
  }

  show("alice");
  close();
  return { node, alice, bob, lock, sit, show, open, close, compose, send, focusVote, focusConfirm, rest };
}
