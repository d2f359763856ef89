"""The card while a request runs: how far it is, why it stands still, and the way out."""

from __future__ import annotations

from typing import Final

from bot.operations.plan import Plan
from bot.operations.progress import Progress
from bot.requests.shown import Shown
from bot.slack.cards.buttons import Element, actions, button, confirmation, overflow
from bot.slack.cards.limits import Block
from bot.slack.cards.parts import graph, has_logs, head, loud, paragraph, reached, requester, voted
from bot.slack.cards.quiet import quiet
from bot.text import Text, text

CELLS: Final = 10


def running(shown: Shown, locale: str) -> list[Block]:
    """Head, bar and why it stands still, people, buttons. The row stays the same, only its emphasis moves."""
    return [
        *paragraph([head(shown, reached(shown))], locale, first_bold=True),
        *paragraph(how_far(shown.progress), locale),
        *paragraph([requester(shown), *voted(shown, approve=True), *loud(shown), *_sent(shown)], locale),
        *actions(_buttons(shown, locale)),
    ]


def how_far(progress: Progress | None) -> list[Text]:
    """The bar with its numbers, the condition's own words, and what holds it up."""
    if progress is None:
        return [text("Starting…")]
    said = [quiet(progress.message)]
    if progress.total > 0:
        numbers = {"ready": progress.ready, "total": progress.total}
        counted = text("{bar} {ready}/{total}", bar=bar(progress.ready, progress.total), **numbers)
        said.insert(0, counted if progress.weight < 0 else weighed(counted, progress.weight))
    if progress.stuck is not None:
        said.append(text("🟠 {reason}", reason=quiet(progress.stuck)))
    return [*said, *(text("• {detail}", detail=quiet(each)) for each in progress.details)]


def weighed(counted: Text, weight: int) -> Text:
    """A count with how much of the traffic the new version has."""
    return text("{counted}, {weight} % new", counted=counted, weight=weight)


def bar(ready: int, total: int) -> str:
    """Ten cells; full only when all are ready, so that 999 of 1000 never looks finished."""
    filled = 0 if total <= 0 else max(0, min(CELLS, CELLS * ready // total))
    return "▓" * filled + "░" * (CELLS - filled)


def _sent(shown: Shown) -> list[Text]:
    if shown.cancel_asked:
        return [text("Stopping: nothing more will be begun.")]
    if shown.plan is not None and shown.plan.evictions:
        return []
    if shown.calls == 1:
        return [text("sent once")]
    return [text("{count} calls, each sent once", count=shown.calls)] if shown.calls > 1 else []


def _buttons(shown: Shown, locale: str) -> list[Element]:
    options = [*graph(shown), (text("Details"), "details"), (text("Why?"), "why")]
    menu = overflow(options, shown.mark, locale=locale)
    logs = [button(text("Logs"), "logs", shown.mark, locale=locale)] if has_logs(shown) else []
    if shown.cancel_asked:
        return [*logs, menu]
    stuck = shown.progress is not None and shown.progress.stuck is not None
    goes_back = shown.way_back is not None
    label = text("Stop & go back") if goes_back else text("Stop")
    body = _what_stop_does(shown)
    stop = button(
        label,
        "stop",
        shown.mark,
        locale=locale,
        style="primary" if stuck else "",
        confirm=confirmation(text("Stop R-{number}?", number=str(shown.number)), body, label, locale=locale),
    )
    halt = [_halt(shown, shown.plan, locale)] if goes_back and shown.plan is not None and _has_more(shown) else []
    return [*logs, stop, *halt, menu]


def _has_more(shown: Shown) -> bool:
    """Whether something is left to be sent, so that stopping where it is differs from going back."""
    return shown.plan is not None and (bool(shown.plan.evictions) or shown.calls < len(shown.plan.calls))


def _halt(shown: Shown, plan: Plan, locale: str) -> Element:
    """To stop where it is: a node stays cordoned, so that the rest can be evicted later."""
    label, body = text("Stop, stay here"), text("Nothing more is sent. It stays as it is now.")
    if plan.evictions:
        label = text("Stop, keep cordoned")
        body = text("No more pods are evicted. Those that are gone stay gone, and the node stays cordoned.")
    question = text("Stop R-{number}?", number=str(shown.number))
    dialog = confirmation(question, body, text("Stop"), locale=locale)
    return button(label, "cancel", shown.mark, locale=locale, confirm=dialog)


def _what_stop_does(shown: Shown) -> Text:
    if shown.way_back is None:
        return text("Nothing more is begun. What was already sent stays.")
    return text("Nothing more is begun, then: {way}.", way=quiet(shown.way_back.label))
