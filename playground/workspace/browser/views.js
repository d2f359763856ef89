// Modals: the view that is open before the person, with what they typed kept while the app changes it.

import { blocks } from "./blocks.js";
import { CONTROLS } from "./controls.js";
import { openDialog } from "./dialogs.js";
import { freshId, h, iconButton } from "./dom.js";
import { textOf } from "./mrkdwn.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const NARROW = window.matchMedia("(max-width: 719px)");

/** One input block: label, control, hint, and its error, which a screen reader hears. */
function field(block, place) {
  const { element } = block;
  const id = freshId("field");
  const trouble = h("p", { class: "trouble", id: `${id}-trouble`, role: "alert" });
  const hint = block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textOf(block.hint)) : null;
  const spot = { ...place.spot, action_id: element.action_id };
  const changed = () => {
    tell("");
    if (block.dispatch_action) place.api.click({ ...spot, block_id: block.block_id, value: control.read() }).catch(() => {});
  };
  const ask = (text) => place.api.options({ ...spot, text }).catch(() => []);
  const control = CONTROLS[element.type](element, place.held(block, element), changed, ask);
  const target = control.field ?? control.node;
  const single = target.matches("input, textarea, select");
  target.id = id;
  target.setAttribute("aria-describedby", [hint ? hint.id : "", trouble.id].join(" ").trim());
  if (!single) target.setAttribute("aria-labelledby", `${id}-label`);
  if (!block.optional) target.setAttribute("aria-required", "true");
  const label = h(single ? "label" : "span", { class: "label", id: `${id}-label`, for: single ? id : null }, block.label.text, block.optional ? h("span", { class: "about" }, ` ${say("optional")}`) : null);
  const node = h("div", { class: "field" }, label, control.node, hint, trouble);

  function tell(words) {
    trouble.textContent = words;
    node.classList.toggle("wrong", Boolean(words));
    target.setAttribute("aria-invalid", String(Boolean(words)));
  }

  function check() {
    const value = control.read();
    const empty = value === null || value === "" || (Array.isArray(value) && !value.length);
    tell(empty && !block.optional ? say("missing") : control.problem());
    return !trouble.textContent;
  }

  const focusable = single ? target : (target.querySelector("input") ?? target);
  return { block, node, tell, check, read: control.read, focus: () => focusable.focus(), focusFirst: element.focus_on_load };
}

/** Keeps the dialog in step with `store.view`. */
export function modalDesk(app) {
  let open = null;
  let fields = new Map();

  function show(view) {
    if (!view) return close();
    if (open?.view.id !== view.id) {
      close();
      begin(view);
    } else if (open.view.hash !== view.hash) draw(view);
  }

  /** What is decided is read first: a field far below does not scroll it away, and no phone's keyboard covers it. */
  function begin(view) {
    const title = freshId("view");
    const form = h("form", { class: "view", novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(); } } });
    const dialog = openDialog(form, { leave, className: "modal", label: title });
    open = { view, title, form, dialog, busy: false };
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && open.view.submit) {
        event.preventDefault();
        submit();
      }
    });
    draw(view);
    const all = [...fields.values()];
    const first = all.find((each) => each.focusFirst) ?? all[0];
    if (NARROW.matches && !first?.focusFirst) form.querySelector("h2").focus();
    else if (first) first.focus();
    else form.querySelector(".dialog-foot button:last-child").focus();
    if (!first?.focusFirst) form.querySelector(".dialog-body").scrollTop = 0;
  }

  function draw(view) {
    const kept = fields;
    fields = new Map();
    const place = {
      api: app.api,
      spot: { view_id: view.id },
      reader: app.me.id,
      held: (block, element) => view.state?.values?.[block.block_id]?.[element.action_id],
      field: (block) => {
        const same = kept.get(block.block_id);
        const made = same && JSON.stringify(same.block) === JSON.stringify(block) ? same : field(block, place);
        fields.set(block.block_id, made);
        return made.node;
      },
    };
    const focused = document.activeElement;
    const trouble = h("p", { class: "trouble whole", role: "alert" });
    const send = view.submit ? h("button", { type: "submit", class: "button primary" }, textOf(view.submit)) : null;
    const no = h("button", { type: "button", class: "button", on: { click: leave } }, view.close ? textOf(view.close) : say(view.submit ? "cancel" : "close"));
    open.form.replaceChildren(
      h("div", { class: "dialog-head" }, h("h2", { id: open.title, tabindex: "-1" }, textOf(view.title)), iconButton("close", say("close"), { on: { click: leave } })),
      h("div", { class: "dialog-body" }, blocks(view.blocks, place), trouble),
      h("div", { class: "dialog-foot" }, no, send),
    );
    if (focused?.isConnected && open.form.contains(focused)) focused.focus();
    Object.assign(open, { view, trouble, send });
  }

  async function submit() {
    if (open.busy) return;
    const wrong = [...fields.values()].filter((each) => !each.check());
    if (wrong.length) return wrong[0].focus();
    const values = {};
    for (const each of fields.values()) values[each.block.block_id] = { [each.block.element.action_id]: each.read() };
    busy(true);
    try {
      tell((await app.api.submit(open.view.id, values)).errors);
    } catch (error) {
      if (error.status === 409) toast(say("failed"), say("gone"), "bad");
      else tell({ "*": error.message });
    } finally {
      busy(false);
      await app.store.readView();
    }
  }

  function busy(is) {
    if (!open) return;
    open.busy = is;
    open.send?.setAttribute("aria-busy", String(is));
  }

  function tell(errors) {
    if (!open || !errors) return;
    open.trouble.textContent = errors["*"] ?? "";
    const wrong = [...fields.values()].filter((each) => errors[each.block.block_id]);
    for (const each of wrong) each.tell(errors[each.block.block_id]);
    wrong[0]?.focus();
  }

  async function leave() {
    if (!open || open.busy) return;
    await app.api.close(open.view.id).catch(() => {});
    await app.store.readView();
  }

  function close() {
    open?.dialog.end();
    open = null;
    fields = new Map();
  }

  return { show, close };
}
