"""The transport, watches and reviews on a real API server: what the stand-in of the fast tests takes for granted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.connection import Connection, Credentials
from bot.kubernetes.errors import (
    AlreadyExists,
    ClusterUnavailable,
    Conflict,
    Forbidden,
    Invalid,
    ObjectNotFound,
    Rejected,
    Unauthorized,
)
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.responses import Response
from bot.kubernetes.reviews import Question, review, review_many, self_review
from bot.kubernetes.transport import Transport
from bot.kubernetes.watches import follow
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import CONFIG_MAP, DEPLOYMENT, NAMESPACE, Kind, Target
from bot.operations.plan import Call, ContentType, Verb

pytestmark = pytest.mark.cluster

ALICE = Impersonation("kajitori:alice", ("kajitori:dev", "kajitori:payments"))
RBAC = "rbac.authorization.k8s.io"
ROLE = Kind(kind="Role", plural="roles", group=RBAC)
WHO_AM_I = Kind(kind="SelfSubjectReview", plural="selfsubjectreviews", group="authentication.k8s.io", namespaced=False)
ROLE_BINDING = Kind(kind="RoleBinding", plural="rolebindings", group=RBAC)


def call(verb: Verb, kind: Kind, name: str, namespace: str = "", content: ContentType = ContentType.JSON) -> Call:
    target = Target(kind=kind, name=name, namespace=namespace)
    return Call(id="step-1", verb=verb, target=target, content_type=content)


async def send(client: Client, made: Call, body: JSON, audit_id: str = "", **query: str) -> Response:
    return await client.send(made, body=body, query=query, audit_id=audit_id, timeout=5)


async def create(client: Client, namespace: str, *names: str) -> None:
    for name in names:
        await send(
            client, call("create", CONFIG_MAP, name, namespace), {"metadata": {"name": name}, "data": {"made": "here"}}
        )


async def allow(client: Client, namespace: str, group: str, *verbs: str) -> None:
    """Let a group do something with ConfigMaps of one namespace."""
    rule: JSON = {"apiGroups": [""], "resources": ["configmaps"], "verbs": list(verbs)}
    await send(client, call("create", ROLE, "r", namespace), {"metadata": {"name": "r"}, "rules": [rule]})
    binding: JSON = {
        "metadata": {"name": "r"},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "r"},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
    }
    await send(client, call("create", ROLE_BINDING, "r", namespace), binding)
    member = Impersonation("kajitori:anyone", (group,))
    async with asyncio.timeout(10):  # the authorizer hears of a binding a moment later
        while not (await review(client, member, verb=verbs[0], kind=CONFIG_MAP, namespace=namespace)).allowed:
            continue


@pytest.fixture
async def admin(control_plane: Any) -> AsyncIterator[Client]:
    clock = SystemClock()
    connection = kubeconfig_connection("real", path=str(control_plane.kubeconfig), clock=clock)
    async with Transport(connection, clock=clock) as transport:
        yield Cluster(name="real", transport=transport, clock=clock).as_(None)


@pytest.fixture
async def namespace(admin: Client) -> str:
    name = f"transport-{secrets.token_hex(4)}"
    await send(admin, call("create", NAMESPACE, name), {"metadata": {"name": name}})
    return name


async def test_every_group_of_a_person_counts(admin: Client, namespace: str) -> None:
    await allow(admin, namespace, "kajitori:payments", "list")
    one_group = Impersonation("kajitori:alice", ("kajitori:dev",))
    joined = Impersonation("kajitori:alice", ("kajitori:dev,kajitori:payments",))
    await admin.cluster.as_(ALICE).list(CONFIG_MAP, namespace, Object)
    for who in (one_group, joined):
        with pytest.raises(Forbidden) as caught:
            await admin.cluster.as_(who).list(CONFIG_MAP, namespace, Object)
        assert caught.value.impersonation is False
        assert 'User "kajitori:alice" cannot list resource "configmaps"' in str(caught.value.why)


async def test_a_token_that_is_wrong(admin: Client) -> None:
    connection = admin.cluster.transport.connection
    held = await connection.credentials()
    wrong = Connection(
        name="real",
        base_url=connection.base_url,
        load=lambda: Credentials(headers={"Authorization": "Bearer wrong"}, ssl=held.ssl),
        clock=SystemClock(),
        server_name=connection.server_name,
    )
    async with Transport(wrong, clock=SystemClock()) as transport:
        with pytest.raises(Unauthorized):
            await transport.request("GET", "/api/v1/namespaces")


async def test_each_refusal_has_its_own_kind(admin: Client, namespace: str) -> None:
    await create(admin, namespace, "a")
    unserved = Kind(kind="Thing", plural="things", group="nobody.example")
    unknown = Kind(kind="Thing", plural="things", group="apps")
    for kind in (unserved, unknown):
        with pytest.raises(Rejected):
            await admin.get(kind, "a", namespace, Object)
    with pytest.raises(ObjectNotFound):
        await admin.get(CONFIG_MAP, "b", namespace, Object)
    with pytest.raises(AlreadyExists):
        await create(admin, namespace, "a")
    merge = call("patch", CONFIG_MAP, "a", namespace, ContentType.MERGE_PATCH)
    with pytest.raises(Conflict):
        await send(admin, merge, {"metadata": {"resourceVersion": "1"}, "data": {"k": "v"}})
    tests = call("patch", CONFIG_MAP, "a", namespace, ContentType.JSON_PATCH)
    with pytest.raises(Invalid):
        await send(admin, tests, [{"op": "test", "path": "/metadata/name", "value": "x"}])
    with pytest.raises(Conflict):
        await send(admin, call("delete", CONFIG_MAP, "a", namespace), {"preconditions": {"uid": "another"}})
    assert (await admin.get(CONFIG_MAP, "a", namespace, Object))["data"] == {"made": "here"}


async def test_a_write_carries_its_audit_id_and_field_manager(admin: Client, namespace: str) -> None:
    await create(admin, namespace, "a")
    merge = call("patch", CONFIG_MAP, "a", namespace, ContentType.MERGE_PATCH)
    audit_id = f"{namespace}.1.step-1.1"
    answer = await send(admin, merge, {"data": {"k": "v"}}, audit_id, fieldManager="kajitori-1-step-1", timeout="5s")
    assert answer.headers["Audit-Id"] == audit_id
    managers = resolve(await admin.get(CONFIG_MAP, "a", namespace, Object), "/metadata/managedFields")
    assert isinstance(managers, list)
    assert "kajitori-1-step-1" in [resolve(each, "/manager") for each in managers]


async def test_an_object_without_field_managers_gets_none_by_a_write(admin: Client, namespace: str) -> None:
    """Why a read-back must not take a missing manager for "not ours" where the object has no managers at all."""
    await send(admin, call("create", CONFIG_MAP, "bare", namespace), {"metadata": {"name": "bare"}})
    merge = call("patch", CONFIG_MAP, "bare", namespace, ContentType.MERGE_PATCH)
    await send(admin, merge, {"data": {"k": "v"}}, fieldManager="kajitori-1-step-1")
    found = await admin.get(CONFIG_MAP, "bare", namespace, Object)
    assert found["data"] == {"k": "v"}
    assert resolve(found, "/metadata/managedFields") is None


@pytest.mark.parametrize("verb", ["patch", "delete"])
async def test_a_write_past_its_time_is_not_done(admin: Client, namespace: str, verb: Verb) -> None:
    """The query's `timeout` holds for deletions with a body, too."""
    await create(admin, namespace, "a")
    content = ContentType.MERGE_PATCH if verb == "patch" else ContentType.JSON
    with pytest.raises(ClusterUnavailable) as caught:
        await send(admin, call(verb, CONFIG_MAP, "a", namespace, content), {}, timeout="1ns")
    assert caught.value.status.code == 504
    assert (await admin.get(CONFIG_MAP, "a", namespace, Object))["metadata"]


