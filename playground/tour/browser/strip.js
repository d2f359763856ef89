// What burns, over everything: the incident, its ten pods as they are now, and the errors that they make.

import { h, svg } from "/dom.js";
import { crashing, healed } from "/tour/steps.js";
import { podWord, say } from "/tour/words.js";

const SIGNS = { crashing: "×", starting: "", ready: "", healed: "✓", none: "" };
const WIDTH = 220;
const HEIGHT = 44;
const WINDOW = 60000;
const BEFORE = 12000;
const TOP = 16;

/** Ten places; a pod keeps its place, and whoever comes next takes one that became free. */
function places(count) {
  let names = Array(count).fill(null);
  return (pods) => {
    const alive = new Map(pods.filter((pod) => pod.state !== "going").map((pod) => [pod.name, pod]));
    names = names.map((name) => (alive.has(name) ? name : null));
    const waiting = [...alive.keys()].filter((name) => !names.includes(name));
    names = names.map((name) => name ?? waiting.shift() ?? null);
    return names.map((name) => alive.get(name));
  };
}

/** The errors since a little before it began, kept by the browser so that a reload does not forget them. */
function samples() {
  const key = "kajitori/tour/errors";
  let kept = { since: null, points: [] };
  return (facts) => {
    if (kept.since !== facts.incident) kept = JSON.parse(sessionStorage.getItem(key)) ?? kept;
    if (kept.since !== facts.incident) kept = { since: facts.incident, points: [[facts.incident - BEFORE, 0], [facts.incident, 0]] };
    const { points } = kept;
    const { errors } = facts.app;
    if (points.at(-1)[1] !== errors) points.push([facts.now, points.at(-1)[1]], [facts.now, errors]);
    sessionStorage.setItem(key, JSON.stringify(kept));
    return [...points, [facts.now, errors]];
  };
}

function line(points, now) {
  const from = Math.max(points[0][0], now - WINDOW);
  const at = ([time, percent]) => [((Math.max(time, from) - from) / WINDOW) * WIDTH, HEIGHT - 2 - (percent / TOP) * (HEIGHT - 4)];
  const shown = points.filter(([time], index) => (points[index + 1]?.[0] ?? time) >= from);
  return shown.map((point) => at(point).map((each) => each.toFixed(1)).join(",")).join(" ");
}

export function strip({ reset }) {
  const about = h("p", { class: "incident-about", role: "status" });
  const squares = h("ol", { class: "pods", "aria-label": say("pods") });
  const drawn = svg("polyline", { class: "errors-line", points: "" });
  const filled = svg("polygon", { class: "errors-fill", points: "" });
  const picture = svg("svg", { class: "errors-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, filled, drawn);
  const percent = h("strong", { class: "errors-now" });
  const dot = h("span", { class: "incident-dot", "aria-hidden": "true" });
  const node = h(
    "header",
    { class: "strip" },
    h("div", { class: "incident" }, dot, h("div", {}, h("h1", {}, say("incident")), about)),
    squares,
    h("div", { class: "errors", title: say("errorsAbout") }, picture, h("div", { class: "errors-words" }, percent, h("span", { class: "about" }, say("errorsAbout")))),
    h("nav", { class: "strip-tools" },
      h("button", { type: "button", class: "button small", on: { click: reset } }, say("reset")),
      h("a", { href: "/?as=alice#C0PAYMENTS" }, say("leave"))),
  );
  const placed = { of: null, count: 0 };
  const sample = samples();

  function told(facts, moving) {
    const { wanted, version } = facts.app;
    const count = healed(facts);
    if (crashing(facts) && !moving) return say("crashed", { count: crashing(facts), wanted });
    return say(count === wanted && !moving ? "healthy" : "healing", { count, wanted, version });
  }

  /** `moving`: the way back is under way. */
  function draw(facts, { moving }) {
    const { app } = facts;
    if (placed.count !== app.wanted) Object.assign(placed, { of: places(app.wanted), count: app.wanted });
    const states = placed.of(app.pods).map((pod) => (!pod ? "none" : pod.state === "ready" && pod.version !== app.bad ? "healed" : pod.state));
    const words = told(facts, moving);
    if (about.textContent !== words) about.textContent = words;
    node.dataset.state = crashing(facts) ? "burning" : moving ? "healing" : "healthy";
    while (squares.children.length > states.length) squares.lastChild.remove();
    while (squares.children.length < states.length) squares.append(h("li", { class: "pod", role: "img" }));
    states.forEach((state, index) => {
      const square = squares.children[index];
      if (square.dataset.state === state) return;
      square.dataset.state = state;
      square.textContent = SIGNS[state];
      square.setAttribute("aria-label", say("podIs", { at: index + 1, state: podWord(state) }));
    });
    percent.textContent = say("errors", { percent: app.errors });
    const points = line(sample(facts), facts.now);
    drawn.setAttribute("points", points);
    const end = points.slice(points.lastIndexOf(" ") + 1).split(",")[0];
    filled.setAttribute("points", `0,${HEIGHT} ${points} ${end},${HEIGHT}`);
  }

  return { node, draw };
}
