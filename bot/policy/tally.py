"""Votes are recounted from what is stored, each time it matters; a request's state alone authorises nothing.

The count does not depend on the order of the votes. In doubt a vote does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

import msgspec

from bot.identity.humans import group_marks
from bot.identity.person import Person, same_human
from bot.policy.decision import Decision
from bot.text import Text, text


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """A stored vote. `voter` is the person as when voting; `covers`: the voter's own rights covered every call then.

    `at` is aware. `digest` is of the plan version that was voted on.
    """

    voter: Person
    digest: str
    approve: bool
    covers: bool
    at: datetime


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The count. `counted` are the voters whose approval counts, one account a human; `missing` how many more.

    As a condition it raises: `if tally:` would pass for a rejected request.
    """

    approved: bool
    rejected: bool
    missing: int
    counted: tuple[Person, ...]
    why: Text

    def __bool__(self) -> NoReturn:
        raise TypeError("a Tally is neither true nor false: ask for .approved or .rejected")


def why_not_vote(decision: Decision, requester: Person, voter: Person) -> Text | None:
    """Why this person's approval would not count; `None` if it would, given that their rights cover every call."""
    if voter.slack_user == requester.slack_user:
        return text("Nobody approves their own request.")
    if same_human(voter, requester):
        return text("This is a second account of the person who asked.")
    if not decision.admits(voter):
        return text("The rule {rule} asks for the votes of other people.", rule=decision.rule)
    return None


def tally(
    votes: Sequence[Vote],
    decision: Decision,
    requester: Person,
    *,
    digest: str,
    now: datetime,
) -> Tally:
    """Recount. `digest` is the plan version to be sent; `now` the moment by which votes must not have expired, which is
    the moment of starting once execution has begun.

    Where the decision asks for no votes of others but a confirmation, the requester's own vote is that.
    """
    about_this = [vote for vote in votes if vote.digest == digest]
    fresh = [vote for vote in about_this if now - vote.at <= decision.expires]
    if decision.refused is not None:
        return _no(text("The policy refuses it."), rejected=True)
    against = [vote for vote in about_this if not vote.approve and _may_reject(vote, decision, requester)]
    if against:
        return _no(text("{count} voted against it.", count=len(against)), rejected=True)
    if decision.approvals == 0:
        return _confirmation(fresh, decision, requester)
    counted = _distinct(fresh, decision, requester)
    missing = max(0, decision.approvals - len(counted))
    return Tally(
        approved=missing == 0,
        rejected=False,
        missing=missing,
        counted=counted,
        why=text("{have} of {need} votes.", have=len(counted), need=decision.approvals),
    )


def _confirmation(fresh: Sequence[Vote], decision: Decision, requester: Person) -> Tally:
    given = any(vote.approve and vote.voter.slack_user == requester.slack_user for vote in fresh)
    if decision.confirm and not given:
        return _no(text("The requester has not confirmed it yet."), rejected=False)
    return Tally(approved=True, rejected=False, missing=0, counted=(), why=text("It needs no votes of others."))


def _distinct(fresh: Sequence[Vote], decision: Decision, requester: Person) -> tuple[Person, ...]:
    """The approvers, one account for each human and none for the requester's, also where a third account links two."""
    human = group_marks([requester.marks, *(vote.voter.marks for vote in fresh)])
    own = human[f"slack:{requester.slack_user}"]
    approvers: dict[str, Person] = {}
    for vote in sorted(fresh, key=lambda each: each.voter.slack_user):
        who = human[f"slack:{vote.voter.slack_user}"]
        if vote.approve and vote.covers and who != own and why_not_vote(decision, requester, vote.voter) is None:
            approvers.setdefault(who, vote.voter)
    return tuple(approvers.values())


def _may_reject(vote: Vote, decision: Decision, requester: Person) -> bool:
    """Stopping is the safe direction: it takes no rights, only being asked. The requester cancels instead."""
    return decision.approvals > 0 and why_not_vote(decision, requester, vote.voter) is None


def _no(why: Text, *, rejected: bool) -> Tally:
    return Tally(approved=False, rejected=rejected, missing=0, counted=(), why=why)
