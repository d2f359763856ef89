"""Variables of containers: `NAME=VALUE` and `NAME-` as kubectl reads them, and what they change.

A value that is typed in a chat stays there, so that one whose name or form is a secret's is not taken. Values that are
there already are never shown, and never go into a command line: the way back names a revision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.errors import NotUnderstood, Refused
from bot.operations.images import Fields, no_container
from bot.operations.json import Object, pointer
from bot.operations.plan import Call, ContentType
from bot.operations.redaction import refuse_secrets
from bot.operations.templates import GROUPS, container_patch, container_preconditions, containers
from bot.operations.workloads import Seen
from bot.text import Code, text

NAME: Final = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]{0,252}", re.ASCII)
EXAMPLE: Final = "set env deployment/app LOG_LEVEL=debug"
EVERY: Final = "*"
Wanted = Mapping[str, str | None]
"""Values by name; null takes the variable away."""


def read_variables(words: Sequence[str]) -> dict[str, str | None]:
    """What is to be set. Raises `NotUnderstood` with kubectl's reasons, and `Refused` for a secret."""
    found: dict[str, str | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        removed = not equals and word.endswith("-")
        name = name.removesuffix("-") if removed else name
        if NAME.fullmatch(name) is None or not (equals or removed):
            raise NotUnderstood(
                text("{word} is no variable with a value.", word=Code(ascii(word[:80])[1:-1])),
                next=text("Write it like {example}.", example=Code(EXAMPLE)),
            )
        if name in found and found[name] != (None if removed else value):
            raise NotUnderstood(text("{name} is given twice.", name=Code(name)))
        found[name] = None if removed else value
    if not found:
        raise NotUnderstood(
            text("at least one environment variable must be provided"),
            next=text("Write it like {example}.", example=Code(EXAMPLE)),
        )
    refuse_secrets(found)
    return found


def variable_fields(seen: Seen, selected: str, wanted: Wanted) -> Fields:
    """What changes, by container. Raises `Refused` for a container that is not there or names a variable twice."""
    found: Fields = {}
    matched = False
    for each in _selected(seen, selected):
        matched = True
        names = _names(each)
        if len(set(names)) != len(names):
            raise Refused(
                text("{container} has a variable twice.", container=Code(str(each.get("name")))),
                target=seen.target.title,
                why=text("Nobody could tell which of the two is meant."),
                next=text("Take one of the two out of its template first."),
            )
        if changes := _changes(each, wanted):
            found[str(each.get("name"))] = changes
    if not matched:
        raise no_container(seen.template, selected, target=seen.target)
    return found


def _selected(seen: Seen, selected: str) -> list[dict[str, Any]]:
    """The containers that are meant. kubectl sets variables of init containers too."""
    every = (each for group in GROUPS for each in containers(seen.template, group))
    return [each for each in every if selected in (EVERY, "", each.get("name"))]


def _names(container: dict[str, Any]) -> list[str]:
    return [str(each.get("name")) for each in container.get("env") or ()]


def _changes(container: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The part of kubectl's two-way patch for one container: variables that change, and the order of all."""
    have = {str(each.get("name")): each for each in container.get("env") or ()}
    changed: list[Object] = []
    for name, value in wanted.items():
        old = have.get(name)
        if value is None:
            changed += [{"$patch": "delete", "name": name}] if old is not None else []
        elif old is None or old.get("value", "") != value or "valueFrom" in old:
            took: Object = {"valueFrom": None} if old is not None and "valueFrom" in old else {}
            changed.append({"name": name, "value": value, **took})
    if not changed:
        return {}
    kept = [name for name in have if wanted.get(name, "") is not None]
    order = [*kept, *(name for name, value in wanted.items() if name not in have and value is not None)]
    listed: dict[str, Any] = {"$setElementOrder/env": [{"name": name} for name in order]} if have and order else {}
    return {**listed, "env": changed}


def variable_call(seen: Seen, fields: Fields) -> Call:
    """The strategic merge, on condition that the variables it writes are as read, and that none came between."""
    pointers: list[str] = []
    for group in GROUPS:
        for index, each in enumerate(containers(seen.template, group)):
            changes = fields.get(str(each.get("name")))
            if changes is None:
                continue
            names, written = _names(each), {change["name"] for change in changes["env"]}
            at = ("spec", "template", "spec", group, index, "env")
            pointers += [pointer(*at, place, "name") for place in range(len(names) + 1)]
            pointers += [
                pointer(*at, place, field)
                for place, name in enumerate(names)
                if name in written
                for field in ("value", "valueFrom")
            ]
    return Call(
        id="step-1",
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body=container_patch(seen, fields),
        uid=seen.uid,
        preconditions=(*container_preconditions(seen, set(fields)), *seen.holds(*pointers)),
    )


def shown_variables(wanted: Wanted) -> str:
    """What was typed: names, and values where they are no secret."""
    return ", ".join(f"{name}-" if value is None else f"{name}={value}" for name, value in wanted.items())
