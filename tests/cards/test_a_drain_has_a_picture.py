"""What the picture of a drain shows: each pod from asked to gone, those that took longest, how many more there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.operations.progress import Progress
from bot.operations.tracks import Track
from bot.requests.drawings import MOST, drawable, drawing_of
from bot.requests.states import State
from bot.text import text
from tests.cards.requests_shown import NOW, shown

AT = NOW + timedelta(minutes=1)


def track(number: int, seconds: float = 10, **more: Any) -> Track:
    asked = AT + timedelta(seconds=number)
    usual = {"asked": asked, "going": asked, "gone": asked + timedelta(seconds=seconds)}
    return Track(pod=f"shop/app-{number}", **{**usual, **more})


def drained(*tracks: Track, state: State = State.EXECUTING, **more: Any) -> Any:
    return shown(state, progress=Progress(message=text("so"), tracks=tracks), **more)


def test_each_pod_is_a_bar_in_seconds_since_the_first_was_asked() -> None:
    held = track(2, held=AT + timedelta(seconds=3), going=None, gone=None)
    found = drawing_of(drained(held, track(1)), AT + timedelta(seconds=61))
    assert found is not None
    drawing, caption = found
    assert [(each.pod, each.asked, each.held, each.going, each.until, each.gone) for each in drawing.bars] == [
        ("shop/app-1", 0, -1, 0, 10, True),
        ("shop/app-2", 1, 2, -1, 60, False),
    ]
    assert "held by a budget" in str(caption)


def test_what_ended_is_drawn_until_its_end_and_what_stays_is_marked() -> None:
    stays = track(1, going=None, gone=None, stays=True)
    ended = drained(stays, state=State.PARTLY_DONE, ended_at=AT + timedelta(seconds=31))
    found = drawing_of(ended, AT + timedelta(days=1))
    assert found is not None
    assert found[0].ended == "failed"
    assert (found[0].bars[0].until, found[0].bars[0].stays) == (30, True)


def test_of_very_many_the_longest_are_drawn_and_the_others_are_counted() -> None:
    many = [track(n, seconds=500 if n == 70 else 5) for n in range(80)]
    waits = track(80, going=None, gone=None)
    found = drawing_of(drained(*many, waits), AT + timedelta(seconds=90))
    assert found is not None
    drawing, caption = found
    assert (len(drawing.bars), drawing.more) == (MOST, 81 - MOST)
    assert {"shop/app-70", "shop/app-80"} <= {each.pod for each in drawing.bars}
    assert f"The longest {MOST} of 81 are drawn." in str(caption)


def test_pods_that_nobody_was_asked_about_give_no_picture() -> None:
    assert not drawable(drained(Track(pod="shop/app-1")))
    assert drawing_of(drained(Track(pod="shop/app-1")), AT) is None


def test_a_roll_out_is_drawn_as_before() -> None:
    assert not drawable(shown(State.EXECUTING))
