"""The playground opens with a town in it, and the minute that it promises works in it: typed, approved, done."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.stage import Stage, staged
from playground.town.clusters import APP
from tests.playground.conftest import CHANNEL, PATIENCE, approve, seen, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One for all: a town takes seconds to open, and what one test does in it is in no other's way."""
    async with staged(tmp_path_factory.mktemp("town") / "data", speed=30) as opened:
        yield opened


def image(stage: Stage) -> str:
    return str(stage.clusters["prod"].admin.get(APP)["spec"]["template"]["spec"]["containers"][0]["image"])


async def test_the_minute_from_a_typed_command_to_the_way_back(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "v2.4.0-hotfix")
    await stage.workspace.click("alice", CHANNEL, card["ts"], "approve")
    await seen(stage, "Nobody approves their own request")
    assert image(stage).endswith(":v2.4.1")
    await approve(stage, card)
    await seen(stage, "10/10 ready")
    assert image(stage).endswith(":v2.4.0-hotfix")
    writes = stage.clusters["prod"].audit_entries(user="kajitori:alice", verbs={"patch"}, namespace="shop")
    codes = [each["responseStatus"]["code"] for each in writes if "dryRun" not in each["requestURI"]]
    # 409 and 422: a controller wrote first, so it was read and sent anew.
    assert [code for code in codes if code not in (409, 422)] == [200]


async def test_bare_eks_shows_what_runs_here_and_what_is_broken(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks")
    shown = words(await seen(stage, "checkout"))
    for name in ("app", "checkout", "worker", "cache", "log-agent"):
        assert name in shown


async def test_a_line_is_completed_with_what_is_there(stage: Stage) -> None:
    assert stage.workspace.complete is not None
    found = await stage.workspace.complete("alice", "/eks rollout undo deployment/ch")
    assert [each.word for each in found] == ["deployment/checkout"]
    found = await stage.workspace.complete("alice", "/eks rollout un")
    assert [each.word for each in found] == ["undo"]


async def test_the_autoscaler_of_app_has_a_load_and_it_keeps_a_budget(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks get hpa")
    assert "Deployment/app" in words(await seen(stage, "cpu: 62%/80%"))
    await stage.workspace.command("alice", CHANNEL, "/eks get pdb")
    await seen(stage, "ALLOWED DISRUPTIONS")
    budget = stage.clusters["prod"].admin.get("/apis/policy/v1/namespaces/shop/poddisruptionbudgets/app")
    assert budget["status"]["expectedPods"] == 10


async def test_app_has_five_revisions(stage: Stage) -> None:
    sets = stage.clusters["prod"].admin.items("/apis/apps/v1/namespaces/shop/replicasets", labels="app=app")
    assert len(sets) == 5
    await stage.workspace.command("alice", CHANNEL, "/eks rollout history deploy/app")
    told = await seen(stage, "Revisions of shop/app")
    (table,) = [each for each in told["blocks"] if each["type"] == "table"]
    assert len(table["rows"]) == 1 + 5


async def test_its_nodes_are_in_three_zones_and_have_pods_in_each(stage: Stage) -> None:
    admin = stage.clusters["prod"].admin
    zones = {
        each["metadata"]["name"]: each["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for each in admin.items("/api/v1/nodes")
    }
    pods = admin.items("/api/v1/namespaces/shop/pods", labels="app=app")
    assert len({zones[each["spec"]["nodeName"]] for each in pods}) == 3


async def test_in_the_sandbox_nobody_else_is_asked(stage: Stage) -> None:
    line = "/eks set image deploy/toy toy=registry.example/toy:v2 -n sandbox --context prod"
    await stage.workspace.command("alice", "platform", line)
    card = await seen(stage, "to be confirmed", channel="platform")
    await stage.workspace.click("alice", "platform", card["ts"], "confirm")
    view = await stage.workspace.wait_for(lambda: stage.workspace.view("alice"), timeout=PATIENCE)
    assert view is not None
    assert await stage.workspace.submit("alice", view["id"]) is None
    await seen(stage, "2/2 ready", channel="platform")


async def test_whoever_may_only_read_sees_it_and_is_refused_a_change(stage: Stage) -> None:
    await stage.workspace.command("dave", CHANNEL, "/eks get statefulsets")
    await seen(stage, "statefulsets in shop", "dave")
    await stage.workspace.command("dave", CHANNEL, "/eks rollout restart deploy/worker")
    await seen(stage, "dave may not change deployments in shop (PROD tokyo).", "dave")


async def test_a_guest_of_another_organisation_is_refused(stage: Stage) -> None:
    await stage.workspace.command("erin", CHANNEL, "/eks get pods")
    assert "The account belongs to another workspace." in words(await seen(stage, "may not use this bot.", "erin"))


async def test_none_of_those_refusals_reached_the_cluster(stage: Stage) -> None:
    for person in ("dave", "erin"):
        sent = stage.clusters["prod"].audit_entries(user=f"kajitori:{person}", verbs={"patch", "update", "delete"})
        assert sent == []


async def test_a_healthy_pod_that_is_followed_tells_what_it_does(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks logs -f deploy/front-blue")

    def lines() -> int:
        told = [words(each) for each in stage.workspace.messages("D0ALICE", "alice")]
        return next((each.count("GET /") for each in reversed(told) if "front-blue" in each), 0)

    first = await stage.workspace.wait_for(lines, timeout=PATIENCE)
    assert first
    assert await stage.workspace.wait_for(lambda: lines() > first, timeout=PATIENCE)
