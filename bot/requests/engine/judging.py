"""May this be sent now? Everything that allowed it is asked again, immediately before a group of calls begins.

Row state alone never authorises: rights, policy and votes are judged from what is true at this moment (design §3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from bot.audit.records import Event
from bot.errors import Refused
from bot.identity.errors import NotAMember, Unknown
from bot.identity.person import Person
from bot.operations.plan import Nothing
from bot.policy.asked import WayBack
from bot.policy.decision import Decision, stricter
from bot.policy.decisions import WAY_BACK
from bot.policy.tally import Tally, tally
from bot.policy.untouchable import Untouchable, check_untouchable
from bot.requests.deciding import counted_votes, decide_plan
from bot.requests.drift import drift
from bot.requests.engine.moments import voting_moment
from bot.requests.engine.moves import StepState
from bot.requests.engine.remaining import moved_since
from bot.requests.planning import Planned, draw, pinned_arguments, plan_change
from bot.requests.records import record
from bot.requests.rights import lacks_right
from bot.requests.services import Services
from bot.requests.states import State
from bot.requests.versions import is_glass
from bot.requests.voting import Case
from bot.store.votes import Vote
from bot.text import Code, Text, When, text


@dataclass(frozen=True, kw_only=True)
class Go:
    """Send it, as this person as they are known now."""

    requester: Person


@dataclass(frozen=True, kw_only=True)
class Stop:
    """End the request in this state; nothing of this group was sent."""

    state: State
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Again:
    """The world or the policy moved: votes are asked for again, on this plan for the same target."""

    planned: Planned
    decision: Decision
    changed: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class AlreadySo:
    """Somebody else has done it."""

    message: Text


Verdict = Go | Stop | Again | AlreadySo


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A plan of which a part has taken effect: how its steps stand, and the group that would begin now."""

    states: Mapping[str, StepState]
    group: int


async def judge(
    services: Services, case: Case, votes: tuple[Vote, ...], *, cancelled: bool, begun: Begun | None = None
) -> Verdict:
    """The verdict on beginning a group; `begun` if it is not the first that takes effect.

    Raises `Unavailable` when something that must be asked cannot be asked now.
    """
    request = case.request
    now = services.clock.now()
    if cancelled:
        reason = (
            text("It was stopped before this step.") if begun else text("It was cancelled before anything was sent.")
        )
        return Stop(state=State.CANCELLED, reason=reason)
    if request.started_at is None and request.expires_at is not None and request.expires_at <= now:
        return Stop(state=State.EXPIRED, reason=text("Its approval was too old when it could be started."))
    until = case.version.plan.until
    if until is not None and until <= now:
        reason = text("The time that was agreed on is over: {until}.", until=When(until))
        return Stop(state=State.EXPIRED if request.started_at is None else State.FAILED, reason=reason)
    requester = await _requester(services, case)
    if isinstance(requester, Stop):
        return requester
    case = replace(case, requester=requester)
    moved = await (_rest_moved(services, case, begun) if begun else _moved(services, case))
    if moved is not None:
        return moved
    return await _allowed(services, case) or await _counted(services, case, votes)


async def judge_rest(services: Services, case: Case, votes: tuple[Vote, ...]) -> Verdict:
    """The verdict on going on inside a group that an earlier attempt has begun: who, their rights, the votes.

    Freezes and a moved world do not stop it there; but that it was begun stands in rows only, and rows authorise
    nothing. Raises `Unavailable`.
    """
    requester = await _requester(services, case)
    if isinstance(requester, Stop):
        return requester
    case = replace(case, requester=requester)
    stop = await _allowed(services, case)
    if stop is not None:
        return stop
    count = await _count(services, case, votes, _as_voted(services, case, votes))
    if count.approved:
        return Go(requester=requester)
    return Stop(state=State.HALTED, reason=text("The votes that were given no longer carry it."))


async def _requester(services: Services, case: Case) -> Person | Stop:
    """Whoever asked, as they are known now; nobody acts as another user than the one that was voted on."""
    request = case.request
    try:
        requester = await services.directory.resolve(request.requester_slack, request.team_id)
    except (NotAMember, Unknown) as error:
        return Stop(state=State.HALTED, reason=error.what)
    if (requester.user, requester.key) != (request.requester_user, request.requester_key):
        reason = text("{person} is another Kubernetes user now than when it was asked.", person=requester.name)
        return Stop(state=State.HALTED, reason=reason)
    return requester


async def _allowed(services: Services, case: Case) -> Stop | None:
    """The requester's own rights over every call, and that none touches what is untouchable."""
    try:
        plan = case.version.plan
        check_untouchable(plan.requests, services.config.own, touches=plan.touches)
    except Untouchable as error:
        return Stop(state=State.HALTED, reason=error.what)
    if await lacks_right(case.cluster.as_(case.requester), case.version.plan.requests) is None:
        return None
    return Stop(state=State.HALTED, reason=text("{person} may no longer do this.", person=case.requester.name))


