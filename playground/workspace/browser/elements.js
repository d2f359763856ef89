// Interactive elements: a press is confirmed where that is asked for, sent once, and answered visibly.

import { CONTROLS } from "./controls.js";
import { confirmed } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { overflow } from "./menus.js";
import { textOf } from "./mrkdwn.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

/** Send one act of the person; `place.spot` names the message or view. A press that is under way is not sent twice. */
async function act(place, block, element, value, trigger) {
  if (trigger?.getAttribute("aria-busy") === "true") return;
  const body = { ...place.spot, action_id: element.action_id, block_id: block.block_id, value };
  trigger?.setAttribute("aria-busy", "true");
  try {
    const accepted = !element.confirm || (await confirmed(element.confirm));
    const answer = await place.api.click(accepted ? body : { ...body, decline: true });
    if (answer.error) toast(say("failed"), answer.error, "bad");
  } catch (error) {
    toast(say("failed"), error.status === 409 ? say("gone") : error.message, "bad");
  } finally {
    trigger?.removeAttribute("aria-busy");
  }
}

/** By this the focus finds its element again after a message was drawn anew. */
const dataOf = (place, element) => ({ action: element.action_id, ts: place.spot.ts ?? place.spot.view_id });

function pressable(place, block, element, content, value, extra = "") {
  const style = element.style ?? "";
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${style} ${extra}`,
      "aria-label": element.accessibility_label,
      data: dataOf(place, element),
      on: { click: () => act(place, block, element, value, node) },
    },
    content,
  );
  return node;
}

function button(place, block, element) {
  const node = pressable(place, block, element, textOf(element.text));
  if (element.url) node.addEventListener("click", () => window.open(element.url, "_blank", "noopener"));
  return node;
}

function feedback(place, block, element) {
  return h("span", { class: "feedback", role: "group" }, ["positive_button", "negative_button"].map((name) => {
    const own = element[name];
    const labelled = { ...element, accessibility_label: own.accessibility_label };
    return pressable(place, block, labelled, textOf(own.text), own.value);
  }));
}

function control(place, block, element) {
  const spot = { ...place.spot, action_id: element.action_id };
  const ask = (text) => place.api.options({ ...spot, text }).catch(() => []);
  const made = CONTROLS[element.type](element, place.held?.(block, element), () => act(place, block, element, made.read(), made.node), ask);
  const field = made.field ?? made.node;
  if (!field.labels?.length) field.setAttribute("aria-label", element.placeholder?.text ?? block.text?.text ?? say("select"));
  if (field.matches("input, select, textarea")) Object.assign(field.dataset, dataOf(place, element));
  return made.node;
}

/** A picture of this workspace; one from elsewhere is not fetched, its words stand for it. */
export function image(element) {
  const path = own(element.image_url ?? element.slack_file?.url);
  if (path) return h("img", { src: path, alt: element.alt_text, loading: "lazy" });
  return h("span", { class: "picture", role: "img", "aria-label": element.alt_text, title: element.image_url }, element.alt_text);
}

/** The path of an address of this workspace, else null. */
export function own(url) {
  const found = URL.parse(url ?? "", location.href);
  return found && found.port === location.port && /^\/files\//.test(found.pathname) ? found.pathname : null;
}

const ELEMENTS = {
  button,
  workflow_button: button,
  overflow: (place, block, element) => overflow(element, dataOf(place, element), (value) => act(place, block, element, value)),
  feedback_buttons: feedback,
  icon_button: (place, block, element) =>
    pressable(place, block, { ...element, accessibility_label: element.accessibility_label ?? element.text.text }, icon(element.icon), undefined, "icon-only"),
  image: (_, __, element) => image(element),
};

/** The element as it is for this reader; null when it is hidden from them. */
export function element(place, block, given) {
  if (given.visible_to_user_ids && !given.visible_to_user_ids.includes(place.reader)) return null;
  if (ELEMENTS[given.type]) return ELEMENTS[given.type](place, block, given);
  if (CONTROLS[given.type]) return control(place, block, given);
  return h("span", { class: "unknown" }, say("unknownBlock", { type: given.type }));
}
