"""The bot's generated roles, on this cluster as on the real one: enough, nothing more, and each weakness is found.

The same expectations as `tests/cluster/test_role.py`, where the real authorizer is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.commandline.own import OWN
from bot.identity.rbac_manifest import NAME, bot_documents, teams_yaml
from bot.identity.start_check import check_itself
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import Forbidden, Unauthorized
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.reviews import review
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT, POD
from bot.operations.registry import build_registry, installed_families
from bot.settings import Config, parse_config
from playground.cluster.server import SimulatedCluster
from tests.simulator.conftest import Connect

REGISTRY = build_registry([*installed_families(), OWN])
ALICE = Impersonation("kajitori:alice", ("kajitori:developers",))
BOTH = pytest.mark.parametrize("constrained", [False, True], ids=["plain", "constrained"])
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def config() -> Config:
    return parse_config(
        b"""\
slack: {team_id: T0ACME}
clusters: {simulated: {namespace: shop}}
people:
  U0ALICE: {user: alice, teams: [developers]}
  U0DAVE: {user: dave, teams: [readers]}
teams: {developers: {}, readers: {}}
own: {namespace: own}
"""
    )


async def bot_of(
    cluster: SimulatedCluster, config: Config, connect: Connect, folder: Path, *, constrained: bool
) -> Client:
    cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "own"}})
    cluster.admin.apply(bot_documents(config, REGISTRY, constrained=constrained))
    cluster.admin.apply(teams_yaml(config, REGISTRY, namespace="shop"))
    return await connect(cluster.service_account("own", NAME, folder))


def grant(cluster: SimulatedCluster, rules: list[dict[str, Any]]) -> None:
    """Give the bot more than it should have."""
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": "own"}
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "more"}
    cluster.admin.create(f"/apis/{RBAC}/v1/clusterroles", {"metadata": {"name": "more"}, "rules": rules})
    body = {"metadata": {"name": "more"}, "roleRef": role, "subjects": [subject]}
    cluster.admin.create(f"/apis/{RBAC}/v1/clusterrolebindings", body)


@BOTH
async def test_the_role_passes_the_bots_own_check(
    cluster: SimulatedCluster, config: Config, connect: Connect, tmp_path: Path, constrained: bool
) -> None:
    bot = await bot_of(cluster, config, connect, tmp_path, constrained=constrained)
    report = await check_itself(bot, config, REGISTRY)
    assert [str(each) for each in report.failures] == []
    assert (report.passed, report.constrained) == (True, constrained)


@BOTH
@pytest.mark.parametrize(
    "rule",
    [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["database"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["users"], "resourceNames": ["kajitori:eve"], "verbs": ["impersonate"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]},
    ],
)
async def test_a_role_that_is_too_strong_is_found(
    cluster: SimulatedCluster,
    config: Config,
    connect: Connect,
    tmp_path: Path,
    constrained: bool,
    rule: dict[str, Any],
) -> None:
    bot = await bot_of(cluster, config, connect, tmp_path, constrained=constrained)
    grant(cluster, [rule])
    assert not (await check_itself(bot, config, REGISTRY)).passed


@BOTH
async def test_people_do_what_their_bindings_allow(
    cluster: SimulatedCluster, config: Config, connect: Connect, tmp_path: Path, constrained: bool
) -> None:
    bot = await bot_of(cluster, config, connect, tmp_path, constrained=constrained)
    alice, dave = bot.cluster.as_(ALICE), bot.cluster.as_(Impersonation("kajitori:dave", ("kajitori:readers",)))
    assert await alice.list(POD, "shop", Object) == []
    assert await dave.list(DEPLOYMENT, "shop", Object) == []
    with pytest.raises(Forbidden) as caught:
        await alice.list(POD, "default", Object)
    assert 'User "kajitori:alice" cannot list resource "pods" in API group "" in the namespace "default"' in str(
        caught.value.why
    )
    assert caught.value.impersonation is False
    assert (await review(bot, ALICE, verb="patch", kind=DEPLOYMENT, namespace="shop", name="app")).allowed
    assert not (await review(bot, ALICE, verb="patch", kind=DEPLOYMENT, namespace="default", name="app")).allowed


@BOTH
@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("system:admin", ()),
        ("kajitori:mallory", ()),
        ("alice", ()),
        ("kajitori:alice", ("system:masters",)),
        ("kajitori:alice", ("kajitori:developers", "kajitori:admins")),
        ("kajitori:developers", ()),
        ("system:serviceaccount:own:default", ()),
        ("system:node:node-a", ()),
    ],
)
async def test_the_bot_becomes_nobody_else(
    cluster: SimulatedCluster,
    config: Config,
    connect: Connect,
    tmp_path: Path,
    constrained: bool,
    user: str,
    groups: tuple[str, ...],
) -> None:
    """Sent past the bot's own guard, which refuses these names before."""
    bot = await bot_of(cluster, config, connect, tmp_path, constrained=constrained)
    forged = object.__new__(Impersonation)
    for name, value in (("user", user), ("groups", groups), ("uid", "")):
        object.__setattr__(forged, name, value)
    with pytest.raises(Forbidden) as caught:
        await bot.cluster.as_(forged).list(POD, "shop", Object)
    assert caught.value.impersonation is True


async def test_constrained_impersonation_limits_what_is_done_too(
    cluster: SimulatedCluster, config: Config, connect: Connect, tmp_path: Path
) -> None:
    """Secrets stay closed even through a person who may read them; with the plain verb they do not."""
    secret = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}
    cluster.admin.create(f"/apis/{RBAC}/v1/namespaces/shop/roles", {"metadata": {"name": "s"}, "rules": [secret]})
    body = {
        "metadata": {"name": "s"},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "s"},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "kajitori:alice"}],
    }
    cluster.admin.create(f"/apis/{RBAC}/v1/namespaces/shop/rolebindings", body)
    bot = await bot_of(cluster, config, connect, tmp_path, constrained=True)
    path = "/api/v1/namespaces/shop/secrets"
    with pytest.raises(Forbidden):
        await bot.cluster.as_(ALICE).request("GET", path)
    cluster.admin.apply(bot_documents(config, REGISTRY, constrained=False))
    assert (await bot.cluster.as_(ALICE).request("GET", path)).status == 200


async def test_a_revoked_token_is_401(cluster: SimulatedCluster, connect: Connect, tmp_path: Path) -> None:
    bot = await connect(cluster.kubeconfig_for("kajitori", tmp_path))
    assert (await bot.version()).git_version == "v1.36.3"
    cluster.tokens.revoke(cluster.token_of("kajitori"))
    with pytest.raises(Unauthorized):
        await bot.version()


async def test_what_is_not_simulated_is_named(cluster: SimulatedCluster, admin: Client) -> None:
    for method, path in (
        ("GET", "/apis/storage.k8s.io/v1/storageclasses"),
        ("DELETE", "/api/v1/namespaces/shop/pods"),
        ("POST", "/api/v1/namespaces/shop/pods/a/exec"),
    ):
        with pytest.raises(Exception, match="does not take") as caught:
            await admin.request(method, path)
        assert "simulated cluster does not serve" in str(caught.value.why)  # type: ignore[attr-defined]