async def _moved(services: Services, case: Case) -> Verdict | None:
    """Has the world moved in what the plan relied on? `None` if not."""
    acting = case.cluster.as_(case.requester)
    operation = services.registry[case.request.operation]
    arguments = pinned_arguments(operation, case.version.plan)
    if operation.probes:
        async with services.database.transaction() as tx:
            await record(tx, services, case.request.id, Event.PROBE_ASKED, actor=case.requester.user)
    try:
        fresh = await draw(acting, operation, arguments)
        if isinstance(fresh, Nothing):
            return AlreadySo(message=fresh.message)
        differences = drift(case.version.plan, fresh)
        if not differences:
            return None
        planned = await plan_change(acting, operation, arguments, timeout=services.write_timeout)
    except Refused as error:
        return Stop(state=State.FAILED, reason=error.what)
    if isinstance(planned, Nothing):
        return AlreadySo(message=planned.message)
    return _again(services, case, planned, tuple(differences))


async def _rest_moved(services: Services, case: Case, begun: Begun) -> Verdict | None:
    """Has the world moved in what is left of a plan that was begun? `None` if not."""
    client = case.cluster.as_(case.requester).client
    try:
        changed = await moved_since(
            client,
            case.version.plan,
            begun.states,
            begun.group,
            watcher=case.cluster.bot,
            clock=services.clock,
        )
    except Refused as error:
        return Stop(state=State.FAILED, reason=error.what)
    return Stop(state=State.FAILED, reason=changed[0]) if changed else None


def _again(services: Services, case: Case, planned: Planned, changed: tuple[Text, ...]) -> Verdict:
    decision = decide_plan(services, case.cluster, case.request.operation, case.requester, planned.plan)
    if decision.refused is not None:
        return _refused(decision)
    return Again(planned=planned, decision=decision, changed=changed)


def decide_again(services: Services, case: Case, *, glass: bool) -> Decision:
    """The policy's answer now, on the same terms as when it was voted on. `glass`: the requester broke it."""
    request, voted = case.request, case.version.decision
    back_of = None
    if voted.rule == WAY_BACK and request.expires_at is not None:
        # The press came within the window; from then on the approval's own expiry bounds it.
        back_of = WayBack(requester=case.requester, until=services.clock.now() + voted.expires)
    return decide_plan(
        services,
        case.cluster,
        request.operation,
        case.requester,
        case.version.plan,
        break_glass=glass,
        back_of=back_of,
    )


async def _counted(services: Services, case: Case, votes: tuple[Vote, ...]) -> Verdict:
    version = case.version
    glass = glass_broken(services, case, votes)
    decision = decide_again(services, case, glass=glass)
    if decision.refused is not None:
        return _refused(decision)
    count = await _count(services, case, votes, decision)
    if not glass and stricter(decision, version.decision) and not (count.approved and _only_more_votes(decision, case)):
        planned = Planned(plan=version.plan, digest=version.digest, rehearsals=version.rehearsals)
        return Again(planned=planned, decision=decision, changed=(text("the policy asks for more than it did"),))
    if count.approved:
        return Go(requester=case.requester)
    if count.rejected:
        return Stop(state=State.REJECTED, reason=count.why)
    planned = Planned(plan=version.plan, digest=version.digest, rehearsals=version.rehearsals)
    return Again(planned=planned, decision=decision, changed=(text("votes that were given no longer count"),))


def _only_more_votes(decision: Decision, case: Case) -> bool:
    """Whether all that it is stricter in is how many vote and who, which the count of the stored votes has answered."""
    voted = case.version.decision
    return not stricter(msgspec.structs.replace(decision, approvals=voted.approvals, circles=voted.circles), voted)


def glass_broken(services: Services, case: Case, votes: tuple[Vote, ...]) -> bool:
    """Whether the requester broke the glass on this very plan version: only the signed vote says so."""
    asker, digest = case.request.requester_slack, case.version.digest
    return any(
        vote.voter_slack == asker and vote.digest == digest and vote.verdict == "approve" and is_glass(services, vote)
        for vote in votes
    )


def _as_voted(services: Services, case: Case, votes: tuple[Vote, ...]) -> Decision:
    """What was asked for when it was voted on: as it is signed with the plan, or broken glass as the policy has it."""
    if not glass_broken(services, case, votes):
        return case.version.decision
    return decide_again(services, case, glass=True)


async def _count(services: Services, case: Case, votes: tuple[Vote, ...], decision: Decision) -> Tally:
    version = case.version
    counted = await counted_votes(services, case.cluster, version.plan, votes)
    moment = voting_moment(case.request, version.plan, services.clock.now())
    return tally(counted, decision, case.requester, digest=version.digest, now=moment)


def _refused(decision: Decision) -> Stop:
    return Stop(
        state=State.HALTED,
        reason=text(
            "The policy refuses it now: {reason} (rule {rule})",
            reason=decision.refused or "",
            rule=Code(decision.rule),
        ),
    )
