// Controls that hold a value: `{node, read(), problem()}`. Native ones wherever the browser has them, because those
// work with a keyboard, a screen reader and a thumb.

import { asLocal, asSeconds } from "./dates.js";
import { freshId, h } from "./dom.js";
import { textOf } from "./mrkdwn.js";
import { allChannels, everybody } from "./names.js";
import { say } from "./words.js";

const none = () => "";

function typed(kind, { multiline = false, inputmode, check = none } = {}) {
  return (element, held, changed) => {
    const tag = multiline || element.multiline ? "textarea" : "input";
    const node = h(tag, {
      type: tag === "input" ? kind : null,
      inputmode,
      rows: tag === "textarea" ? "4" : null,
      placeholder: element.placeholder?.text,
      autocomplete: "off",
      value: held?.value ?? element.initial_value ?? "",
      on: { change: () => changed() },
    });
    const read = () => node.value || null;
    return { node, read, problem: () => length(element, node.value) || (node.value ? check(element, node.value) : "") };
  };
}

function length(element, value) {
  const most = Math.min(element.max_length ?? 3000, 3000);
  if (value.length > most) return say("tooLong", { count: most });
  if (value && value.length < (element.min_length ?? 0)) return say("tooShort", { count: element.min_length });
  return "";
}

function number(element, value) {
  if (!/^-?\d+(\.\d+)?$/.test(value.trim())) return say("notANumber");
  if (!element.is_decimal_allowed && value.includes(".")) return say("notWhole");
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return say("tooSmall", { count: element.min_value });
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return say("tooLarge", { count: element.max_value });
  return "";
}

const email = (_, value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? "" : say("notEmail"));
const address = (_, value) => (/^https?:\/\/\S+$/.test(value) ? "" : say("notUrl"));

const offered = (element) => (element.option_groups ?? [{ options: element.options ?? [] }]).flatMap((group) => group.options);
const asOption = (each) => ({ value: each.id, text: { type: "plain_text", text: each.real_name ?? `#${each.name}` } });
const people = () => everybody().filter((person) => !person.is_bot).map(asOption);
const rooms = () => allChannels().filter((channel) => channel.name && !channel.is_im).map(asOption);

/** One of several, as the browser's own select. */
function one(options, initial) {
  return (element, held, changed) => {
    const chosen = held?.selected_option?.value ?? held?.[initial.key] ?? element[initial.name]?.value ?? element[initial.name];
    const option = (each) => h("option", { value: each.value, selected: each.value === chosen }, each.text.text);
    const groups = element.option_groups && initial.name === "initial_option";
    const node = h(
      "select",
      { on: { change: () => changed() } },
      h("option", { value: "", selected: !chosen }, element.placeholder?.text ?? say("select")),
      groups
        ? element.option_groups.map((group) => h("optgroup", { label: group.label.text }, group.options.map(option)))
        : options(element).map(option),
    );
    return { node, read: () => node.value || null, problem: none };
  };
}

/** Boxes to tick, or one of several round ones. */
function boxes(kind, options, initial) {
  return (element, held, changed) => {
    const name = freshId("choice");
    const before = [held?.selected_options ?? held?.selected_option ?? held?.[initial.key] ?? element[initial.name] ?? []].flat();
    const values = before.map((each) => each?.value ?? each);
    const rows = options(element).map((each) => {
      const box = h("input", { type: kind, name, value: each.value, checked: values.includes(each.value), on: { change: () => changed() } });
      const about = each.description ? h("span", { class: "about" }, textOf(each.description)) : null;
      return h("label", { class: "choice" }, box, h("span", {}, textOf(each.text), about));
    });
    const node = h("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group", tabindex: rows.length > 6 ? "0" : null }, rows);
    const read = () => {
      const ticked = [...node.querySelectorAll("input:checked")].map((box) => box.value);
      return kind === "radio" ? (ticked[0] ?? null) : ticked;
    };
    const most = element.max_selected_items;
    return { node, read, problem: () => (most && read().length > most ? say("tooLarge", { count: most }) : "") };
  };
}

