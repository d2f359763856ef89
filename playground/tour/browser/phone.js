// A lock screen over bob's phone: dark until a push comes, which is the very line that the bot sent.

import { h } from "/dom.js";
import { say, language } from "/tour/words.js";

/** Where a push leads, as an address within the workspace's page. */
export const placeOf = (push) => (push.thread_ts ? `${push.channel}/${push.thread_ts}` : push.channel);

/** `open(push)` is called when a push is tapped. */
export function lockScreen(open) {
  const clock = h("time", { class: "lock-clock" });
  const day = h("p", { class: "lock-day" });
  const shelf = h("div", { class: "lock-pushes", role: "status" });
  const node = h("div", { class: "lock", role: "group", "aria-label": `${say("bobsPhone")} · ${say("locked")}` }, day, clock, shelf);
  let shown = "";

  function card(push) {
    const { text } = push;
    return h("button", { type: "button", class: "push-card", "aria-label": say("openPush", { text }), on: { click: () => open(push) } },
      h("span", { class: "push-app" }, h("span", { class: "push-icon", "aria-hidden": "true" }, "⎈"), "Kajitori"),
      h("span", { class: "push-text" }, text));
  }

  function draw(pushes, { now, zone }) {
    const at = new Date(now);
    clock.textContent = at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    day.textContent = at.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", timeZone: zone });
    const key = pushes.map((each) => each.ts).join(" ");
    if (key === shown) return;
    shown = key;
    node.classList.toggle("lit", pushes.length > 0);
    shelf.replaceChildren(...pushes.map(card));
  }

  return { node, draw };
}
