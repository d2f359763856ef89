"""What each button does. A button carries a mark or a command line; whoever presses it is judged anew.

The table below is all of them: which right a press needs is declared there, without a default, and refused before the
handler runs; the requests themselves judge again (`bot.requests`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.errors import Refused
from bot.requests.attention import Answer, answer
from bot.requests.backs import GoingBack, go_back
from bot.requests.ending import cancel
from bot.requests.mailing import draw_graph, request_of
from bot.requests.marks import Mark, Stale, check_mark, read_mark
from bot.requests.rights import NotAllowed
from bot.requests.shown import Shown, load_shown
from bot.requests.states import State
from bot.requests.voting import Ballot, check_waiting, judge_ballot, load_case, vote
from bot.slack.cards.buttons import chosen
from bot.slack.desk.lines import on_line
from bot.slack.desk.visits import Visit
from bot.slack.modals import views
from bot.slack.modals.stamps import stamped
from bot.store.messages import message_at
from bot.store.requests import load
from bot.text import Code, text


class Presser(StrEnum):
    """Who may press a button at all. Everyone here is a known, full member; what they may do is judged further on."""

    ANYONE = "anyone"
    VOTER = "voter"
    REQUESTER = "requester"


class Source(StrEnum):
    """What a button carries, and where a press of it counts (plans.md §7).

    A command line is judged as if it were typed. A request's mark counts only from a message that we posted about that
    request; private messages and views have no stored place, so from them it counts only where all it does is open a
    view, which is rendered from the database and whose submit is judged by itself.
    """

    LINE = "line"
    CARD = "card"
    CARD_OR_VIEW = "card or view"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One button."""

    presser: Presser
    source: Source
    handle: Callable[[Visit, Any], Awaitable[None]]


async def on_click(visit: Visit) -> None:
    """One press. Raises `Refused` (also `Stale`, `NotAllowed`) or `Unavailable`; then nothing was done."""
    action, value = chosen(visit.delivery.action, visit.delivery.value)
    route = ROUTES.get(action)
    if route is None:
        raise Stale(
            text("This button means nothing to me, so nothing was done."),
            next=text("Open the newest message of the request and use its buttons."),
        )
    if route.source is Source.LINE:
        await route.handle(visit, value)
        return
    mark = read_mark(value)
    await _check_origin(visit, mark, route.source)
    await _check_presser(visit, mark, route.presser)
    await route.handle(visit, mark)


def _is_private(visit: Visit) -> bool:
    """Whether it was pressed where no place of ours is stored: a message for one reader, a Home, a modal."""
    return bool(visit.delivery.payload.get("ephemeral") or visit.delivery.payload.get("view"))


async def _check_origin(visit: Visit, mark: Mark, source: Source) -> None:
    delivery = visit.delivery
    if _is_private(visit) and source is Source.CARD_OR_VIEW:
        return
    async with visit.services.database.read() as tx:
        message = await message_at(tx, delivery.channel, delivery.card_ts)
    if message is None or request_of(message.key) != mark.number:
        raise Stale(
            text("This is not my message about R-{number}, so nothing was done.", number=str(mark.number)),
            next=text("Use the buttons of the request's own message."),
        )


async def _check_presser(visit: Visit, mark: Mark, presser: Presser) -> None:
    async with visit.services.database.read() as tx:
        request = check_mark(mark, await load(tx, mark.number))
    if presser is Presser.REQUESTER and request.requester_slack != visit.person.slack_user:
        raise NotAllowed(
            text("Only {person} can do this with R-{number}.", person=request.requester_name, number=str(request.id)),
            next=text("Nothing was done."),
        )


async def _shown(visit: Visit, mark: Mark) -> Shown:
    async with visit.services.database.read() as tx:
        return await load_shown(visit.services, tx, mark.number)


async def _open(visit: Visit, view: dict[str, Any]) -> None:
    """Open a modal at once: its trigger lives for three seconds."""
    stamp = stamped(visit.services, view, visit.person.slack_user)
    await visit.desk.open_view(visit.delivery.trigger, stamp)


async def _approve(visit: Visit, mark: Mark) -> None:
    ballot = Ballot(person=visit.person, mark=mark, approve=True, viewed=True)
    _, decision = await judge_ballot(visit.services, ballot)
    confirms = decision.approvals == 0
    if decision.view_required or _is_private(visit):
        shown = await _shown(visit, mark)
        view = views.confirm if confirms else views.approve
        await _open(visit, view(shown, visit.person.locale))
        return
    await vote(visit.services, Ballot(person=visit.person, mark=mark, approve=True), visit.done)


async def _reject(visit: Visit, mark: Mark) -> None:
    await judge_ballot(visit.services, Ballot(person=visit.person, mark=mark, approve=False))
    await _open(visit, views.reject(await _shown(visit, mark), visit.person.locale))


async def _details(visit: Visit, mark: Mark) -> None:
    await _open(visit, views.details(await _shown(visit, mark), visit.person.locale))


async def _why(visit: Visit, mark: Mark) -> None:
    await _open(visit, views.why(await _shown(visit, mark), visit.person.locale))


