// What else there is, half a minute each. Everything in it is done by the real bot; the doors press for the people.

import { actingAs } from "/api.js";
import { h } from "/dom.js";
import * as playground from "/tour/facts.js";
import { callsSent, say } from "/tour/words.js";

const CHANNEL = "C0PAYMENTS";
const COMMAND = "/eks rollout restart deploy/app";
const DRAIN = "/eks drain node-a --ignore-daemonsets";
const PROMOTE = "/eks argo rollouts promote app-rollout";
const RESTORE = "/eks velero restore create --from-backup full-backup --namespace-mappings shop:shop-restored";
const SAME = "/eks rollout undo deploy/checkout";
const TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
const OWN = "make run KUBECONFIG=~/.kube/config";
const alice = actingAs("alice");
const bob = actingAs("bob");

/**
 * A door has `until(met)`, which gives the first facts for which it is true, `tell(title, more)`, which shows words, and
 * `seats`, the two pages.
 *
 * alice asks and bob approves; the request once it is over and told, null where the bot answered her alone. `each` sees
 * the facts meanwhile.
 */
async function agreed({ until, tell, seats }, { line, operation, words, each = () => {} }) {
  seats.show("alice");
  tell(say(`${words}Ask`));
  const { requests, told } = await until(() => true);
  const mine = (facts) => facts.requests.slice(requests.length).find((one) => one.operation === operation);
  await alice.command(CHANNEL, line);
  const begun = await until((facts) => mine(facts)?.card || facts.told > told);
  const asked = mine(begun);
  if (!asked) return null;
  await bob.click({ channel: asked.channel, ts: asked.card, action_id: "approve" });
  await until((facts) => facts.view);
  await bob.submit((await bob.view()).id, {});
  tell(say(`${words}Sent`), say(`${words}SentMore`));
  return mine(await until((facts) => (each(facts), mine(facts).ended && mine(facts).told)));
}

/** How such a door ends: with what is true now. */
function ended(tell, request, words, more = say(`${words}DoneMore`)) {
  if (!request) tell(say("notNow"), say("notNowMore"));
  else if (request.state !== "succeeded") tell(say("stuck", request), say("stuckMore"));
  else tell(say(`${words}Done`, { calls: callsSent(request.calls), number: request.number }), more);
}

async function drained(stage) {
  let fewest = Infinity;
  const each = ({ app }) => (fewest = Math.min(fewest, app.pods.filter((pod) => pod.state === "ready").length));
  const request = await agreed(stage, { line: DRAIN, operation: "drain", words: "drain", each });
  ended(stage.tell, request, "drain", Number.isFinite(fewest) ? say("drainFewest", { fewest }) : "");
}

async function promoted(stage) {
  ended(stage.tell, await agreed(stage, { line: PROMOTE, operation: "argo rollouts promote", words: "canary" }), "canary");
}

async function restored(stage) {
  ended(stage.tell, await agreed(stage, { line: RESTORE, operation: "velero restore create", words: "restore" }), "restore");
}

async function killed({ until, tell, seats }) {
  seats.show("alice");
  tell(say("killAsk"));
  const before = (await until(() => true)).requests.length;
  await alice.command(CHANNEL, COMMAND);
  const last = (facts) => (facts.requests.length > before ? facts.requests.at(-1) : null);
  const { channel, card, number } = last(await until((facts) => last(facts)?.card));
  await bob.click({ channel, ts: card, action_id: "approve" });
  await until((facts) => facts.view);
  await bob.submit((await bob.view()).id, {});
  tell(say("killSent"));
  await until((facts) => last(facts).calls && facts.app.pods.some((pod) => pod.state === "starting"));
  const { killed: pid } = await playground.kill();
  tell(say("killGone", { pid }));
  const again = await until((facts) => facts.bot.up && facts.bot.pid && facts.bot.pid !== pid);
  tell(say("killBack", { pid: again.bot.pid }));
  const end = last(await until((facts) => last(facts).ended && last(facts).told));
  tell(say("killDone", { calls: callsSent(end.calls), number }));
}

async function same({ until, tell, seats }) {
  tell(say("sameAsk"));
  seats.open();
  seats.bob.go(CHANNEL);
  const asked = (facts) => facts.requests.filter((each) => each.line.includes("checkout") && !each.ended);
  await Promise.all([alice.command(CHANNEL, SAME), bob.command(CHANNEL, SAME)]);
  const one = asked(await until((facts) => asked(facts).at(-1)?.card)).at(-1);
  const second = one.people.some((each) => each.endsWith(":alice")) ? "bob" : "alice";
  seats.show(second);
  tell(say("same", { number: one.number }), say("sameMore", { name: second }));
}

async function secret({ until, tell, seats }) {
  seats.show("alice");
  tell(say("secretAsk"));
  const { told } = await until(() => true);
  await alice.command(CHANNEL, `/eks set image deploy/app app=registry.example/shop/app:v3 token=${TOKEN}`);
  await until((facts) => facts.told > told);
  const { places, found } = await playground.searched(TOKEN);
  tell(found ? say("secretFound", { found }) : say("secret"), say("secretMore", { places, found }));
}

function ownCluster({ tell }) {
  const said = h("span", { role: "status" });
  const copy = () => navigator.clipboard.writeText(OWN).then(() => (said.textContent = say("copied")), () => {});
  const line = h("div", { class: "own" }, h("code", {}, OWN), h("button", { type: "button", class: "button small", on: { click: copy } }, say("copy")), said);
  tell(say("own"), say("ownMore"), line);
}

/** Name, sentence under it, and what happens behind it. */
const DOORS = [
  { name: "killDoor", run: killed },
  { name: "sameDoor", run: same },
  { name: "secretDoor", run: secret },
  { name: "drainDoor", run: drained },
  { name: "canaryDoor", run: promoted },
  { name: "restoreDoor", run: restored },
  { name: "ownDoor", run: ownCluster },
];

export function doorway(enter) {
  return h("div", { class: "doors", role: "group", "aria-label": say("doors") },
    DOORS.map((door) => h("button", { type: "button", class: "door", data: { door: door.name }, on: { click: () => enter(door) } },
      h("strong", {}, say(door.name)), h("span", { class: "about" }, say(`${door.name}More`)))));
}
