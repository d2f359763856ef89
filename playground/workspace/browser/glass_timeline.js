// The happenings behind a message from top to bottom, with their times since the first. What comes from the cluster and
// from people stays text, whatever it contains.

import { full, seconds } from "./dates.js";
import { h, iconButton } from "./dom.js";
import { channelOf, nameOf, personOf } from "./names.js";
import { say } from "./words.js";

const PARTS = {
  delivery: "glassDelivery", line: "glassLine", person: "glassPerson", plan: "glassPlan", review: "glassReview", rehearsal: "glassRehearsal",
  vote: "glassVote", attempt: "glassAttempt", call: "glassCall", read: "glassRead", outbox: "glassOutbox", record: "glassRecord",
};
const STATES = {
  planned: "statePlanned", waiting: "stateWaiting", approved: "stateApproved", executing: "stateExecuting", succeeded: "stateSucceeded", failed: "stateFailed",
  partly_done: "statePartly", needs_attention: "stateAttention", rejected: "stateRejected", expired: "stateExpired", cancelled: "stateCancelled", halted: "stateHalted",
};
const GOOD = ["succeeded", "approved"];
const BAD = ["failed", "partly_done", "needs_attention", "rejected", "halted"];
const METHODS = { create: "POST", update: "PUT", patch: "PATCH", delete: "DELETE", deletecollection: "DELETE" };
const TOGETHER = ["review", "outbox", "read"];

/** The nodes for an answer of the server. */
export function timeline(found) {
  const way = found.happenings.filter((each) => each.part !== "record");
  const records = found.happenings.filter((each) => each.part === "record");
  const first = Date.parse(found.happenings[0].at);
  const digest = way.findLast((each) => each.part === "plan")?.detail.digest;
  const past = { first, digest };
  return [
    summary(found, first),
    h("ol", { class: "way" }, together(way).map((each) => step(each, past))),
    records.length ? chain(records, past) : null,
  ].filter(Boolean);
}

function summary({ request, happenings }, first) {
  const state = request?.state;
  const tone = GOOD.includes(state) ? "good" : BAD.includes(state) ? "bad" : "";
  return h("div", { class: "glass-summary" },
    request ? h("strong", {}, `R-${request.number}`) : h("strong", {}, say("glassAnswer")),
    request ? h("span", { class: `tag ${tone}` }, say(STATES[state] ?? "stateAttention")) : null,
    request ? h("span", { class: "about" }, `${request.cluster} · ${request.namespace}`) : null,
    h("time", { class: "about", datetime: happenings[0].at, title: full(new Date(first)) }, seconds(new Date(first))));
}

