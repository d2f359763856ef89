"""Whether the votes for a change still cover its way back. What its row says is believed as far as signed votes go."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.identity.person import Person
from bot.policy.asked import WayBack
from bot.requests.engine.moments import longest
from bot.requests.engine.moves import StepState
from bot.requests.services import Services
from bot.requests.versions import is_glass, verify_vote
from bot.requests.voting import Case
from bot.store.requests import Request
from bot.store.steps import steps_of
from bot.store.votes import Vote, votes_on


async def covered_way_back(services: Services, case: Case, person: Person) -> WayBack | None:
    """What the votes for the change cover of its way back, for this person now; nothing if nothing took effect."""
    request, version = case.request, case.version
    async with services.database.read() as tx:
        votes = await votes_on(tx, request.id, version.version)
        steps = await steps_of(tx, request.id, version.version)
    until = back_until(request, version.decision.back_window)
    last = _carried_at(services, case, votes)
    if until is None or last is None or person.slack_user != request.requester_slack:
        return None
    if not any(each.state in (StepState.DONE, StepState.INTENDED, StepState.UNKNOWN) for each in steps.values()):
        return None
    latest = last + version.decision.expires + longest(version.plan) + version.decision.back_window
    until = min(until, latest)
    return WayBack(requester=case.requester, until=until) if services.clock.now() < until else None


def back_until(request: Request, window: timedelta) -> datetime | None:
    """Until when the vote covers the way back; nothing if it never did. Counts from the end, or from the start while it
    runs."""
    if request.started_at is None or window <= timedelta(0):
        return None
    return (request.ended_at or request.started_at) + window


def _carried_at(services: Services, case: Case, votes: tuple[Vote, ...]) -> datetime | None:
    """When the last of the votes was given that carried this plan; `None` if they did not."""
    version, asker = case.version, case.request.requester_slack
    yes = [
        vote
        for vote in votes
        if vote.digest == version.digest and vote.verdict == "approve" and verify_vote(services, vote)
    ]
    alone = [vote for vote in yes if vote.voter_slack == asker]
    others = {vote.voter_key for vote in yes if vote.voter_key != case.request.requester_key}
    enough = len(others) >= version.decision.approvals > 0
    confirmed = bool(alone) and (version.decision.approvals == 0 or any(is_glass(services, vote) for vote in alone))
    return max(vote.created_at for vote in yes) if enough or confirmed else None
