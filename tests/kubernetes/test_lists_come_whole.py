"""Page by page, from one version; an expired page token starts again, once."""

from __future__ import annotations

from typing import Any

import pytest

from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ClusterUnavailable, Gone
from bot.operations.json import Object
from bot.operations.kinds import POD
from bot.operations.models import Pod
from tests.kubernetes.api_server import ApiServer, listing, pod

PATH = "/api/v1/namespaces/shop/pods"


async def test_pages_are_put_together(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, listing(pod("a"), pod("b"), version="7", token="next+/="))
    server.answer("GET", PATH, listing(pod("c"), version="7"))
    found, version = await client.list_with_version(POD, "shop", Pod, labels="app=x,env!=y", fields="a=b")
    assert [each.metadata.name for each in found] == ["a", "b", "c"]
    assert version == "7"
    selectors = {"labelSelector": "app=x,env!=y", "fieldSelector": "a=b", "limit": "500"}
    assert [each.query for each in server.received] == [selectors, selectors | {"continue": "next+/="}]


async def test_an_expired_token_starts_again_once(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, listing(pod("old"), token="t"))
    server.refuse("GET", PATH, 410, "Expired")
    server.answer("GET", PATH, listing(pod("new"), version="9"))
    found, version = await client.list_with_version(POD, "shop", Pod)
    assert ([each.metadata.name for each in found], version) == (["new"], "9")
    assert [each.query.get("continue") for each in server.received] == [None, "t", None]


async def test_a_token_that_expires_twice_is_told(server: ApiServer, client: Client) -> None:
    for _ in range(2):
        server.answer("GET", PATH, listing(pod("old"), token="t"))
        server.refuse("GET", PATH, 410, "Expired")
    with pytest.raises(Gone):
        await client.list(POD, "shop", Pod)


async def test_a_limit_asks_for_no_more(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, listing(pod("a"), pod("b"), token="t"))
    assert len(await client.list(POD, "shop", Object, limit=2)) == 2
    assert [each.query["limit"] for each in server.received] == ["2"]


async def test_all_namespaces_and_whole_objects(server: ApiServer, client: Client) -> None:
    server.answer("GET", "/api/v1/pods", listing(pod("a") | {"extra": {"kept": [1, None]}}))
    (found,) = await client.list(POD, "", Object)
    assert found["extra"] == {"kept": [1, None]}


@pytest.mark.parametrize("content", [{"kind": "Pod"}, [], {"items": 7}, {"items": [{"metadata": 3}]}, b"{"])
async def test_what_is_no_list(server: ApiServer, client: Client, content: Any) -> None:
    server.answer("GET", PATH, content)
    with pytest.raises(ClusterUnavailable):
        await client.list(POD, "shop", Pod)


async def test_an_empty_list_may_come_as_null(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, {"metadata": {}, "items": None})
    assert await client.list(POD, "shop", Pod) == []
