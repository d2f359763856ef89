"""Argo Rollouts on its real kinds and controller: every operation runs with the rights that it declares, tables have
the API server's own cells, and a kind that is not served is told from an object that is not there.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import msgspec
import pytest

from bot.clock import SystemClock
from bot.commandline.grammar import parse
from bot.commandline.own import OWN
from bot.errors import NotServed
from bot.identity.rbac_manifest import teams_yaml
from bot.kubernetes.decoding import decode
from bot.kubernetes.identity import Impersonation
from bot.operations.argo.kinds import ANALYSIS_RUN, ANALYSIS_TEMPLATE, EXPERIMENT, ROLLOUT
from bot.operations.json import Object
from bot.operations.kinds import Kind
from bot.operations.operation import OperationKind
from bot.operations.plan import Nothing
from bot.operations.printers.tables import Layout, print_table, printer_of
from bot.operations.registry import build_registry, installed_families
from bot.operations.view import Live, View
from bot.requests.clusters import Acting
from bot.requests.planning import plan_change
from bot.requests.rights import NotAllowed
from bot.settings import OwnConfig, parse_config
from tests.cluster.conftest import Connect
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import Shop, fresh
from tests.scenarios.canaries import analysis_run, canary_of, holds_at, is_healthy

pytestmark = pytest.mark.cluster

REGISTRY = build_registry([*installed_families(), OWN])
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
CHANGES = {
    "argo rollouts abort": "abort app",
    "argo rollouts pause": "pause app",
    "argo rollouts promote": "promote app",
    "argo rollouts restart": "restart app",
    "argo rollouts resume": "resume held",
    "argo rollouts retry rollout": "retry rollout aborted",
    "argo rollouts set image": "set image app app=app:v3",
    "argo rollouts terminate analysisrun": "terminate analysisrun check",
    "argo rollouts undo": "undo app",
}
LOOKS = {
    "argo rollouts get rollout": "get rollout app",
    "argo rollouts history": "history app",
    "argo rollouts list rollouts": "list rollouts",
    "argo rollouts status": "status app --watch=false",
}


@pytest.fixture
async def rollouts(argo_control_plane: ControlPlane) -> AsyncIterator[Shop]:
    """Rollouts that wait, that were aborted and that are held, and an analysis that runs."""
    with fresh(argo_control_plane) as shop:
        names = ("app", "aborted", "held")
        await shop.apply([canary_of(name, "app:v1") for name in names])
        for name in names:
            await shop.until(path(shop, name), is_healthy)
        await shop.apply([canary_of(name, "app:v2") for name in names])
        for name in names:
            await shop.until(path(shop, name), holds_at(1))
        merge = shop.admin.merge
        await asyncio.to_thread(merge, f"{path(shop, 'aborted')}/status", {"status": {"abort": True}})
        await asyncio.to_thread(merge, path(shop, "held"), {"spec": {"paused": True}})
        await shop.until(path(shop, "aborted"), lambda found: "abortedAt" in found["status"])
        await shop.until(path(shop, "held"), lambda found: found["status"].get("message") == "manually paused")
        await shop.apply([analysis_run("check")])
        runs = f"/apis/argoproj.io/v1alpha1/namespaces/{shop.namespace}/analysisruns/check"
        await shop.until(runs, lambda found: found.get("status", {}).get("phase") == "Running")
        yield shop


def path(shop: Shop, name: str) -> str:
    return f"/apis/argoproj.io/v1alpha1/namespaces/{shop.namespace}/rollouts/{name}"


async def acting(shop: Shop, connect: Connect, user: str, team: str) -> Acting:
    """A person in the hands of the bot, both with their generated roles."""
    config = parse_config(
        f"""\
