"""The plan that changes a namespace's Pod Security labels: tried first, so that the pods it would refuse are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.operations.arguments import ChangeArguments
from bot.operations.json import pointer
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.metadata_changes import after_call, before_of, check_free, metadata_call, needed, present
from bot.operations.pairs import Field
from bot.operations.plan import Back, Fact, Nothing, Plan
from bot.operations.pod_security import (
    KEPT,
    LEVELS,
    NONE,
    changed,
    level_of,
    loosens,
    pods_in,
    read_labels,
    shown,
    tightens,
    violations,
)
from bot.operations.probes import MODES, POD_SECURITY, PodSecurityProbe
from bot.operations.reader import Reader
from bot.operations.workloads import Seen, command_line, read_workload
from bot.text import Code, Text, text

FIELD: Final[Field] = "labels"


async def security_change(
    cluster: Reader,
    arguments: ChangeArguments,
    namespace: str,
    asked: Mapping[str, str | None],
    *,
    overwrite: bool,
    pinned: dict[str, Any],
) -> Plan | Nothing:
    """Plan to set these labels (null: to remove). Without `overwrite` what is there already is left alone.

    Raises `NotUnderstood` for what is no level, `Refused`, `Unavailable`.
    """
    wanted = read_labels(asked)
    seen = await read_workload(cluster, Target(kind=NAMESPACE, name=namespace))
    before = present(seen, FIELD)
    todo = needed(seen, FIELD, wanted)
    if not todo:
        return Nothing(
            target=seen.target,
            message=text(
                "{namespace} has these levels already: {levels}.", namespace=Code(namespace), levels=_levels(before)
            ),
        )
    if not overwrite:
        check_free(seen, FIELD, todo)
    after = changed(before, todo)
    warned = await cluster.probe(PodSecurityProbe(namespace=namespace, labels=todo)) if tightens(before, after) else ()
    refused = pods_in(violations(warned))
    return Plan(
        summary=text("Set Pod Security of {namespace}", namespace=Code(namespace)),
        steps=(metadata_call(seen, FIELD, todo, "step-1"),),
        pinned=pinned,
        before=text("{levels}", levels=_levels(before)),
        after=text("{levels}", levels=_levels(after)),
        facts=_facts(seen, todo),
        warnings=tuple(_warnings(before, after, refused)),
        back=_back(seen, todo, arguments),
        destructive=refused > 0 or loosens(before, after),
    )


def flag_of(key: str) -> str:
    """The flag of `podsecurity set` that sets a label."""
    return f"--{key.removeprefix(POD_SECURITY)}"


def _facts(seen: Seen, todo: Mapping[str, str | None]) -> tuple[Fact, ...]:
    """The other labels of Pod Security: what loosens and what tightens was judged by all of them."""
    have = present(seen, FIELD)
    return tuple(
        Fact(target=seen.target, pointer=pointer("metadata", FIELD, key), value=have.get(key), uid=seen.uid)
        for key in KEPT
        if key not in todo
    )


def _warnings(before: Mapping[str, str], after: Mapping[str, str], refused: int) -> list[Text]:
    found: list[Text] = []
    if refused:
        found.append(
            text(
                "Pods that run and would not be taken in again: {count}. They go on running, but after a restart, "
                "a roll-out or the loss of a node they would be missing.",
                count=refused,
            )
        )
    if loosens(before, after):
        found.append(text("It takes in, or is silent about, what it did not before."))
    strict = level_of(after, "enforce") != LEVELS[0] and level_of(before, "enforce") != level_of(after, "enforce")
    if strict and not refused:
        found.append(text("Only pods that run now were tried: what has none now may still be refused later."))
    return found


def _back(seen: Seen, todo: Mapping[str, str | None], arguments: ChangeArguments) -> Back:
    before = before_of(seen, FIELD, todo)
    flags = (f"{flag_of(key)}={NONE if value is None else value}" for key, value in before.items())
    known = all(value is None or value in LEVELS or key.endswith("-version") for key, value in before.items())
    call = after_call(metadata_call(seen, FIELD, before, "step-1"), FIELD, todo)
    return Back(
        command_line=command_line(arguments, "podsecurity", "set", seen.target.name, *flags),
        label=text("Back to {before}", before=str(_levels(present(seen, FIELD)))[:60]),
        calls=(call,) if known else (),
    )


def _levels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{mode} {shown(labels, mode)}" for mode in MODES)
