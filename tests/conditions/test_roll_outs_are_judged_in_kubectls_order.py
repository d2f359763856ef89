"""The status viewers of Deployment, StatefulSet and DaemonSet: which check decides, and what kubectl said of the same
objects (`tests/parity/golden`). Left out: what a watch does, which is not a condition's.
"""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.operations.conditions import condition_of
from bot.operations.models import Pod
from bot.operations.progress import Observation, Progress

GOLDEN = Path(__file__).parent.parent / "parity" / "golden"
NOW = datetime(2026, 11, 25, 3, 8, tzinfo=UTC)
KINDS = ("Deployment", "StatefulSet", "DaemonSet")


def ask(target: dict[str, Any] | None, *pods: Pod, condition: str = "rolled-out", **arguments: Any) -> Progress:
    return condition_of(condition).evaluate(Observation(target=target, pods=pods, arguments=arguments, now=NOW))


def recorded(name: str) -> tuple[dict[str, Any], str]:
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    target = next(each for each in golden["before"]["objects"] if each["kind"] in KINDS)
    return target, golden["stdout"]


DEPLOYMENT: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "app", "generation": 4, "annotations": {"deployment.kubernetes.io/revision": "4"}},
    "spec": {"replicas": 3},
    "status": {
        "observedGeneration": 4,
        "replicas": 3,
        "updatedReplicas": 3,
        "readyReplicas": 3,
        "availableReplicas": 3,
        "conditions": [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}],
    },
}
STATEFULSET: dict[str, Any] = {
    "kind": "StatefulSet",
    "metadata": {"name": "db", "generation": 2},
    "spec": {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}},
    "status": {
        "observedGeneration": 2,
        "replicas": 3,
        "readyReplicas": 3,
        "updatedReplicas": 3,
        "currentRevision": "db-1",
        "updateRevision": "db-2",
    },
}
DAEMONSET: dict[str, Any] = {
    "kind": "DaemonSet",
    "metadata": {"name": "agent", "generation": 2},
    "spec": {"updateStrategy": {"type": "RollingUpdate"}},
    "status": {
        "observedGeneration": 2,
        "desiredNumberScheduled": 3,
        "updatedNumberScheduled": 3,
        "numberAvailable": 3,
    },
}


def with_(target: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with fields set: `status__replicas=4`."""
    made = copy.deepcopy(target)
    for path, value in changes.items():
        *above, last = path.split("__")
        place = made
        for each in above:
            place = place[each]
        place[last] = value
    return made


LATE = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]


@pytest.mark.parametrize("name", ["status-done", "status-statefulset", "status-daemonset"])
def test_what_kubectl_calls_done_is_done(name: str) -> None:
    target, _ = recorded(f"kubectl-rollout-{name}")
    progress = ask(target)
    assert progress.done
    assert progress.ready == progress.total > 0


@pytest.mark.parametrize("name", ["status-timeout", "status-nowatch-mid", "status-watch-until-done"])
def test_what_kubectl_waits_for_is_waited_for_with_the_same_numbers(name: str) -> None:
    target, said = recorded(f"kubectl-rollout-{name}")
    progress = ask(target)
    assert not progress.done
    assert progress.failed is None
    assert re.findall(r"\d+", said.splitlines()[0]) == re.findall(r"\d+", str(progress.message))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (with_(DEPLOYMENT, metadata__generation=5), "waiting until the change is observed"),
        (with_(DEPLOYMENT, metadata__generation=5, status__conditions=LATE), "waiting until the change is observed"),
        (with_(DEPLOYMENT, status__updatedReplicas=1, status__replicas=4), "1 of 3 pods are new"),
        (with_(DEPLOYMENT, status__replicas=5), "2 old pods are still terminating"),
        (with_(DEPLOYMENT, status__availableReplicas=2), "2 of 3 new pods are available"),
        (with_(STATEFULSET, status__observedGeneration=0), "waiting until the change is observed"),
        (with_(STATEFULSET, status__readyReplicas=2, status__updatedReplicas=1), "2 of 3 pods are ready"),
        (with_(STATEFULSET, status__updatedReplicas=1), "1 of 3 pods are new"),
        (
            with_(STATEFULSET, spec__updateStrategy={"type": "RollingUpdate"}, status__updatedReplicas=2),
            "2 of 3 pods are new",
        ),
        (with_(DAEMONSET, metadata__generation=3), "waiting until the change is observed"),
        (with_(DAEMONSET, status__updatedNumberScheduled=1), "1 of 3 pods are new"),
        (with_(DAEMONSET, status__numberAvailable=2), "2 of 3 new pods are available"),
    ],
)
def test_the_first_check_that_fails_decides(target: dict[str, Any], message: str) -> None:
    progress = ask(target)
    assert (progress.done, progress.failed, str(progress.message)) == (False, None, message)


@pytest.mark.parametrize(
    ("target", "arguments", "reason"),
    [
        (None, {}, "it was deleted"),
        (
            with_(DEPLOYMENT, metadata__generation=5),
            {"revision": 3},
            "desired revision (3) is different from the running revision (4)",
        ),
        (
            with_(DEPLOYMENT, status__conditions=LATE, status__updatedReplicas=1),
            {},
            "exceeded its progress deadline",
        ),
        (
            with_(STATEFULSET, spec__updateStrategy={"type": "OnDelete"}),
            {},
            "rollout status is only available for RollingUpdate strategy type",
        ),
        (
            with_(DAEMONSET, spec__updateStrategy={"type": "OnDelete"}),
            {},
            "rollout status is only available for RollingUpdate strategy type",
        ),
        ({"kind": "Job", "metadata": {}}, {}, "no status viewer has been implemented for Job"),
    ],
)
def test_failures_end_the_wait(target: dict[str, Any] | None, arguments: dict[str, Any], reason: str) -> None:
    progress = ask(target, **arguments)
    assert not progress.done
    assert str(progress.failed) == reason


@pytest.mark.parametrize(
    "target",
    [
        DEPLOYMENT,
        with_(DEPLOYMENT, spec__replicas=0, status={"observedGeneration": 4}),
        with_(STATEFULSET, spec__updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}),
        with_(STATEFULSET, status__updateRevision="db-1", spec__updateStrategy={"type": "RollingUpdate"}),
        DAEMONSET,
    ],
)
def test_the_end_is_seen(target: dict[str, Any]) -> None:
    assert ask(target).done
    assert ask(with_(target, metadata__annotations={"deployment.kubernetes.io/revision": "7"}), revision=7).done
