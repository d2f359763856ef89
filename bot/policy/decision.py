"""What a policy answers: how many votes, whose, until when, or that it must not be."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import msgspec

from bot.identity.person import Person
from bot.text import Text


class Voters(msgspec.Struct, frozen=True, kw_only=True):
    """Who may vote: members of one of `teams` or one of `people` (Slack ids); both empty: anyone with the rights."""

    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @property
    def anyone(self) -> bool:
        return not self.teams and not self.people

    def allow(self, person: Person) -> bool:
        return self.anyone or person.slack_user in self.people or not self.teams.isdisjoint(person.teams)

    def covers(self, other: Voters) -> bool:
        """Whether everyone whom `other` lets vote may vote here too."""
        return self.anyone or (not other.anyone and self.teams >= other.teams and self.people >= other.people)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision is asked for its fields; as a condition (`if decision:`) it raises, because that would mean nothing.

    `circles`: a voter must be allowed by each of them. `confirm`: no vote of others is needed, so the requester says
    yes. `view_required`: votes and confirmations are given in a view rendered from the database. `loud`: it goes ahead
    by break-glass, with a notice to all and a review. `expires` counts from the card, and again from the approval.
    """

    approvals: int
    circles: tuple[Voters, ...] = (Voters(),)
    confirm: bool = False
    view_required: bool = False
    loud: bool = False
    expires: timedelta
    back_window: timedelta
    refused: Text | None = None
    rule: str
    why: Text

    @property
    def allowed(self) -> bool:
        """Not refused. Says nothing about votes."""
        return self.refused is None

    @property
    def voters(self) -> Voters:
        """The circle to name to people; exact where there is only one, which is so except across namespaces."""
        return next((circle for circle in self.circles if not circle.anyone), Voters())

    def admits(self, person: Person) -> bool:
        """Whether the policy lets this person vote. Their rights and whose request it is are asked elsewhere."""
        return all(circle.allow(person) for circle in self.circles)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Decision is neither true nor false: ask for .allowed, or recount the votes")


def stricter(fresh: Decision, voted: Decision) -> bool:
    """Whether `fresh` forbids anything that `voted` allowed: then the votes have to be asked for again."""
    if fresh.refused is not None:
        return voted.refused is None
    if voted.refused is not None:
        return False
    narrower = fresh.approvals > 0 and any(
        not any(circle.covers(other) for other in voted.circles) for circle in fresh.circles
    )
    return (
        fresh.approvals > voted.approvals
        or narrower
        or (fresh.confirm and not voted.confirm and voted.approvals == 0)
        or (fresh.view_required and not voted.view_required)
        or (fresh.loud and not voted.loud)
        or fresh.expires < voted.expires
        or fresh.back_window < voted.back_window
    )


def strictest(first: Decision, *others: Decision) -> Decision:
    """One decision that forbids whatever any of them forbids."""
    found = first
    for other in others:
        if other.refused is not None and found.refused is None:
            found, other = other, found
        if found.refused is not None:
            continue
        more = found if found.approvals >= other.approvals else other
        approvals = more.approvals
        found = Decision(
            approvals=approvals,
            circles=tuple(
                dict.fromkeys(circle for each in (found, other) if each.approvals > 0 for circle in each.circles)
            )
            or (Voters(),),
            confirm=approvals == 0 and (found.confirm or other.confirm),
            view_required=found.view_required or other.view_required,
            loud=found.loud or other.loud,
            expires=min(found.expires, other.expires),
            back_window=min(found.back_window, other.back_window),
            rule=more.rule,
            why=more.why,
        )
    return found
