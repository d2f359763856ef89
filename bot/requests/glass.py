"""Break-glass: the requester goes ahead alone, with a reason; everybody is told, and it is in the record for review."""

from __future__ import annotations

from bot.audit.records import Event
from bot.errors import Refused
from bot.identity.person import Person
from bot.requests.asking import check_decision
from bot.requests.ballots import signed_vote
from bot.requests.deciding import decide_plan
from bot.requests.mailing import announce, publish_home, refresh_card
from bot.requests.marks import Mark
from bot.requests.records import record
from bot.requests.rights import NotAllowed, check_rights
from bot.requests.services import Done, Services
from bot.requests.states import State, check_transition
from bot.requests.voting import check_waiting, load_case
from bot.store.requests import compare_and_set
from bot.store.votes import cast_vote
from bot.text import text


async def break_glass(services: Services, person: Person, mark: Mark, reason: str, done: Done) -> None:
    """Approve one's own waiting request in an emergency. `reason` must not be empty.

    Rights are asked as ever; only votes and freezes are passed over, and only where the policy lets this person.
    Raises `Stale`, `NotAllowed`, `Refused` or `Unavailable`.
    """
    if not reason.strip():
        raise Refused(text("Breaking the glass needs a reason."), next=text("Nothing was done."))
    case = await load_case(services, mark)
    request, plan = case.request, case.version.plan
    check_waiting(services, request)
    if person.slack_user != request.requester_slack:
        raise NotAllowed(
            text(
                "Only {person} can break the glass on R-{number}.",
                person=request.requester_name,
                number=str(request.id),
            ),
            next=text("Approve it, or ask for the same yourself."),
        )
    decision = decide_plan(services, case.cluster, request.operation, person, plan, break_glass=True)
    check_decision(decision)
    await check_rights(case.cluster.as_(person), plan.requests)
    now = services.clock.now()
    vote = signed_vote(
        services,
        person,
        number=request.id,
        version=case.version.version,
        digest=case.version.digest,
        approve=True,
        reason=reason,
        glass=True,
    )
    check_transition(State.WAITING, State.APPROVED)
    async with services.database.transaction() as tx:
        fresh = await cast_vote(tx, vote)
        if not fresh or not await compare_and_set(
            tx,
            request.id,
            request.version,
            state=State.APPROVED,
            break_glass=True,
            reason=reason,
            expires_at=now + decision.expires,
            wake_at=now,
        ):
            raise Refused(
                text("R-{number} changed meanwhile, so nothing was done.", number=str(request.id)),
                next=text("Look at the card again; its buttons are up to date."),
            )
        await record(
            tx, services, request.id, Event.BREAK_GLASS, actor=person.user, reason=reason, digest=case.version.digest
        )
        await record(tx, services, request.id, Event.REQUEST_APPROVED, rule=decision.rule, votes=0)
        await refresh_card(tx, services, request.id, request.channel)
        notice = text(
            "🚨 {person} broke the glass on R-{number} ({target}), without votes; please review it. Reason: {reason}",
            person=person.mention,
            number=str(request.id),
            target=plan.target.title,
            reason=reason,
        )
        channels = {request.channel, case.cluster.config.approval_channel or request.channel}
        for channel in sorted(channels):
            await announce(tx, services, f"glass/{request.id}/{case.version.version}/{channel}", channel, notice)
        await publish_home(tx, services, person.slack_user)
        await done(tx)
