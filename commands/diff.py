"""`diff`: what changed between two revisions of a workload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from bot.errors import NotUnderstood
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.disclosure import disclosed_change
from bot.operations.json import JSON, Object
from bot.operations.kinds import CONTROLLER_REVISION, REPLICASET, ROLLABLE
from bot.operations.operation import Family, Right
from bot.operations.patches import Change, differences
from bot.operations.printers.tables import ROWS, plain_table
from bot.operations.reader import Reader
from bot.operations.revisions import Past, find_revision, live_revision, read_history, without_hash
from bot.operations.targets import find_targets
from bot.operations.untrusted import one_line
from bot.operations.view import Action, File, Table, View
from bot.operations.workloads import Seen, command_line, read_workload
from bot.text import Bold, Code, Text, text

comparing = Family("", text("Compare revisions"), cli="")

ABSENT: Final = "-"
CELL: Final = 80
RANGE: Final = re.compile(r"([1-9]\d{0,9})(?:\.\.([1-9]\d{0,9}))?", re.ASCII)


class DiffArguments(Arguments):
    """A workload and, if not the last change, which revisions."""

    targets: Annotated[tuple[str, ...], Words("KIND/NAME", text("the workload"), ("deployment",))] = ()
    revision: Annotated[str, Flag("--revision", "", "N or N..M", text("since N, or between N and M"))] = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One side: a template and how it is called. `revision` 0: what is set now and not recorded yet."""

    template: Object
    revision: int
    live: bool = False
    cause: str = ""


@comparing.read(
    "diff",
    rights=(
        *(Right("get", kind) for kind in ROLLABLE),
        Right("list", REPLICASET),
        Right("list", CONTROLLER_REVISION),
    ),
    example="diff deploy/app --revision=3..5",
)
async def diff(cluster: Reader, arguments: DiffArguments) -> View:
    """Show which fields changed between two revisions of a workload.

    Without --revision: from the previous revision to what is set now. Values of variables are never shown.
    """
    older, newer = _numbers(arguments.revision)
    targets = await find_targets(cluster, arguments.targets, arguments.namespace, ROLLABLE)
    if len(targets) != 1:
        raise NotUnderstood(text("One workload at a time."), next=text("Name one of them."))
    seen = await read_workload(cluster, targets[0])
    history = await read_history(cluster, seen)
    before = _past(seen, find_revision(seen, history, older), history)
    after = _past(seen, find_revision(seen, history, newer), history) if newer else _now(seen, history)
    changes = [disclosed_change(each) for each in differences(before.template, after.template)]
    return _view(seen, before, after, changes, arguments)


def _numbers(written: str) -> tuple[int, int]:
    """`3` and `3..5`; 0 stands for the previous one and for what is set now."""
    if not written:
        return 0, 0
    found = RANGE.fullmatch(written)
    if found is None:
        raise NotUnderstood(
            text("{written} is no revision.", written=Code(written[:80])),
            next=text("Write it like {example}.", example=Code("--revision=3..5")),
        )
    return int(found[1]), int(found[2] or 0)


def _past(seen: Seen, past: Past, history: Sequence[Past]) -> Compared:
    live = live_revision(seen, history)
    return Compared(
        template=past.template,
        revision=past.revision,
        live=live is not None and live.hash == past.hash,
        cause=past.cause,
    )


def _now(seen: Seen, history: Sequence[Past]) -> Compared:
    live = live_revision(seen, history)
    if live is None:
        return Compared(template=without_hash(seen.template), revision=0, live=True)
    return _past(seen, live, history)


def field_words(pointer: str, template: JSON) -> str:
    """A pointer with names in place of numbers: `containers app image`, `containers app env LOG_LEVEL`."""
    words: list[str] = []
    at: JSON = template
    for raw in pointer.split("/")[1:]:
        token = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(at, list):
            at = at[int(token)] if token.isdigit() and int(token) < len(at) else None
            name = at.get("name") if isinstance(at, dict) else None
            words.append(name if isinstance(name, str) else token)
            continue
        at = at.get(token) if isinstance(at, dict) else None
        words.append(token)
    return " ".join(words[1:] if words[:1] == ["spec"] and len(words) > 1 else words)


def _row(change: Change, before: Compared, after: Compared) -> tuple[str, str, str]:
    removed = change.after is None
    field = field_words(change.pointer, before.template if removed else after.template)
    words = field.split(" ")
    variable = words[2:3] == ["env"] and (len(words) == 4 or words[4:] == ["value"])
    if variable:
        return one_line(" ".join(words[:4])), *_presence(change)
    return one_line(field), _value(change.before), _value(change.after)


def _presence(change: Change) -> tuple[str, str]:
    if change.before is None or change.after is None:
        return _set(change.before), _set(change.after)
    return "set", "set to another value"


def _set(value: JSON) -> str:
    return ABSENT if value is None else "set"


def _value(value: JSON) -> str:
    """A value in one line; of an object its parts, of a list of named objects (a removed container) the same."""
    if value is None:
        return ABSENT
    if isinstance(value, dict):
        parts = (f"{key}={_value(part)}" for key, part in value.items() if part not in (None, "", {}, []))
        return one_line(", ".join(parts)) or "{}"
    if isinstance(value, list):
        return one_line(" ".join(_value(part) for part in value)) or "[]"
    return one_line(str(value).lower() if isinstance(value, bool) else str(value)) or '""'


def _view(seen: Seen, before: Compared, after: Compared, changes: Sequence[Change], arguments: DiffArguments) -> View:
    rows = tuple(_row(each, before, after) for each in changes)
    every = Table(columns=("FIELD", "BEFORE", "AFTER"), rows=rows)
    shown = Table(columns=every.columns, rows=tuple(tuple(one_line(cell, CELL) for cell in row) for row in rows[:ROWS]))
    lines = [text("{before} → {after}", before=_called(before), after=_called(after))]
    lines += [
        text("Change cause of {revision}: {cause}", revision=each.revision, cause=Code(one_line(each.cause, 200)))
        for each in (before, after)
        if each.cause
    ]
    lines.append(text("Fields that differ: {count}", count=len(rows)) if rows else text("The templates are the same."))
    file = File(name=f"{seen.target.name}-diff.txt", title=text("All differences"), content=plain_table(every).encode())
    return View(
        title=text("What changed in {target}", target=Bold(seen.target.title)),
        lines=tuple(lines),
        table=shown if rows else None,
        file=None if shown.rows == every.rows else file,
        actions=_actions(seen, before, after, arguments) if rows else (),
        sensitive=True,
    )


def _called(side: Compared) -> Text:
    if not side.revision:
        return text("what is set now")
    if side.live:
        return text("revision {revision}, live", revision=side.revision)
    return text("revision {revision}", revision=side.revision)


def _actions(seen: Seen, before: Compared, after: Compared, arguments: DiffArguments) -> tuple[Action, ...]:
    if not after.live or before.live:
        return ()
    words = ("rollout", "undo", seen.target.reference, f"--to-revision={before.revision}")
    label = text("Roll back to {revision}", revision=before.revision)
    return (Action(label=label, command_line=command_line(arguments, *words)),)
