"""`overview`: what runs in a namespace and what rolled out here lately, with the button for each. The bare command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from bot.errors import Refused
from bot.operations.argo import rollout as argo
from bot.operations.argo.arguments import as_workload
from bot.operations.argo.glance import light_of, likely_next, read_rollouts, stands
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.argo.revisions import REVISION as ROLLOUT_REVISION
from bot.operations.arguments import Arguments
from bot.operations.kinds import (
    CONTROLLER_REVISION,
    DAEMONSET,
    POD,
    REPLICASET,
    ROLLABLE,
    Kind,
    Target,
)
from bot.operations.lights import GREEN, ILL, RANKS, RED, YELLOW
from bot.operations.models import Lean, Meta, Pod, Workload
from bot.operations.operation import Family, Right
from bot.operations.pods import stuck_reason
from bot.operations.reader import Reader
from bot.operations.revisions import REVISION
from bot.operations.rollouts import speed
from bot.operations.selectors import selector_of
from bot.operations.view import Action, Row, View
from bot.operations.workloads import Seen, command_line
from bot.text import Bold, Code, Text, When, text

looking_over = Family("", text("See what runs"), cli="")

LATELY: Final = timedelta(hours=6)
"""What counts as rolled out lately: a shift's length, roughly."""
ROWS: Final = 8
NAMED: Final = 3
EXPLAINED: Final = 3
"""Workloads that are not well whose pods are asked why: each is one more request before the first line is seen."""
T = TypeVar("T")


class OverviewArguments(Arguments):
    """Only where."""


