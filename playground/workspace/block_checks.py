"""Small checks that compose to the shape of a Block Kit object; each problem carries a JSON pointer as Slack's do.

Slack is lenient in places (an unknown key may be ignored); these checks never are, so that a mistake shows here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, final
from urllib.parse import urlsplit

Check = Callable[["Problems", str, Any], None]


@final
@dataclass(frozen=True)
class Problems:
    """The messages found so far, in `response_metadata.messages` form."""

    messages: list[str] = field(default_factory=list)

    def add(self, pointer: str, message: str) -> None:
        self.messages.append(f"[ERROR] {message} [json-pointer:{pointer}]")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The keys an object may have, the ones it must have, and what to look at as a whole."""

    fields: Mapping[str, Check]
    required: frozenset[str] = frozenset()
    whole: Check | None = None


def shape(required: str = "", *, whole: Check | None = None, **fields: Check) -> Shape:
    """`required` names keys, separated by blanks."""
    return Shape(fields=fields, required=frozenset(required.split()), whole=whole)


def anything(problems: Problems, pointer: str, value: Any) -> None:
    """Not looked at."""


def string(longest: int, *, shortest: int = 1) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if not isinstance(value, str):
            problems.add(pointer, "must be a string")
        elif len(value) > longest:
            problems.add(pointer, f"must be less than {longest + 1} characters")
        elif len(value) < shortest:
            problems.add(pointer, f"must be more than {shortest - 1} characters")

    return check


def url(longest: int = 3000) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        string(longest)(problems, pointer, value)
        if isinstance(value, str) and urlsplit(value).scheme not in ("http", "https", "mailto", "slack"):
            problems.add(pointer, "must be a valid URL")

    return check


def boolean(problems: Problems, pointer: str, value: Any) -> None:
    if not isinstance(value, bool):
        problems.add(pointer, "must be a boolean")


def integer(least: int, most: int) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.add(pointer, "must be an integer")
        elif not least <= value <= most:
            problems.add(pointer, f"must be between {least} and {most}")

    return check


def number(problems: Problems, pointer: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.add(pointer, "must be a number")


def one_of(*allowed: str) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if value not in allowed:
            problems.add(pointer, f"must be one of: {', '.join(allowed)}")

    return check


def array(each: Check, *, least: int = 1, most: int) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if not isinstance(value, list):
            problems.add(pointer, "must be an array")
            return
        if len(value) > most:
            problems.add(pointer, f"no more than {most} items allowed")
        if len(value) < least:
            problems.add(pointer, f"no fewer than {least} items allowed")
        for index, item in enumerate(value[: most + 1]):
            each(problems, f"{pointer}/{index}", item)

    return check


def exactly(wanted: Shape) -> Check:
    """An object with these keys; the key `type` is allowed only where the shape names it."""

    def check(problems: Problems, pointer: str, value: Any) -> None:
        if not isinstance(value, dict):
            problems.add(pointer, "must be an object")
            return
        for name in sorted(wanted.required - value.keys()):
            problems.add(pointer, f"missing required field: {name}")
        for name, inner in value.items():
            known = wanted.fields.get(name)
            if known is None:
                problems.add(f"{pointer}/{name}", f"unknown field: {name}")
            else:
                known(problems, f"{pointer}/{name}", inner)
        if wanted.whole is not None:
            wanted.whole(problems, pointer, value)

    return check


def typed(kinds: Mapping[str, Shape], *, noun: str = "type") -> Check:
    """An object whose `type` picks the shape; the mapping may still be filled after this call."""

    def check(problems: Problems, pointer: str, value: Any) -> None:
        if not isinstance(value, dict):
            problems.add(pointer, "must be an object")
            return
        kind = value.get("type")
        wanted = kinds.get(kind) if isinstance(kind, str) else None
        if wanted is None:
            problems.add(f"{pointer}/type", f"unsupported {noun}: {kind}")
            return
        untyped = {name: inner for name, inner in value.items() if name != "type"}
        exactly(wanted)(problems, pointer, untyped)

    return check


def exactly_one_key(*names: str) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if sum(name in value for name in names) != 1:
            problems.add(pointer, f"must have exactly one of: {', '.join(names)}")

    return check


def at_least_one_key(*names: str) -> Check:
    def check(problems: Problems, pointer: str, value: Any) -> None:
        if not any(name in value for name in names):
            problems.add(pointer, f"must have at least one of: {', '.join(names)}")

    return check
