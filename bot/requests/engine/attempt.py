"""One leased execution of a request: ask what is next, do that, store what came of it, until there is nothing left.

Nothing here remembers anything: each round reads the records anew, so an attempt that was killed anywhere is continued
by the next one from what is stored.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.errors import Unavailable
from bot.execution.calls import Outcome, Sending, Sent, read_back, send_call
from bot.execution.envelope import audit_id_of
from bot.execution.readback import Effect, why_unknown
from bot.kubernetes.cluster import Client
from bot.operations.plan import Call, Evict, Wait
from bot.requests.deciding import people_who_can_vote
from bot.requests.engine.evicting import evict_members, store_members
from bot.requests.engine.following import follow_step, start_wait
from bot.requests.engine.holding import Held, Judged
from bot.requests.engine.judging import Again, AlreadySo, Begun, Go, Stop, Verdict, judge, judge_rest
from bot.requests.engine.ledgers import LeasedLedger
from bot.requests.engine.moves import Finish, Follow, ReadBack, Start, StepState, next_move
from bot.requests.engine.settling import ask_again, begin, finish, postpone, settle_step
from bot.requests.engine.standing import Standing
from bot.requests.outcomes import decode_outcome
from bot.requests.states import State
from bot.requests.voting import Case, case_of
from bot.store.errors import LeaseLost
from bot.store.requests import load
from bot.store.steps import steps_of
from bot.store.votes import votes_on
from bot.text import Text, text

TRIES: Final = 40
"""Askings of a cluster that does not answer, about forty minutes, before a person is needed."""
LONGEST_PAUSE: Final = 60.0
STATES: Final = {
    Sent.DONE: StepState.DONE,
    Sent.ALREADY: StepState.ALREADY,
    Sent.REFUSED: StepState.FAILED,
}


async def run_attempt(held: Held) -> None:
    """Bring the leased request as far as it can go now. Raises `LeaseLost`, and `Tampered` for an edited row."""
    while True:
        standing = await _stand(held)
        try:
            if await _move(held, standing):
                return
        except LeaseLost:
            raise
        except Unavailable as error:
            await _later(held, standing, error.what)
            return


async def _stand(held: Held) -> Standing:
    services, number = held.services, held.lease.request
    async with services.database.read() as tx:
        request = await load(tx, number)
        if request is None:
            raise LeaseLost(text("The request is gone."))
        case = await case_of(tx, services, request)
        steps = await steps_of(tx, number, request.plan_version)
        votes = await votes_on(tx, number, request.plan_version)
    return Standing(case=case, steps=steps, votes=votes)


async def _move(held: Held, standing: Standing) -> bool:
    """Do the next thing; whether the attempt is over."""
    case = standing.case
    move = next_move(case.version.plan, standing.states)
    match move:
        case Start(step=Call() as call):
            return await _start_call(held, standing, call, new_group=move.new_group)
        case Start(step=Evict() as evict):
            return await _start_evict(held, standing, evict, new_group=move.new_group)
        case Start(step=Wait() as wait):
            await start_wait(held, standing, wait)
            return False
        case ReadBack(step=call):
            return await _recover(held, standing, call)
        case Follow(step=Evict() as evict):
            return await _go_on_evicting(held, standing, evict)
        case Follow(step=Wait() as wait):
            return await follow_step(held, standing, wait)
        case Finish(state=state):
            await finish(held, case, state)
            return True
        case _:
            raise AssertionError(move)


async def _start_call(held: Held, standing: Standing, call: Call, *, new_group: bool) -> bool:
    verdict = await _judged(held, standing, call, new_group=new_group)
    match verdict:
        case Go(requester=requester):
            held.judged = Judged(version=standing.case.version.version, group=call.group, requester=requester)
            await begin(held, standing.case)
            held.services.point("executing")
            outcome = await _send(held, standing.case, call, standing.case.cluster.as_(requester).client)
            return await _settle(held, standing, call, outcome)
        case AlreadySo() if call.id in standing.steps and await _landed_late(held, standing, call):
            return False
        case _:
            return await _not_now(held, standing, call, verdict)


async def _start_evict(held: Held, standing: Standing, step: Evict, *, new_group: bool) -> bool:
    """Choose and store whom the evictions are about; they begin with the next round."""
    if held.cancelled.is_set() and standing.took_effect:
        await settle_step(held, standing.case, step.id, StepState.FAILED, text("Stopped: no pod was evicted."))
        return False
    verdict = await _judged(held, standing, step, new_group=new_group)
    if not isinstance(verdict, Go):
        return await _not_now(held, standing, step, verdict)
    held.judged = Judged(version=standing.case.version.version, group=step.group, requester=verdict.requester)
    await begin(held, standing.case)
    held.services.point("executing")
    await store_members(held, standing.case, step, verdict.requester)
    return False


async def _go_on_evicting(held: Held, standing: Standing, step: Evict) -> bool:
    """The members are stored. Whoever finds them there judges before evicting: rows authorise nothing."""
    verdict = await _judged(held, standing, step, new_group=False)
    if not isinstance(verdict, Go):
        return await _not_now(held, standing, step, verdict)
    held.judged = Judged(version=standing.case.version.version, group=step.group, requester=verdict.requester)
    await evict_members(held, standing, step, verdict.requester)
    return False


async def _landed_late(held: Held, standing: Standing, call: Call) -> bool:
    """Whether it is so by our own sending, which was not there when it was looked for: a server that stood still."""
    case = standing.case
    sending = _sending(held, case, standing.steps[call.id].audit_id)
    effect, template = await read_back(case.cluster.bot, call, sending)
    if effect is not Effect.OURS:
        return False
    await settle_step(held, case, call.id, StepState.DONE, template=template)
    return True


async def _judged(held: Held, standing: Standing, call: Call | Evict, *, new_group: bool) -> Verdict:
    """Whole at the start of a group, and as long as nothing of it took effect, however often it was tried; inside one
    that this attempt has judged, not again (design §1).
    """
    case, before = standing.case, held.judged
    if new_group or not standing.took_effect or not standing.group_took_effect(call.group):
        begun = _begun(standing, call.group)
        verdict = await judge(held.services, case, standing.votes, cancelled=held.cancelled.is_set(), begun=begun)
        if isinstance(verdict, Go):
            await held.renew()  # whoever pressed Stop while all that was asked was told that nothing more is begun
            if held.cancelled.is_set():
                return await judge(held.services, case, standing.votes, cancelled=True, begun=begun)
        return verdict
    if before is not None and (before.version, before.group) == (case.version.version, call.group):
        return Go(requester=before.requester)
    return await judge_rest(held.services, case, standing.votes)


def _begun(standing: Standing, group: int) -> Begun | None:
    return Begun(states=standing.states, group=group) if standing.took_effect else None


async def _not_now(held: Held, standing: Standing, call: Call | Evict, verdict: Verdict) -> bool:
    """Nothing of this group is sent. What took effect before stays, and is said."""
    case = standing.case
    reason: Text
    match verdict:
        case Stop(state=state, reason=reason) if not standing.took_effect:
            await finish(held, case, state, reason)
            return True
        case AlreadySo(message=message) if not standing.took_effect:
            await finish(held, case, State.SUCCEEDED, message)
            return True
        case Again() if not standing.took_effect:
            voters = await people_who_can_vote(
                held.services, case.cluster, case.requester, verdict.planned.plan, verdict.decision
            )
            await ask_again(held, case, verdict, voters)
            return True
        case AlreadySo(message=message):
            await settle_step(held, case, call.id, StepState.ALREADY, message)
        case Stop(reason=reason):
            await settle_step(held, case, call.id, StepState.FAILED, reason)
        case Again(changed=changed):
            reason = changed[0] if changed else text("the world moved")
            await settle_step(held, case, call.id, StepState.FAILED, reason)
    return False


async def _send(held: Held, case: Case, call: Call, client: Client) -> Outcome:
    services = held.services
    audit_id = audit_id_of(services.instance, case.request.id, call.id, held.lease.fence)
    ledger = LeasedLedger(held, case.version.version)
    return await send_call(client, call, _sending(held, case, audit_id), ledger, point=services.point)


def _sending(held: Held, case: Case, audit_id: str) -> Sending:
    """What names a sending: the same when it is looked for as when it went out, so that it is recognised."""
    return Sending(
        request=case.request.id,
        audit_id=audit_id,
        timeout=held.services.write_timeout,
        plan_version=case.version.version,
    )


async def _settle(held: Held, standing: Standing, call: Call, outcome: Outcome) -> bool:
    """Store what came of a sending; whether the attempt is over for now."""
    case = standing.case
    state = STATES.get(outcome.sent)
    if state is not None:
        await settle_step(held, case, call.id, state, outcome.reason, template=outcome.template)
        held.services.point("outcome-stored")
        return False
    if outcome.sent is Sent.MOVED:
        standing = await _stand(held)
        cancelled, begun = held.cancelled.is_set(), _begun(standing, call.group)
        verdict = await judge(held.services, standing.case, standing.votes, cancelled=cancelled, begun=begun)
        if isinstance(verdict, Go):  # it moved back meanwhile, or what moved is not part of the plan
            await _later(held, standing, outcome.reason or text("it changes too fast"))
            return True
        return await _not_now(held, standing, call, verdict)
    await _later(held, await _stand(held), outcome.reason or text("the cluster does not answer"))
    return True


async def _recover(held: Held, standing: Standing, call: Call) -> bool:
    """The intent is stored and the outcome is not: wait until nothing can land any more, look, decide (plans.md §5)."""
    services, case = held.services, standing.case
    record = standing.steps[call.id]
    if record.sent_deadline is not None:
        safe = record.sent_deadline + timedelta(seconds=services.settle)
        if services.clock.now() < safe:
            await postpone(held, case, safe, text("It may have been sent; I wait until that is certain, then look."))
            return True
    effect, template = await read_back(case.cluster.bot, call, _sending(held, case, record.audit_id))
    services.point("read-back")
    if effect is Effect.NOT_DONE:
        return await _start_call(held, standing, call, new_group=False)
    states = {Effect.OURS: StepState.DONE, Effect.ALREADY: StepState.ALREADY, Effect.UNKNOWN: StepState.UNKNOWN}
    reason = why_unknown(call) if effect is Effect.UNKNOWN else None
    await settle_step(held, case, call.id, states[effect], reason, template=template)
    return False


async def _later(held: Held, standing: Standing, reason: Text) -> None:
    """Try again after a while; after many times a person is needed, or nothing was ever sent and it failed."""
    services, case = held.services, standing.case
    tries = decode_outcome(case.request.outcome).tries
    if tries >= TRIES and case.request.state == State.EXECUTING:
        begun = any(state is StepState.INTENDED for state in standing.states.values())
        ended = State.PARTLY_DONE if standing.took_effect else State.FAILED
        await finish(held, case, State.NEEDS_ATTENTION if begun else ended, reason)
        return
    pause = min(LONGEST_PAUSE, 1.0 * 2 ** min(tries, 6)) * (0.5 + services.tokens.fraction() / 2)
    await postpone(held, case, services.clock.now() + timedelta(seconds=pause), reason)
