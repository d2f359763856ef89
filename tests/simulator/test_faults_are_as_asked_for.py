"""A cluster that is down, silent, slow, says no, or loses its answer: what the bot's transport makes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.errors import ClusterUnavailable, Conflict, Forbidden, Gone, TooMany, Unauthorized
from bot.kubernetes.transport import Transport
from bot.operations.json import Object
from bot.operations.kinds import CONFIG_MAP
from playground.cluster.server import SimulatedCluster

MAPS = "/api/v1/namespaces/shop/configmaps"
MERGE = "application/merge-patch+json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorized),
        (403, Forbidden),
        (409, Conflict),
        (410, Gone),
        (429, TooMany),
        (500, ClusterUnavailable),
        (503, ClusterUnavailable),
    ],
)
async def test_it_answers_as_told_and_then_as_ever(
    cluster: SimulatedCluster, admin: Client, status: int, kind: type[Exception]
) -> None:
    cluster.faults.answer(status, verb="get", path="configmaps")
    with pytest.raises(kind):
        await admin.get(CONFIG_MAP, "kube-root-ca.crt", "shop", Object)
    assert await admin.get(CONFIG_MAP, "kube-root-ca.crt", "shop", Object)


async def test_a_cut_connection_has_done_nothing_and_a_lost_answer_has(
    cluster: SimulatedCluster, admin: Client
) -> None:
    path = f"{MAPS}/kube-root-ca.crt"
    cluster.faults.drop(verb="patch")
    with pytest.raises(ClusterUnavailable):
        await admin.request("PATCH", path, body=b'{"data": {"n": "1"}}', content_type=MERGE)
    assert "n" not in cluster.admin.get(path)["data"]
    cluster.faults.lose_answer(verb="patch")
    with pytest.raises(ClusterUnavailable) as caught:
        await admin.request("PATCH", path, body=b'{"data": {"n": "1"}}', content_type=MERGE)
    assert caught.value.sent
    assert cluster.admin.get(path)["data"]["n"] == "1"
    assert len(cluster.audit_entries(verbs={"patch"})) == 1


async def test_a_slow_write_past_its_time_is_not_done(cluster: SimulatedCluster, admin: Client) -> None:
    cluster.faults.delay(0.2, verb="patch")
    with pytest.raises(ClusterUnavailable) as caught:
        await admin.request(
            "PATCH",
            f"{MAPS}/kube-root-ca.crt",
            query={"timeout": "100ms"},
            body=b'{"data": {"n": "1"}}',
            content_type=MERGE,
        )
    assert caught.value.status.code == 504
    assert "n" not in cluster.admin.get(f"{MAPS}/kube-root-ca.crt")["data"]


async def test_frozen_it_takes_connections_and_says_nothing(cluster: SimulatedCluster, tmp_path: Path) -> None:
    clock = SystemClock()
    path = str(cluster.kubeconfig_for("admin", tmp_path))
    connection = kubeconfig_connection("simulated", path=path, clock=clock)
    async with Transport(connection, clock=clock, timeout=0.2) as transport:
        client = Cluster(name="simulated", transport=transport, clock=clock).as_(None)
        with cluster.faults.freeze(), pytest.raises(ClusterUnavailable):
            await client.version()
        assert (await client.version()).major == "1"


async def test_down_it_refuses_connections_and_comes_back_with_everything(
    cluster: SimulatedCluster, admin: Client
) -> None:
    before = await admin.list(CONFIG_MAP, "shop", Object)
    async with cluster.down():
        with pytest.raises(ClusterUnavailable):
            await admin.version()
    assert await admin.list(CONFIG_MAP, "shop", Object) == before


async def test_what_came_is_in_the_audit_log_with_its_id(cluster: SimulatedCluster, admin: Client) -> None:
    await admin.request(
        "PATCH", f"{MAPS}/kube-root-ca.crt", body=b'{"data": {"n": "1"}}', content_type=MERGE, audit_id="i.1.s.1"
    )
    found = cluster.audit_entries(user="admin", verbs={"patch"}, namespace="shop", audit_id_prefix="i.1.")
    assert [each["requestObject"] for each in found] == [{"data": {"n": "1"}}]
    assert found[0]["responseStatus"]["code"] == 200
    assert found[0]["objectRef"]["resource"] == "configmaps"
    assert found[0]["objectRef"]["name"] == "kube-root-ca.crt"