async def _cancel(visit: Visit, mark: Mark) -> None:
    await cancel(visit.services, visit.person, mark, visit.done)


async def _break_glass(visit: Visit, mark: Mark) -> None:
    check_waiting(visit.services, (await load_case(visit.services, mark)).request)
    await _open(visit, views.break_glass(await _shown(visit, mark), visit.person.locale))


async def _back(visit: Visit, mark: Mark) -> None:
    """The way back, and "Stop & go back" while it runs: shown once more where the policy wants a view."""
    shown = await _shown(visit, mark)
    if shown.way_back is None:
        if shown.state is State.EXECUTING:
            await cancel(visit.services, visit.person, mark, visit.done)
            return
        raise Refused(
            text("R-{number} has no way back.", number=str(mark.number)),
            next=text("Nothing was done."),
        )
    if shown.decision is not None and shown.decision.view_required:
        await _open(visit, views.back(shown, visit.person.locale))
        return
    going = GoingBack(person=visit.person, mark=mark, address=visit.address, key=visit.key)
    await go_back(visit.services, going, visit.desk.read, visit.done)


async def _check_again(visit: Visit, mark: Mark) -> None:
    await answer(visit.services, visit.person, mark, Answer.CHECK_AGAIN, visit.done)


async def _happened(visit: Visit, mark: Mark) -> None:
    await _open(visit, views.happened(await _shown(visit, mark), visit.person.locale, it_did=True))


async def _not_happened(visit: Visit, mark: Mark) -> None:
    await _open(visit, views.happened(await _shown(visit, mark), visit.person.locale, it_did=False))


async def _again(visit: Visit, mark: Mark) -> None:
    """The same command line, or the one for what is left of it, as whoever presses."""
    shown = await _shown(visit, mark)
    await on_line(visit, f"{shown.rest_line} --namespace={shown.namespace} --context={await _cluster(visit, mark)}")


async def _logs(visit: Visit, mark: Mark) -> None:
    shown = await _shown(visit, mark)
    if shown.plan is None:
        raise Refused(
            text("R-{number} has no plan, so there is nothing to show.", number=str(mark.number)),
            next=text("Name what you want to see: {command}.", command=Code("logs deploy/NAME")),
        )
    target = shown.plan.target
    place = f" --namespace={target.namespace} --context={await _cluster(visit, mark)}"
    await on_line(visit, (shown.plan.look or f"logs {target.reference}") + place)


async def _graph(visit: Visit, mark: Mark) -> None:
    shown = await _shown(visit, mark)
    async with visit.services.database.transaction() as tx:
        await draw_graph(tx, visit.services, mark.number, shown.channel, visit.delivery.key)
        await visit.done(tx)


async def _cluster(visit: Visit, mark: Mark) -> str:
    async with visit.services.database.read() as tx:
        request = check_mark(mark, await load(tx, mark.number))
    return request.cluster


async def _run(visit: Visit, line: str) -> None:
    await on_line(visit, line)


async def _mine(visit: Visit, line: str) -> None:
    await on_line(visit, line, anyway=True)


async def _glass(visit: Visit, line: str) -> None:
    """What a freeze refused, kept waiting with its card, where its requester can break the glass."""
    await on_line(visit, line, glass=True)


async def _share(visit: Visit, line: str) -> None:
    await on_line(visit, line, shared=True)


ROUTES: Final = {
    "approve": Route(presser=Presser.VOTER, source=Source.CARD_OR_VIEW, handle=_approve),
    "confirm": Route(presser=Presser.REQUESTER, source=Source.CARD_OR_VIEW, handle=_approve),
    "reject": Route(presser=Presser.VOTER, source=Source.CARD_OR_VIEW, handle=_reject),
    "details": Route(presser=Presser.ANYONE, source=Source.CARD_OR_VIEW, handle=_details),
    "why": Route(presser=Presser.ANYONE, source=Source.CARD_OR_VIEW, handle=_why),
    "cancel": Route(presser=Presser.REQUESTER, source=Source.CARD, handle=_cancel),
    "break_glass": Route(presser=Presser.REQUESTER, source=Source.CARD_OR_VIEW, handle=_break_glass),
    "back": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_back),
    "stop": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_back),
    "check_again": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_check_again),
    "happened": Route(presser=Presser.ANYONE, source=Source.CARD_OR_VIEW, handle=_happened),
    "not_happened": Route(presser=Presser.ANYONE, source=Source.CARD_OR_VIEW, handle=_not_happened),
    "again": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_again),
    "ask_again": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_again),
    "logs": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_logs),
    "graph": Route(presser=Presser.ANYONE, source=Source.CARD, handle=_graph),
    "run": Route(presser=Presser.ANYONE, source=Source.LINE, handle=_run),
    "mine": Route(presser=Presser.ANYONE, source=Source.LINE, handle=_mine),
    "glass": Route(presser=Presser.ANYONE, source=Source.LINE, handle=_glass),
    "share": Route(presser=Presser.ANYONE, source=Source.LINE, handle=_share),
}
