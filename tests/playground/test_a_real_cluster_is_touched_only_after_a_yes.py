"""Playing against the cluster of a kubeconfig: said first, then applied under names of its own, then taken away."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.kubernetes.configuration import kubeconfig_context
from playground.guest.manifest import OWN
from playground.guest.visit import guest, leave
from playground.stage import staged
from tests.controlplane.control_plane import ADMIN, ControlPlane
from tests.controlplane.shop import Shop, fresh
from tests.playground.conftest import CHANNEL, KAJITORI, approve, seen

pytestmark = pytest.mark.cluster
WRITES = {"create", "update", "patch", "delete", "deletecollection"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A namespace of the real cluster, and a kubeconfig that may everything."""

    shop: Shop
    kubeconfig: Path

    def written(self) -> list[str]:
        """What was written as the kubeconfig's user, but for the namespace that the test itself made."""
        entries = self.shop.control_plane.audit_entries(user=ADMIN, verbs=WRITES)
        return [each["requestURI"] for each in entries if OWN in each["requestURI"]]

    def theirs(self) -> list[str]:
        """All objects of the playground that are there."""
        admin, label = self.shop.admin, f"app.kubernetes.io/managed-by={OWN}"
        rbac = "/apis/rbac.authorization.k8s.io/v1"
        places = (f"{rbac}/clusterroles", f"{rbac}/clusterrolebindings", f"{rbac}/rolebindings")
        found = [each for path in (*places, "/api/v1/serviceaccounts") for each in admin.items(path, labels=label)]
        return sorted(each["metadata"]["name"] for each in found)


@pytest.fixture
async def place(control_plane: ControlPlane) -> AsyncIterator[Place]:
    kubeconfig = control_plane.kubeconfig_for(ADMIN)
    with fresh(control_plane) as shop:
        yield Place(shop=shop, kubeconfig=kubeconfig)
        await leave(kubeconfig, shop.namespace)
        shop.admin.wait_gone(f"/api/v1/namespaces/{OWN}")


def test_without_a_yes_nothing_is_sent(place: Place, tmp_path: Path) -> None:
    before = place.written()
    command = [str(KAJITORI), "playground", "--port", "0", "--data", str(tmp_path / "data")]
    command += ["--kubeconfig", str(place.kubeconfig), "--namespace", place.shop.namespace]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"the teams' rights in the namespace {place.shop.namespace}" in ended.stdout
    assert "clusterrole/kajitori-playground-changes" in ended.stdout
    assert "Nothing was applied" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert place.written() == before
    assert not (tmp_path / "data").exists()


async def test_a_change_on_it_and_then_all_is_taken_away(place: Place, tmp_path: Path) -> None:
    namespace = place.shop.namespace
    app = await place.shop.deployment("app", images=["app:v1", "app:v2"])
    visit = guest(place.kubeconfig, namespace, confirm=lambda _: True)
    async with visit as setting, staged(tmp_path / "data", setting=setting) as stage:
        assert stage.workspace.real == kubeconfig_context(str(place.kubeconfig)).name
        await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
        card = await seen(stage, "back to revision 1")
        await approve(stage, card)
        await seen(stage, "3/3 ready")
    assert (await app.revisions())[3] == "app:v1"
    sent = place.shop.control_plane.audit_entries(user=f"{OWN}:alice", verbs={"patch"}, namespace=namespace)
    assert len([each for each in sent if "dryRun" not in each["requestURI"]]) == 1
    assert place.theirs()
    await leave(place.kubeconfig, namespace)
    assert place.theirs() == []
    place.shop.admin.wait_gone(f"/api/v1/namespaces/{OWN}")
    assert place.shop.admin.get(app.path)["metadata"]["name"] == "app"


async def test_what_has_such_a_name_and_is_not_the_playgrounds_is_left_alone(place: Place) -> None:
    path = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{OWN}"
    theirs = {"metadata": {"name": OWN, "labels": {"team": "payments"}}, "rules": []}
    place.shop.admin.create(path.rpartition("/")[0], theirs)
    before = place.shop.admin.get(path)
    sent = place.written()
    with pytest.raises(Refused, match="is not the playground's"):
        async with guest(place.kubeconfig, place.shop.namespace, confirm=lambda _: True):
            pass
    assert place.written() == sent
    await leave(place.kubeconfig, place.shop.namespace)
    assert place.shop.admin.get(path) == before
    place.shop.admin.delete(path)


async def test_a_namespace_that_is_missing_is_said_before_anything_is_asked(place: Place) -> None:
    before = place.written()
    with pytest.raises(Refused, match="There is no namespace nowhere"):
        async with guest(place.kubeconfig, "nowhere", confirm=lambda _: True):
            pass
    assert place.written() == before
