"""How the members of a drain stand, in words and numbers: what a card shows of it while it goes and when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.execution.blockers import Blocker, Seen, blockers
from bot.execution.evictions import Fate, Standing
from bot.operations.draining import pods
from bot.operations.models import Pod
from bot.operations.progress import Progress
from bot.text import Code, Text, When, text

SHOWN: Final = 8
"""Pods of which a line each is said; the others are counted."""
OVERDUE: Final = timedelta(seconds=10)
"""After a pod's own time to stop: clocks differ, and the kubelet takes a moment to say that it is gone."""


def progress_of(
    everyone: Sequence[Standing], there: Mapping[str, Pod], seen: Sequence[Seen], now: datetime, *, ended: bool = False
) -> Progress:
    """`there` are the pods of the node by uid, `seen` the budgets. While it goes on, what holds pods up is said once
    for all of them, and every other pod by itself; when it has `ended`, each pod has its line, those that are gone too.
    """
    left = [each for each in everyone if each.member.uid in there]
    held = [] if ended else [each for each in left if each.fate is Fate.SENT and each.held]
    found = blockers(held, there, seen)
    alone = [each for each in left if each not in held]
    details = [*_said(found), *_bounded([_line(each, state_of(each, there[each.member.uid], now)) for each in alone])]
    if ended:
        details += _bounded([_line(each, text("is gone")) for each in everyone if each.member.uid not in there])
    gone = len(everyone) - len(left)
    return Progress(
        done=not left,
        ready=gone,
        total=len(everyone),
        message=_counted(everyone, left, held),
        stuck=_stuck(found, alone, there, now),
        details=tuple(details),
        tracks=tuple(each.track for each in everyone),
    )


def _counted(everyone: Sequence[Standing], left: Sequence[Standing], held: Sequence[Standing]) -> Text:
    numbers = {"gone": len(everyone) - len(left), "total": len(everyone)}
    going = sum(1 for each in left if each.fate is Fate.GOING)
    if held and going:
        return text(
            "{gone} of {total} pods gone, {going} terminating, {held} held", going=going, held=len(held), **numbers
        )
    if held:
        return text("{gone} of {total} pods gone, {held} held", held=len(held), **numbers)
    if going:
        return text("{gone} of {total} pods gone, {going} terminating", going=going, **numbers)
    return text("{gone} of {total} pods gone", **numbers)


def _said(found: Sequence[Blocker]) -> list[Text]:
    """The only blocker is what it is stuck at; of several each begins with its own sentence."""
    if len(found) == 1:
        return list(found[0].details)
    return [line for each in found for line in (each.sentence, *each.details)]


def _stuck(found: Sequence[Blocker], alone: Sequence[Standing], there: Mapping[str, Pod], now: datetime) -> Text | None:
    if len(found) == 1:
        return found[0].sentence
    if found:
        return text("{pods} held", pods=pods(sum(len(each.titles) for each in found)))
    late = sum(1 for each in alone if overdue(there[each.member.uid], now))
    if late:
        return text("{pods} should be gone by now", pods=pods(late))
    waiting = [each for each in alone if each.fate in (Fate.DUE, Fate.SENT) and each.why is not None]
    return text("{pods} waiting", pods=pods(len(waiting))) if waiting else None


def overdue(pod: Pod, now: datetime) -> bool:
    """Whether its time to stop is over, and it is still there. `deletionTimestamp` is when that time is up."""
    ends = pod.metadata.deletion_timestamp
    return ends is not None and now > ends + OVERDUE


def state_of(standing: Standing, pod: Pod, now: datetime) -> Text:
    """How one pod that is still there stands."""
    if standing.fate is Fate.GOING:
        return _going(standing, pod, now)
    if standing.fate is Fate.REFUSED:
        why = standing.why or text("it was not evicted")
        if standing.held and standing.held_at is not None:
            return text("stays: {why}, since {when}", why=why, when=When(standing.held_at))
        return text("stays: {why}", why=why)
    if standing.uncertain is not None:
        return text("there was no answer; looking whether it terminates")
    return standing.why or text("stays so far")


def _going(standing: Standing, pod: Pod, now: datetime) -> Text:
    ends, finalizers = pod.metadata.deletion_timestamp, pod.metadata.finalizers
    if ends is not None and overdue(pod, now):
        if finalizers:
            return text("should be gone since {when}; {names} keeps it", when=When(ends), names=Code(finalizers[0]))
        return text("should be gone since {when}; its node may not answer", when=When(ends))
    if standing.going_at is None:
        return text("terminating")
    return text("terminating since {when}", when=When(standing.going_at))


def _line(standing: Standing, state: Text) -> Text:
    return text("{pod}: {state}", pod=Code(standing.title), state=state)


def _bounded(lines: list[Text]) -> list[Text]:
    left = len(lines) - SHOWN
    return lines if left <= 0 else [*lines[:SHOWN], text("and {count} more", count=left)]
