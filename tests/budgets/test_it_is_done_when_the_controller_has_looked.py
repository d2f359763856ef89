"""`budget-observed`: the disruption controller has looked at the budget as it was set, which evictions wait for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.operations.conditions import condition_of
from bot.operations.progress import Observation, Progress
from tests.budgets.covered import budget
from tests.parity.world import NOW

FAILED = {"type": "DisruptionAllowed", "status": "False", "reason": "SyncFailed", "message": "no scale"}


def seen(target: dict[str, Any] | None, *, seconds: int = 0, least: Any = 3) -> Progress:
    return condition_of("budget-observed").evaluate(
        Observation(
            target=target,
            pods=(),
            arguments={"minAvailable": least, "maxUnavailable": None},
            now=NOW,
            since=NOW - timedelta(seconds=seconds),
        )
    )


def test_done_says_what_may_go_now() -> None:
    found = seen(budget(allowed=2))
    assert (found.done, str(found.message)) == (True, "2 may go now: it needs 3, has 3")


def test_until_then_it_waits_and_says_after_a_while_that_nobody_looks() -> None:
    late = budget()
    late["metadata"]["generation"] = 2
    found = seen(late)
    assert (found.done, found.failed, found.stuck) == (False, None, None)
    assert str(seen(late, seconds=30).stuck) == "no controller has looked at it: is it running?"


def test_a_controller_that_cannot_reckon_it_is_heard_of_and_given_up_after_a_while() -> None:
    broken = budget()
    broken["status"]["conditions"] = [FAILED]
    found = seen(broken)
    assert (found.done, found.failed) == (False, None)
    assert "no scale" in str(found.stuck)
    assert "no scale" in str(seen(broken, seconds=30).failed)


def test_who_sets_another_limit_or_deletes_it_ends_it() -> None:
    assert "something else set it to minAvailable 3" in str(seen(budget(), least=2).failed)
    assert str(seen(None).failed) == "it was deleted"
