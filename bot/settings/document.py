"""YAML as the files of Kajitori use it: plain data, each value with its line, and nothing that can surprise.

A small part of YAML 1.2 on purpose: no aliases (a few lines of them fill the memory), no tags (they name classes), no
second document, no double keys (the last one would silently win), and only `true`, `false`, `null` and decimal numbers
are not text, so that `no`, `on` and `22:30` stay what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from bot.errors import Refused
from bot.text import Code, Text, text

LARGEST: Final = 1024 * 1024
"""Bytes of a file. The largest of our own examples has 4 KiB; a thousand people have about 200 KiB."""

DEEPEST: Final = 20
"""Levels of nesting; ours have six."""

Path: TypeAlias = tuple[str | int, ...]
WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's data. `lines` gives the line (from 1) where each key or item stands."""

    source: str
    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(data: bytes, *, source: str) -> Document:
    """The data of a YAML file. `source` is how the file is named to people. Raises `Refused` with the line."""
    if len(data) > LARGEST:
        raise wrong(source, 1, text("the file is larger than {limit} KiB", limit=LARGEST // 1024))
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(source, data[: error.start].count(b"\n") + 1, text("this is not UTF-8")) from error
    builder = _Builder(source)
    try:
        value = builder.build(yaml.parse(content, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        line = content[: error.position].count("\n") + 1
        raise wrong(source, line, text("there is a character that YAML does not allow")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise wrong(source, line, text("this is not YAML: {problem}", problem=error.problem or "unreadable")) from error
    return Document(source=source, value=value, lines=builder.lines)


def wrong(source: str, line: int, problem: Text) -> Refused:
    """The refusal of a file: which line of which file, and what is wrong there."""
    return Refused(
        text("{source}, line {line}: {problem}.", source=Code(source), line=line, problem=problem),
        target=source,
        next=text("Nothing of the file is used until it is right."),
    )


@dataclass
class _Builder:
    """Turns the parser's events into data, refusing what the module's docstring names."""

    source: str
    lines: dict[Path, int] = field(default_factory=dict)

    def build(self, events: Iterator[yaml.Event]) -> Any:
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, text("a second document begins here"))
                value = self._value(next(events), events, ())
        return value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        self._check(event, path)
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._scalar(event)

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self._check(event, path)
            key = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None
            if not isinstance(key, str):
                raise self._refuse(event, text("a key must be text; put it in quotes"))
            if key in found:
                raise self._refuse(event, text("the key {key} is there twice", key=Code(key)))
            self.lines[(*path, key)] = _line(event)
            found[key] = self._value(next(events), events, (*path, key))
        return found

    def _sequence(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            found.append(self._value(event, events, (*path, len(found))))
        return found

    def _scalar(self, event: yaml.Event) -> Any:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse(event, text("there is no value"))
        written = event.value
        if event.style is not None:
            return written
        if written.lower() in WORDS and written in (written.lower(), written.title(), written.upper()):
            return WORDS[written.lower()]
        if INTEGER.fullmatch(written):
            return int(written)
        if DECIMAL.fullmatch(written):
            return float(written)
        return written

    def _check(self, event: yaml.Event, path: Path) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._refuse(event, text("anchors and aliases (& and *) are not allowed; write it out"))
        if getattr(event, "tag", None) is not None:
            raise self._refuse(event, text("tags (!) are not allowed"))
        if len(path) > DEEPEST:
            raise self._refuse(event, text("it is nested too deeply"))

    def _refuse(self, event: yaml.Event, problem: Text) -> Refused:
        return wrong(self.source, _line(event), problem)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1
