"""Scaled means that many ready and no more; deleted means that very object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.operations.conditions import condition_of
from bot.operations.progress import Observation, Progress

NOW = datetime(2026, 11, 25, 3, 8, tzinfo=UTC)


def ask(condition: str, target: dict[str, Any] | None, **arguments: Any) -> Progress:
    return condition_of(condition).evaluate(Observation(target=target, pods=(), arguments=arguments, now=NOW))


def workload(spec: int, *, ready: int, replicas: int, updated: int | None = None, kind: str = "Deployment") -> Any:
    return {
        "kind": kind,
        "metadata": {"generation": 2},
        "spec": {"replicas": spec},
        "status": {
            "observedGeneration": 2,
            "readyReplicas": ready,
            "replicas": replicas,
            "updatedReplicas": replicas if updated is None else updated,
        },
    }


@pytest.mark.parametrize(
    ("target", "done", "message"),
    [
        (workload(5, ready=3, replicas=5), False, "3 of 5 pods are ready"),
        (workload(5, ready=5, replicas=5), True, "scaled"),
        (workload(5, ready=7, replicas=7), False, "2 pods are still terminating"),
        (workload(5, ready=6, replicas=6, updated=2), True, "scaled"),
        (workload(5, ready=6, replicas=6, updated=0, kind="ReplicaSet"), False, "1 pods are still terminating"),
        ({**workload(5, ready=5, replicas=5), "metadata": {"generation": 3}}, False, "waiting until the change is"),
    ],
)
def test_scaled(target: Any, done: bool, message: str) -> None:
    progress = ask("scaled", target, replicas=5)
    assert progress.done is done
    assert str(progress.message).startswith(message)
    assert progress.failed is None


def test_scaled_to_nothing_waits_until_the_pods_are_gone() -> None:
    assert not ask("scaled", workload(0, ready=0, replicas=2), replicas=0).done
    assert ask("scaled", workload(0, ready=0, replicas=0), replicas=0).done


def test_someone_elses_number_is_a_failure_that_says_so() -> None:
    progress = ask("scaled", workload(8, ready=5, replicas=5), replicas=5)
    assert not progress.done
    assert str(progress.failed) == "something else set it to 8"
    assert str(ask("scaled", None, replicas=5).failed) == "it was deleted"


def test_deleted_is_this_very_object() -> None:
    pod: dict[str, Any] = {"metadata": {"uid": "u-1"}}
    assert ask("deleted", None, uid="u-1").done
    assert ask("deleted", {"metadata": {"uid": "u-2"}}, uid="u-1").done
    assert not ask("deleted", pod, uid="u-1").done
    stopping: dict[str, Any] = {"metadata": {"uid": "u-1", "deletionTimestamp": "2026-11-25T03:00:00Z"}}
    assert ask("deleted", stopping, uid="u-1").stuck is None
    stopping["metadata"]["finalizers"] = ["example.com/hold"]
    held = ask("deleted", stopping, uid="u-1")
    assert (held.done, str(held.stuck)) == (False, "held by example.com/hold")
