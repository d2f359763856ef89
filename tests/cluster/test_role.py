"""The generated role on a real API server, with plain and with constrained impersonation: enough, and nothing more.

Covered: what the bot needs, whom it can become and what its people can then do, what it is refused, and that its own
check finds each kind of role that is too strong or too old. Left out: whether the rights that operations declare are
enough for what they do (the stories from end to end).
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import pytest

from bot.identity.rbac_manifest import NAME, bot_documents, teams_yaml
from bot.identity.start_check import check_itself
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import Forbidden
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.reviews import review
from bot.operations.arguments import Arguments
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT, POD
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.registry import Registry, build_registry
from bot.operations.view import View
from bot.settings import Config, parse_config
from bot.text import text
from tests.cluster.conftest import Connect
from tests.controlplane.api import Api
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster

ALICE = Impersonation("kajitori:alice", ("kajitori:developers",))
MERGE = "application/merge-patch+json"
BOTH = pytest.mark.parametrize("constrained", [False, True], ids=["plain", "constrained"])


class NoArguments(Arguments):
    pass


FAMILY = Family("play", text("Operations that declare rights and are never run"))


@FAMILY.read(
    "look", rights=(Right("get", DEPLOYMENT), Right("list", POD), Right("watch", POD), Right("get", POD, "log"))
)
async def look(cluster: Reader, arguments: NoArguments) -> View:
    raise NotImplementedError


@FAMILY.change(
    "set", rights=(Right("get", DEPLOYMENT), Right("patch", DEPLOYMENT), Right("patch", DEPLOYMENT, "scale"))
)
async def change(cluster: Reader, arguments: NoArguments) -> Plan | Nothing:
    raise NotImplementedError


REGISTRY: Registry = build_registry([FAMILY])


@pytest.fixture
def config(shop: Shop) -> Config:
    """Two people and a namespace of the bot's own for this test, so that no role is left from another one."""
    return parse_config(
        f"""\
slack: {{team_id: T0ACME}}
clusters: {{real: {{namespace: {shop.namespace}}}}}
people:
  U0ALICE: {{user: alice, teams: [developers]}}
  U0DAVE: {{user: dave, teams: [readers]}}
teams: {{developers: {{}}, readers: {{}}}}
own: {{namespace: own-{token_hex(3)}}}
""".encode()
    )


async def bot_of(shop: Shop, config: Config, connect: Connect, *, constrained: bool) -> Client:
    return await connect(await shop.bot(config, REGISTRY, constrained=constrained))


def plain_api(shop: Shop, config: Config) -> Api:
    """The same service account, by a client that has none of the bot's own guards."""
    return shop.control_plane.api_of_account(config.own.namespace, NAME)


def refused(api: Api, method: str, path: str, body: object = None, **more: Any) -> str:
    answer = api.ask(method, path, body, **more)
    assert answer.status == 403, answer.text
    return str(answer.body["message"])


@BOTH
async def test_the_role_passes_its_own_check(shop: Shop, config: Config, connect: Connect, constrained: bool) -> None:
    bot = await bot_of(shop, config, connect, constrained=constrained)
    report = await check_itself(bot, config, REGISTRY)
    assert [str(each) for each in report.failures] == []
    assert (report.passed, report.constrained) == (True, constrained)
    assert report.asked > 60


@BOTH
async def test_the_bot_reviews_and_watches_by_itself(
    shop: Shop, config: Config, connect: Connect, constrained: bool
) -> None:
    bot = await bot_of(shop, config, connect, constrained=constrained)
    assert not (await review(bot, ALICE, verb="patch", kind=DEPLOYMENT, namespace=shop.namespace)).allowed
    await shop.deployment("app", images=["app:v1"], replicas=1)
    for kind in (DEPLOYMENT, POD):
        found, version = await bot.list_with_version(kind, shop.namespace, Object)
        assert len(found) == 1
        async for event in bot.watch(kind, shop.namespace, Object):
            assert event.type == "ADDED"
            break
        assert version
    assert await bot.list(DEPLOYMENT, "", Object)