/** Neighbours of one kind stand together. */
function together(way) {
  const groups = [];
  for (const each of way) {
    const last = groups.at(-1);
    if (last && last[0].part === each.part && TOGETHER.includes(each.part)) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

function step(group, past) {
  const { part } = group[0];
  const inside = SHOWN[part] ?? (() => []);
  return h("li", { class: `step ${group.some(hasFailed) ? "bad" : ""}`, data: { step: part } },
    h("div", { class: "step-head" }, h("span", { class: "step-name" }, say(PARTS[part] ?? "glassCall")), when(group[0], past)),
    group.map((each) => h("div", { class: "step-body" }, inside(each, past))));
}

const hasFailed = ({ detail, part }) => detail.code >= 400 || detail.answer?.allowed === false || (part === "outbox" && Boolean(detail.error));

function when({ at }, { first }) {
  return h("time", { datetime: at, title: full(new Date(at)) }, `+${lasted(Date.parse(at) - first)}`);
}

/** `12 ms`, `1.25 s`, `2:07`. */
function lasted(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const between = (from, to) => lasted(Math.max(0, Date.parse(to) - Date.parse(from)));

const mono = (words, kind = "") => h("span", { class: `mono ${kind}` }, words);
const quiet = (...words) => h("span", { class: "about" }, ...words);
const line = (...inside) => h("div", { class: "step-line" }, ...inside);
const long = (words) => h("div", { class: "mono about long", title: words }, words);
const mark = (words, tone) => h("span", { class: `tag ${tone}` }, words);

const SHOWN = {
  delivery: ({ at, what, detail }) => [
    line(mono(what), detail.done_at ? quiet(say("glassDone", { time: between(at, detail.done_at) })) : mark(detail.state, ""), attempts(detail)),
    long(detail.key),
  ],
  line: ({ what, detail }) => [line(mono(what, "strong")), line(quiet(`${detail.operation} · ${detail.cluster} · ${detail.namespace}`))],
  person: ({ detail }) => [line(nameOf(detail.slack), quiet("→"), mono(detail.kubernetes))],
  read: ({ what, detail }) => {
    const [, count, who] = /^(\d+) reads as (.*)$/s.exec(what) ?? [null, "", what];
    return [line(quiet(say("glassReads", { count, who }))), long(path(detail.last))];
  },
  plan: (each, past) => plan(each, past),
  review: ({ detail }) => {
    const { user, resourceAttributes: asked = {}, nonResourceAttributes: other } = detail.asked ?? {};
    const isAllowed = detail.answer?.allowed;
    const target = other ? other.path : [asked.resource, asked.name, asked.subresource].filter(Boolean).join("/");
    return [line(isAllowed === undefined ? mono(String(detail.code)) : mark(isAllowed ? say("glassYes") : say("glassNo"), isAllowed ? "good" : "bad"),
      mono(user ?? detail.as), mono(`${(other ?? asked).verb ?? ""} ${target}`, "strong"))];
  },
  rehearsal: (each) => call(each),
  call: (each) => call(each),
  vote: ({ what, detail }, { digest }) => {
    const [verdict, who] = what.split(" by ");
    const isSame = detail.digest === digest;
    return [
      line(mark(verdict === "approve" ? say("glassApproved") : say("glassRejected"), verdict === "approve" ? "good" : "bad"), mono(who)),
      detail.reason ? line(h("q", {}, detail.reason)) : null,
      line(quiet(isSame ? say("glassBound") : say("glassBoundElse", { version: detail.plan })), short(detail.digest)),
    ];
  },
  attempt: ({ detail }) => [line(mark(STATES[detail.outcome] ? say(STATES[detail.outcome]) : detail.outcome ?? say("glassRunning"), ""), quiet(say("glassFence", { fence: detail.fence })), mono(detail.owner, "about"))],
  outbox: (each, past) => sent(each, past),
};

function attempts(detail) {
  return detail.attempts > 1 ? quiet(say("glassTries", { count: detail.attempts })) : null;
}

function plan({ detail }) {
  const { approvals, rule } = detail.decision ?? {};
  const changes = (detail.rehearsal ?? []).flatMap((each) => each.changes ?? []);
  return [
    line(quiet(say("glassDigest")), short(detail.digest), copying(detail.digest)),
    line(quiet(say("glassDecided", { steps: detail.steps.length, votes: approvals ?? 0 })), rule ? quiet(say("glassRule", { rule })) : null),
    ...(detail.rehearsal ?? []).map((each) => line(mark(each.how, ""), mono(each.step, "about"), ...each.warnings.map((words) => quiet(words)))),
    changes.length ? h("dl", { class: "changes" }, changes.map((each) => [
      h("dt", {}, each.pointer),
      h("dd", {}, h("del", {}, written(each.before)), " → ", h("ins", {}, written(each.after))),
    ])) : null,
  ];
}

const written = (value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "");

function call({ at, what, detail }) {
  const [verb] = what.split(" ");
  const isGood = detail.code < 400;
  return [
    h("div", { class: "mono" }, h("strong", {}, METHODS[verb] ?? verb.toUpperCase()), " ", breaking(path(detail.uri))),
    line(mark(String(detail.code), isGood ? "good" : "bad"), quiet(say("glassAs", { who: detail.as })), detail.message ? h("span", { class: "trouble" }, detail.message) : null),
    detail.body ? h("details", { data: { part: `body ${at} ${detail.audit_id}` } },
      h("summary", {}, Array.isArray(detail.body) ? say("glassOperations", { count: detail.body.length }) : say("glassBody")),
      long(`Audit-ID ${detail.audit_id}`),
      h("pre", { tabindex: "0" }, JSON.stringify(detail.body, null, 2))) : null,
  ];
}

/** A line may end at each slash. */
const breaking = (words) => words.split(/(?=\/)/).flatMap((each) => [h("wbr"), each]);

/** Without its query, which says how it was asked for. */
const path = (uri) => String(uri ?? "").split("?")[0];

/** A message that waited for longer had to: Slack allows one a second. */
const LONG = 500;

function sent({ at, what, detail }, past) {
  const channel = channelOf(detail.channel);
  const to = personOf(detail.channel) ? nameOf(detail.channel) : channel?.is_im ? "@kajitori" : channel ? `#${channel.name}` : detail.channel;
  const isSent = detail.state === "sent";
  const waited = isSent && Date.parse(at) - Date.parse(detail.queued_at) >= LONG;
  return [h("div", { class: "step-sent" }, line(mono(what), quiet("→"), to,
    isSent ? null : mark(detail.state, detail.error ? "bad" : ""),
    waited ? quiet(say("glassWaited", { time: between(detail.queued_at, at) })) : null,
    attempts(detail), detail.error ? h("span", { class: "trouble" }, detail.error) : null),
    when({ at }, past))];
}

function short(digest) {
  return h("code", { title: digest }, String(digest).slice(0, 12));
}

function copying(words) {
  if (!navigator.clipboard) return null;
  const button = iconButton("copy", say("glassCopy"), { class: "icon-button copy", on: { click: async () => {
    await navigator.clipboard.writeText(words);
    said.textContent = say("glassCopied");
  } } });
  const said = h("span", { class: "about", role: "status" });
  return [button, said];
}

/** The audit chain of the request, closed until somebody wants to know. */
function chain(records, past) {
  const sealed = records.filter((each) => each.detail.sealed).length;
  return h("details", { class: "chain", data: { part: "records" } },
    h("summary", {}, say("glassRecords", { count: records.length, sealed })),
    h("ol", {}, records.map((each) => h("li", {},
      h("span", { class: "about" }, String(each.detail.position)), mono(each.what), quiet(each.detail.actor), when(each, past),
      h("code", { title: each.detail.hash }, String(each.detail.hash).slice(0, 8))))));
}
