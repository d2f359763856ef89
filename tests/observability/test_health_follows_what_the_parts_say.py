"""Alive: every loop moves. Ready: every expected part says that it can work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.observability.health import Health, Part


@dataclass
class FakeClock:
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def health(clock: FakeClock) -> Health:
    return Health(clock)


def test_a_process_that_expects_nothing_yet_lives_and_is_not_ready(health: Health) -> None:
    assert health.alive().ok
    assert not health.readiness().ok


def test_it_is_ready_when_every_part_is(health: Health) -> None:
    health.expect("slack")
    health.expect("database")
    health.ready("database")
    assert health.readiness().parts == (
        Part(name="database", ok=True, state="ok"),
        Part(name="slack", ok=False, state="starting"),
    )
    assert not health.readiness().ok

    health.ready("slack")

    assert health.readiness().ok


def test_a_part_that_cannot_work_makes_it_unready_and_not_dead(health: Health) -> None:
    health.ready("slack")
    health.unready("slack", "disconnected")

    assert not health.readiness().ok
    assert health.alive().ok


def test_a_loop_that_stands_still_makes_it_dead_and_unready(health: Health, clock: FakeClock) -> None:
    health.ready("slack")
    health.beat("outbox", within=30)
    clock.seconds = 30
    assert health.alive().ok

    clock.seconds = 31

    assert not health.alive().ok
    assert not health.readiness().ok
    assert health.alive().parts == (Part(name="outbox", ok=False, state="stalled"),)


def test_a_loop_that_moves_again_lives_again(health: Health, clock: FakeClock) -> None:
    health.beat("outbox", within=30)
    clock.seconds = 100
    health.beat("outbox", within=30)

    assert health.alive().ok


def test_what_has_ended_in_order_is_not_missed(health: Health, clock: FakeClock) -> None:
    health.ready("slack")
    health.beat("outbox", within=30)
    health.forget("outbox")
    clock.seconds = 100

    assert health.readiness().ok
