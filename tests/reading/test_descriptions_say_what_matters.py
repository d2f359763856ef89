"""Covered: the recorded objects against kubectl's own words, hidden values, crashes, events, any kind, rights.
Left out: the parts of kubectl's page that are left away on purpose (container ids, mounts of tokens)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.describers.objects import describe_object
from bot.operations.kinds import KINDS
from bot.operations.view import View
from commands.describe import DescribeArguments, describe
from tests.reading.conftest import NOW, RecordingReader, pod

Cluster = Callable[..., RecordingReader]
CRASHED = {
    "name": "app",
    "restartCount": 7,
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}},
    "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-23T19:56:00Z"}},
}
SECRETIVE = {
    "name": "app",
    "image": "registry.local/app:v1",
    "command": ["server", "--token=hunter2"],
    "env": [
        {"name": "DB_PASSWORD", "value": "hunter2"},
        {"name": "PLAIN", "value": "hunter2"},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ],
    "resources": {"limits": {"memory": "512Mi", "cpu": "1"}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
}


async def shown(reader: RecordingReader, *resources: str, **flags: Any) -> View:
    view = await describe(reader, DescribeArguments(resources=resources, namespace="shop", **flags))
    assert isinstance(view, View) and view.sensitive
    return view


@pytest.mark.parametrize("name", ["kubectl-describe-deployment", "kubectl-describe-pod", "kubectl-describe-node"])
async def test_the_words_and_their_order_are_those_of_kubectl(golden: Callable[..., Any], name: str) -> None:
    cluster, recorded = golden(name)
    command = recorded["command"]
    namespace = command[command.index("-n") + 1] if "-n" in command else "shop"
    view = await describe(cluster, DescribeArguments(resources=tuple(command[2:4]), namespace=namespace))
    assert isinstance(view, View)

    def labels(output: str) -> list[str]:
        lines = [line for line in output.splitlines() if line and not line.startswith(" ")]
        return [line.partition(":")[0].rstrip() for line in lines]

    ours, theirs = labels(view.output), labels(recorded["stdout"])
    common = [label for label in ours if label in theirs]
    assert len(common) >= 6
    kept = [label for label in theirs if label in common]
    assert common == kept


async def test_a_deployment_says_its_replicas_image_and_replica_sets(golden: Callable[..., Any]) -> None:
    cluster, recorded = golden("kubectl-describe-deployment")
    view = await describe(cluster, DescribeArguments(resources=("deploy/app",), namespace=recorded["command"][-1]))
    assert isinstance(view, View)
    for line in (
        "Replicas: 3 desired | 3 updated | 3 total | 3 available | 0 unavailable",
        "RollingUpdateStrategy: 25% max unavailable, 25% max surge",
        "Image: registry.local/app:v3",
        "  Available    True    MinimumReplicasAvailable\n  Progressing  True    NewReplicaSetAvailable",
        "NewReplicaSet: app-646f879995 (3/3 replicas created)",
    ):
        assert line in view.output
    fields = [query["fields"] for query in cluster.queries if query["kind"] == "Event"]
    asked = next(each["query"]["fieldSelector"] for each in recorded["requests"] if each["path"].endswith("/events"))
    assert sorted(fields[0].split(",")) == sorted(asked.split(","))


async def test_values_are_hidden_and_their_names_and_sources_shown(cluster: Cluster) -> None:
    view = await shown(cluster(pod(spec={"containers": [SECRETIVE]})), "pod", "app-1")
    assert "hunter2" not in repr(view)
    for line in (
        "DB_PASSWORD: (hidden, 7 characters)",
        "KEY: <set to the key 'password' in secret 'db'>",
        "NODE: (spec.nodeName)",
        "Limits: cpu 1, memory 512Mi",
        "Readiness: http-get http :8080/ready delay=0s timeout=1s period=10s #failure=3",
    ):
        assert line in view.output


async def test_a_crash_comes_first_with_its_reason_and_the_log_is_offered(cluster: Cluster) -> None:
    view = await shown(cluster(pod(containerStatuses=[CRASHED])), "po/app-1")
    assert [str(line) for line in view.lines] == [
        "app-1 is CrashLoopBackOff, 0/1 ready, 7 restarts.",
        "app is waiting: CrashLoopBackOff back-off 5m0s",
        "app restarted, 7 in all.",
        "app ended 4m ago: OOMKilled, exit code 137 ",
    ]
    assert "Last State: Terminated, OOMKilled, exit code 137, 4m ago" in view.output
    assert view.actions[0].command_line == "logs pod/app-1 -n shop"


async def test_a_config_map_shows_names_and_sizes_only(cluster: Cluster) -> None:
    found = {
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": '{"data":"hunter2"}'}},
        "data": {"app.conf": "password=hunter2"},
    }  # fmt: skip
    view = await shown(cluster(found), "cm/settings")
    assert "hunter2" not in repr(view)
    assert "app.conf  16 bytes" in view.output


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
async def test_every_kind_can_be_described_and_hides_values(cluster: Cluster, kind: Any) -> None:
    spec = {"template": {"spec": {"containers": [SECRETIVE]}}, "containers": [SECRETIVE]}
    found = {
        "kind": kind.kind,
        "metadata": {"name": "x", "namespace": "shop" if kind.namespaced else ""},
        "spec": spec | {"jobTemplate": {"spec": spec}},
        "data": {"spec": spec, "plain": "hunter2"},
    }
    view = await shown(cluster(found), f"{kind.plural}/x")
    assert view.output.startswith("Name: x")
    assert "hunter2" not in repr(view)


async def test_hostile_text_stays_in_its_line(cluster: Cluster) -> None:
    annotations = {"note": "a\nStatus: Running\x1b[2K\u202e <!channel>"}
    view = await shown(cluster(pod(metadata={"annotations": annotations})), "po/app-1")
    assert "Annotations: note=a Status: Running\ufffd <!channel>" in view.output


async def test_a_long_description_begins_in_the_message_and_is_whole_in_the_file(cluster: Cluster) -> None:
    labels = {f"label-{number:03}": "x" * 60 for number in range(100)}
    view = await shown(cluster(pod(metadata={"labels": labels})), "po/app-1")
    assert view.file is not None and len(view.output) <= 3_000
    assert view.file.content.decode().startswith(view.output)
    assert "label-099" in view.file.content.decode()


async def test_a_bare_name_is_looked_up_and_a_missing_one_told(cluster: Cluster) -> None:
    view = await shown(cluster(pod()), "app-1")
    assert view.output.startswith("Name: app-1")
    with pytest.raises(NotFound, match="There is no nope in shop"):
        await shown(cluster(pod()), "nope")
    with pytest.raises(NotFound, match="pods app not found") as caught:
        await shown(cluster(pod()), "pod", "app")
    assert [choice.command_line for choice in caught.value.choices] == ["describe pod/app-1 -n shop"]


async def test_of_many_the_first_five_are_described(cluster: Cluster) -> None:
    view = await shown(cluster(*(pod(f"app-{number}") for number in range(9))), "pods", selector="app=app")
    assert view.file is not None or view.output.count("Name: app-") == 5
    assert "Only the first 5 are shown; name those you want." in [str(line) for line in view.lines]
    nothing = await shown(cluster(), "pods", selector="app=app")
    assert [str(line) for line in nothing.lines] == ["No resources found in shop namespace."]


async def test_what_else_may_not_be_read_is_said_in_its_place(cluster: Cluster) -> None:
    view = await shown(cluster(pod(), forbidden={("list", "events", "")}), "po/app-1")
    assert "Events: you may not list them" in view.output


async def test_refusals_send_nothing(cluster: Cluster) -> None:
    reader = cluster(pod())
    with pytest.raises(NotUnderstood):
        await shown(reader)
    with pytest.raises(NotUnderstood, match="name cannot be provided"):
        await shown(reader, "pod", "a", selector="app=app")
    with pytest.raises(Refused, match="Secrets are not shown"):
        await shown(reader, "secret/db")
    assert reader.asked == []


async def test_who_may_not_get_it_is_told_so(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="may not get pods"):
        await shown(cluster(pod(), forbidden={("get", "pods", "")}), "po/app-1")


def test_odd_objects_are_described_without_a_fault() -> None:
    odd: list[Any] = [None, [], "x", 1, {"a": None}, [None], [{"b": [1]}]]
    for kind in KINDS:
        for value in odd:
            found = {"metadata": {"name": "x"}, "spec": value, "status": value, "data": value}
            assert json.dumps(describe_object(kind, found, NOW).lines)
