"""Covered: lights, order, what is offered for each, how much is shown, rights. Left out: how Slack draws it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Refused
from bot.operations.view import Row, View
from commands.overview import OverviewArguments, overview
from tests.reading.conftest import NOW, RecordingReader, pod

Cluster = Callable[..., RecordingReader]


def deployment(name: str, ready: int, wanted: int = 10, **status: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "uid": f"uid-{name}", "generation": 2},
        "spec": {
            "replicas": wanted,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}},
        },
        "status": {
            "observedGeneration": 2,
            "replicas": wanted,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": wanted,
        }
        | status,
    }


def replica_set(owner: str, revision: int, minutes: int) -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{owner}-{revision}",
            "namespace": "shop",
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "creationTimestamp": NOW - timedelta(minutes=minutes),
            "ownerReferences": [{"kind": "Deployment", "name": owner, "uid": f"uid-{owner}", "controller": True}],
        },
    }


async def shown(reader: RecordingReader) -> View:
    view = await overview(reader, OverviewArguments(namespace="shop", context="prod"))
    assert isinstance(view, View)
    return view


def workloads(view: View) -> list[Row]:
    return [row for row in view.rows if row.action is not None]


async def test_what_rolled_out_lately_and_is_red_comes_first_with_the_way_back(cluster: Cluster) -> None:
    crash = {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    ill = pod(metadata={"labels": {"app": "app"}}, conditions=[], **crash)
    reader = cluster(
        *(deployment("worker", 10), deployment("app", 3), deployment("api", 2)),
        *(replica_set("app", 4, 4), replica_set("app", 3, 9_000), replica_set("worker", 1, 30)),
        ill,
    )
    rows = workloads(await shown(reader))
    assert str(rows[0].line) == (
        "🔴 app 3/10, rolled out 2026-11-23 19:56:00 UTC: 1 of 1 pods: CrashLoopBackOff, 0 restarts"
    )
    assert rows[0].action is not None
    assert rows[0].action.command_line == "rollout undo deployment/app --to-revision=3 -n shop --context=prod"
    assert [str(row.line).split()[:2] for row in rows[1:]] == [["🔴", "api"], ["🟢", "worker"]]
    assert [row.action.command_line.split()[:2] for row in rows[1:] if row.action] == [["rollout", "status"]] * 2


@pytest.mark.parametrize(
    ("ready", "status", "light"),
    [
        (10, {}, "🟢"),
        (9, {}, "🟡"),
        (8, {}, "🔴"),
        (0, {}, "🔴"),
        (10, {"updatedReplicas": 4}, "🟡"),
        (10, {"observedGeneration": 1}, "🟡"),
        (9, {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}, "🔴"),
    ],
)
async def test_the_light_says_whether_more_is_missing_than_a_roll_out_may_take(
    cluster: Cluster, ready: int, status: dict[str, Any], light: str
) -> None:
    rows = workloads(await shown(cluster(deployment("app", ready, **status))))
    assert str(rows[0].line).startswith(light)


async def test_a_roll_out_that_hangs_says_why_and_offers_the_way_back_though_its_old_pods_serve(
    cluster: Cluster,
) -> None:
    waiting = {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}}
    ill = pod(metadata={"labels": {"app": "app"}}, conditions=[], containerStatuses=[waiting])
    generations = (replica_set("app", 4, 4), replica_set("app", 3, 9_000))
    view = await shown(cluster(deployment("app", 10, updatedReplicas=1), *generations, ill, deployment("api", 10)))
    row = workloads(view)[0]
    assert str(row.line).startswith("🟡 app 10/10") and "ImagePullBackOff" in str(row.line)
    assert row.action is not None and row.action.command_line.startswith("rollout undo deployment/app --to-revision=3")
    assert str(view.title).endswith(": not well: app")


async def test_the_title_says_when_all_is_well(cluster: Cluster) -> None:
    assert str((await shown(cluster(deployment("app", 10)))).title).endswith(": all well")


async def test_a_workload_at_zero_is_well(cluster: Cluster) -> None:
    assert str(workloads(await shown(cluster(deployment("app", 0, 0))))[0].line) == "🟢 app 0/0"


async def test_what_was_just_created_did_not_roll_out_and_has_no_way_back(cluster: Cluster) -> None:
    rows = workloads(await shown(cluster(deployment("app", 0), replica_set("app", 1, 2))))
    assert str(rows[0].line) == "🔴 app 0/10"
    assert rows[0].action is not None and rows[0].action.command_line.startswith("rollout status")


async def test_at_most_eight_are_shown_and_the_rest_counted(cluster: Cluster) -> None:
    many = [deployment(f"app-{number:02}", 10) for number in range(30)]
    view = await shown(cluster(*many, deployment("zzz", 1)))
    rows = workloads(view)
    assert len(rows) == 9 and len(view.rows) <= 12
    assert str(rows[0].line) == "🔴 zzz 1/10"
    assert str(rows[8].line) == "23 more, all well"


async def test_an_empty_namespace_says_so_and_how_to_go_on(cluster: Cluster) -> None:
    view = await shown(cluster())
    assert [str(line) for line in view.lines] == ["No workloads in shop."]
    assert "/eks rollout undo deploy/app" in str(view.rows[0].line)


async def test_what_may_not_be_read_is_left_out_and_told(cluster: Cluster) -> None:
    reader = cluster(deployment("app", 10), forbidden={("list", "statefulsets", ""), ("list", "replicasets", "")})
    view = await shown(reader)
    assert len(workloads(view)) == 1
    assert [str(warning) for warning in view.warnings] == ["may not list statefulsets"]


async def test_who_may_read_nothing_is_refused(cluster: Cluster) -> None:
    forbidden = {("list", plural, "") for plural in ("deployments", "statefulsets", "daemonsets")}
    with pytest.raises(Refused, match="may not list deployments"):
        await shown(cluster(forbidden=forbidden))
