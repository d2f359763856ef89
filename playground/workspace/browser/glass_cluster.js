// The cluster as it is now: one namespace, read once a second while somebody looks.

import { h } from "./dom.js";
import { note } from "./glass_message.js";
import { say } from "./words.js";

const EVERY = 1000;
const SHOP = "shop";

export function clusterTab(app) {
  const choose = (label) => h("select", { "aria-label": label, on: { change: () => picked() } });
  const cluster = choose(say("glassClusterName"));
  const namespace = choose(say("glassNamespace"));
  const body = h("div", { class: "glass-cluster" });
  const node = h("div", {}, h("div", { class: "glass-where" }, cluster, namespace), body);
  let all = null;
  let isVisible = false;
  let isOwn = false;
  let timer = 0;
  let drawn = "";

  const picked = () => {
    isOwn = true;
    fill(cluster.value, namespace.value);
    again(0);
  };

  const again = (after) => {
    clearTimeout(timer);
    if (isVisible) timer = setTimeout(read, after);
  };

  function options(select, names, wanted) {
    const now = names.includes(wanted) ? wanted : names.includes(SHOP) ? SHOP : names[0];
    if ([...select.options].map((each) => each.value).join() !== names.join()) select.replaceChildren(...names.map((each) => h("option", {}, each)));
    select.value = now ?? "";
  }

  function fill(wantedCluster, wantedNamespace) {
    options(cluster, Object.keys(all ?? {}), wantedCluster);
    options(namespace, all?.[cluster.value] ?? [], wantedNamespace);
  }

  async function read() {
    if (!isVisible) return;
    if (document.visibilityState === "visible") await readNow();
    again(EVERY);
  }

  async function readNow() {
    try {
      if (!all) {
        all = await app.api.clusters();
        fill(suggested?.cluster, suggested?.namespace);
      }
      if (!cluster.value) return draw("none", [note(say("glassNoCluster"))]);
      const found = await app.api.clusterNow(cluster.value, namespace.value);
      if (found.cluster === cluster.value && found.namespace === namespace.value) draw(JSON.stringify(found), content(found));
    } catch (error) {
      draw(`error ${error.message}`, [note(say("glassFailed", { error: error.message }))]);
    }
  }

  function draw(version, nodes) {
    if (version === drawn) return;
    drawn = version;
    body.replaceChildren(...nodes);
  }

  let suggested = null;
  /** Where the message in question leads; what somebody chose here stays. */
  function suggest(place) {
    if (!place || isOwn) return;
    suggested = place;
    if (all) fill(place.cluster, place.namespace);
  }

  function show(visible, place) {
    suggest(place);
    if (visible === isVisible) return;
    isVisible = visible;
    if (!visible) return clearTimeout(timer);
    if (!drawn) body.replaceChildren(note(say("glassLoading")));
    again(0);
  }

  return { node, show, suggest };
}

function content(found) {
  if (!found.workloads.length && !found.pods.length) return [note(say("glassNothingThere"))];
  const known = new Set(found.workloads.map((each) => `${each.kind}/${each.name}`));
  const rest = found.pods.filter((each) => !known.has(each.workload));
  return [
    h("ul", { class: "workloads" },
      found.workloads.map((each) => workload(each, found.pods.filter((pod) => pod.workload === `${each.kind}/${each.name}`))),
      rest.length ? h("li", { class: "workload" }, h("div", { class: "workload-head" }, h("strong", {}, say("glassOtherPods"))), strips(rest)) : null),
    found.warnings.length ? warnings(found.warnings) : null,
  ].filter(Boolean);
}

function workload(each, pods) {
  const tone = each.ready >= each.wanted ? "good" : each.ready ? "warn" : "bad";
  return h("li", { class: "workload" },
    h("div", { class: "workload-head" },
      h("strong", {}, each.name), h("span", { class: "about" }, each.kind),
      each.paused ? h("span", { class: "tag" }, say("glassPaused")) : null,
      h("span", { class: `tag ${tone}` }, say("glassReady", { ready: each.ready, wanted: each.wanted }))),
    h("div", { class: "mono about" }, each.images.map(image).join(" · ")),
    strips(pods));
}

/** One line a revision, the newest first, so that a roll-out is seen moving from one to the other. */
function strips(pods) {
  const lines = new Map();
  for (const pod of pods) lines.set(pod.revision, [...(lines.get(pod.revision) ?? []), pod]);
  const order = [...lines].sort(([a], [b]) => b.localeCompare(a, "en", { numeric: true }));
  return order.map(([revision, some]) => h("div", { class: "strip" },
    h("ul", { class: "pods" }, some.sort(byAge).map(square)),
    h("span", { class: "about" }, [order.length > 1 && revision ? say("glassRevision", { revision }) : "", counted(some)].filter(Boolean).join(" · "))));
}

const byAge = (a, b) => (a.created_at === b.created_at ? (a.name < b.name ? -1 : 1) : a.created_at < b.created_at ? -1 : 1);

const counted = (pods) => {
  const counts = new Map();
  for (const pod of pods) counts.set(said(pod), (counts.get(said(pod)) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
};

const said = (pod) => (pod.state === "Running" && !pod.ready ? say("glassNotReady") : pod.state);

const SIGNS = { ready: "", starting: "", leaving: "×", trouble: "!" };

function kind(pod) {
  if (pod.state === "Terminating") return "leaving";
  if (pod.state === "Running" || pod.state === "Succeeded") return pod.ready || pod.state === "Succeeded" ? "ready" : "starting";
  return ["Pending", "ContainerCreating", "PodInitializing"].includes(pod.state) ? "starting" : "trouble";
}

function square(pod) {
  const restarts = pod.restarts ? ` · ${say("glassRestarts", { count: pod.restarts })}` : "";
  const words = `${pod.name}: ${said(pod)}${restarts}${pod.node ? ` · ${pod.node}` : ""}`;
  return h("li", { class: `pod ${kind(pod)}`, role: "listitem", "aria-label": words, title: words }, SIGNS[kind(pod)]);
}

/** Without the registry in front. */
const image = (name) => name.split("/").pop();

function warnings(found) {
  return h("section", { class: "glass-warnings" }, h("h3", {}, say("glassWarnings")), h("ul", {}, found.toReversed().map((each) => h("li", {},
    h("strong", {}, each.reason), " ", h("span", { class: "mono" }, each.about), each.count > 1 ? ` ×${each.count}` : "",
    h("div", { class: "about" }, each.message)))));
}
