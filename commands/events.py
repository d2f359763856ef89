"""`events`: what happened to objects, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

from bot.errors import NotUnderstood
from bot.operations.ages import age
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.kinds import EVENT, Kind, Target, known_kinds
from bot.operations.operation import Family, Right
from bot.operations.printers.around import Event
from bot.operations.printers.surroundings import event_count, event_seen
from bot.operations.printers.tables import ROWS, plain_table
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.operations.untrusted import one_line
from bot.operations.view import File, Table, View
from bot.text import Bold, Code, Text, text

happenings = Family("", text("See what happened"))

TYPES: Final = {"normal": "Normal", "warning": "Warning"}
CELL: Final = 160


class EventsArguments(Arguments):
    """As `kubectl events` takes them; a bare `deploy/app` means `--for`."""

    targets: Annotated[tuple[str, ...], Words("KIND/NAME", text("only about this object"))] = ()
    about: Annotated[str, Flag("--for", "", "KIND/NAME", text("only about this object"))] = ""
    types: Annotated[str, Flag("--types", "", "TYPES", text("Warning, Normal or both"))] = ""
    all_namespaces: Annotated[bool, Flag("--all-namespaces", "-A", "", text("in all namespaces"))] = False


@happenings.read("events", rights=(Right("list", EVENT),), example="events --for deploy/app --types=Warning")
async def events(cluster: Reader, arguments: EventsArguments) -> View:
    """List events, the newest first (kubectl events)."""
    target = _about(arguments)
    types = _types(arguments.types)
    namespace = "" if arguments.all_namespaces or (target and not target.kind.namespaced) else arguments.namespace
    found = await cluster.list(EVENT, namespace, Event, fields=_fields(target) if target else "")
    found = _newest_first(each for each in found if not types or each.type in types)
    title = _title(target, arguments)
    if not found:
        return View(title=title, lines=(_none(target, types, arguments),))
    spaces = arguments.all_namespaces
    rows = tuple(_row(each, cluster.now, namespaces=spaces) for each in found)
    columns = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")
    every = Table(columns=("NAMESPACE", *columns) if spaces else columns, rows=rows)
    shown = Table(columns=every.columns, rows=tuple(tuple(one_line(cell, CELL) for cell in row) for row in rows[:ROWS]))
    return View(
        title=title,
        lines=_lines(found, shown),
        table=shown,
        file=None
        if shown.rows == every.rows
        else File(name="events.txt", title=text("All events"), content=plain_table(every).encode()),
    )


def _newest_first(found: Iterable[Event]) -> list[Event]:
    """By when they were last seen, kubectl's order turned round: a phone shows the top."""
    return sorted(found, key=lambda each: seen.timestamp() if (seen := event_seen(each)) else 0.0, reverse=True)


def _about(arguments: EventsArguments) -> Target | None:
    words = (arguments.about,) if arguments.about else arguments.targets
    if arguments.about and arguments.targets:
        raise NotUnderstood(text("The object is named twice."), next=text("Leave out one of the two."))
    if not words:
        return None
    named = read_targets(words, known_kinds())
    kind = named[0].kind
    if kind is None or len(named) > 1:
        raise NotUnderstood(
            text("--for must be in resource/name form"),
            next=text("Write it like {example}.", example=Code("--for deploy/app")),
        )
    return Target(kind=kind, name=named[0].name, namespace=arguments.namespace if kind.namespaced else "")


def _types(written: str) -> frozenset[str]:
    words = [word.strip() for word in written.split(",") if word.strip()]
    unknown = [word for word in words if word.lower() not in TYPES]
    if unknown:
        raise NotUnderstood(
            text("valid --types are Normal or Warning"),
            why=text("{word} is neither.", word=Code(unknown[0])),
            next=text("Write it like {example}.", example=Code("--types=Warning")),
        )
    return frozenset(TYPES[word.lower()] for word in words)


def _fields(target: Target) -> str:
    """As kubectl v1.36 asks (golden kubectl-get-events)."""
    return ",".join(
        (
            f"involvedObject.kind={target.kind.kind}",
            f"involvedObject.apiVersion={_version(target.kind)}",
            f"involvedObject.name={target.name}",
        )
    )


def _version(kind: Kind) -> str:
    return f"{kind.group}/{kind.version}" if kind.group else kind.version


def _row(found: Event, now: datetime, *, namespaces: bool) -> tuple[str, ...]:
    count, first = event_count(found), found.first_timestamp or found.event_time
    seen = age(event_seen(found), now)
    if count > 1:
        seen = f"{seen} (x{count} over {age(first, now)})"
    regarding = found.involved_object
    row = (seen, found.type, found.reason, f"{regarding.kind}/{regarding.name}", found.message.strip())
    return tuple(one_line(cell) for cell in ((found.metadata.namespace, *row) if namespaces else row))


def _lines(found: list[Event], shown: Table) -> tuple[Text, ...]:
    warnings = sum(each.type == "Warning" for each in found)
    lines = [text("{total} events, {warnings} warnings.", total=len(found), warnings=warnings)]
    if len(shown.rows) < len(found):
        lines.append(text("Here are the newest {shown}; the file has all.", shown=len(shown.rows)))
    return tuple(lines)


def _none(target: Target | None, types: frozenset[str], arguments: EventsArguments) -> Text:
    if arguments.all_namespaces:
        return text("No events found.")
    if target is not None or types:
        return text("No such events found; they are kept for about an hour.")
    return text("No events found in {namespace} namespace.", namespace=Code(arguments.namespace))


def _title(target: Target | None, arguments: EventsArguments) -> Text:
    if target is not None:
        return text("Events of {target}", target=Bold(target.reference))
    if arguments.all_namespaces:
        return text("Events in all namespaces")
    return text("Events in {namespace}", namespace=Code(arguments.namespace))
