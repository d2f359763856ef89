"""`top`: kubectl's columns and rounding as recorded, and whose memory nears its limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest

from bot.errors import NotUnderstood, Refused, Unavailable
from bot.operations.printers.tables import plain_table
from bot.operations.view import View
from commands.top import TopArguments, TopPodsArguments, top_nodes, top_pods
from tests.reading.conftest import NOW, RecordingReader

Make = Callable[..., RecordingReader]


def pod_metrics(name: str, *containers: tuple[str, str, str], namespace: str = "shop") -> dict[str, Any]:
    used = [{"name": of, "usage": {"cpu": cpu, "memory": memory}} for of, cpu, memory in containers]
    return {"kind": "PodMetrics", "metadata": {"name": name, "namespace": namespace}, "containers": used}


def a_pod(name: str, container: str, limit: str = "", *, seconds: int = 10, phase: str = "Running") -> dict[str, Any]:
    """`seconds`: how old it is."""
    resources = {"limits": {"memory": limit}} if limit else {}
    spec = {"containers": [{"name": container, "resources": resources}]}
    made = (NOW - timedelta(seconds=seconds)).isoformat()
    metadata = {"name": name, "namespace": "shop", "creationTimestamp": made}
    return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": phase}}


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


async def test_nodes_that_were_not_looked_at_yet(cluster: Make) -> None:
    view = await top_nodes(cluster(*node("n1"), *node("n2")), TopArguments())
    assert (view.table, [str(each) for each in view.lines]) == (None, ["metrics not available yet"])


async def test_a_metrics_server_that_is_down_is_told_from_a_cluster_that_is(cluster: Make) -> None:
    with pytest.raises(Unavailable, match=r"Metrics API not available .*prod-tokyo, but its server does not answer"):
        await top_pods(cluster(down=("PodMetrics",)), TopPodsArguments(namespace="shop"))
    with pytest.raises(Unavailable, match="its server does not answer"):
        await top_nodes(cluster(*node("n1"), down=("NodeMetrics",)), TopArguments())
    with pytest.raises(Unavailable, match="it cannot answer now"):
        await top_pods(cluster(down=("PodMetrics", "Pod")), TopPodsArguments(namespace="shop"))


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


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("memory", [("a", "proxy"), ("a", "app"), ("b", "app")]),
        ("cpu", [("b", "app"), ("a", "proxy"), ("a", "app")]),
        ("", [("a", "app"), ("a", "proxy"), ("b", "app")]),
    ],
)
async def test_each_container_by_itself_beside_those_of_its_pod(
    cluster: Make, by: Literal["", "cpu", "memory"], order: list[tuple[str, str]]
) -> None:
    """The server gives containers in any order; kubectl sorts pods by their sum and containers within them."""
    reader = cluster(
        pod_metrics("b", ("app", "9m", "20Mi")), pod_metrics("a", ("proxy", "2m", "30Mi"), ("app", "1m", "10Mi"))
    )
    view = await top_pods(reader, TopPodsArguments(namespace="shop", containers=True, sort_by=by))
    assert view.table is not None
    assert view.table.columns == ("POD", "NAME", "CPU(cores)", "MEMORY(bytes)")
    assert [row[:2] for row in view.table.rows] == order


async def test_what_shows_the_same_number_stands_by_name(cluster: Make) -> None:
    """kubectl compares whole millicores, rounded up, and the server gives pods by name."""
    reader = cluster(pod_metrics("b", ("app", "40300001n", "1Mi")), pod_metrics("a", ("app", "40200000n", "1Mi")))
    view = await top_pods(reader, TopPodsArguments(namespace="shop", sort_by="cpu"))
    assert view.table is not None
    assert view.table.rows == (("a", "41m", "1Mi"), ("b", "41m", "1Mi"))


@pytest.mark.parametrize(("cpu", "share"), [("1599999999n", "5%"), ("9280m", "28%"), ("31999m", "99%")])
async def test_shares_are_reckoned_as_kubectl_reckons_them(cluster: Make, cpu: str, share: str) -> None:
    """Of millicores, rounded up, in floating point: 9.28 of 32 cores are 28 %, for 0.29 * 100 is a little less."""
    view = await top_nodes(cluster(*node("n1", cpu, "8Gi")), TopArguments())
    assert view.table is not None
    assert view.table.rows[0][2] == share


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


async def test_pods_without_metrics_are_told_beside_those_that_have_some(cluster: Make) -> None:
    reader = cluster(
        *(pod_metrics("known", ("app", "1m", "1Mi")), a_pod("known", "app"), a_pod("young", "app")),
        *(a_pod("old", "app", seconds=300), a_pod("job", "app", seconds=300, phase="Succeeded")),
    )
    view = await top_pods(reader, TopPodsArguments(namespace="shop"))
    old, young = "Metrics not available for pod shop/old, age: 5m", "There are no metrics of young yet."
    assert [str(each) for each in view.lines] == [old, young]
    view = await top_pods(reader, TopPodsArguments(namespace="shop", names=("known", "gone")))
    assert [str(each) for each in view.lines] == ["gone not found"]


async def test_a_namespace_without_pods_and_one_whose_pods_are_all_young(cluster: Make) -> None:
    view = await top_pods(cluster(), TopPodsArguments(namespace="shop"))
    assert [str(each) for each in view.lines] == ["No resources found."]
    many = [a_pod(f"app-{number}", "app") for number in range(7)]
    view = await top_pods(cluster(*many), TopPodsArguments(namespace="shop"))
    (said,) = view.lines
    assert str(said) == "There are no metrics of app-0, app-1, app-2, app-3, app-4, … yet."


async def test_a_name_and_a_selector_together_are_refused(cluster: Make) -> None:
    with pytest.raises(NotUnderstood, match="name cannot be provided when a selector is specified"):
        await top_pods(cluster(), TopPodsArguments(namespace="shop", names=("a",), selector="app=a"))
