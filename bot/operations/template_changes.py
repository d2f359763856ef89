"""One plan from changes of one or more pod templates: calls first, then a wait each, with what they do to pods."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

import msgspec

from bot.operations.argo.rollout import Seen as Rollout
from bot.operations.argo.sharing import sharing_of
from bot.operations.kinds import ROLLABLE, Target
from bot.operations.patches import apply_patch
from bot.operations.plan import Back, Bound, Call, Fact, Impact, Plan, Wait
from bot.operations.reader import Reader
from bot.operations.rollouts import impact_of, wait_for_roll_out
from bot.operations.surroundings import Surroundings, facts_of, look_at_budgets, roll_out_warnings, watched_for
from bot.operations.sync_pauses import IN_SYNC, pausing_first
from bot.operations.targets import find_targets
from bot.operations.templates import also_changed, before_and_after, images, split_image
from bot.operations.view import Row
from bot.operations.workloads import Seen, read_workload, seen
from bot.text import Code, Text, text

NAMED: Final = 5
"""Workloads whose images are told one by one."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A workload as it is, what has a hand in it, the call that changes it, and facts that the choice relied on."""

    seen: Seen
    around: Surroundings
    call: Call
    facts: tuple[Fact, ...] = ()

    @property
    def after(self) -> Seen:
        """The workload as the call would leave it, before admission and controllers."""
        return after_call(self.seen, self.call)

    @property
    def impacts(self) -> tuple[Impact, ...]:
        """What it does to pods: its own, and those of Rollouts that take their template from it."""
        others = self.around.sharing.impacts if self.renewed else ()
        return (impact_of(self.after), *others)

    @property
    def renewed(self) -> bool:
        """Whether the template is another one afterwards: a pause leaves it."""
        return self.after.template != self.seen.template


def after_call(before: Seen, call: Call) -> Seen:
    """A workload as a call would leave it."""
    return seen(before.target, apply_patch(call.body, call.content_type, before.whole))


async def read_workloads(cluster: Reader, words: tuple[str, ...], namespace: str) -> list[Seen]:
    """The workloads that words name, read whole. Raises `NotUnderstood`, `Ambiguous`, `NotFound`, `Refused`."""
    targets = await find_targets(cluster, words, namespace, ROLLABLE)
    return list(await asyncio.gather(*(read_workload(cluster, each) for each in targets)))


async def look_around_all(
    cluster: Reader, workloads: Sequence[Seen], rollouts: Sequence[Rollout]
) -> list[Surroundings]:
    """What has a hand in each of them; `rollouts` are those of the namespace."""
    around = await asyncio.gather(*(look_at_budgets(cluster, each) for each in workloads))
    return [
        replace(near, sharing=sharing_of(each.target, rollouts)) for each, near in zip(workloads, around, strict=True)
    ]


def plan_of(
    changes: Sequence[Changed],
    *,
    summary: Text,
    pinned: dict[str, Any],
    back: Back | None = None,
    warnings: Sequence[Text] = (),
    pause_sync: bool = False,
    against_git: bool = True,
) -> Plan:
    """The plan; before, after and note are the images and other fields of the one workload, if it is one.

    `pause_sync`: what keeps them as git has them is held still first. Raises `Refused` where that cannot be.
    `against_git`: what is changed is what git says, so that their keeper would put it back.
    """
    steps: list[Call | Wait] = [msgspec.structs.replace(each.call, id=f"step-{n}") for n, each in enumerate(changes, 1)]
    waits = [_wait(each, watched=against_git and not pause_sync) for each in changes]
    for wait in (each for each in waits if each is not None):
        steps.append(msgspec.structs.replace(wait, id=f"step-{len(steps) + 1}"))
    impact = total_impact([impact for each in changes for impact in each.impacts])
    only = changes[0] if len(changes) == 1 else None
    shown = before_and_after(only.seen.template, only.after.template) if only else None
    plan = Plan(
        summary=summary,
        steps=tuple(steps),
        pinned=pinned,
        before=shown[0] if shown else None,
        after=shown[1] if shown else None,
        note=also_changed(only.seen.template, only.after.template) if only else _each_by_name(changes),
        facts=tuple(fact for each in changes for fact in (*each.facts, *facts_of(each.seen, each.around))),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*warnings, *_warnings(changes, against_git=against_git)),
        back=back,
        afterwards=_afterwards(changes, cluster=str(pinned.get("context") or "")),
    )
    return pausing_first(plan, [each.around for each in changes], _git_says(only)) if pause_sync else plan


def _each_by_name(changes: Sequence[Changed]) -> Text | None:
    """From which image to which, for each of several; nothing where no image changes."""
    said: list[Text] = []
    for each in changes:
        shown = before_and_after(each.seen.template, each.after.template)
        if shown is not None:
            target = Code(each.seen.target.title)
            said.append(text("{target}: {before} → {after}", target=target, before=shown[0], after=shown[1]))
    more = len(said) - NAMED
    if more > 0:
        said = [*said[:NAMED], text("… and {count} more", count=more)]
    return reduce(lambda one, other: text("{one}; {other}", one=one, other=other), said) if said else None


def _afterwards(changes: Sequence[Changed], *, cluster: str) -> tuple[Row, ...]:
    """The updates that begin elsewhere, which no wait of this plan follows."""
    renewed = (each.around.sharing for each in changes if each.renewed)
    return tuple(row for sharing in renewed for row in sharing.afterwards(cluster=cluster))


def _wait(changed: Changed, *, watched: bool) -> Wait | None:
    """Until it has rolled out, and `watched`, has stayed."""
    wait = wait_for_roll_out(changed.after, 0)
    if wait is None or not watched:
        return wait
    return msgspec.structs.replace(wait, steady=watched_for(changed.around))


def _git_says(only: Changed | None) -> str:
    """The version that its keeper has: what ran before, if that was in sync."""
    if only is None or only.around.sync is None or only.around.sync.status not in IN_SYNC:
        return ""
    old, new = images(only.seen.template), images(only.after.template)
    tags = {split_image(image)[1] for name, image in old.items() if new.get(name) != image}
    return tags.pop() if len(tags) == 1 else ""


def total_impact(impacts: Sequence[Impact]) -> Impact:
    """Of several changes at once."""
    return Impact(
        pods=sum(each.pods for each in impacts),
        unavailable=sum(each.unavailable for each in impacts),
        seconds=max((each.seconds for each in impacts), default=0),
        fate=impacts[0].fate if len({each.fate for each in impacts}) == 1 else "replaced",
    )


def _warnings(changes: Sequence[Changed], *, against_git: bool) -> list[Text]:
    found = [
        (each.seen.target, warning)
        for each in changes
        for warning in (*_shared(each), *roll_out_warnings(each.after, each.around, against_git=against_git))
    ]
    return [named(target, warning) if len(changes) > 1 else warning for target, warning in found]


def _shared(changed: Changed) -> tuple[Text, ...]:
    """What it is for Rollouts that share its name or its template."""
    sharing = changed.around.sharing
    moves = sharing.template_warnings if changed.renewed else sharing.pause_warnings
    return (*sharing.name_warnings, *moves)


def named(target: Target, warning: Text) -> Text:
    """A warning among those of several objects."""
    return text("{target}: {warning}", target=Code(target.reference), warning=warning)
