"""Pods that do not come up are named with their reason, and only pods of the new template are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.operations.conditions import condition_of
from bot.operations.models import Pod
from bot.operations.pods import stuck_reason
from bot.operations.progress import Observation, Progress

NOW = datetime(2026, 11, 25, 3, 8, tzinfo=UTC)


def pod(name: str, *, hash_: str = "new", age: int = 10, ready: bool = False, **status: Any) -> Pod:
    container = {"name": "app", "image": "app:v2", **status.pop("container", {})}
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}, *status.pop("conditions", [])]
    return msgspec.convert(
        {
            "metadata": {
                "name": name,
                "creationTimestamp": (NOW - timedelta(seconds=age)).isoformat(),
                "labels": {"pod-template-hash": hash_, "controller-revision-hash": hash_},
            },
            "spec": {"containers": [{"name": "app", "image": "app:v2"}]},
            "status": {"conditions": conditions, "containerStatuses": [container], **status},
        },
        Pod,
    )


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}, **more}


CRASHED = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (pod("a", container=waiting("ImagePullBackOff")), "1 of 1 pods: ImagePullBackOff: image app:v2"),
        (
            pod("a", container=waiting("CrashLoopBackOff", restartCount=4, lastState=CRASHED)),
            "1 of 1 pods: CrashLoopBackOff, 4 restarts: OOMKilled, exit code 137",
        ),
        (pod("a", container=waiting("CrashLoopBackOff", restartCount=1)), "1 of 1 pods: CrashLoopBackOff, 1 restarts"),
        (
            pod("a", container=waiting("CreateContainerConfigError", 'secret "db"\nnot found')),
            '1 of 1 pods: CreateContainerConfigError: secret "db" not found',
        ),
        (
            pod(
                "a",
                conditions=[
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}
                ],
            ),
            "1 of 1 pods: no node: 0/3 nodes",
        ),
        (pod("a", phase="Failed", reason="Evicted"), "1 of 1 pods: failed: Evicted"),
    ],
)
def test_each_reason_has_its_words(broken: Pod, reason: str) -> None:
    assert str(stuck_reason([broken])) == reason


def test_pods_that_merely_start_or_are_ready_are_not_stuck() -> None:
    assert stuck_reason([pod("a"), pod("b", container=waiting("ContainerCreating"))]) is None
    assert stuck_reason([pod("a", ready=True, container=waiting("ImagePullBackOff"))]) is None
    assert stuck_reason([]) is None


def test_a_long_foreign_message_is_cut() -> None:
    said = str(stuck_reason([pod("a", container=waiting("CreateContainerError", "x" * 5_000))]))
    assert len(said) < 300


def ask(target: dict[str, Any], *pods: Pod, condition: str = "rolled-out", **arguments: Any) -> Progress:
    return condition_of(condition).evaluate(Observation(target=target, pods=pods, arguments=arguments, now=NOW))


def deployment(*, updated: int, **status: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "app", "generation": 2},
        "spec": {"replicas": 3},
        "status": {"observedGeneration": 2, "replicas": 4, "updatedReplicas": updated, **status},
    }


def test_going_back_from_a_broken_version_the_old_pods_are_not_the_reason() -> None:
    old = pod("old", hash_="old", age=900, container=waiting("ImagePullBackOff"))
    progress = ask(deployment(updated=1), old, pod("new-1", ready=True))
    assert progress.stuck is None
    assert progress.ready == 1
    assert str(ask(deployment(updated=1), pod("new-1", container=waiting("ImagePullBackOff"))).stuck)


def test_new_pods_are_told_from_old_ones_of_the_same_second() -> None:
    old = [pod(f"z-{number}", hash_="old", ready=True) for number in range(3)]
    new = pod("a-1", container=waiting("ImagePullBackOff"))
    assert "ImagePullBackOff" in str(ask(deployment(updated=1), *old, new).stuck)
    assert ask(deployment(updated=3), *old, pod("a-1"), pod("a-2"), pod("a-3")).ready == 0


def test_before_the_new_pods_are_there_no_old_one_counts_as_new() -> None:
    progress = ask(deployment(updated=0, availableReplicas=3), pod("old", hash_="old", ready=True))
    assert (progress.ready, progress.total) == (0, 3)


def test_a_quota_that_lets_no_pod_be_made_is_said() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: q"}
    assert str(ask(deployment(updated=0, conditions=[failure])).stuck) == "pods cannot be made: exceeded quota: q"


def test_a_broken_old_pod_of_an_ordered_statefulset_is_named() -> None:
    target = {
        "kind": "StatefulSet",
        "metadata": {"name": "db", "generation": 2},
        "spec": {"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}},
        "status": {"observedGeneration": 2, "replicas": 2, "readyReplicas": 1, "updateRevision": "new"},
    }
    broken = pod("db-1", hash_="old", container=waiting("CrashLoopBackOff"))
    assert str(ask(target, broken).stuck) == "pod/db-1 is broken and holds the others up: delete it"
    target["spec"] = {**target["spec"], "podManagementPolicy": "Parallel"}  # type: ignore[dict-item]
    assert ask(target, broken).stuck is None


def test_a_deadline_that_was_exceeded_before_the_change_does_not_fail_it() -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    before, after = "2026-11-25T03:00:00+00:00", "2026-11-25T03:07:00+00:00"
    target = deployment(updated=1, conditions=[{**late, "lastTransitionTime": before}])
    assert ask(target).failed is not None
    assert ask(target, known_late=before).failed is None
    target["status"]["conditions"] = [{**late, "lastTransitionTime": after}]
    assert str(ask(target, known_late=before).failed) == "exceeded its progress deadline"
    target["status"]["conditions"] = [late]
    assert ask(target).failed is not None
