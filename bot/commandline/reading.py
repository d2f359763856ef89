"""Words to raw values by a shape, as kubectl's flag library (spf13/pflag 1.0) reads them, without its traps.

As pflag: flags anywhere, `--name value`, `--name=value`, `-nvalue`, `-n=value`, `-Af`, `--flag=false`, the last of a
repeated flag wins, `--` ends the flags. Unlike pflag, a known flag is never taken as another flag's value, and
`-namespace` is not `-n amespace`. (Click reads neither `-n=value` nor `--flag=false`.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.commandline.letters import require_ascii, require_plain_value, short
from bot.commandline.nearest import nearest
from bot.commandline.shape import Argument, Shape
from bot.commandline.tools import FOREIGN_FLAGS
from bot.commandline.values import Raw, boolean, placed, split_value
from bot.commandline.words import quoted
from bot.errors import Choice, NotUnderstood
from bot.operations.operation import Operation
from bot.text import Code, text

_NEXT: Final = text("Nothing was done.")


class HelpAsked(Exception):
    """`--help` or `-h` stands where a flag can."""


def read_words(operation: Operation, shape: Shape, rest: tuple[str, ...]) -> dict[str, Raw]:
    """Raw values by field. Raises `NotUnderstood`, and `HelpAsked` for `--help`."""
    reading = _Reading(operation=operation, shape=shape, rest=rest)
    while reading.at < len(rest):
        reading.step()
    return reading.values | placed(operation, shape, reading.words)


@dataclass(kw_only=True)
class _Reading:
    operation: Operation
    shape: Shape
    rest: tuple[str, ...]
    at: int = 0
    only_words: bool = False
    words: list[str] = field(default_factory=list)
    values: dict[str, Raw] = field(default_factory=dict)

    def step(self) -> None:
        word = self.rest[self.at]
        self.at += 1
        if self.only_words or word == "-" or not word.startswith("-"):
            self.words.append(word)
        elif word == "--":
            self.only_words = True
        elif word.startswith("--"):
            self.long(word)
        else:
            self.cluster(word)

    def long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        flag = self.shape.flag(name)
        if flag is None:
            raise self.unknown(name)
        self.set(flag, value if equals else None)

    def cluster(self, word: str) -> None:
        """`-n prod`, `-nprod`, `-n=prod`, and switches run together."""
        long = self.shape.flag(f"-{word.partition('=')[0]}")
        if long is not None and len(word.partition("=")[0]) > 2:
            raise self.instead(word, long)
        letters = word[1:]
        while letters:
            name, letters = f"-{letters[0]}", letters[1:]
            flag = self.shape.flag(name)
            if flag is None:
                raise self.unknown(name)
            if not flag.switch:
                return self.set(flag, letters.removeprefix("=") if letters else None)
            value, letters = (letters[1:], "") if letters.startswith("=") else (None, letters)
            self.set(flag, value)
        return None

    def set(self, flag: Argument, value: str | None) -> None:
        if flag.switch:
            self.values[flag.field] = boolean(flag, value)
            return
        if value is None:
            value = self.following(flag)
        require_plain_value(flag, value)
        if flag.many:
            before = self.values.get(flag.field, ())
            self.values[flag.field] = (*(before if isinstance(before, tuple) else ()), *split_value(flag, value))
        else:
            self.values[flag.field] = value

    def following(self, flag: Argument) -> str:
        """The next word as the flag's value, unless it is itself a flag that is known here."""
        following = self.rest[self.at : self.at + 1]
        if not following or following[0] == "--" or self.shape.flag(following[0].partition("=")[0]) is not None:
            raise NotUnderstood(
                text("{flag} needs a value.", flag=Code(flag.name)),
                next=text("Nothing was done. Write {example}.", example=Code(f"{flag.name}={flag.metavar}")),
            )
        self.at += 1
        return following[0]

    def unknown(self, name: str) -> NotUnderstood:
        """Why a flag cannot be taken. Raises `HelpAsked` if it is the one that asks for help."""
        if name.lower() in ("--help", "-h"):
            raise HelpAsked
        require_ascii(name)
        foreign = FOREIGN_FLAGS.get(name.lower() if name.startswith("--") else name)
        if foreign is not None:
            return NotUnderstood(
                text("{flag} has no meaning here.", flag=Code(name)),
                why=foreign.why,
                next=_NEXT,
                choices=self.left_out(name, value=foreign.value) if foreign.harmless else (),
            )
        known = [flag.name for flag in self.shape.flags]
        return NotUnderstood(
            text("{verb} has no flag {flag}.", verb=Code(self.operation.name), flag=Code(short(name))),
            next=text("Nothing was done. It has {flags}.", flags=Code(", ".join(known))),
            choices=tuple(
                Choice(label=meant, command_line=self.line([meant + self.rest[self.at - 1][len(name) :]]))
                for meant in nearest(name, known)
            ),
        )

    def instead(self, word: str, flag: Argument) -> NotUnderstood:
        line = self.line([flag.name + "".join(word.partition("=")[1:])])
        return NotUnderstood(
            text("{flag} has one dash too few.", flag=Code(short(word))),
            next=_NEXT,
            choices=(Choice(label=flag.name, command_line=line),),
        )

    def left_out(self, name: str, *, value: bool) -> tuple[Choice, ...]:
        """The line without the flag and its value."""
        word = self.rest[self.at - 1]
        if not word.startswith(name):
            return ()
        alone = value and word == name
        line = quoted([*self.operation.name.split(), *self.rest[: self.at - 1], *self.rest[self.at + alone :]])
        return (Choice(label=self.operation.name, command_line=line),)

    def line(self, instead: list[str]) -> str:
        """The whole line with the present word exchanged."""
        return quoted([*self.operation.name.split(), *self.rest[: self.at - 1], *instead, *self.rest[self.at :]])
