// Dialogs: modal, with the focus kept inside, Escape to leave, and the focus given back afterwards.

import { freshId, h } from "./dom.js";
import { textOf } from "./mrkdwn.js";

const FOCUSABLE = "button, [href], input, select, textarea, summary, [tabindex='0']";

function keepInside(dialog) {
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = [...dialog.querySelectorAll(FOCUSABLE)].filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility());
    const [first, last] = [all[0], all.at(-1)];
    if (!first) return;
    if (event.shiftKey && document.activeElement === first) last.focus();
    else if (!event.shiftKey && document.activeElement === last) first.focus();
    else return;
    event.preventDefault();
  });
}

/** A dialog over everything; `leave` is called for Escape and for a press on what lies behind it. */
export function openDialog(content, { leave, className = "", label, role }) {
  const dialog = h("dialog", { class: className, "aria-labelledby": label, role }, content);
  let before = document.activeElement;
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) leave();
  });
  keepInside(dialog);
  document.body.append(dialog);
  dialog.showModal();
  return {
    dialog,
    end() {
      dialog.close();
      dialog.remove();
      focusAgain(before);
      before = null;
    },
  };
}

/** Whatever had the focus, or what stands in its place after a message was drawn anew. */
export function focusAgain(before) {
  if (!before || before === document.body) return;
  if (before.isConnected) return before.focus();
  const { action, ts } = before.dataset ?? {};
  const again = action && document.querySelector(`[data-ts="${ts}"][data-action="${CSS.escape(action)}"]`);
  (again || document.querySelector(`[data-message="${ts}"]`) || document.querySelector(".log"))?.focus();
}

/** Slack's confirmation; true when confirmed. */
export function confirmed(confirm) {
  return new Promise((resolve) => {
    const title = freshId("confirm");
    const answer = (accepted) => {
      opened.end();
      resolve(accepted);
    };
    const button = (text, accepted, style) =>
      h("button", { type: "button", class: `button ${style}`, on: { click: () => answer(accepted) } }, textOf(text));
    const deny = button(confirm.deny, false, "");
    const opened = openDialog(
      [
        h("h2", { id: title }, textOf(confirm.title)),
        h("div", { class: "dialog-body" }, textOf(confirm.text)),
        h("div", { class: "dialog-foot" }, deny, button(confirm.confirm, true, confirm.style === "danger" ? "danger" : "primary")),
      ],
      { leave: () => answer(false), className: "confirm", label: title, role: "alertdialog" },
    );
    deny.focus();
  });
}
