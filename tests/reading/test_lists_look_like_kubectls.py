"""Covered: the recorded output of kubectl cell by cell, the STATUS words of pods, files, and lists too long for a
message. Left out: server-side tables of kinds that are not recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import yaml

from bot.operations.kinds import KINDS
from bot.operations.printers import pods
from bot.operations.printers.listed import Pod
from bot.operations.printers.tables import PRINTERS
from bot.operations.view import View
from commands.reading import GetArguments, get
from tests.reading.conftest import NOW, RecordingReader, pod

Golden = Callable[[str], tuple[RecordingReader, dict[str, Any]]]


def cells(stdout: str) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in stdout.strip().splitlines()]


def ageless(row: Any, columns: Any) -> list[str]:
    return [cell for cell, column in zip(row, columns, strict=True) if column not in ("AGE", "RESTARTS")]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("kubectl-get-pods", {"resources": ("pods",)}),
        ("kubectl-get-pods-selector-wide", {"resources": ("po",), "selector": "app=app", "output": "wide"}),
        ("kubectl-get-hpa", {"resources": ("hpa",)}),
        (
            "kubectl-get-pods-all-namespaces-field-selector",
            {"resources": ("pods",), "all_namespaces": True, "field_selector": "metadata.name=lonely"},
        ),
    ],
)
async def test_columns_and_cells_are_those_recorded(golden: Golden, name: str, arguments: dict[str, Any]) -> None:
    cluster, recorded = golden(name)
    namespace = recorded["command"][recorded["command"].index("-n") + 1]
    view = await get(cluster, GetArguments(namespace=namespace, **arguments))
    assert isinstance(view, View) and view.table is not None
    header, *rows = cells(recorded["stdout"])
    assert list(view.table.columns) == header
    said = [ageless(row, header) for row in rows if "g-kubectl-drain-refused-bare-pod" not in row]
    assert [ageless(row, view.table.columns) for row in view.table.rows] == said
    query = recorded["requests"][0]["query"]
    asked = cluster.queries[0]
    assert (asked["labels"], asked["fields"]) == (query.get("labelSelector", ""), query.get("fieldSelector", ""))


async def test_json_is_the_object_without_managed_fields(golden: Golden) -> None:
    cluster, recorded = golden("kubectl-get-deployment-json")
    cluster.objects[0]["metadata"]["managedFields"] = [{"manager": "x"}]
    arguments = GetArguments(resources=("deployment", "app"), namespace=recorded["command"][-1], output="json")
    view = await get(cluster, arguments)
    assert isinstance(view, View) and view.file is not None
    assert view.sensitive and view.file.name == "deployment-app.json"
    shown, said = json.loads(view.file.content), json.loads(recorded["stdout"])
    for each in (shown, said):
        each.pop("status")
        for key in ("resourceVersion", "uid", "creationTimestamp"):
            each["metadata"].pop(key)
    assert shown == said


async def test_yaml_hides_what_secrets_are_kept_in(cluster: Callable[..., RecordingReader]) -> None:
    container = {
        "name": "app",
        "image": "registry.local/app:v1",
        "env": [
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "db", "key": "k"}}},
        ],
        "args": ["--db=postgres://shop:hunter2@db/shop", "--token", "hunter2", "--api-key=hunter2", "--level=info"],
    }
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": '{"value":"hunter2"}', "team": "shop"}
    made = pod(spec={"containers": [container]}, metadata={"annotations": annotations})
    settings = {
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop"},
        "data": {"app.conf": "password=hunter2"},
    }
    reader = cluster(made, settings)
    view = await get(reader, GetArguments(resources=("po,cm",), namespace="shop", output="yaml"))
    assert isinstance(view, View) and view.file is not None
    assert b"hunter2" not in view.file.content
    listed = yaml.safe_load(view.file.content)
    assert [each["kind"] for each in listed["items"]] == ["Pod", "ConfigMap"]
    shown = listed["items"][0]["spec"]["containers"][0]
    assert shown["env"][1]["valueFrom"]["secretKeyRef"]["name"] == "db"
    assert "--level=info" in shown["args"]
    assert listed["items"][1]["data"] == {"app.conf": "(hidden, 16 characters)"}


STATES: list[tuple[str, dict[str, Any], str, str]] = [
    ("runs", {}, "1/1", "Running"),
    ("is leaving", {"metadata": {"deletionTimestamp": "2026-11-23T19:59:00Z"}}, "1/1", "Terminating"),
    (
        "waits for its image",
        {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]},
        "0/1",
        "ImagePullBackOff",
    ),
    (
        "was killed by a signal",
        {"containerStatuses": [{"name": "app", "state": {"terminated": {"exitCode": 137, "signal": 9}}}]},
        "0/1",
        "Signal:9",
    ),
    (
        "is through",
        {
            "phase": "Succeeded",
            "containerStatuses": [{"name": "app", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}],
        },
        "0/1",
        "Completed",
    ),
    (
        "initialises",
        {
            "phase": "Pending",
            "conditions": [],
            "spec": {"initContainers": [{"name": "a"}, {"name": "b"}], "containers": [{"name": "app"}]},
            "initContainerStatuses": [
                {"name": "a", "state": {"terminated": {"exitCode": 0}}},
                {"name": "b", "state": {"running": {}}},
            ],
            "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}],
        },
        "0/1",
        "Init:1/2",
    ),
    (
        "initialises before its sidecar counts",
        {
            "phase": "Pending",
            "conditions": [],
            "spec": {
                "initContainers": [{"name": "a"}, {"name": "s", "restartPolicy": "Always"}],
                "containers": [{"name": "app"}],
            },
            "initContainerStatuses": [
                {"name": "a", "state": {"running": {}}},
                {"name": "s", "started": True, "ready": True, "restartCount": 5, "state": {"running": {}}},
            ],
            "containerStatuses": [],
        },
        "0/2",
        "Init:0/2",
    ),
    (
        "fails to initialise",
        {
            "phase": "Pending",
            "conditions": [],
            "spec": {"initContainers": [{"name": "a"}], "containers": [{"name": "app"}]},
            "initContainerStatuses": [{"name": "a", "state": {"terminated": {"exitCode": 3}}}],
            "containerStatuses": [],
        },
        "0/1",
        "Init:ExitCode:3",
    ),
    (
        "has a sidecar",
        {
            "spec": {"initContainers": [{"name": "s", "restartPolicy": "Always"}], "containers": [{"name": "app"}]},
            "initContainerStatuses": [
                {"name": "s", "started": True, "ready": True, "restartCount": 0, "state": {"running": {}}}
            ],
        },
        "2/2",
        "Running",
    ),
    ("waits at a gate", {"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}],
                         "containerStatuses": []}, "0/1", "SchedulingGated"),
    ("was evicted", {"phase": "Failed", "reason": "Evicted", "containerStatuses": []}, "0/1", "Evicted"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "changes", "ready", "status"), STATES, ids=[each[0] for each in STATES])
def test_the_status_of_a_pod_is_the_word_that_kubectl_computes(
    what: str, changes: dict[str, Any], ready: str, status: str
) -> None:
    shown = pods.cells(msgspec.convert(pod(**changes), Pod), NOW)
    assert shown[1:3] == (ready, status)


def test_restarts_say_when_the_last_one_was() -> None:
    ended = (NOW - timedelta(minutes=4)).isoformat()
    status = {"name": "app", "ready": True, "restartCount": 7, "state": {"running": {}}}
    crashed = status | {"lastState": {"terminated": {"exitCode": 1, "finishedAt": ended}}}
    assert pods.cells(msgspec.convert(pod(containerStatuses=[crashed]), Pod), NOW)[3] == "7 (4m ago)"


def test_every_kind_has_a_printer_with_a_cell_for_every_column() -> None:
    assert set(PRINTERS) == set(KINDS)
    for kind, printer in PRINTERS.items():
        empty = msgspec.convert({"metadata": {"name": "x"}}, printer.model)
        assert len(printer.row(empty, NOW, wide=True)) == len(printer.titles(wide=True)), kind.plural
        assert len(printer.row(empty, NOW, wide=False)) == len(printer.titles(wide=False)), kind.plural


async def test_of_five_thousand_pods_the_ill_ones_are_shown_and_the_file_has_all(
    cluster: Callable[..., RecordingReader],
) -> None:
    ill = {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    reader = cluster()
    reader.objects = [pod(f"app-{index:04}", **(dict(ill) if index == 4_321 else {})) for index in range(5_000)]
    view = await get(reader, GetArguments(resources=("pods",), namespace="shop"))
    assert isinstance(view, View) and view.table is not None and view.file is not None
    assert len(view.table.rows) == 50
    assert view.table.rows[0][:3] == ("app-4321", "0/1", "CrashLoopBackOff")
    assert len(view.file.content.splitlines()) == 5_001
    assert "1 of 5000 needs a look." in [str(line) for line in view.lines]
    assert [each.command_line for each in view.actions] == ["describe pod/app-4321 -n shop"]


async def test_kinds_are_shown_one_after_the_other_with_their_names_prefixed(
    cluster: Callable[..., RecordingReader],
) -> None:
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "shop", "creationTimestamp": "2026-11-22T20:00:00Z"},
        "spec": {"replicas": 3},
        "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 2},
    }
    view = await get(cluster(deployment, pod()), GetArguments(resources=("deploy,po",), namespace="shop"))
    assert isinstance(view, View)
    assert view.output.splitlines() == [
        "NAME                  READY   UP-TO-DATE   AVAILABLE   AGE",
        "deployment.apps/app   2/3     3            2           24h",
        "",
        "NAME        READY   STATUS    RESTARTS   AGE",
        "pod/app-1   1/1     Running   0          60m",
    ]


async def test_labels_are_shown_when_asked(cluster: Callable[..., RecordingReader]) -> None:
    view = await get(cluster(pod()), GetArguments(resources=("pods",), namespace="shop", show_labels=True))
    assert isinstance(view, View) and view.table is not None
    assert (view.table.columns[-1], view.table.rows[0][-1]) == ("LABELS", "app=app")
