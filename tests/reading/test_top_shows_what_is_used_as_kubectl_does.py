"""`top`: kubectl's columns and rounding as recorded, and whose memory nears its limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.operations.printers.tables import plain_table
from bot.operations.view import View
from commands.top import TopArguments, TopPodsArguments, top_nodes, top_pods
from tests.reading.conftest import RecordingReader

Make = Callable[..., RecordingReader]


def pod_metrics(name: str, *containers: tuple[str, str, str], namespace: str = "shop") -> dict[str, Any]:
    used = [{"name": of, "usage": {"cpu": cpu, "memory": memory}} for of, cpu, memory in containers]
    return {"kind": "PodMetrics", "metadata": {"name": name, "namespace": namespace}, "containers": used}


def a_pod(name: str, container: str, limit: str = "") -> dict[str, Any]:
    resources = {"limits": {"memory": limit}} if limit else {}
    spec = {"containers": [{"name": container, "resources": resources}]}
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def node(name: str, cpu: str = "", memory: str = "") -> list[dict[str, Any]]:
    metadata = {"name": name}
    made: list[dict[str, Any]] = [
        {"kind": "Node", "metadata": metadata, "status": {"allocatable": {"cpu": "32", "memory": "256Gi"}}}
    ]
    if cpu:
        made.append({"kind": "NodeMetrics", "metadata": metadata, "usage": {"cpu": cpu, "memory": memory}})
    return made


def printed(view: View, golden: dict[str, Any]) -> tuple[str, str]:
    """What is shown and what kubectl printed, spaces at the ends of lines apart."""
    assert view.table is not None
    said = "\n".join(line.rstrip() for line in golden["stdout"].rstrip().splitlines())
    return plain_table(view.table), said


async def test_pods_as_recorded(cluster: Make, golden: Callable[[str], Any]) -> None:
    _, recorded = golden("kubectl-top-pods-with-metrics")
    reader = cluster(
        pod_metrics("app-5cc78d5dbf-w9m4x", ("app", "300m", "120Mi"), ("proxy", "11500u", "20Mi")),
        pod_metrics("app-5cc78d5dbf-c8t46", ("app", "11234567n", "41000Ki")),
    )
    shown, said = printed(await top_pods(reader, TopPodsArguments(namespace="shop")), recorded)
    assert shown == said


async def test_nodes_as_recorded(cluster: Make, golden: Callable[[str], Any]) -> None:
    _, recorded = golden("kubectl-top-nodes-with-metrics")
    reader = cluster(*node("n1", "2", "8Gi"), *node("n2", "3", "9Gi"), *node("n3", "4", "10Gi"))
    shown, said = printed(await top_nodes(reader, TopArguments()), recorded)
    assert shown == said


async def test_a_node_without_metrics_is_not_left_out(cluster: Make) -> None:
    view = await top_nodes(cluster(*node("n1", "2", "8Gi"), *node("n2")), TopArguments())
    assert view.table is not None
    assert view.table.rows[1] == ("n2", "<unknown>", "<unknown>", "<unknown>", "<unknown>")


async def test_without_a_metrics_server_it_says_kubectls_words_and_what_is_needed(cluster: Make) -> None:
    with pytest.raises(Refused, match="Metrics API not available") as refused:
        await top_pods(cluster(missing=("PodMetrics",)), TopPodsArguments(namespace="shop"))
    assert "metrics-server" in str(refused.value.next)


async def test_whose_memory_nears_its_limit_is_said_first(cluster: Make) -> None:
    reader = cluster(
        pod_metrics("calm", ("app", "1m", "10Mi")),
        pod_metrics("near", ("app", "1m", "116Mi")),
        pod_metrics("free", ("app", "1m", "4Gi")),
        *(a_pod("calm", "app", "128Mi"), a_pod("near", "app", "128Mi"), a_pod("free", "app")),
    )
    view = await top_pods(reader, TopPodsArguments(namespace="shop"))
    assert [str(each) for each in view.lines] == ["app of near uses 90 % of the memory that it may."]


async def test_the_hungriest_first_and_each_container_by_itself(cluster: Make) -> None:
    reader = cluster(
        pod_metrics("a", ("app", "1m", "10Mi"), ("proxy", "2m", "30Mi")), pod_metrics("b", ("app", "9m", "20Mi"))
    )
    view = await top_pods(reader, TopPodsArguments(namespace="shop", containers=True, sort_by="memory"))
    assert view.table is not None
    assert view.table.columns == ("POD", "NAME", "CPU(cores)", "MEMORY(bytes)")
    assert [row[:2] for row in view.table.rows] == [("a", "proxy"), ("b", "app"), ("a", "app")]


async def test_in_all_namespaces_each_row_says_its_own(cluster: Make) -> None:
    reader = cluster(pod_metrics("a", ("app", "1m", "1Mi")), pod_metrics("b", ("app", "1m", "1Mi"), namespace="pay"))
    view = await top_pods(reader, TopPodsArguments(namespace="shop", all_namespaces=True))
    assert view.table is not None
    assert [row[:2] for row in view.table.rows] == [("pay", "b"), ("shop", "a")]


async def test_one_pod_without_metrics_yet_and_one_that_is_not_there(cluster: Make) -> None:
    reader = cluster(a_pod("young", "app"))
    view = await top_pods(reader, TopPodsArguments(namespace="shop", names=("young",)))
    assert [str(each) for each in view.lines] == ["There are no metrics of young yet."]
    view = await top_pods(reader, TopPodsArguments(namespace="shop", names=("gone",)))
    assert [str(each) for each in view.lines] == ["gone not found"]


async def test_a_name_and_a_selector_together_are_refused(cluster: Make) -> None:
    with pytest.raises(NotUnderstood, match="name cannot be provided when a selector is specified"):
        await top_pods(cluster(), TopPodsArguments(namespace="shop", names=("a",), selector="app=a"))
