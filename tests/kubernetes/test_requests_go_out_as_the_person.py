"""Impersonation in headers of its own, names that can only be names, and nothing sent when something is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Bug, Refused
from bot.kubernetes.cluster import Client
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.names import check_name, object_path
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT, NODE, POD, Target
from bot.operations.plan import Call, ContentType
from tests.kubernetes.api_server import ApiServer, pod

PATH = "/api/v1/namespaces/shop/pods/app-1"


async def test_each_group_has_its_own_header(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, pod("app-1"))
    await client.get(POD, "app-1", "shop", Object)
    (received,) = server.received
    assert received.headers["Impersonate-User"] == "kajitori:alice"
    assert received.headers.getall("Impersonate-Group") == ["kajitori:dev", "kajitori:payments"]
    assert received.headers["Authorization"] == "Bearer secret-token"
    assert received.headers["User-Agent"] == "kajitori/0.1"
    assert "Cookie" not in received.headers


async def test_the_bot_itself_impersonates_nobody(server: ApiServer, bot: Client) -> None:
    server.answer("GET", PATH, pod("app-1"))
    await bot.get(POD, "app-1", "shop", Object)
    assert not [name for name in server.received[0].headers if name.lower().startswith("impersonate")]


def test_a_comma_is_part_of_a_group() -> None:
    assert Impersonation("a", ("b,c",), uid="u").headers().getall("Impersonate-Group") == ["b,c"]
    assert Impersonation("a", (), uid="u").headers()["Impersonate-Uid"] == "u"


@pytest.mark.parametrize(
    "name",
    ["", " ", "system:masters", "system:node:x", "eks:node-manager", "a\nb", "a\x00", " system:masters", "alice ",
     "\u2028", "\ud800", "\u200b"],
)  # fmt: skip
def test_names_of_the_system_and_names_that_change_on_the_way_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        Impersonation(name, ())
    with pytest.raises(Refused):
        Impersonation("alice", ("dev", name))


@given(st.text(max_size=40))
def test_whatever_is_accepted_as_a_name_is_one_segment(name: str) -> None:
    try:
        path = object_path(DEPLOYMENT, "shop", name)
    except Refused:
        return
    prefix = "/apis/apps/v1/namespaces/shop/deployments/"
    assert path.startswith(prefix)
    assert not set(path[len(prefix) :]) & set("/?#\\ \r\n\t\x00")
    assert path[len(prefix) :] not in ("", ".", "..")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a%2fb", "a b", "a\x00", "a\n", "a?x", "a#", "a\\b", "x" * 254])
async def test_a_name_that_is_no_name_is_refused_before_sending(server: ApiServer, client: Client, name: str) -> None:
    with pytest.raises(Refused):
        await client.get(POD, name, "shop", Object)
    if name:
        with pytest.raises(Refused):
            await client.list(POD, name, Object)
    assert server.sent == []


async def test_a_kind_with_namespaces_is_never_asked_without_one(server: ApiServer, client: Client) -> None:
    with pytest.raises(Refused):
        await client.get(POD, "app-1", "", Object)
    assert check_name("system:node") == "system:node"
    assert object_path(NODE, "", "node-1") == "/api/v1/nodes/node-1"
    assert server.sent == []


CALL = Call(
    id="step-1",
    verb="patch",
    target=Target(kind=DEPLOYMENT, name="app", namespace="shop"),
    subresource="scale",
    content_type=ContentType.MERGE_PATCH,
    body={"spec": {"replicas": 3}},
)


async def test_a_call_goes_out_as_it_was_approved(server: ApiServer, client: Client) -> None:
    path = "/apis/apps/v1/namespaces/shop/deployments/app/scale"
    server.answer("PATCH", path, {"ok": True}, headers=[("Warning", '299 - "careful"')])
    response = await client.send(
        CALL,
        body={"spec": {"replicas": 3}},
        query={"timeout": "5s", "fieldManager": "kajitori-1-step-1"},
        audit_id="i.1.step-1.1",
        timeout=5,
    )
    (received,) = server.received
    assert received.body == b'{"spec":{"replicas":3}}'
    assert received.query == {"timeout": "5s", "fieldManager": "kajitori-1-step-1"}
    assert received.headers["Content-Type"] == "application/merge-patch+json"
    assert received.headers["Audit-ID"] == "i.1.step-1.1"
    assert (response.status, response.warnings) == (200, ("careful",))


@pytest.mark.parametrize(
    "target",
    [
        Target(kind=POD, name="", namespace="shop"),
        Target(kind=POD, name="app-1"),
        Target(kind=POD, name="../pods", namespace="shop"),
    ],
)
async def test_a_deletion_is_of_one_object_or_not_sent(server: ApiServer, client: Client, target: Target) -> None:
    with pytest.raises(Refused):
        await client.send(Call(id="s", verb="delete", target=target), body=None, query={}, audit_id="", timeout=5)
    assert server.sent == []


async def test_a_creation_goes_to_the_collection_of_its_namespace(server: ApiServer, client: Client) -> None:
    server.answer("POST", "/api/v1/namespaces/shop/pods", {}, status=201)
    call = Call(id="s", verb="create", target=Target(kind=POD, name="app-1", namespace="shop"), body={"a": 1})
    await client.send(call, body=call.body, query={}, audit_id="", timeout=5)
    with pytest.raises(Bug):
        nowhere = Call(id="s", verb="create", target=Target(kind=POD, name="app-1"), body={})
        await client.send(nowhere, body={}, query={}, audit_id="", timeout=5)
    assert server.sent == ["POST /api/v1/namespaces/shop/pods"]


async def test_a_header_cannot_be_smuggled_in(server: ApiServer, client: Client) -> None:
    with pytest.raises(Bug):
        await client.send(CALL, body={}, query={}, audit_id="a\r\nImpersonate-User: x", timeout=5)
    assert server.sent == []
