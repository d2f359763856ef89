// One sentence on where one is, and what can be done about it. It is said aloud, and the next act has the focus.

import { freshId, h } from "/dom.js";
import { say } from "/tour/words.js";

export function guide() {
  const title = h("p", { class: "guide-title", id: freshId("guide"), tabindex: "-1" });
  const more = h("p", { class: "guide-more" });
  const words = h("div", { class: "guide-words", role: "status" }, title, more);
  const act = h("p", { class: "guide-act" });
  const acts = h("div", { class: "guide-acts" });
  const below = h("div", { class: "guide-below" });
  const node = h("section", { class: "guide", "aria-labelledby": title.id }, act, words, acts, below);
  let drawn = "";

  function button({ label, run, quiet = false }) {
    return h("button", { type: "button", class: `button ${quiet ? "" : "primary"}`, on: { click: run } }, label);
  }

  /**
   * What to show: `key` names it, and while that is the same nothing is drawn anew. `title` may be elements; `focus` is
   * put on the first button unless it goes elsewhere (`elsewhere`).
   */
  function draw({ key, title: said, more: saidMore = "", act: at = 0, buttons = [], under = null, elsewhere = false }) {
    if (key === drawn) return;
    drawn = key;
    node.dataset.step = key.split(" ")[0];
    act.textContent = at ? say("actOf", { act: at }) : "";
    title.replaceChildren(...[said].flat());
    more.replaceChildren(...[saidMore].flat());
    acts.replaceChildren(...buttons.map(button));
    below.replaceChildren(...(under ? [under] : []));
    if (!elsewhere) (acts.querySelector("button") ?? below.querySelector("button") ?? title).focus({ preventScroll: true });
  }

  return { node, draw };
}
