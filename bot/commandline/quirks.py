"""What Slack and keyboards do to a line before anyone splits it: entities, autolinks, mentions, unseen characters.

Slack escapes `&`, `<`, `>` of what was typed, so every bare `<…>` in a delivery is Slack's own: an autolink, a mention
or a command (https://docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.errors import NotUnderstood
from bot.text import Code, text

LIMIT: Final = 4_000

_LINK: Final = re.compile(r"<((?:https?|ftp|mailto|tel):[^<>|\s]*)(?:\|([^<>]*))?>")
_MENTION: Final = re.compile(r"<([@#!][A-Za-z0-9^]+)(?:\|[^<>]*)?>")
_ENTITY: Final = re.compile(r"&(amp|lt|gt);")
_CHARACTER: Final = {"amp": "&", "lt": "<", "gt": ">"}
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ALLOWED: Final = "\n\t"


def undo_slack(raw: str) -> str:
    """The text as it was typed: links by their text, mentions by id (`<@U123>`), entities decoded once.

    Raises `NotUnderstood` for more than 4,000 characters and for characters that cannot be seen (control, zero width,
    direction), because what is approved must be what is read.
    """
    if len(raw) > LIMIT:
        raise NotUnderstood(
            text("This is {length} characters long; a command may have {limit}.", length=len(raw), limit=LIMIT),
            next=text("Nothing was done. Send only the command."),
        )
    linked = _LINK.sub(lambda link: link.group(2) or link.group(1), raw)
    named = _MENTION.sub(r"<\1>", linked)
    typed = _ENTITY.sub(lambda entity: _CHARACTER[entity.group(1)], named).replace("\r\n", "\n")
    for position, character in enumerate(typed, start=1):
        if character not in _ALLOWED and unicodedata.category(character) in _REFUSED:
            raise NotUnderstood(
                text(
                    "Character {position} is {name}, which cannot be seen.",
                    position=position,
                    name=Code(character_name(character)),
                ),
                next=text("Nothing was done. Type the command again instead of pasting it."),
            )
    return typed


def character_name(character: str) -> str:
    """`U+0430 CYRILLIC SMALL LETTER A`; control characters have no name, only a number."""
    number = f"U+{ord(character):04X}"
    return f"{number} {unicodedata.name(character, '')}".strip()


def narrow(character: str) -> str:
    """The ASCII form of a full-width character, as Japanese keyboards type them; any other as it is."""
    kind, _, code = unicodedata.decomposition(character).partition(" ")
    return chr(int(code, 16)) if kind == "<wide>" else character
