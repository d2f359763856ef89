"""Slack's and the keyboard's changes are undone, and nothing else is."""

from __future__ import annotations

import html
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commandline.words import quoted, words

TYPED = {
    "a b": ["a", "b"],
    "  a \t b  ": ["a", "b"],
    "a　b\N{NO-BREAK SPACE}c": ["a", "b", "c"],
    "“a b” ‘c d’ «e f»": ["a b", "c d", "e f"],
    "--reason=“it’s on fire”": ["--reason=it's on fire"],
    "-p '{“spec”:{“x”:“y”}}'": ["-p", '{"spec":{"x":"y"}}'],
    "—to-revision=3": ["--to-revision=3"],
    "–n prod": ["-n", "prod"],
    "—n prod": ["-n", "prod"],
    "–-to–revision": ["--to-revision"],
    "a–b": ["a–b"],
    "--reason=a—b": ["--reason=a—b"],
    "'—quoted'": ["—quoted"],
    "`kubectl get pods`": ["kubectl", "get", "pods"],
    "```kubectl get pods```": ["kubectl", "get", "pods"],
    "```\nkubectl get pods\n```": ["kubectl", "get", "pods"],
    "$ kubectl get pods": ["kubectl", "get", "pods"],
    "a \\\n  b": ["a", "b"],
    "a \\\r\n  b": ["a", "b"],
    "a\\ b": ["a b"],
    "a\"b\"'c'": ["abc"],
    '"a\\"b" "c\\d"': ['a"b', "c\\d"],
    "''": [""],
    "": [],
    "   ": [],
    "undo app.": ["undo", "app"],
    "undo app。": ["undo", "app"],
    "undo app...": ["undo", "app"],
    "apply .": ["apply", "."],
    "apply ../..": ["apply", "../.."],
    "undo 'app.'": ["undo", "app."],
    "undo app\\.": ["undo", "app."],
    "ｕｎｄｏ　ａｐｐ／ｘ": ["undo", "app/x"],
    "a ＝ ｂ": ["a", "=", "b"],
    "'a &amp; b &lt;c&gt;'": ["a & b <c>"],
    "'&amp;lt;'": ["&lt;"],
    "-f '<https://x.io/a?b=1&amp;c=2>'": ["-f", "https://x.io/a?b=1&c=2"],
    "<http://app.shop|app.shop>": ["app.shop"],
    "<mailto:a@b.io|a@b.io>": ["a@b.io"],
    "ask <@U0ALICE|alice>": ["ask", "<@U0ALICE>"],
    "<#C0PROD|prod> <!subteam^S1|@sre>": ["<#C0PROD>", "<!subteam^S1>"],
    "$HOME *.yaml ~/x $(id) {a,b}": ["$HOME", "*.yaml", "~/x", "$(id)", "{a,b}"],
}


@pytest.mark.parametrize("typed", TYPED)
def test_a_text_has_these_words(typed: str) -> None:
    assert words(typed) == TYPED[typed]


SEEN = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))


@given(st.lists(st.text(SEEN, max_size=20), max_size=6))
def test_any_words_can_be_written_and_read_back(some: list[str]) -> None:
    line = quoted(some)
    expected = some[1:] if some[:1] == ["$"] and line.startswith("$ ") else some
    assert words(line) == expected
    assert words(html.escape(line, quote=False)) == expected


@given(st.lists(st.text(SEEN, max_size=20), max_size=6))
def test_a_shell_reads_the_same(some: list[str]) -> None:
    assert shlex.split(quoted(some)) == some


@given(st.lists(st.from_regex(r"[a-z0-9./:=@_-]*[a-z0-9]", fullmatch=True), max_size=6))
def test_ordinary_words_are_written_as_they_are(some: list[str]) -> None:
    assert quoted(some) == " ".join(some)
