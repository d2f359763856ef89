// The tour: it looks at what is true, says where one is, and puts the focus on what comes next. Read steps.js first.

import { actingAs } from "/api.js";
import { h } from "/dom.js";
import { doorway } from "/tour/doors.js";
import * as playground from "/tour/facts.js";
import { guide } from "/tour/guide.js";
import { seats } from "/tour/seats.js";
import { ACTS, mainRequest, stepOf } from "/tour/steps.js";
import { strip } from "/tour/strip.js";
import { callsSent, language, peopleWere, say } from "/tour/words.js";

const EVERY = 250;
const CHANNEL = "C0PAYMENTS";
const COMMAND = "/eks rollout undo deploy/app";

class Tour {
  constructor() {
    this.facts = null;
    this.here = { atBob: false, proof: null, door: null, seen: false };
    this.lost = false;
    this.said = null;
    this.trouble = "";
    this.step = "";
    this.visit = 0;
    this.entered = 0;
    this.waiting = new Set();
    this.strip = strip({ reset: () => this.reset() });
    this.seats = seats({ unlock: (push) => this.unlock(push) });
    this.guide = guide();
    this.strip.node.hidden = this.seats.node.hidden = true;
    document.body.replaceChildren(h("div", { class: "tour" }, this.strip.node, this.seats.node, this.guide.node));
    document.documentElement.lang = language;
    document.title = say("title");
  }

  /** Looks again and again, but never while nobody sees it. */
  async run() {
    if (document.visibilityState === "visible") await this.look();
    setTimeout(() => this.run(), EVERY);
  }

  async look() {
    const { visit } = this;
    try {
      const facts = await playground.now();
      if (visit !== this.visit) return;
      this.lost = false;
      this.learn(facts);
      if (facts.simulated && facts.fresh && facts.incident === null) this.learn(await playground.begin(language));
    } catch {
      this.lost = true;
    }
    if (visit === this.visit) this.draw();
  }

  learn(facts) {
    const before = this.facts?.incident ?? null;
    this.facts = facts;
    if (facts.simulated && facts.incident !== null && facts.incident !== before) this.enter();
    for (const each of [...this.waiting]) if (facts.simulated && each.met(facts)) each.done(facts);
  }

  /** A town in which it burns: the two sit down, as the language now is. */
  enter() {
    this.strip.node.hidden = this.seats.node.hidden = false;
    this.seats.sit();
  }

  draw() {
    if (this.lost) return this.show("lost", { title: say("lost"), more: say("lostMore") });
    const { facts, here } = this;
    const step = stepOf(facts, here);
    if (facts?.simulated && facts.incident !== null) {
      this.strip.draw(facts, { moving: step === "rolling" });
      this.seats.lock.draw(this.pushes(), facts);
    }
    if (step !== this.step) this.arrive(step);
    this.step = step;
    this.show(step, this.says(step));
  }

  show(step, words) {
    const { trouble } = this;
    const more = trouble ? h("span", { class: "trouble" }, trouble) : words.more;
    this.guide.draw({ key: `${step} ${words.mark ?? ""} ${trouble}`, act: ACTS[step] ?? 0, ...words, more });
  }

  /** The pushes on bob's phone since this was asked for, the newest last. */
  pushes() {
    const since = mainRequest(this.facts)?.asked ?? this.facts.now;
    return this.facts.pushes.filter((each) => Number(each.ts) * 1000 >= since).slice(-2);
  }

  /** What the two people's pages do when a step begins. */
  arrive(step) {
    this.trouble = "";
    this.seats.rest();
    if (step === "burning" || step === "turned") {
      this.lockAgain();
      this.seats.compose(COMMAND);
    } else if (step === "vote") this.seats.focusVote(this.here.push);
    else if (step === "confirm") this.seats.focusConfirm();
    else if (step === "rolling") {
      this.seats.show("alice");
      if (this.here.atBob) this.seats.bob.go(CHANNEL);
    } else if (step === "done") this.here.seen = true;
  }

  lockAgain() {
    this.here.atBob = false;
    this.seats.close();
    this.seats.show("alice");
  }

