"""A `Text` as Slack's rich text: our words plain, values as elements of their own, so nothing in them is ever markup.

`mrkdwn` is not used for anything that holds a value: its marks have no escape (slack.md §1.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from bot.locales.catalogue import translate
from bot.locales.rendering import plain_part
from bot.text import PLACEHOLDER, Bold, Channel, Code, GroupMention, Link, Mention, Text, Value, When

Element = dict[str, Any]
Token = tuple[str, int]
"""What is written, and how many characters of it a person sees."""

PUSH_LIMIT: Final = 120
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL: Final = re.compile("[&<>]")


def escape(value: str) -> str:
    """The three characters that act in a message's text, as entities, once (slack.md §1.6)."""
    return _SPECIAL.sub(lambda found: _ENTITIES[found.group()], value)


def elements(text: Text, locale: str = "en", *, bold: bool = False) -> list[Element]:
    """A sentence as the parts of one rich text section. `bold` sets everything but code and mentions in bold."""
    chosen = translate(text, locale)
    parts: list[Element] = []
    position = 0
    for found in PLACEHOLDER.finditer(chosen.template):
        parts += _words(chosen.template[position : found.start()], bold=bold)
        parts += element(chosen.values[found.group(1)], locale, bold=bold)
        position = found.end()
    parts += _words(chosen.template[position:], bold=bold)
    return parts


def element(value: Value, locale: str = "en", *, bold: bool = False) -> list[Element]:
    """One value as rich text parts; empty values leave nothing, because Slack refuses empty parts."""
    match value:
        case Text():
            return elements(value, locale, bold=bold)
        case Code(value=shown):
            return _words(shown, bold=bold, code=True)
        case Bold(value=shown):
            return _words(shown, bold=True)
        case Mention(user=user):
            return [{"type": "user", "user_id": user}] if user else []
        case GroupMention(group=group):
            return [{"type": "usergroup", "usergroup_id": group}] if group else []
        case Channel(channel=channel):
            return [{"type": "channel", "channel_id": channel}] if channel else []
        case When(at=at):
            return [
                {
                    "type": "date",
                    "timestamp": int(at.timestamp()),
                    "format": "{date_short_pretty} {time}",
                    "fallback": plain_part(value, locale),
                }
            ]
        case Link(url=url, label=label):
            return [{"type": "link", "url": url, "text": label}]
        case _:
            return _words(plain_part(value, locale), bold=bold)


def _words(value: str, *, bold: bool = False, code: bool = False) -> list[Element]:
    if not value:
        return []
    style = {name: True for name, wanted in (("bold", bold), ("code", code)) if wanted}
    part: Element = {"type": "text", "text": value}
    return [{**part, "style": style} if style else part]


def lines(sentences: Iterable[Text], locale: str = "en", *, first_bold: bool = False) -> Element:
    """Sentences as one section, a line each. With `first_bold` the first is the title."""
    parts: list[Element] = []
    for number, sentence in enumerate(sentences):
        if number:
            parts.append({"type": "text", "text": "\n"})
        parts += elements(sentence, locale, bold=first_bold and number == 0)
    return {"type": "rich_text_section", "elements": parts}


def rich_text(*sections: Element) -> dict[str, Any]:
    """A rich text block."""
    return {"type": "rich_text", "elements": list(sections)}


def preformatted(value: str) -> Element:
    """Untrusted output, fixed-width, never parsed."""
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": value or " "}]}


def push_line(text: Text, locale: str = "en", *, limit: int = PUSH_LIMIT) -> str:
    """A message's top-level text: the notification. Escaped, at most `limit` characters as a person counts them.

    Mentions act, and are never cut in two; they come from `Mention` values only. Everything else is escaped, and the
    line is cut between code points, never inside an entity.
    """
    return _within(_tokens(text, locale), limit)


def width(text: Text, locale: str = "en") -> int:
    """Characters of a push line as a person counts them."""
    return sum(size for _, size in _tokens(text, locale))


def _push_value(value: Value, locale: str) -> list[Token]:
    match value:
        case Mention(user=user, name=name) if user:
            return [(f"<@{user}>", len(name) + 1)]
        case GroupMention(group=group, name=name) if group:
            return [(f"<!subteam^{group}>", len(name) + 1)]
        case When(at=at):
            shown = escape(plain_part(value, locale))
            return [(f"<!date^{int(at.timestamp())}^{{time}}|{shown}>", 5)]
        case Text():
            return _tokens(value, locale)
        case _:
            return _characters(plain_part(value, locale))


def _tokens(text: Text, locale: str) -> list[Token]:
    chosen = translate(text, locale)
    pieces = PLACEHOLDER.split(chosen.template)
    return [
        token
        for number, piece in enumerate(pieces)
        for token in (_push_value(chosen.values[piece], locale) if number % 2 else _characters(piece))
    ]


def _characters(value: str) -> list[Token]:
    return [(_ENTITIES.get(each, " " if each in "\r\n\t" else each), 1) for each in value]


def _within(tokens: Sequence[Token], limit: int) -> str:
    if sum(width for _, width in tokens) <= limit:
        return "".join(shown for shown, _ in tokens)
    kept: list[str] = []
    used = 1
    for shown, width in tokens:
        if used + width > limit:
            break
        kept.append(shown)
        used += width
    return "".join(kept) + "…"
