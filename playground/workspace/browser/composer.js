// Where one types: Enter sends, Shift+Enter breaks the line, ArrowUp brings back what was sent, Tab completes.

import { completionsFor } from "./completions.js";
import { freshId, h, iconButton } from "./dom.js";
import { say } from "./words.js";

const KEPT = 50;
const historyOf = (app) => JSON.parse(sessionStorage.getItem(`kajitori/history/${app.me.name}`) ?? "[]");

function remember(app, line) {
  const lines = [...historyOf(app).filter((each) => each !== line), line].slice(-KEPT);
  sessionStorage.setItem(`kajitori/history/${app.me.name}`, JSON.stringify(lines));
}

/** `thread_ts` makes it a reply. */
export function composer(app, { placeholder, thread_ts = null }) {
  const listId = freshId("suggestions");
  const area = h("textarea", {
    rows: "1",
    placeholder,
    "aria-label": placeholder,
    role: "combobox",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": listId,
    autocapitalize: "off",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "send",
  });
  const list = h("div", { class: "suggestions", role: "listbox", id: listId, "aria-label": say("options"), hidden: true });
  const note = h("p", { class: "note", role: "status" });
  const state = { entries: [], from: 0, at: -1, asked: 0, pending: null, back: -1, draft: "" };
  const form = h(
    "form",
    { class: "composer", on: { submit: (event) => { event.preventDefault(); send(); } } },
    list,
    h("div", { class: "composer-box" }, area, iconButton("send", say("send"), { type: "submit", class: "icon-button send" })),
    note,
  );

  const fit = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 200)}px`;
  };

  function put(text) {
    area.value = text;
    area.setSelectionRange(text.length, text.length);
    fit();
  }

  function hide() {
    state.asked += 1;
    state.entries = [];
    state.at = -1;
    list.hidden = true;
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  }

  function suggest() {
    state.at = -1;
    const looking = look().finally(() => {
      if (state.pending === looking) state.pending = null;
    });
    state.pending = looking;
  }

  async function look() {
    const asked = ++state.asked;
    const found = await completionsFor(app, area.value.slice(0, area.selectionStart));
    if (asked !== state.asked) return;
    if (!found.entries.length) return void hide();
    Object.assign(state, found, { at: -1 });
    list.replaceChildren(...found.entries.map((each, index) =>
      h("div", { class: "suggestion", role: "option", id: `${listId}-${index}`, "aria-selected": "false", on: { pointerdown: (event) => { event.preventDefault(); accept(index); } } },
        h("span", { class: "word" }, each.word), h("span", { class: "about" }, each.about))));
    list.hidden = false;
    area.setAttribute("aria-expanded", "true");
  }

  function point(to) {
    list.children[state.at]?.setAttribute("aria-selected", "false");
    state.at = (to + state.entries.length) % state.entries.length;
    const chosen = list.children[state.at];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", chosen.id);
  }

  function accept(index) {
    const rest = area.value.slice(area.selectionStart);
    const text = `${area.value.slice(0, state.from)}${state.entries[index].word}`;
    const gap = text.endsWith("=") || rest.startsWith(" ") ? "" : " ";
    area.value = text + gap + rest;
    area.setSelectionRange(text.length + gap.length, text.length + gap.length);
    area.focus();
    suggest();
  }

  /** The chosen or first word, of what belongs to the line as it is now. */
  async function take() {
    while (state.pending) await state.pending;
    if (state.entries.length) accept(Math.max(state.at, 0));
  }

  function recall(step) {
    const lines = historyOf(app);
    if (state.back < 0) state.draft = area.value;
    const back = state.back + step;
    if (back >= lines.length) return;
    state.back = Math.max(back, -1);
    put(state.back < 0 ? state.draft : lines[lines.length - 1 - state.back]);
    hide();
  }

  function keys(event) {
    if (event.isComposing) return;
    const suggesting = !list.hidden;
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (suggesting && event.key === "ArrowDown") point(state.at + 1);
    else if (suggesting && state.at >= 0 && event.key === "ArrowUp") point(state.at - 1);
    else if (plain && event.key === "Tab" && (suggesting || state.pending)) take();
    else if (suggesting && state.at >= 0 && plain && event.key === "Enter") accept(state.at);
    else if (suggesting && event.key === "Escape") hide();
    else if (event.key === "Enter" && !event.shiftKey) send();
    else if (event.key === "ArrowUp" && plain && (!area.value || state.back >= 0)) recall(1);
    else if (event.key === "ArrowDown" && plain && state.back >= 0) recall(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async function send() {
    const text = area.value.trim();
    if (!text) return;
    hide();
    put("");
    state.back = -1;
    remember(app, text);
    tell("");
    try {
      await deliver(text);
    } catch (error) {
      tell(error.message, "bad");
      if (!area.value) put(text);
    }
  }

  async function deliver(text) {
    const command = /^\/\S*/.exec(text)?.[0];
    if (!command) return app.api.say(app.channel, text, thread_ts);
    if (thread_ts) return refuse(text, say("threadCommand"), instead(text, command));
    if (command === "/invite") {
      await app.api.invite(app.channel);
      return tell(say("invited"));
    }
    if (!app.commands.some((each) => each.command === command)) return refuse(text, say("notACommand", { command }));
    const answer = await app.api.command(app.channel, text);
    tell(answer.error ? "" : `${command} · ${answer.latency_ms.toFixed(0)} ms`);
  }

  function instead(text, command) {
    const line = `@kajitori ${text.slice(command.length).trim()}`;
    const press = () => {
      put(line);
      send();
    };
    return h("button", { type: "button", class: "button small", on: { click: press } }, say("threadInstead"));
  }

  function refuse(text, words, ...more) {
    put(text);
    tell(words, "bad", ...more);
  }

  function tell(words, kind = "", ...more) {
    note.className = `note ${kind}`;
    note.replaceChildren(words, ...more);
  }

  area.addEventListener("keydown", keys);
  area.addEventListener("input", () => {
    fit();
    state.back = -1;
    suggest();
  });
  area.addEventListener("blur", hide);
  return { node: form, focus: () => area.focus(), area };
}
