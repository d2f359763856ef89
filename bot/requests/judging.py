"""May this be sent now? Everything that allowed it is asked again, immediately before a group of calls begins.

Row state alone never authorises: rights, policy and votes are judged from what is true at this moment (design §3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.errors import Refused
from bot.identity.errors import NotAMember, Unknown
from bot.identity.person import Person
from bot.operations.plan import Nothing
from bot.policy.asked import WayBack
from bot.policy.decision import Decision, stricter
from bot.policy.tally import tally
from bot.requests.deciding import counted_votes, decide_plan
from bot.requests.drift import drift
from bot.requests.planning import Planned, draw, pinned_arguments, plan_change
from bot.requests.rights import lacks_right
from bot.requests.services import Services
from bot.requests.states import State
from bot.requests.voting import Case
from bot.store.votes import Vote
from bot.text import Code, Text, text

WAY_BACK = "way-back"
"""The rule under which the votes for a change carry its way back (`bot.policy.decisions`)."""


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


async def judge(services: Services, case: Case, votes: tuple[Vote, ...], *, cancelled: bool) -> Verdict:
    """The verdict on beginning a group. Raises `Unavailable` when something that must be asked cannot be asked now."""
    request = case.request
    now = services.clock.now()
    if cancelled:
        return Stop(state=State.CANCELLED, reason=text("It was taken back before anything was sent."))
    if request.started_at is None and request.expires_at is not None and request.expires_at <= now:
        return Stop(state=State.EXPIRED, reason=text("Its approval was too old when it could be started."))
    try:
        requester = await services.directory.resolve(request.requester_slack, request.team_id)
    except (NotAMember, Unknown) as error:
        return Stop(state=State.HALTED, reason=error.what)
    case = replace(case, requester=requester)
    moved = await _moved(services, case)
    if moved is not None:
        return moved
    if await lacks_right(case.cluster.as_(requester), case.version.plan.calls) is not None:
        reason = text("{person} may no longer do this.", person=requester.name)
        return Stop(state=State.HALTED, reason=reason)
    return await _counted(services, case, votes)


async def _moved(services: Services, case: Case) -> Verdict | None:
    """Has the world moved in what the plan relied on? `None` if not."""
    acting = case.cluster.as_(case.requester)
    operation = services.registry[case.request.operation]
    arguments = pinned_arguments(operation, case.version.plan)
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


def _again(services: Services, case: Case, planned: Planned, changed: tuple[Text, ...]) -> Verdict:
    decision = decide_plan(services, case.cluster, case.request.operation, case.requester, planned.plan)
    if decision.refused is not None:
        return _refused(decision)
    return Again(planned=planned, decision=decision, changed=changed)


def decide_again(services: Services, case: Case) -> Decision:
    """The policy's answer now, on the same terms as when it was voted on."""
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
        break_glass=request.break_glass,
        back_of=back_of,
    )


async def _counted(services: Services, case: Case, votes: tuple[Vote, ...]) -> Verdict:
    request, version = case.request, case.version
    decision = decide_again(services, case)
    if decision.refused is not None:
        return _refused(decision)
    if stricter(decision, version.decision) and not request.break_glass:
        planned = Planned(plan=version.plan, digest=version.digest, rehearsals=version.rehearsals)
        return Again(planned=planned, decision=decision, changed=(text("the policy asks for more than it did"),))
    counted = await counted_votes(services, case.cluster, version.plan, votes)
    moment = request.started_at or services.clock.now()
    count = tally(counted, decision, case.requester, digest=version.digest, now=moment)
    if count.approved:
        return Go(requester=case.requester)
    if count.rejected:
        return Stop(state=State.REJECTED, reason=count.why)
    planned = Planned(plan=version.plan, digest=version.digest, rehearsals=version.rehearsals)
    return Again(planned=planned, decision=decision, changed=(text("votes that were given no longer count"),))


def _refused(decision: Decision) -> Stop:
    return Stop(
        state=State.HALTED,
        reason=text(
            "The policy refuses it now: {reason} (rule {rule})",
            reason=decision.refused or "",
            rule=Code(decision.rule),
        ),
    )
