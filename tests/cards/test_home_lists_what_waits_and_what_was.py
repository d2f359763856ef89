"""App Home outlives private messages: what waits for me, what runs, my last ten."""

from __future__ import annotations

import msgspec
import pytest

from bot.requests.states import State
from bot.slack.cards.buttons import chosen
from bot.slack.cards.home import HomeShown, home
from tests.cards.reading import pressed, problems, words
from tests.cards.requests_shown import DECISION, shown

NOBODY = HomeShown(name="bob", teams=("sre",))


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_slack_takes_a_home_with_everything_in_it(locale: str) -> None:
    every = tuple(shown(state, number=number, mark=f"{number}.1.{state.value}") for number, state in enumerate(State))
    found = HomeShown(name="bob", waiting=every * 2, running=every, latest=every)
    assert problems(home(found, locale)) == []


def test_an_empty_home_says_how_to_begin() -> None:
    said = words(home(NOBODY, "en"))
    for part in ("Nothing waits for you.", "/eks rollout undo deploy/app", "You: bob", "Teams: sre"):
        assert part in said


def test_one_votes_from_home_only_on_what_waits_for_oneself() -> None:
    own = shown(number=150, mark="150.1.waiting")
    view = home(HomeShown(name="bob", waiting=(shown(),), latest=(own,)), "en")
    found = [(chosen(action, value), value) for action, value in pressed(view)]
    assert [each for each, _ in found] == [
        ("approve", "142.1.waiting"),
        ("details", "142.1.waiting"),
        ("details", "150.1.waiting"),
    ]


def test_an_own_request_that_only_oneself_confirms_is_confirmed_from_home() -> None:
    of = shown(decision=msgspec.structs.replace(DECISION, approvals=0, confirm=True), missing=0)
    view = home(HomeShown(name="alice", waiting=(of,), latest=(of,)), "en")
    assert chosen(*pressed(view)[0]) == ("confirm", "142.1.waiting")


def test_the_last_ones_say_how_they_ended() -> None:
    said = words(home(HomeShown(name="alice", latest=(shown(State.FAILED),)), "en"))
    assert "failed" in said and "app-7f does not start" in said


def test_ten_of_each_are_listed_and_the_rest_counted() -> None:
    every = tuple(shown(State.FAILED, number=number, mark=f"{number}.1.failed") for number in range(111, 100, -1))
    said = words(home(HomeShown(name="alice", latest=every), "en"))
    assert [number for number in range(101, 112) if f"R-{number}" in said] == list(range(102, 112))
    assert "… and 1 more" in said
