"""Near means one slip in a short word, two in a long one, or a beginning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commandline.nearest import nearest

KNOWN = ["undo", "status", "restart", "rollout", "logs", "top", "scale"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("unod", ["undo"]),
        ("nudo", ["undo"]),
        ("und", ["undo"]),
        ("STAUTS", ["status"]),
        ("rstart", ["restart"]),
        ("rolluot", ["rollout"]),
        ("stop", ["top"]),
        ("delete", []),
        ("x", []),
        ("", []),
    ],
)
def test_a_slip_finds_the_word(typed: str, meant: list[str]) -> None:
    assert nearest(typed, KNOWN) == meant


@given(st.text(max_size=4000), st.integers(0, 3))
def test_there_are_never_more_than_asked_for(typed: str, limit: int) -> None:
    assert len(nearest(typed, KNOWN, limit)) <= limit


@given(st.sampled_from(KNOWN))
def test_a_known_word_is_its_own_nearest(word: str) -> None:
    assert nearest(word, KNOWN)[0] == word
