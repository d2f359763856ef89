"""A cluster that was hurried and is slowed down again is never back in its own past."""

from __future__ import annotations

from playground.cluster.pace import Pace
from tests.clocks import HandClock


def test_what_has_passed_stays_passed() -> None:
    clock = HandClock()
    pace = Pace(clock, speed=60)
    clock.move(2)
    assert pace.moment() == 120
    pace.speed = 1
    assert pace.moment() == 120
    clock.move(3)
    assert pace.moment() == 123