slack: {{team_id: T0ACME}}
clusters: {{real: {{namespace: {shop.namespace}}}}}
people: {{U0ONE: {{user: {user}, teams: [{team}]}}}}
teams: {{developers: {{}}, readers: {{}}}}
own: {{namespace: own-{token_hex(3)}}}
""".encode()
    )
    bot = await connect(await shop.bot(config, REGISTRY, constrained=True))
    await shop.apply(teams_yaml(config, REGISTRY, namespace=shop.namespace))
    await shop.bind("kajitori-changes", group="kajitori:developers")
    await shop.bind("kajitori-reads", group="kajitori:readers")
    return Acting(
        cluster=bot.cluster,
        who=Impersonation(f"kajitori:{user}", (f"kajitori:{team}",)),
        person=user,
        name="real",
        title="real",
        clock=SystemClock(),
        bot=bot,
        own=OwnConfig(),
    )


def test_every_operation_is_tried() -> None:
    mine = [each for each in REGISTRY if each.family == "argo rollouts"]
    assert {each.name for each in mine if each.kind is OperationKind.CHANGE} == set(CHANGES)
    assert {each.name for each in mine if each.kind is not OperationKind.CHANGE} == set(LOOKS)


async def test_the_declared_rights_suffice(rollouts: Shop, connect: Connect) -> None:
    alice = await acting(rollouts, connect, "alice", "developers")
    for name, line in CHANGES.items():
        parsed = parse(f"argo rollouts {line} -n {rollouts.namespace}", REGISTRY)
        assert parsed.operation.name == name
        planned = await plan_change(alice, parsed.operation, parsed.arguments, timeout=5)
        assert not isinstance(planned, Nothing), name
        assert len(planned.rehearsals) == len(planned.plan.calls) > 0
    assert [each for each in written(rollouts, "alice") if "dryRun=All" not in each["requestURI"]] == []


async def test_whoever_may_only_look_looks_and_plans_nothing(rollouts: Shop, connect: Connect) -> None:
    dave = await acting(rollouts, connect, "dave", "readers")
    for name, line in LOOKS.items():
        parsed = parse(f"argo rollouts {line} -n {rollouts.namespace}", REGISTRY)
        assert parsed.operation.name == name
        assert parsed.operation.run is not None
        assert isinstance(await parsed.operation.run(dave.reader(), parsed.arguments), View | Live)
    for line in CHANGES.values():
        parsed = parse(f"argo rollouts {line} -n {rollouts.namespace}", REGISTRY)
        with pytest.raises(NotAllowed):
            await plan_change(dave, parsed.operation, parsed.arguments, timeout=5)
    assert written(rollouts, "dave") == []


def written(shop: Shop, user: str) -> list[dict[str, Any]]:
    """What this person's name wrote in the namespace, rehearsals included."""
    verbs = ("create", "update", "patch", "delete")
    return shop.control_plane.audit_entries(user=f"kajitori:{user}", verbs=verbs, namespace=shop.namespace)


async def test_every_cell_is_the_servers(rollouts: Shop) -> None:
    await rollouts.apply([template_of("check"), experiment_of("try")])
    for kind in (ROLLOUT, ANALYSIS_RUN, ANALYSIS_TEMPLATE, EXPERIMENT):
        columns, rows = await asyncio.to_thread(printed, rollouts, kind)
        objects = [decode(msgspec.json.encode(row["object"]), printer_of(kind).model) for row in rows]
        assert objects, kind.plural
        ours = print_table(kind, objects, datetime.now(UTC), Layout())
        assert list(ours.columns) == [each["name"].upper() for each in columns]
        theirs = [["" if each is None else str(each) for each in row["cells"]] for row in rows]
        assert [list(row)[:-1] for row in ours.rows] == [row[:-1] for row in theirs], "all but their ages"


def printed(shop: Shop, kind: Kind) -> tuple[list[Any], list[dict[str, Any]]]:
    api = dataclasses.replace(shop.admin, headers=(("Accept", TABLE),))
    answer = json.loads(api.ask("GET", kind.path(shop.namespace), query={"includeObject": "Object"}).text)
    return answer["columnDefinitions"], answer["rows"] or []


def template_of(name: str) -> dict[str, Any]:
    metric = {"name": "web", "provider": {"web": {"url": "http://127.0.0.1:1/", "jsonPath": "{$.v}"}}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisTemplate",
        "metadata": {"name": name},
        "spec": {"metrics": [metric]},
    }


def experiment_of(name: str) -> dict[str, Any]:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "app:v1"}]}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Experiment",
        "metadata": {"name": name},
        "spec": {"templates": [{"name": "one", "selector": {"matchLabels": labels}, "template": pod}]},
    }


@pytest.mark.parametrize("group", ["nothing.example", "argoproj.io", "apps"])
async def test_a_kind_that_is_not_served_is_told_from_an_absent_object(
    argo_control_plane: ControlPlane, connect: Connect, group: str
) -> None:
    client = await connect(argo_control_plane.kubeconfig)
    unknown = Kind(kind="Nothing", plural="nothings", group=group, version="v1" if group == "apps" else "v1alpha1")
    with pytest.raises(NotServed):
        await client.get(unknown, "app", "default", Object)
    with pytest.raises(NotServed):
        await client.list(unknown, "default", Object)
