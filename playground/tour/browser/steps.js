// Where a visitor is: by what is true, never by what was pressed. Read this first.

const MINE = /\bapp\b(?!-)/;
const ENDED_WITHOUT = ["rejected", "expired", "cancelled"];

export const crashing = (facts) => facts.app.pods.filter((pod) => pod.state === "crashing").length;

/** Pods that run what is wanted now and are ready. */
export const healed = (facts) => facts.app.pods.filter((pod) => pod.state === "ready" && pod.version === facts.app.version).length;

/** The request that the tour is about: the first that helped, else the last that was made. */
export function mainRequest(facts) {
  const asked = facts.requests.filter((each) => each.asked >= facts.incident && MINE.test(each.line));
  return asked.find((each) => each.state === "succeeded") ?? asked.at(-1);
}

/**
 * `facts` as the playground tells them; `here` is what only this page knows: `atBob`, whether bob's phone is in hand,
 * `proof`, what verifying found, `door`, which one is open, and `seen`, whether the end was seen once.
 */
export function stepOf(facts, here) {
  if (!facts) return "opening";
  if (!facts.simulated) return "elsewhere";
  if (facts.incident === null) return facts.fresh ? "opening" : "used";
  const request = mainRequest(facts);
  if (!request) return crashing(facts) ? "burning" : "calm";
  if (request.state === "succeeded") return crashing(facts) || !(request.told || here.seen) ? "rolling" : after(here);
  if (["approved", "executing"].includes(request.state)) return "rolling";
  if (ENDED_WITHOUT.includes(request.state)) return "turned";
  if (!["planned", "waiting"].includes(request.state)) return "stuck";
  if (!request.card) return "burning";
  return before(facts, here, request);
}

function before(facts, here, request) {
  if (here.atBob) return facts.view ? "confirm" : "vote";
  return facts.told > request.card ? "refused" : "asked";
}

function after(here) {
  if (here.door) return here.door;
  if (!here.proof) return "done";
  return here.proof.intact ? "proven" : "altered";
}

/** How far that is: five acts lead to the end. */
export const ACTS = { burning: 1, turned: 1, asked: 2, refused: 3, vote: 4, confirm: 5 };