async def test_warnings_of_pod_security_are_read(admin: Client) -> None:
    name = f"transport-{secrets.token_hex(4)}"
    labels: JSON = {"pod-security.kubernetes.io/warn": "restricted"}
    await send(admin, call("create", NAMESPACE, name), {"metadata": {"name": name, "labels": labels}})
    template: JSON = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"hostNetwork": True, "containers": [{"name": "a", "image": "a"}]},
    }
    body: JSON = {
        "metadata": {"name": "d"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
    }
    answer = await send(admin, call("create", DEPLOYMENT, "d", name), body, dryRun="All")
    assert [each for each in answer.warnings if "host namespaces (hostNetwork=true)" in each]


async def test_long_lists_come_whole(admin: Client, namespace: str) -> None:
    names = [f"c{number:04}" for number in range(1001)]
    await asyncio.gather(*(create(admin, namespace, *names[at::20]) for at in range(20)))
    found, version = await admin.list_with_version(CONFIG_MAP, namespace, Object)
    listed = sorted(str(each["metadata"]["name"]) for each in found if isinstance(each["metadata"], dict))
    assert [name for name in listed if name.startswith("c0") or name == "c1000"] == names
    assert int(version) > 0


async def test_following_sees_each_change(admin: Client, namespace: str) -> None:
    await create(admin, namespace, "a", "b")
    seen: list[set[str]] = []
    async with aclosing(follow(admin, CONFIG_MAP, namespace, Object)) as snapshots:
        async for snapshot in snapshots:
            seen.append({"a", "b", "c"} & set(snapshot))
            if len(seen) == 1:
                await create(admin, namespace, "c")
            if seen[-1] == {"a", "b", "c"}:
                await send(admin, call("delete", CONFIG_MAP, "a", namespace), {}, timeout="5s")
            if seen[-1] == {"b", "c"}:
                break
    assert [each for at, each in enumerate(seen) if at == 0 or each != seen[at - 1]] == [
        {"a", "b"},
        {"a", "b", "c"},
        {"b", "c"},
    ]


async def test_reviews_answer_as_the_requests_do(admin: Client, namespace: str) -> None:
    await allow(admin, namespace, "kajitori:payments", "patch")
    asked = [
        Question(verb=verb, kind=CONFIG_MAP, namespace=where, name="a")
        for verb in ("patch", "delete")
        for where in (namespace, "default")
    ]
    answers = await review_many(admin, ALICE, asked)
    assert [each.allowed for each in answers] == [True, False, False, False]
    everyone = Kind(
        kind="SelfSubjectReview", plural="selfsubjectreviews", group="authentication.k8s.io", namespaced=False
    )
    assert (await review(admin, ALICE, verb="create", kind=everyone, namespace="")).allowed
    as_alice = admin.cluster.as_(ALICE)
    assert (await self_review(as_alice, verb="patch", kind=CONFIG_MAP, namespace=namespace)).allowed
    assert not (await self_review(as_alice, verb="delete", kind=CONFIG_MAP, namespace=namespace)).allowed
