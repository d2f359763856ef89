// Menus by keyboard: arrows, Home, End, first letters, Escape. They live beside their button, in the top layer.

import { freshId, h, icon } from "./dom.js";
import { say } from "./words.js";

function place(menu, trigger) {
  const at = trigger.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + 4;
  const top = below + height > window.innerHeight - 8 ? Math.max(8, at.top - height - 4) : below;
  const left = Math.max(8, Math.min(at.left, window.innerWidth - width - 8));
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}

function keys(menu, close) {
  let typed = "";
  let timer = 0;
  return (event) => {
    const items = [...menu.querySelectorAll("[role^=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const to = (index) => items[(index + items.length) % items.length].focus();
    if (event.key === "ArrowDown") to(at + 1);
    else if (event.key === "ArrowUp") to(at - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(-1);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      clearTimeout(timer);
      timer = setTimeout(() => (typed = ""), 700);
      typed += event.key.toLowerCase();
      items.find((item) => item.textContent.trim().toLowerCase().startsWith(typed))?.focus();
    } else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };
}

/**
 * A button that opens a menu. `entries()` gives `{label, about, chosen, run, href, extra}`; `run` is called after the
 * menu closed and the focus is back on the button.
 */
export function menuButton({ label, content, entries, className = "icon-button", data = {} }) {
  const menu = h("div", { role: "menu", class: "menu", popover: "auto", id: freshId("menu"), "aria-label": label });
  const trigger = h(
    "button",
    { type: "button", class: className, data, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" },
    content ?? icon("more"),
  );
  const close = () => {
    if (menu.matches(":popover-open")) menu.hidePopover();
    trigger.focus();
  };
  const open = () => {
    menu.replaceChildren(...entries().map((entry) => item(entry, close)));
    menu.showPopover();
    place(menu, trigger);
    (menu.querySelector("[aria-checked=true]") ?? menu.querySelector("[role^=menuitem]"))?.focus();
  };
  trigger.addEventListener("click", () => (menu.matches(":popover-open") ? close() : open()));
  trigger.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    if (!menu.matches(":popover-open")) open();
  });
  menu.addEventListener("keydown", keys(menu, close));
  menu.addEventListener("toggle", (event) => trigger.setAttribute("aria-expanded", String(event.newState === "open")));
  return h("span", { class: "menu-place" }, trigger, menu);
}

function item(entry, close) {
  const attributes = {
    role: entry.chosen === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": entry.chosen === undefined ? null : String(entry.chosen),
    tabindex: "-1",
    class: "menu-item",
  };
  const said = [entry.before, h("span", { class: "menu-label" }, entry.label), entry.about ? h("span", { class: "menu-about" }, entry.about) : null];
  const main = entry.href
    ? h("a", { ...attributes, href: entry.href, target: "_blank", rel: "noopener" , on: { click: close } }, said)
    : h("button", { ...attributes, type: "button", on: { click: () => { close(); entry.run(); } } }, said);
  return entry.extra ? h("div", { class: "menu-row", role: "none" }, main, entry.extra(close)) : main;
}

/** The overflow element. */
export function overflow(element, data, choose) {
  return menuButton({
    data,
    label: say("more"),
    className: "button overflow",
    entries: () => element.options.map((option) => ({
      label: option.text.text,
      about: option.description?.text,
      run: () => {
        if (option.url) window.open(option.url, "_blank", "noopener");
        choose(option.value);
      },
    })),
  });
}