@BOTH
async def test_people_do_what_their_own_bindings_allow(
    shop: Shop, config: Config, connect: Connect, constrained: bool
) -> None:
    bot = await bot_of(shop, config, connect, constrained=constrained)
    world = await shop.deployment("app", images=["app:v1"], replicas=1)
    alice, dave = bot.cluster.as_(ALICE), bot.cluster.as_(Impersonation("kajitori:dave", ("kajitori:readers",)))
    body = b'{"spec": {"minReadySeconds": 1}}'
    with pytest.raises(Forbidden) as caught:
        await alice.request("PATCH", world.path, body=body, content_type=MERGE)
    assert 'User "kajitori:alice" cannot patch resource "deployments"' in str(caught.value.why)
    await shop.apply(teams_yaml(config, REGISTRY, namespace=shop.namespace))
    await shop.bind("kajitori-changes", group="kajitori:developers")
    await shop.bind("kajitori-reads", group="kajitori:readers")
    await alice.request("PATCH", world.path, body=body, content_type=MERGE)
    assert (await world.get())["spec"]["minReadySeconds"] == 1
    await alice.request("PATCH", f"{world.path}/scale", body=b'{"spec": {"replicas": 2}}', content_type=MERGE)
    assert await dave.get(DEPLOYMENT, "app", shop.namespace, Object)
    with pytest.raises(Forbidden):
        await dave.request("PATCH", world.path, body=b'{"spec": {"minReadySeconds": 2}}', content_type=MERGE)
    with pytest.raises(Forbidden):
        await alice.get(DEPLOYMENT, "app", "default", Object)


@BOTH
async def test_the_bot_becomes_nobody_else(shop: Shop, config: Config, connect: Connect, constrained: bool) -> None:
    await bot_of(shop, config, connect, constrained=constrained)
    api = plain_api(shop, config)
    path = "/api/v1/namespaces/default/pods"
    for user, groups in (
        ("system:admin", ()),
        ("system:kube-controller-manager", ()),
        ("kajitori:mallory", ()),
        ("alice", ()),
        ("kajitori:alice", ("system:masters",)),
        ("kajitori:alice", ("kajitori:developers", "kajitori:admins")),
        ("kajitori:developers", ()),
        (f"system:serviceaccount:{config.own.namespace}:default", ()),
        ("system:node:node-a", ()),
    ):
        assert f"system:serviceaccount:{config.own.namespace}:{NAME}" in refused(
            api.impersonating(user, *groups), "GET", path
        )


@BOTH
async def test_secrets_are_closed(shop: Shop, config: Config, connect: Connect, constrained: bool) -> None:
    """Constrained, not even through a person who may read them."""
    await bot_of(shop, config, connect, constrained=constrained)
    api, path = plain_api(shop, config), f"/api/v1/namespaces/{shop.namespace}/secrets"
    refused(api, "GET", path)
    refused(api, "GET", "/api/v1/secrets")
    await shop.allow([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}], user="kajitori:alice")
    as_alice = api.impersonating("kajitori:alice").ask("GET", path)
    assert as_alice.status == (403 if constrained else 200)


@BOTH
async def test_the_bot_changes_nothing_and_not_itself(
    shop: Shop, config: Config, connect: Connect, constrained: bool
) -> None:
    await bot_of(shop, config, connect, constrained=constrained)
    api, own = plain_api(shop, config), config.own.namespace
    world = await shop.deployment("app", images=["app:v1"], replicas=1)
    role = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{NAME}"
    everything = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
    refused(api, "PATCH", world.path, {"spec": {"replicas": 0}}, content_type=MERGE)
    refused(api, "PATCH", role, everything, content_type=MERGE)
    refused(api, "POST", f"/api/v1/namespaces/{own}/serviceaccounts/{NAME}/token", {"spec": {}})
    refused(api, "POST", f"/api/v1/namespaces/{own}/pods", {"metadata": {"name": "a"}})
    refused(api, "DELETE", f"/api/v1/namespaces/{own}")
    assert shop.admin.get(role)["rules"] == bot_documents(config, REGISTRY, constrained=constrained)[1]["rules"]


