"""A sentence in the reader's language: its words translated, its values as that language writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.locales.catalogue import language, translate
from bot.locales.rendering import plain
from bot.text import Bold, Code, Text, When, text

AT = datetime(2026, 3, 1, 18, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ja-JP", "ja"),
        ("ja_JP.UTF-8", "ja"),
        ("JA", "ja"),
        ("en-GB", "en"),
        ("de-DE", "en"),
        ("", "en"),
        ("../ja", "en"),
    ],
)
def test_a_locale_becomes_a_language_that_we_have(locale: str, expected: str) -> None:
    assert language(locale) == expected


def test_sentences_among_the_values_are_translated_too() -> None:
    inner = text("approved by {person}, {when}", person=Bold("bob"), when=When(AT))
    outer = text("⚠ {warning}", warning=inner)
    assert plain(outer, "ja") == "⚠ bob さんが承認(3月1日 18:02 UTC)"
    assert plain(outer, "en") == "⚠ approved by bob, Mar 1, 18:02 UTC"


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    assert plain(text("until {when}", when=When(AT)), "ja", ZoneInfo("Asia/Tokyo")) == "期限 3月2日 03:02"


def test_a_value_is_never_a_template() -> None:
    assert plain(text("{command}", command=Code("{number} {command}")), "ja") == "{number} {command}"


def test_a_sentence_without_a_translation_stays_english() -> None:
    unknown = Text("Nobody ever wrote this {word}.", {"word": "down"})
    assert translate(unknown, "ja") == unknown
    assert plain(unknown, "ja") == "Nobody ever wrote this down."


def test_numbers_are_grouped_but_request_numbers_are_not() -> None:
    assert plain(text("{count} rows", count=1420), "en") == "1,420 rows"
    assert plain(text("Approve R-{number}", number=str(1420)), "en") == "Approve R-1420"
