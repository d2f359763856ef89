// What comes up for a moment: pushes as on a locked phone, and what did not work.

import { h, iconButton } from "./dom.js";
import { say } from "./words.js";

const STAYS = 9000;
let shelf;

export function toastShelf() {
  shelf = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  return shelf;
}

/** `kind` is push or bad; `open` makes it a way to somewhere. */
export function toast(title, text, kind, open) {
  const gone = () => card.remove();
  const body = [h("span", { class: "toast-title" }, title), h("span", { class: "toast-text" }, text)];
  const inside = open
    ? h("button", { type: "button", class: "toast-open", on: { click: () => { gone(); open(); } } }, body)
    : h("div", { class: "toast-open" }, body);
  const card = h("div", { class: `toast ${kind}` }, inside, iconButton("close", say("close"), { on: { click: gone } }));
  shelf.prepend(card);
  while (shelf.children.length > 4) shelf.lastChild.remove();
  setTimeout(gone, STAYS);
}
