// People, groups and channels by id, as everything that is shown needs them.

import { h } from "./dom.js";

const people = new Map();
const groups = new Map();
const channels = new Map();
let me = "";

export function know(found, reader) {
  me = reader;
  people.clear();
  groups.clear();
  for (const person of found.people) people.set(person.id, person);
  for (const group of found.usergroups) groups.set(group.id, group);
}

export function knowChannels(found) {
  channels.clear();
  for (const channel of found) channels.set(channel.id, channel);
}

export const personOf = (id) => people.get(id);
export const everybody = () => [...people.values()];
export const allGroups = () => [...groups.values()];
export const allChannels = () => [...channels.values()];
export const channelOf = (id) => channels.get(id);

export function nameOf(id) {
  if (id === "USLACKBOT") return "Slackbot";
  return people.get(id)?.real_name ?? id;
}

/** A person's sign: two letters on a quiet colour of their own. */
export function avatar(id, extra = "") {
  const person = people.get(id);
  const kind = id === "USLACKBOT" ? "slackbot" : person?.is_bot ? "app" : `tint-${tint(id)}`;
  const letters = nameOf(id).split(/\s+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  return h("span", { class: `avatar ${kind} ${extra}`, "aria-hidden": "true" }, person?.is_bot ? "舵" : letters);
}

const tint = (id) => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 5;

export function mention(id) {
  const mine = id === me;
  return h("span", { class: `mention ${mine ? "mine" : ""}` }, `@${people.get(id)?.name ?? id}`);
}

export function groupMention(id) {
  return h("span", { class: "mention" }, `@${groups.get(id)?.handle ?? id}`);
}

export function channelLink(id) {
  const channel = channels.get(id);
  return channel ? h("a", { href: `#${id}`, class: "mention" }, `#${channel.name}`) : h("span", {}, "#private");
}

export const broadcast = (range) => h("span", { class: "mention mine" }, `@${range}`);

/** A link; one to a message of this workspace stays in this window, any other opens its own. */
export function link(url, text) {
  const permalink = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})(?:\?thread_ts=([\d.]+))?/.exec(url);
  if (permalink) {
    const [, channel, seconds, rest, thread] = permalink;
    return h("a", { href: `#${channel}/${thread ?? `${seconds}.${rest}`}` }, text || url);
  }
  if (!/^(https?|mailto):/i.test(url)) return h("span", {}, text || url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text || url);
}
