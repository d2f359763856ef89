"""Covered: kubectl's query and cells for events, order and filters; kubectl's answers about rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.operations.operation import OperationKind
from bot.operations.view import View
from commands.access import CanIArguments, authorization, can_i
from commands.events import EventsArguments, events
from tests.reading.conftest import NOW, RecordingReader

Cluster = Callable[..., RecordingReader]


def event(reason: str, minutes: float, *, type: str = "Normal", name: str = "app", **changes: Any) -> dict[str, Any]:
    seen = NOW - timedelta(minutes=minutes)
    return {
        "kind": "Event",
        "metadata": {"name": f"{name}.{reason}", "namespace": "shop"},
        "type": type,
        "reason": reason,
        "message": f"about {reason}\n",
        "count": 1,
        "firstTimestamp": seen,
        "lastTimestamp": seen,
        "involvedObject": {"kind": "Deployment", "apiVersion": "apps/v1", "name": name},
    } | changes


async def shown(reader: RecordingReader, *targets: str, **flags: Any) -> View:
    view = await events(reader, EventsArguments(targets=targets, namespace="shop", **flags))
    assert isinstance(view, View)
    return view


async def test_the_query_is_that_of_kubectl(golden: Callable[..., Any]) -> None:
    cluster, recorded = golden("kubectl-get-events")
    await events(cluster, EventsArguments(about="deployment/app", namespace=recorded["command"][-1]))
    assert cluster.queries[0]["fields"] == recorded["requests"][0]["query"]["fieldSelector"]


async def test_cells_are_those_of_kubectl(golden: Callable[..., Any], cluster: Cluster) -> None:
    _, recorded = golden("kubectl-get-events")
    header, row = (re.split(r"\s{2,}", line) for line in recorded["stdout"].strip().splitlines())
    reader = cluster(event("ScalingReplicaSet", 1 / 60, message=row[4]))
    view = await shown(reader)
    assert view.table is not None
    assert (list(view.table.columns), list(view.table.rows[0])) == (header, row)


async def test_the_newest_comes_first_and_repeats_are_counted(cluster: Cluster) -> None:
    again = event("Again", 1, count=4, firstTimestamp=NOW - timedelta(minutes=30))
    series = event("Series", 90, series={"count": 9, "lastObservedTime": (NOW - timedelta(minutes=3)).isoformat()})
    view = await shown(cluster(event("Old", 50), again, series))
    assert view.table is not None
    assert [row[2] for row in view.table.rows] == ["Again", "Series", "Old"]
    assert [row[0] for row in view.table.rows] == ["60s (x4 over 30m)", "3m (x9 over 90m)", "50m"]


async def test_warnings_only_when_asked(cluster: Cluster) -> None:
    reader = cluster(event("Good", 1), event("Bad", 2, type="Warning"))
    view = await shown(reader, types="warning")
    assert view.table is not None and [row[2] for row in view.table.rows] == ["Bad"]
    with pytest.raises(NotUnderstood, match="valid --types are Normal or Warning"):
        await shown(reader, types="Bad")


async def test_thousands_of_events_are_cut_and_kept_in_a_file(cluster: Cluster) -> None:
    view = await shown(cluster(*(event(f"R{number}", number) for number in range(1_000))))
    assert view.table is not None and len(view.table.rows) == 50 and view.file is not None
    assert len(view.file.content.splitlines()) == 1_001


async def test_messages_are_shown_plain_in_one_line(cluster: Cluster) -> None:
    view = await shown(cluster(event("Odd", 1, message="a\x1b[31mb\nc\x00 <!here>")))
    assert view.table is not None and view.table.rows[0][4] == "ab c␀ <!here>"


async def test_no_events_is_said(cluster: Cluster) -> None:
    assert [str(line) for line in (await shown(cluster())).lines] == ["No events found in shop namespace."]


@pytest.mark.parametrize("targets", [("app",), ("deploy/a", "deploy/b")])
async def test_an_object_is_one_kind_and_name(cluster: Cluster, targets: tuple[str, ...]) -> None:
    reader = cluster()
    with pytest.raises(NotUnderstood, match="--for must be in resource/name form"):
        await shown(reader, *targets)
    assert reader.asked == []


async def test_who_may_not_list_events_is_told_so(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="may not list events"):
        await shown(cluster(forbidden={("list", "events", "")}))


async def asked(reader: RecordingReader, *words: str, **flags: Any) -> View:
    view = await can_i(reader, CanIArguments(words=words, namespace="shop", **flags))
    assert isinstance(view, View)
    return view


@pytest.mark.parametrize("name", ["kubectl-auth-can-i", "kubectl-auth-can-i-as-no"])
async def test_rights_are_answered_as_kubectl_does(golden: Callable[..., Any], name: str) -> None:
    cluster, recorded = golden(name)
    wanted = recorded["requests"][0]["body"]["spec"]["resourceAttributes"]
    answer = recorded["stdout"].split()[0]
    right = (wanted["verb"], wanted["resource"], wanted.get("subresource", ""))
    cluster.forbidden = {right} if answer == "no" else set()
    view = await asked(cluster, *recorded["command"][3:5], subresource=wanted.get("subresource", ""))
    assert str(view.lines[0]) == answer
    assert cluster.asked == [("review", wanted["resource"], wanted.get("subresource", ""))]


async def test_a_no_comes_with_the_reason(cluster: Cluster) -> None:
    view = await asked(cluster(forbidden={("delete", "pods", "")}), "delete", "po/app-1")
    assert [str(line) for line in view.lines] == ["no", "no RBAC policy matched"]


async def test_what_is_not_served_can_be_asked_about(cluster: Cluster) -> None:
    reader = cluster()
    assert not (await asked(reader, "get", "secrets")).warnings
    assert (await asked(reader, "get", "widgets.example.com")).warnings
    assert (await asked(reader, "fly", "pods")).warnings
    assert (await asked(reader, "get", "nodes")).warnings


@pytest.mark.parametrize("words", [(), ("get",), ("get", "pods", "a", "b"), ("get", "/healthz"), ("get", "a/b", "c")])
async def test_words_that_ask_nothing_are_refused(cluster: Cluster, words: tuple[str, ...]) -> None:
    reader = cluster()
    with pytest.raises(NotUnderstood):
        await asked(reader, *words)
    assert reader.asked == []


def test_asking_about_rights_is_a_probe() -> None:
    assert authorization.operations["auth can-i"].kind is OperationKind.PROBE
