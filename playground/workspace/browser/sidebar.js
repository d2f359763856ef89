// Who one is, where one can go, what is new; and the phone's pushes.

import { clock, moment, zoneName } from "./dates.js";
import { h, icon, iconButton } from "./dom.js";
import { menuButton } from "./menus.js";
import { plainly } from "./mrkdwn.js";
import { avatar, channelOf, everybody } from "./names.js";
import { unread } from "./reading.js";
import { say } from "./words.js";

const windowAs = (name) => `/?as=${name}${location.hash}`;

function switcher(app) {
  const { me } = app;
  const current = h("span", { class: "me" }, avatar(me.id), h("span", { class: "me-words" }, h("strong", {}, me.real_name), h("span", { class: "about" }, about(me))), icon("switch"));
  return menuButton({
    label: say("person", { name: me.real_name }),
    className: "switcher",
    content: current,
    entries: () => everybody().filter((each) => !each.is_bot).map((each) => ({
      before: avatar(each.id, "small"),
      label: each.real_name,
      about: about(each),
      chosen: each.id === me.id,
      run: () => app.become(each.name),
      extra: (close) => h("a", {
        class: "icon-button", role: "menuitem", tabindex: "-1", href: windowAs(each.name), target: "_blank", rel: "noopener",
        "aria-label": say("openWindow", { name: each.real_name }), title: say("openWindow", { name: each.real_name }), on: { click: close },
      }, icon("window")),
    })),
  });
}

function about(person) {
  return [person.profile?.title || (person.is_restricted ? say("isGuest") : ""), zoneName(person.tz)].filter(Boolean).join(" · ");
}

function entry(app, route, sign, name, count) {
  const current = app.route.channel === route || (route === "home" && app.route.home);
  return h(
    "a",
    { href: `#${route}`, class: `entry ${count ? "unread" : ""}`, "aria-current": current ? "page" : null },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    h("span", { class: "entry-name" }, name),
    count ? h("span", { class: "count", "aria-label": say("unread", { count }) }, String(count)) : null,
  );
}

function pushes(app) {
  const list = app.store.notifications;
  return menuButton({
    label: say("notifications", { name: app.me.name }),
    className: "entry pushes",
    content: [h("span", { class: "sign" }, icon("bell")), h("span", { class: "entry-name" }, say("pushes")), list.length ? h("span", { class: "count quiet" }, String(list.length)) : null],
    entries: () => list.length
      ? list.toReversed().slice(0, 30).map((each) => ({ label: plainly(each.text), about: whence(each), run: () => app.go(target(each)) }))
      : [{ label: say("nothing"), run: () => {} }],
  });
}

const whence = (push) => [channelOf(push.channel)?.is_im ? "@kajitori" : `#${channelOf(push.channel)?.name ?? ""}`, clock(moment(push.ts))].join(" · ");

/** Where a push leads. */
export const target = (push) => (push.thread_ts ? `${push.channel}/${push.thread_ts}` : push.channel);

/** Everything at the side, drawn anew when something in it changed. */
export function sidebar(app) {
  const node = h("nav", { class: "sidebar", "aria-label": say("channels") });

  function draw() {
    const held = node.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    if (node.querySelector(":popover-open")) return;
    const counted = (channel) => unread(app.me.name, app.me.id, channel.id, app.store.of(channel.id)).length;
    const rooms = app.store.channels.filter((each) => !each.is_im);
    const direct = app.store.channels.find((each) => each.is_im);
    node.replaceChildren(
      switcher(app),
      h("div", { class: "entries" },
        entry(app, "home", icon("home"), say("home"), 0),
        pushes(app),
        h("h2", {}, say("channels")),
        rooms.map((each) => entry(app, each.id, "#", each.name, counted(each))),
        h("h2", {}, say("directMessages")),
        direct ? entry(app, direct.id, "●", "Kajitori", counted(direct)) : null),
      ...(app.real ? [] : [h("p", { class: "badge" }, say("badge"), window.parent === window ? h("a", { href: "/tour" }, say("tour")) : null)]),
    );
    if (held) node.querySelector(`[href="${held}"]`)?.focus();
    const total = app.store.channels.reduce((sum, each) => sum + counted(each), 0);
    document.title = `${total ? `(${total}) ` : ""}${app.me.name} · Kajitori playground`;
  }

  return { node, draw };
}

/** On a phone the badge of the list is out of sight. */
export const sign = (app) => (app.real ? null : h("span", { class: "tag narrow", title: say("badge") }, say("playground")));

/** Over everything, at every width: what is approved here is no game. */
export const warning = (app) => (app.real ? [h("p", { class: "real", role: "note" }, say("real", { name: app.real }))] : []);

/** The way back to the list, on a phone. */
export const backButton = (to) => iconButton("back", say("back"), { class: "icon-button back", on: { click: () => (location.hash = to) } });