  says(step) {
    const version = this.facts?.app?.bad;
    const request = this.facts?.requests ? mainRequest(this.facts) : null;
    const number = request?.number;
    const askBob = { label: say("askBob"), run: () => this.unlock(this.pushes()[0] ?? { channel: CHANNEL, ts: request.card }) };
    const begin = { label: say("begin"), run: () => this.reset() };
    const send = { label: say("send"), run: () => this.seats.send(COMMAND) };
    const all = {
      opening: () => ({ title: say("opening") }),
      elsewhere: () => ({ title: say("elsewhere"), more: say("elsewhereMore") }),
      used: () => ({ title: say("used"), more: say("usedMore"), buttons: [begin] }),
      calm: () => ({ title: say("calm"), more: say("calmMore"), buttons: [{ ...begin, label: say("reset") }] }),
      burning: () => ({ title: say("burning", { version }), more: say("burningMore"), buttons: [send], elsewhere: true }),
      turned: () => ({ title: say("turned", { number }), more: say("turnedMore"), buttons: [send], elsewhere: true }),
      asked: () => ({ title: say("asked"), more: say("askedMore"), buttons: [{ label: say("tryIt"), run: () => this.tryIt(request) }, { ...askBob, quiet: true }] }),
      refused: () => ({ title: say("refused"), more: say("refusedMore"), buttons: [askBob] }),
      vote: () => ({ title: say("vote"), more: say("voteMore"), elsewhere: true }),
      confirm: () => ({ title: say("confirm"), more: say("confirmMore"), elsewhere: true }),
      rolling: () => ({ title: say("approved"), more: say("approvedMore"), elsewhere: true }),
      stuck: () => ({ title: say("stuck", { number }), more: say("stuckMore"), elsewhere: true }),
      done: () => ({ title: this.ending(request), buttons: [{ label: say("prove"), run: () => this.prove(request) }] }),
      proven: () => ({ title: say("proven", { records: this.here.proof.records }), more: say("provenMore"), buttons: [{ label: say("cheat"), run: () => this.cheat(request) }] }),
      altered: () => this.altered(),
    };
    return (all[step] ?? (() => this.said))();
  }

  /** The end of it, measured: from the command to ten healthy pods, who it took, and what the API server logged. */
  ending(request) {
    const seconds = Math.max(1, Math.round((request.ended - request.asked) / 1000));
    return [say("done", { seconds }), " · ", peopleWere(request.people.length), " · ", h("strong", {}, callsSent(request.calls))];
  }

  altered() {
    const { about, forged } = this.here.proof;
    const record = /\d+/.exec(about[0] ?? "")?.[0] ?? "?";
    const more = [forged ? say("alteredMore", forged) : "", h("span", { class: "verify" }, say("verifySays", { line: about[0] ?? "" }))];
    return { mark: record, title: say("altered", { record }), more, under: doorway((door) => this.open(door)) };
  }

  tryIt(request) {
    this.seats.show("alice");
    return this.trying(actingAs("alice").click({ channel: request.channel, ts: request.card, action_id: "approve" }));
  }

  unlock(push) {
    Object.assign(this.here, { atBob: true, push });
    this.seats.open(push);
    this.seats.show("bob");
    this.draw();
  }

  async prove(request) {
    this.here.proof = await this.trying(playground.proof(request.number));
    this.draw();
  }

  async cheat(request) {
    const forged = await this.trying(playground.cheat(request.number, Math.ceil(request.records / 2)));
    if (forged) this.here.proof = { ...(await this.trying(playground.proof(request.number))), forged };
    this.draw();
  }

  /** Behind a door: it tells as it goes, and leads back to the doors. */
  async open(door) {
    const entered = (this.entered += 1);
    const back = { label: say("back"), quiet: true, run: () => this.shut() };
    const tell = (title, more = "", under = null) => {
      if (entered !== this.entered) return;
      this.said = { mark: title, title, more, under, buttons: [back] };
      this.draw();
    };
    this.here.door = door.name;
    await this.trying(door.run({ tell, seats: this.seats, until: (met) => this.until(met) }));
  }

  shut() {
    this.entered += 1;
    this.here.door = null;
    this.draw();
    document.querySelector(".door")?.focus();
  }

  until(met) {
    return new Promise((resolve) => {
      const each = { met, done: (facts) => (this.waiting.delete(each), resolve(facts)) };
      this.waiting.add(each);
    });
  }

  /** What a press asked for; if it does not work, that is said. */
  async trying(work) {
    const { visit } = this;
    try {
      return await work;
    } catch (error) {
      if (visit === this.visit) this.trouble = say("failed", { error: error.message });
      return null;
    }
  }

  async reset() {
    const visit = (this.visit += 1);
    this.waiting.clear();
    this.facts = this.said = null;
    this.entered += 1;
    this.here = { atBob: false, proof: null, door: null, seen: false };
    this.step = "";
    this.show("resetting", { title: say("resetting") });
    await this.trying(playground.reset());
    if (visit === this.visit) this.visit += 1;
  }

  keys(event) {
    if (event.key === "Escape" && this.here.door) this.shut();
  }
}

const tour = new Tour();
window.addEventListener("keydown", (event) => tour.keys(event));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tour.look());
tour.draw();
tour.run();
