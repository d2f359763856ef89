"""Rollouts stand among the other workloads, with where they are and what is likely next; where there are none of them,
or they may not be listed, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import Refused
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.view import Row, View
from commands.overview import OverviewArguments, overview
from tests.argo import rollouts
from tests.reading.conftest import NOW, RecordingReader, pod
from tests.reading.test_the_overview_shows_what_needs_a_hand_first import deployment

Cluster = Callable[..., RecordingReader]


async def shown(reader: RecordingReader) -> View:
    view = await overview(reader, OverviewArguments(namespace="shop"))
    assert isinstance(view, View)
    return view


def rows(view: View) -> list[tuple[str, str]]:
    return [(str(row.line), row.action.command_line) for row in view.rows if row.action is not None]


async def only(reader: RecordingReader) -> tuple[str, Row]:
    row = next(row for row in (await shown(reader)).rows if row.action is not None)
    return str(row.line), row


@pytest.mark.parametrize(
    ("found", "line", "label", "button"),
    [
        (
            rollouts.canary(),
            "🔵 rollout/app 5/5, Paused at step 2 of 4 (pause)",
            "Promote",
            "argo rollouts promote app --at=9bb4ddb56:1 -n shop",
        ),
        (
            rollouts.blue_green(),
            "🔵 rollout/app 5/5, Paused",
            "Promote",
            "argo rollouts promote app --at=9bb4ddb56 -n shop",
        ),
        (rollouts.healthy(), "🟢 rollout/app 5/5", "Status", "argo rollouts status app -n shop"),
        (
            rollouts.progressing(index=2),
            "🟡 rollout/app 5/5, Progressing at step 3 of 4 (setWeight: 60)",
            "Status",
            "argo rollouts status app -n shop",
        ),
        (rollouts.aborted(), "🔴 rollout/app 5/5, aborted", "Undo", "argo rollouts undo app -n shop"),
        (
            rollouts.progressing(index=1, phase="Degraded", message="ProgressDeadlineExceeded", readyReplicas=4),
            "🔴 rollout/app 4/5, Degraded at step 2 of 4 (pause)",
            "Abort",
            "argo rollouts abort app -n shop",
        ),
        (
            rollouts.canary(spec={"paused": True}),
            "🔵 rollout/app 5/5, paused by hand",
            "Resume",
            "argo rollouts resume app -n shop",
        ),
    ],
    ids=["canary waits", "blue/green waits", "healthy", "under way", "aborted", "fails", "paused by hand"],
)
async def test_each_says_where_it_stands_and_offers_what_is_likely_next(
    cluster: Cluster, found: dict[str, Any], line: str, label: str, button: str
) -> None:
    said, row = await only(cluster(found))
    assert said == line
    assert row.action is not None
    assert (str(row.action.label), row.action.command_line) == (label, button)


async def test_what_waits_comes_before_what_is_well_and_is_not_called_ill(cluster: Cluster) -> None:
    view = await shown(cluster(deployment("worker", 10), deployment("api", 2), rollouts.canary()))
    assert [line.split()[:2] for line, _ in rows(view)] == [["🔴", "api"], ["🔵", "rollout/app"], ["🟢", "worker"]]
    assert str(view.title).endswith(": not well: api")


async def test_when_its_newest_version_was_made_is_said(cluster: Cluster) -> None:
    sets = [rollouts.replica_set(n, each, f"app:v{n}") for n, each in ((1, rollouts.STABLE), (2, rollouts.NEW))]
    for each in sets:
        each["metadata"]["creationTimestamp"] = NOW
    said, _ = await only(cluster(rollouts.canary(), *sets))
    assert said.startswith("🔵 rollout/app 5/5, rolled out 2026-11-23 20:00:00 UTC, Paused")


async def test_why_its_pods_do_not_come_up_is_said(cluster: Cluster) -> None:
    crash = {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    ill = pod(metadata={"labels": {"app": "app"}}, conditions=[], **crash)
    said, _ = await only(cluster(rollouts.progressing(index=1, readyReplicas=4), ill))
    assert said.endswith("Progressing at step 2 of 4 (pause): 1 of 1 pods: CrashLoopBackOff, 0 restarts")


async def test_where_none_are_served_or_they_may_not_be_listed_nothing_is_said(cluster: Cluster) -> None:
    plain = await shown(cluster(deployment("app", 10)))
    forbidden = {("list", "rollouts", "")}
    assert await shown(cluster(deployment("app", 10), rollouts.canary(), forbidden=forbidden)) == plain
    assert await shown(cluster(deployment("app", 10), missing=("Rollout",))) == plain


async def test_who_may_see_rollouts_only_sees_those(cluster: Cluster) -> None:
    forbidden = {("list", plural, "") for plural in ("deployments", "statefulsets", "daemonsets")}
    assert len(rows(await shown(cluster(rollouts.canary(), forbidden=forbidden)))) == 1
    with pytest.raises(Refused, match="may not list deployments"):
        await shown(cluster(forbidden=forbidden))


async def test_what_is_no_rollout_as_we_know_them_does_not_hide_the_others(cluster: Cluster) -> None:
    odd = rollouts.canary()
    odd["spec"]["strategy"] = "canary"
    odd["metadata"] = {**odd["metadata"], "name": "odd"}
    assert [line.split()[1] for line, _ in rows(await shown(cluster(odd, rollouts.canary())))] == [
        ROLLOUT.singular + "/app"
    ]


async def test_the_rest_of_many_is_asked_for_with_rollouts(cluster: Cluster) -> None:
    many = [deployment(f"app-{number:02}", 10) for number in range(9)]
    line, button = rows(await shown(cluster(*many, rollouts.healthy())))[-1]
    assert line == "2 more, all well"
    assert button == "get deployments,statefulsets,daemonsets,rollouts -n shop"