TOO_STRONG: dict[str, tuple[list[Object], str]] = {
    "everything": ([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], "could become somebody else"),
    "any user": ([{"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}], "become somebody else"),
    "any group": ([{"apiGroups": [""], "resources": ["groups"], "verbs": ["impersonate"]}], "become somebody else"),
    "any user, constrained": (
        [{"apiGroups": ["authentication.k8s.io"], "resources": ["users"], "verbs": ["impersonate:user-info"]}],
        "become somebody else",
    ),
    "masters": (
        [{"apiGroups": [""], "resources": ["groups"], "resourceNames": ["system:masters"], "verbs": ["impersonate"]}],
        "become somebody else",
    ),
    "service accounts": (
        [{"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"]}],
        "become somebody else",
    ),
    "secrets": ([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}], "read Secrets"),
    "secrets as people": (
        [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["impersonate-on:user-info:get"]}],
        "read Secrets",
    ),
    "tokens": ([{"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}], "widen its own"),
    "roles": (
        [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["bind"]}],
        "widen its own",
    ),
    "one secret": (
        [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["database"], "verbs": ["get"]}],
        "get secrets/database. The bot never needs to read Secrets.",
    ),
    "somebody who left": (
        [{"apiGroups": [""], "resources": ["users"], "resourceNames": ["kajitori:eve"], "verbs": ["impersonate"]}],
        "impersonate users/kajitori:eve. Whoever holds",
    ),
    "what no operation does": (
        [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}],
        "create jobs.batch. The bot changes things as people only",
    ),
    "kubelets": (
        [{"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}],
        "get nodes/proxy. The bot could",
    ),
    "own name": ([{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]}], "never in its own name"),
}


@BOTH
@pytest.mark.parametrize("weakness", TOO_STRONG)
async def test_a_role_that_is_too_strong_is_found(
    shop: Shop, config: Config, connect: Connect, constrained: bool, weakness: str
) -> None:
    bot = await bot_of(shop, config, connect, constrained=constrained)
    rules, meaning = TOO_STRONG[weakness]
    await shop.allow_everywhere(rules, user=f"system:serviceaccount:{config.own.namespace}:{NAME}")
    report = await check_itself(bot, config, REGISTRY)
    assert not report.passed
    assert meaning in " ".join(map(str, report.failures))


async def test_secrets_of_one_namespace_are_found(shop: Shop, config: Config, connect: Connect) -> None:
    bot = await bot_of(shop, config, connect, constrained=True)
    account = f"system:serviceaccount:{config.own.namespace}:{NAME}"
    await shop.allow([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["watch"]}], user=account)
    report = await check_itself(bot, config, REGISTRY)
    assert [str(each) for each in report.failures] == [
        f"The bot may watch secrets -n {shop.namespace}. The bot never needs to read Secrets."
    ]


async def test_the_plain_verb_beside_the_constrained_one_is_found(shop: Shop, config: Config, connect: Connect) -> None:
    """For the same person: the API server falls back to it, and what may be done is then unlimited."""
    bot = await bot_of(shop, config, connect, constrained=True)
    rule = {"apiGroups": [""], "resources": ["users"], "resourceNames": ["kajitori:alice"], "verbs": ["impersonate"]}
    await shop.allow_everywhere([rule], user=f"system:serviceaccount:{config.own.namespace}:{NAME}")
    report = await check_itself(bot, config, REGISTRY)
    assert [str(each) for each in report.failures] == [
        "The role allows constrained impersonation and the plain verb impersonate, which takes its limits off."
    ]


@BOTH
async def test_a_role_older_than_the_configuration_is_found(
    shop: Shop, config: Config, connect: Connect, constrained: bool
) -> None:
    bot = await bot_of(shop, config, connect, constrained=constrained)
    eve = config.people["U0DAVE"].model_copy(update={"user": "eve"})
    report = await check_itself(bot, config.model_copy(update={"people": {**config.people, "U0EVE": eve}}), REGISTRY)
    group, verb = (".authentication.k8s.io", "impersonate:user-info") if constrained else ("", "impersonate")
    assert [str(each) for each in report.failures] == [
        f"The bot may not {verb} users{group}/kajitori:eve. The role is older than the configuration. "
        f"Apply what kajitori manifest rbac{' --constrained' if constrained else ''} prints."
    ]


async def test_a_service_account_without_any_role_is_found(shop: Shop, config: Config, connect: Connect) -> None:
    await shop.bot(config, REGISTRY)
    shop.admin.create(f"/api/v1/namespaces/{config.own.namespace}/serviceaccounts", {"metadata": {"name": "bare"}})
    bare = await connect(shop.control_plane.service_account(config.own.namespace, "bare"))
    report = await check_itself(bare, config, REGISTRY)
    assert not report.passed
    assert str(report.failures[0]).startswith("The bot may not create subjectaccessreviews.authorization.k8s.io, ")
