"""What the submit of each modal does: it was rendered from the database, and its submit is the vote (design §6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from bot.requests.attention import Answer, answer
from bot.requests.backs import GoingBack, go_back
from bot.requests.glass import break_glass
from bot.requests.marks import Mark, Stale
from bot.requests.voting import Ballot, vote
from bot.slack.desk.filling import filled_in
from bot.slack.desk.lines import on_line
from bot.slack.desk.visits import Visit
from bot.slack.edge.answers import Answer as Acknowledged
from bot.slack.edge.answers import FieldErrors
from bot.slack.edge.deliveries import Delivery, Submitted
from bot.slack.modals.frame import REASON, REASON_LENGTH
from bot.slack.modals.stamps import read_stamp
from bot.text import text

SHORTEST_REASON: Final = 5
"""Characters; what is shorter explains nothing to whoever reviews it."""


async def on_submit(visit: Visit) -> None:
    """One submit. Raises `Refused` or `Unavailable`; then nothing was done."""
    submitted = visit.delivery.submitted
    if submitted is not None and submitted.callback == "form":
        line, channel = filled_in(visit.services, submitted)
        await on_line(visit.at(channel), line)
        return
    handle = SUBMITS.get(submitted.callback) if submitted is not None else None
    if submitted is None or handle is None:
        raise Stale(
            text("This form means nothing to me, so nothing was done."),
            next=text("Close it, and open it again from the newest message."),
        )
    mark = read_stamp(visit.services, submitted, visit.person.slack_user)
    await handle(visit, mark, submitted.values.get(REASON, "").strip()[:REASON_LENGTH])


def validate(delivery: Delivery) -> Acknowledged | None:
    """What is wrong with a modal's inputs, from memory, so that it can be mended before the modal closes."""
    submitted = delivery.submitted or Submitted(view="", callback="", metadata="", values={})
    reason = submitted.values.get(REASON, "").strip()
    if submitted.callback == "break_glass" and len(reason) < SHORTEST_REASON:
        return FieldErrors(errors={REASON: text("Say why: everybody will read it.")})
    return None


async def _approve(visit: Visit, mark: Mark, reason: str) -> None:
    ballot = Ballot(person=visit.person, mark=mark, approve=True, reason=reason, viewed=True)
    await vote(visit.services, ballot, visit.done)


async def _reject(visit: Visit, mark: Mark, reason: str) -> None:
    ballot = Ballot(person=visit.person, mark=mark, approve=False, reason=reason, viewed=True)
    await vote(visit.services, ballot, visit.done)


async def _break_glass(visit: Visit, mark: Mark, reason: str) -> None:
    await break_glass(visit.services, visit.person, mark, reason, visit.done)


async def _back(visit: Visit, mark: Mark, reason: str) -> None:
    del reason
    going = GoingBack(person=visit.person, mark=mark, address=visit.address, key=visit.key, viewed=True)
    await go_back(visit.services, going, visit.desk.read, visit.done)


async def _happened(visit: Visit, mark: Mark, reason: str) -> None:
    del reason
    await answer(visit.services, visit.person, mark, Answer.HAPPENED, visit.done)


async def _not_happened(visit: Visit, mark: Mark, reason: str) -> None:
    del reason
    await answer(visit.services, visit.person, mark, Answer.DID_NOT_HAPPEN, visit.done)


SUBMITS: Final[dict[str, Callable[[Visit, Mark, str], Awaitable[None]]]] = {
    "approve": _approve,
    "confirm": _approve,
    "reject": _reject,
    "break_glass": _break_glass,
    "back": _back,
    "happened": _happened,
    "not_happened": _not_happened,
}