/** Options that the app offers for what is typed. */
function external(many) {
  return (element, held, changed, ask) => {
    const chosen = new Map([held?.selected_options ?? held?.selected_option ?? []].flat().map((each) => [each.value, each]));
    const list = h("div", { class: "choices offered", role: "group" });
    const kind = many ? "checkbox" : "radio";
    const name = freshId("offered");
    const draw = (options) => {
      const shown = [...new Map([...chosen, ...options.map((each) => [each.value, each])]).values()];
      list.replaceChildren(...shown.map((each) => {
        const pick = () => {
          if (!many) chosen.clear();
          if (box.checked) chosen.set(each.value, each);
          else chosen.delete(each.value);
          changed();
        };
        const box = h("input", { type: kind, name, checked: chosen.has(each.value), on: { change: pick } });
        return h("label", { class: "choice" }, box, textOf(each.text));
      }));
    };
    const search = h("input", {
      type: "search",
      placeholder: element.placeholder?.text ?? say("select"),
      autocomplete: "off",
      on: { input: async () => draw(await ask(search.value)) },
    });
    draw([]);
    if (element.min_query_length === 0) ask("").then(draw);
    const read = () => (many ? [...chosen.keys()] : ([...chosen.keys()][0] ?? null));
    return { node: h("div", { class: "external" }, search, list), read, problem: none, field: search };
  };
}

function moment(kind, key, name, { write = (v) => v, read = (v) => v } = {}) {
  return (element, held, changed) => {
    const value = held?.[key] ?? element[name];
    const node = h("input", { type: kind, value: value ? write(value) : "", on: { change: () => changed() } });
    return { node, read: () => (node.value ? read(node.value) : null), problem: none };
  };
}

function richInput(element, held, changed) {
  const text = typed("text", { multiline: true })({ ...element, initial_value: "" }, null, changed);
  const wrapped = (value) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }] });
  return { ...text, read: () => (text.node.value ? wrapped(text.node.value) : null) };
}

function files(element, held, changed) {
  const node = h("input", { type: "file", multiple: (element.max_files ?? 10) > 1, on: { change: () => changed() } });
  return { node, read: () => [...node.files].map((file) => ({ name: file.name, size: file.size })), problem: none };
}

const single = (name, key) => ({ name, key });
export const CONTROLS = {
  plain_text_input: typed("text"),
  email_text_input: typed("email", { inputmode: "email", check: email }),
  url_text_input: typed("url", { inputmode: "url", check: address }),
  number_input: typed("text", { inputmode: "numeric", check: number }),
  rich_text_input: richInput,
  static_select: one(offered, single("initial_option", "selected_option")),
  users_select: one(people, single("initial_user", "selected_user")),
  channels_select: one(rooms, single("initial_channel", "selected_channel")),
  conversations_select: one(rooms, single("initial_conversation", "selected_conversation")),
  multi_static_select: boxes("checkbox", offered, single("initial_options", "selected_options")),
  multi_users_select: boxes("checkbox", people, single("initial_users", "selected_users")),
  multi_channels_select: boxes("checkbox", rooms, single("initial_channels", "selected_channels")),
  multi_conversations_select: boxes("checkbox", rooms, single("initial_conversations", "selected_conversations")),
  external_select: external(false),
  multi_external_select: external(true),
  checkboxes: boxes("checkbox", offered, single("initial_options", "selected_options")),
  radio_buttons: boxes("radio", offered, single("initial_option", "selected_option")),
  datepicker: moment("date", "selected_date", "initial_date"),
  timepicker: moment("time", "selected_time", "initial_time"),
  datetimepicker: moment("datetime-local", "selected_date_time", "initial_date_time", { write: asLocal, read: asSeconds }),
  file_input: files,
};
