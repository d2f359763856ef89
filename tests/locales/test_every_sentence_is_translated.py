"""Every sentence of the source exists in every language, with the same values in it, and nothing else does."""

from __future__ import annotations

import re

import pytest

from bot.locales.catalogue import LOCALES, templates
from bot.locales.extract import all_sentences, sentences
from bot.text import PLACEHOLDER

FOREIGN = [name for name in LOCALES if name != "en"]
SAME_EVERYWHERE = re.compile(r"Socket Mode|namespace|cpu=\d+m,memory=\d+[MG]i")
WORD = re.compile(r"[A-Za-z]{2,}")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SENTENCES = all_sentences()


@pytest.mark.parametrize("language", FOREIGN)
def test_no_sentence_is_without_a_translation(language: str) -> None:
    missing = {template: modules for template, modules in SENTENCES.items() if template not in templates(language)}
    assert missing == {}, "run python -m bot.locales.extract and translate what it lists"


@pytest.mark.parametrize("language", FOREIGN)
def test_no_translation_is_left_of_a_sentence_that_is_gone(language: str) -> None:
    assert set(templates(language)) - set(SENTENCES) == set()


@pytest.mark.parametrize("language", FOREIGN)
def test_a_translation_has_exactly_the_values_of_its_sentence(language: str) -> None:
    different = {
        template: translated
        for template, translated in templates(language).items()
        if set(PLACEHOLDER.findall(template)) != set(PLACEHOLDER.findall(translated))
    }
    assert different == {}


def test_a_japanese_sentence_is_japanese() -> None:
    left = {
        template: translated
        for template, translated in templates("ja").items()
        if WORD.search(PLACEHOLDER.sub("", template))
        and not JAPANESE.search(translated)
        and not SAME_EVERYWHERE.fullmatch(template)
    }
    assert left == {}


@pytest.mark.parametrize(
    "call", ['text(f"a {name}")', "text(template)", 'text("a" + name)', 'text("a {x}".format(x=1))']
)
def test_a_template_that_is_no_literal_is_found(call: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(sentences(f"from bot.text import text\n{call}\n"))


def test_only_our_own_text_counts() -> None:
    assert list(sentences('from sqlalchemy import text\ntext("select 1")')) == []
    assert list(sentences('from bot.text import text\ntext("Done.")')) == ["Done."]
