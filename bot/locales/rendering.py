"""A `Text` as a plain string, for terminals, push lines, titles and exports: numbers and moments as the language
writes them."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from babel.dates import UTC, format_datetime
from babel.numbers import format_decimal

from bot.locales.catalogue import language, translate
from bot.text import Code, Text, Value, When, fill
from bot.text import plain as plain_value

PATTERNS: Final = {"en": "MMM d, HH:mm", "ja": "M月d日 HH:mm"}


def plain(text: Text, locale: str = "en", tz: tzinfo | None = None) -> str:
    """A sentence in a language, moments in a time zone (`None` is UTC, and then says so)."""
    chosen = translate(text, locale)
    return fill(chosen.template, {name: plain_part(value, locale, tz) for name, value in chosen.values.items()})


def plain_part(value: Value, locale: str = "en", tz: tzinfo | None = None) -> str:
    """One value of a sentence as a plain string."""
    match value:
        case Text():
            return plain(value, locale, tz)
        case When(at=at):
            shown = format_datetime(at, PATTERNS[language(locale)], tzinfo=tz or UTC, locale=language(locale))
            return shown if tz is not None else f"{shown} UTC"
        case bool() | str() | Code():
            return plain_value(value)
        case int() | float():
            return format_decimal(value, locale=language(locale))
        case _:
            return plain_value(value)
