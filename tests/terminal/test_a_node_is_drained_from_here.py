"""`kajitori plan` and `exec --local` of a drain: rule and bound as data; typed, journalled, each pod evicted once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.cluster.server import SimulatedCluster
from tests.clocks import RunningClock
from tests.installation.simulated_shop import SimulatedShop
from tests.scenarios.nodes import NODE_RULES, budget_of
from tests.terminal.conftest import AtTerminal, Kajitori

EVICTING = [
    {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
]


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimulatedShop]:
    """A cluster with an application of three pods, and a kubeconfig of somebody who may drain its nodes."""
    async with SimulatedCluster(clock=RunningClock(), speed=20, seed=1) as cluster:
        found = SimulatedShop(cluster, "shop", tmp_path)
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig_for("me", tmp_path)))
        await found.allow_everywhere([*NODE_RULES, *EVICTING], user="me")
        await found.deployment("app", images=["app:v1"], replicas=3)
        yield found


def on(shop: SimulatedShop, node: str) -> list[dict[str, Any]]:
    pods = shop.admin.items("/api/v1/namespaces/shop/pods")
    return [each for each in pods if each["spec"].get("nodeName") == node]


def evicted(shop: SimulatedShop) -> list[tuple[str, int]]:
    """Each eviction that was no rehearsal, with its answer."""
    entries = shop.control_plane.audit_entries(user="me", verbs={"create"}, namespace="shop")
    return [
        (each["objectRef"]["name"], each["responseStatus"].get("code", 201))
        for each in entries
        if each["objectRef"].get("subresource") == "eviction" and "dryRun" not in each["requestURI"]
    ]


async def test_the_document_says_rule_bound_and_what_would_be_sent(kajitori: Kajitori, shop: SimulatedShop) -> None:
    ran = await kajitori("plan", "-o", "json", "drain node-a --grace-period=3")
    assert (ran.code, ran.err) == (0, "")
    (pod,) = on(shop, "node-a")
    name, owner = pod["metadata"]["name"], pod["metadata"]["ownerReferences"][0]
    cordon, evict = ran.json["steps"]
    assert (cordon["method"], cordon["path"]) == ("PATCH", "/api/v1/nodes/node-a")
    assert (cordon["body"], cordon["rehearsal"]) == ({"spec": {"unschedulable": True}}, "dry run ok")
    assert (evict["kind"], evict["deadline"], evict["rehearsal"]) == ("evict", 900, "dry run ok")
    holder = {"kind": "ReplicaSet", "name": owner["name"], "namespace": "shop", "uid": owner["uid"]}
    assert evict["bound"] == {"holders": [holder], "pods": 1}
    assert evict["rule"]["gracePeriod"] == 3
    (expected,) = evict["expected"]
    assert (expected["method"], expected["path"]) == ("POST", f"/api/v1/namespaces/shop/pods/{name}/eviction")
    assert expected["body"]["deleteOptions"] == {"gracePeriodSeconds": 3}
    assert ran.json["arguments"]["namespace"] == ""
    assert ran.json["back"]["commandLine"].startswith("uncordon node-a")
    assert evicted(shop) == []


async def test_the_typed_name_evicts_each_pod_once_and_waits_until_it_is_gone(
    at_terminal: AtTerminal, shop: SimulatedShop, home: Path
) -> None:
    (pod,) = on(shop, "node-a")
    ran = await at_terminal("exec", "--local", "drain node-a", typed="node-a\n")
    assert ran.code == 0, ran.out
    assert "1 of 1 pods gone" in ran.out or "Done." in ran.out
    assert evicted(shop) == [(pod["metadata"]["name"], 201)]
    assert on(shop, "node-a") == []
    assert shop.admin.get("/api/v1/nodes/node-a")["spec"]["unschedulable"] is True
    events = [json.loads(line) for line in (home / "data" / "local-changes.jsonl").read_text().splitlines()]
    assert [(each["event"], each.get("step")) for each in events] == [
        ("confirmed", None),
        ("intent", "step-1"),
        ("outcome", "step-1"),
        ("members", "step-2"),
        ("intent", "step-2-1"),
        ("outcome", "step-2-1"),
        ("outcome", "step-2"),
        ("ended", None),
    ]
    assert 'back: kajitori exec --local "uncordon node-a' in ran.out


async def test_what_a_budget_holds_to_the_end_stays_and_is_said(at_terminal: AtTerminal, shop: SimulatedShop) -> None:
    await shop.apply([budget_of("app", 3)])
    path = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/app"
    await shop.until(path, lambda found: found.get("status", {}).get("expectedPods") == 3)
    (pod,) = on(shop, "node-a")
    ran = await at_terminal("exec", "--local", "drain node-a --timeout=2s", typed="node-a\n")
    assert ran.code == 1
    assert f"shop/{pod['metadata']['name']}: stays: waits for its budget" in ran.out
    assert "partly_done" in ran.out
    assert {code for _, code in evicted(shop)} == {429}
    assert len(on(shop, "node-a")) == 1


async def test_a_forecast_is_a_read(kajitori: Kajitori, shop: SimulatedShop) -> None:
    ran = await kajitori("exec", "disruption node-a")
    assert ran.code == 0
    assert "Nothing would hold it up." in ran.err
    assert "shop/app-" in ran.out
    assert evicted(shop) == []