class _Generation(Lean, frozen=True, kw_only=True):
    """A ReplicaSet or ControllerRevision: whose it is, its number and when it was made."""

    metadata: Meta = Meta()
    revision: int = 0

    @property
    def number(self) -> int:
        annotations = self.metadata.annotations or {}
        said = annotations.get(REVISION) or annotations.get(ROLLOUT_REVISION, "")
        return int(said) if said.isascii() and said.isdigit() else self.revision


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One workload: its light, its pods, when its newest revision was made, and the revision before that (0: none).

    `rollout`: it is one of Argo Rollouts', and `seen` what workloads have in common.
    """

    seen: Seen
    light: str
    ready: int
    rolled_out: datetime | None
    previous: int
    rollout: argo.Seen | None = None

    def lately(self, now: datetime) -> bool:
        """Whether it rolled out in the last hours; its very first revision is no roll-out."""
        return self.previous > 0 and self.rolled_out is not None and now - self.rolled_out <= LATELY


@looking_over.read(
    "overview",
    rights=(
        *(Right("list", kind) for kind in (*ROLLABLE, ROLLOUT)),
        Right("list", REPLICASET),
        Right("list", CONTROLLER_REVISION),
        Right("list", POD),
    ),
    example="overview",
)
async def overview(cluster: Reader, arguments: OverviewArguments) -> View:
    """Show what runs here: what rolled out lately first, then what is not well."""
    reading = asyncio.gather(*(_list(cluster, kind, arguments, Workload) for kind in ROLLABLE))
    listed, rollouts = await asyncio.gather(reading, read_rollouts(cluster, arguments.namespace))
    if not rollouts and all(isinstance(found, Refused) for found in listed):
        raise next(found for found in listed if isinstance(found, Refused))
    made = await asyncio.gather(
        *(_list(cluster, kind, arguments, _Generation) for kind in (REPLICASET, CONTROLLER_REVISION))
    )
    generations = _by_owner(each for found in made if not isinstance(found, Refused) for each in found)
    workloads = [
        standing(_seen(kind, each), generations.get(each.metadata.uid, ()))
        for kind, found in zip(ROLLABLE, listed, strict=True)
        if not isinstance(found, Refused)
        for each in found
    ]
    of_argo = [rollout_standing(each, generations.get(each.uid, ())) for each in rollouts]
    standings = sorted([*workloads, *of_argo], key=lambda each: _rank(each, cluster.now))
    reasons = await _reasons(cluster, standings[:ROWS], arguments)
    return _view(cluster, standings, reasons, arguments, [each for each in listed if isinstance(each, Refused)])


async def _list(cluster: Reader, kind: Kind, arguments: Arguments, model: type[T]) -> list[T] | Refused:
    try:
        return await cluster.list(kind, arguments.namespace, model)
    except Refused as refused:
        return refused


def _by_owner(generations: Iterable[_Generation]) -> dict[str, list[_Generation]]:
    found: dict[str, list[_Generation]] = {}
    for each in generations:
        if (owner := each.metadata.controller) is not None:
            found.setdefault(owner.uid, []).append(each)
    return found


def _seen(kind: Kind, found: Workload) -> Seen:
    target = Target(kind=kind, name=found.metadata.name, namespace=found.metadata.namespace)
    return Seen(target=target, whole={}, live=found)


def standing(seen: Seen, own: Sequence[_Generation]) -> Standing:
    """How a workload stands, by its own revisions.

    Red: none is available, fewer are than a roll-out may take away, or the roll-out is past its deadline.
    """
    status = seen.live.status
    rolled_out, previous = _lately_made(own)
    return Standing(
        seen=seen,
        light=_light(seen),
        ready=status.number_ready if seen.target.kind == DAEMONSET else status.ready_replicas,
        rolled_out=rolled_out,
        previous=previous,
    )


def rollout_standing(found: argo.Seen, own: Sequence[_Generation]) -> Standing:
    """How a Rollout stands, by what its controller says."""
    rolled_out, previous = _lately_made(own)
    return Standing(
        seen=as_workload(found),
        light=light_of(found),
        ready=found.live.status.ready_replicas,
        rolled_out=rolled_out,
        previous=previous,
        rollout=found,
    )


def _lately_made(own: Sequence[_Generation]) -> tuple[datetime | None, int]:
    """When the newest revision was made, and the number of the one before it."""
    numbers = sorted({each.number for each in own if each.number})
    newest = next((each for each in own if numbers and each.number == numbers[-1]), None)
    return newest.metadata.creation_timestamp if newest else None, numbers[-2] if len(numbers) > 1 else 0


def _light(seen: Seen) -> str:
    if seen.healthy and seen.observed:
        return GREEN
    late = any(each.type == "Progressing" and each.status == "False" for each in seen.live.status.conditions or ())
    missing = seen.replicas - seen.available
    gone = seen.replicas > 0 and seen.available == 0
    return RED if late or gone or missing > speed(seen).unavailable else YELLOW


def _rank(each: Standing, now: datetime) -> tuple[bool, float, int, str]:
    lately = each.lately(now)
    newest = -each.rolled_out.timestamp() if lately and each.rolled_out else 0.0
    return not lately, newest, RANKS[each.light], each.seen.target.reference


async def _reasons(cluster: Reader, standings: Sequence[Standing], arguments: Arguments) -> dict[str, Text]:
    """Why the first that are not well do not come up, by target; nothing where pods may not be read.

    A roll-out that hangs is yellow: its old pods still serve.
    """
    ill = [each.seen for each in standings if each.light in ILL and selector_of(each.seen.live.spec.selector)]
    found = await asyncio.gather(*(_reason(cluster, each, arguments) for each in ill[:EXPLAINED]))
    return {seen.target.reference: reason for seen, reason in zip(ill, found, strict=False) if reason is not None}


async def _reason(cluster: Reader, seen: Seen, arguments: Arguments) -> Text | None:
    labels = selector_of(seen.live.spec.selector)
    try:
        return stuck_reason(await cluster.list(POD, arguments.namespace, Pod, labels=labels))
    except Refused:
        return None


def _view(
    cluster: Reader,
    standings: Sequence[Standing],
    reasons: dict[str, Text],
    arguments: Arguments,
    refused: Sequence[Refused],
) -> View:
    shown = [_row(each, reasons, arguments, cluster.now) for each in standings[:ROWS]]
    if len(standings) > ROWS:
        shown.append(_more(standings[ROWS:], arguments))
    lines = () if standings else (text("No workloads in {namespace}.", namespace=Code(arguments.namespace)),)
    example, short = (Code(f"{cluster.command} {line}".lstrip()) for line in ("rollout undo deploy/app", "undo app"))
    hints = (
        text("Type what you type in a terminal: {example}", example=example),
        text("Short: {short}. In threads, mention me and type {thread}", short=short, thread=Code("status app")),
    )
    warnings = Action(label=text("Warnings"), command_line=command_line(arguments, "events", "--types=Warning"))
    return View(
        title=_title(cluster, standings, arguments),
        lines=lines,
        rows=(*shown, *(Row(line=hint) for hint in hints)),
        actions=(warnings, Action(label=text("All commands"), command_line="help")),
        warnings=tuple(each.what for each in refused),
    )


def _title(cluster: Reader, standings: Sequence[Standing], arguments: Arguments) -> Text:
    """Also what a locked phone shows of the answer, so it says whether anything is wrong."""
    place: dict[str, Bold] = {"namespace": Bold(arguments.namespace), "cluster": Bold(cluster.cluster)}
    ill = [each.seen.target.name for each in standings if each.light in ILL]
    if not standings:
        return text("{namespace} on {cluster}", **place)
    if not ill:
        return text("{namespace} on {cluster}: all well", **place)
    named = ", ".join(ill[:NAMED]) + (f" +{len(ill) - NAMED}" if len(ill) > NAMED else "")
    return text("{namespace} on {cluster}: not well: {names}", names=named, **place)


def _row(each: Standing, reasons: dict[str, Text], arguments: Arguments, now: datetime) -> Row:
    target = each.seen.target
    line = text(
        "{light} {name} {ready}/{wanted}",
        light=each.light,
        name=Code(target.reference if target.kind != ROLLABLE[0] else target.name),
        ready=str(each.ready),
        wanted=str(each.seen.replicas),
    )
    if each.lately(now) and each.rolled_out is not None:
        line = text("{line}, rolled out {when}", line=line, when=When(each.rolled_out))
    if each.rollout is not None and (where := stands(each.rollout)) is not None:
        line = text("{line}, {where}", line=line, where=where)
    if reason := reasons.get(target.reference):
        line = text("{line}: {reason}", line=line, reason=reason)
    if each.rollout is not None:
        return Row(line=line, action=likely_next(each.rollout, partial(command_line, arguments)))
    if (each.light == RED or reason) and each.lately(now):
        undo = ("rollout", "undo", target.reference, f"--to-revision={each.previous}")
        back = Action(label=text("Roll back"), command_line=command_line(arguments, *undo), style="primary")
        return Row(line=line, action=back)
    words = ("rollout", "status", target.reference)
    return Row(line=line, action=Action(label=text("Status"), command_line=command_line(arguments, *words)))


def _more(left: Sequence[Standing], arguments: Arguments) -> Row:
    ill = sum(each.light in ILL for each in left)
    line = (
        text("{count} more, {ill} of them not well", count=len(left), ill=ill)
        if ill
        else text("{count} more, all well", count=len(left))
    )
    plurals = [kind.plural for kind in (*ROLLABLE, *((ROLLOUT,) if any(each.rollout for each in left) else ()))]
    command = command_line(arguments, "get", ",".join(plurals))
    return Row(line=line, action=Action(label=text("All"), command_line=command))
