"""The translations: one gettext catalogue a language, whose message ids are the English templates themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from bot.text import Text

ENGLISH: Final = "en"
LOCALES: Final = (ENGLISH, "ja")
FOLDER: Final = Path(__file__).parent


def language(locale: str) -> str:
    """The language we have for a Slack or POSIX locale (`ja-JP`, `ja_JP.UTF-8`); English for any other."""
    first = locale.replace("_", "-").split("-")[0].lower()
    return first if first in LOCALES else ENGLISH


def catalogue_path(name: str) -> Path:
    """Where a language's catalogue is kept."""
    return FOLDER / name / "LC_MESSAGES" / "kajitori.po"


@cache
def templates(name: str) -> Mapping[str, str]:
    """English template → template in that language; those not yet translated are left out."""
    if name == ENGLISH:
        return {}
    with catalogue_path(name).open("rb") as file:
        catalogue = read_po(file, locale=name)
    return {str(each.id): str(each.string) for each in catalogue if each.id and each.string and not each.fuzzy}


def translate(text: Text, locale: str) -> Text:
    """The same sentence in another language, with the same values; sentences among the values are translated too."""
    name = language(locale)
    values = {key: translate(value, locale) if isinstance(value, Text) else value for key, value in text.values.items()}
    return Text(templates(name).get(text.template, text.template), values)
