"""Letters that look like others: verbs, flags and names are ASCII, so that what is read is what is run."""

from __future__ import annotations

import unicodedata
from typing import Final

from bot.commandline.quirks import character_name
from bot.commandline.shape import Argument
from bot.errors import NotUnderstood
from bot.text import Code, text

_ALIKE: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "MATHEMATICAL", "MODIFIER")


def require_ascii(word: str) -> None:
    """Raises `NotUnderstood` naming the first character that is not ASCII."""
    for character in word:
        if not character.isascii():
            raise NotUnderstood(
                text(
                    "In {word} the character {name} is not an ASCII one.",
                    word=Code(short(word)),
                    name=Code(character_name(character)),
                ),
                why=text("Names, flags and commands are written in ASCII, and others can look the same."),
                next=text("Nothing was done. Type it again instead of pasting it."),
            )


def require_plain_verb(word: str) -> None:
    """Raises `NotUnderstood` if a command has a letter that passes for an ASCII one; other scripts are just unknown."""
    if any(not c.isascii() and unicodedata.name(c, "").startswith(_ALIKE) for c in word):
        require_ascii(word)
    if not word.isascii() and any(character.isascii() and character.isalpha() for character in word):
        require_ascii(word)


def require_plain_value(argument: Argument, value: str) -> None:
    """Raises `NotUnderstood` for a value that must be ASCII and is not."""
    if argument.free_value:
        require_ascii(value.partition("=")[0])
    elif not argument.free:
        require_ascii(value)


def short(word: str, length: int = 60) -> str:
    """A word as sentences show it: its beginning, if it is long."""
    return word if len(word) <= length else word[: length - 1] + "…"
