"""Lists in pages and watches from a version: nothing is missed, nothing told twice, and a forgotten past is 410."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from bot.kubernetes.cluster import Client, WatchEvent
from bot.kubernetes.errors import ClusterUnavailable, Gone
from bot.kubernetes.watches import follow
from bot.operations.json import Object
from bot.operations.kinds import CONFIG_MAP
from playground.cluster.server import SimulatedCluster

MAPS = "/api/v1/namespaces/shop/configmaps"


def make(cluster: SimulatedCluster, *names: str, **labels: str) -> None:
    for name in names:
        cluster.admin.create(MAPS, {"metadata": {"name": name, "labels": labels}})


async def take(admin: Client, count: int, **query: Any) -> list[tuple[str, str]]:
    """The first events of a watch."""
    found: list[tuple[str, str]] = []
    async with asyncio.timeout(5), aclosing(admin.watch(CONFIG_MAP, "shop", Object, **query)) as events:
        async for event in events:
            found.append(named(event))
            if len(found) == count:
                break
    return found


def named(event: WatchEvent[Object]) -> tuple[str, str]:
    return event.type, event.head.name


async def test_a_watch_goes_on_where_the_list_ended(cluster: SimulatedCluster, admin: Client) -> None:
    make(cluster, "a")
    _, version = await admin.list_with_version(CONFIG_MAP, "shop", Object)
    make(cluster, "b")
    cluster.admin.merge(f"{MAPS}/a", {"data": {"k": "v"}})
    cluster.admin.delete(f"{MAPS}/b")
    assert await take(admin, 3, resource_version=version) == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]


async def test_what_leaves_a_selector_is_told_as_gone(cluster: SimulatedCluster, admin: Client) -> None:
    make(cluster, "a", app="x")
    _, version = await admin.list_with_version(CONFIG_MAP, "shop", Object)
    cluster.admin.merge(f"{MAPS}/a", {"metadata": {"labels": {"app": "y"}}})
    cluster.admin.merge(f"{MAPS}/a", {"metadata": {"labels": {"app": "x"}}})
    seen = await take(admin, 2, resource_version=version, labels="app=x")
    assert seen == [("DELETED", "a"), ("ADDED", "a")]


async def test_a_forgotten_past_is_410(cluster: SimulatedCluster, admin: Client) -> None:
    _, version = await admin.list_with_version(CONFIG_MAP, "shop", Object)
    make(cluster, "a")
    cluster.compact()
    with pytest.raises(Gone):
        await take(admin, 1, resource_version=version)


async def test_a_page_from_before_is_410_too(cluster: SimulatedCluster, admin: Client) -> None:
    make(cluster, "a", "b", "c")
    first = await admin.request("GET", MAPS, query={"limit": "2"})
    token = decoded(first.body)["metadata"]["continue"]
    make(cluster, "d")
    cluster.compact()
    with pytest.raises(Gone):
        await admin.request("GET", MAPS, query={"limit": "2", "continue": token})


async def test_pages_make_up_the_whole(cluster: SimulatedCluster, admin: Client) -> None:
    make(cluster, *(f"c{number:02}" for number in range(25)))
    names: list[str] = []
    token = ""
    while True:
        page = decoded((await admin.request("GET", MAPS, query={"limit": "10", "continue": token})).body)
        names += [each["metadata"]["name"] for each in page["items"]]
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert names == [*(f"c{number:02}" for number in range(25)), "kube-root-ca.crt"]


async def test_the_bot_follows_through_cuts_and_forgetting(cluster: SimulatedCluster, admin: Client) -> None:
    make(cluster, "a")
    seen: list[set[str]] = []
    async with asyncio.timeout(20), aclosing(follow(admin, CONFIG_MAP, "shop", Object)) as snapshots:
        async for snapshot in snapshots:
            seen.append({"a", "b", "c"} & set(snapshot))
            if seen[-1] == {"a"}:
                cluster.drop_watches()
                make(cluster, "b")
            elif seen[-1] == {"a", "b"}:
                cluster.compact()
                cluster.drop_watches()
                make(cluster, "c")
            else:
                break
    assert seen[-1] == {"a", "b", "c"}


async def test_a_watch_that_is_cut_ends_as_unavailable_or_at_its_end(cluster: SimulatedCluster, admin: Client) -> None:
    _, version = await admin.list_with_version(CONFIG_MAP, "shop", Object)
    events = admin.watch(CONFIG_MAP, "shop", Object, resource_version=version)
    make(cluster, "a")
    assert named(await anext(events)) == ("ADDED", "a")
    cluster.drop_watches()
    with pytest.raises((ClusterUnavailable, StopAsyncIteration)):
        await anext(events)
    await events.aclose()


def decoded(body: bytes) -> Any:
    return json.loads(body)
