"""Verbs, flags and names are ASCII: what is read is what is run."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from tests.commandline.families import REGISTRY
from tests.commandline.refusals import offered, refusal

ALIKE = {
    "rоllout undo app": "U+043E CYRILLIC SMALL LETTER O",
    "undо app": "U+043E CYRILLIC SMALL LETTER O",
    "rollout undo аpp": "U+0430 CYRILLIC SMALL LETTER A",
    "undo deploy/ａpp\N{CYRILLIC SMALL LETTER A}": "U+0430 CYRILLIC SMALL LETTER A",
    "undo app --nаmespace=prod": "U+0430 CYRILLIC SMALL LETTER A",
    "undo app -n prοd": "U+03BF GREEK SMALL LETTER OMICRON",
    "undo app --context=prοd": "U+03BF GREEK SMALL LETTER OMICRON",
    "set image deploy/app app=myаpp:v2": "U+0430 CYRILLIC SMALL LETTER A",
    "set env deploy/app KЕY=x": "U+0415 CYRILLIC CAPITAL LETTER IE",
    "use prοd/app": "U+03BF GREEK SMALL LETTER OMICRON",
    "scale app --replicas=٣": "U+0663 ARABIC-INDIC DIGIT THREE",
    "undo café": "U+00E9 LATIN SMALL LETTER E WITH ACUTE",
}


@pytest.mark.parametrize("typed", ALIKE)
def test_the_character_is_named(typed: str) -> None:
    assert ALIKE[typed] in str(refusal(typed))
    assert offered(typed) == []


@pytest.mark.parametrize("typed", ["undo app --reason='戻す'", "set env deploy/app A=é", "logs x --match=ошибка"])
def test_free_text_has_any_script(typed: str) -> None:
    assert parse(typed, REGISTRY).operation.name


def test_full_width_letters_are_the_ascii_ones_that_were_meant() -> None:
    assert parse("ｕｎｄｏ　ａｐｐ", REGISTRY).line == "rollout undo app"
