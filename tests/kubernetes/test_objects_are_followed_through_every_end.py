"""List, watch, resume where it ended, list again when the past is forgotten; no state is shown twice or missed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from bot import errors
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ClusterUnavailable, Forbidden, Gone, TooMany
from bot.kubernetes.watches import LONGEST_PAUSE, Decision, Next, decide, follow
from bot.operations.json import Object
from bot.operations.kinds import POD
from bot.operations.models import Pod
from bot.text import text
from tests.kubernetes.api_server import ApiServer, event, listing, pod, status_body
from tests.kubernetes.conftest import FakeClock

PATH = "/api/v1/namespaces/shop/pods"
BOOKMARK = event("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "50"}, "spec": None})


async def phases(client: Client, count: int, **selection: Any) -> list[dict[str, str]]:
    found = []
    async with aclosing(follow(client, POD, "shop", Pod, **selection)) as snapshots:
        async for snapshot in snapshots:
            found.append({name: each.status.phase for name, each in snapshot.items()})
            if len(found) == count:
                break
    return found


async def test_each_change_is_shown_once(server: ApiServer, client: Client) -> None:
    hold = asyncio.Event()
    server.answer("GET", PATH, listing(pod("a", "1", phase="Pending"), version="10"))
    server.stream(
        PATH,
        event("MODIFIED", pod("a", "11", phase="Running")) + event("ADDED", pod("b", "12", phase="Pending")),
        BOOKMARK,
        event("ADDED", pod("b", "12", phase="Pending")),
        event("DELETED", pod("a", "13", phase="Running")),
        hold=hold,
    )
    assert await phases(client, 4, labels="app=x", name="a") == [
        {"a": "Pending"},
        {"a": "Running"},
        {"a": "Running", "b": "Pending"},
        {"b": "Pending"},
    ]
    hold.set()
    query = server.received[1].query
    assert (query["watch"], query["allowWatchBookmarks"], query["resourceVersion"]) == ("1", "true", "10")
    assert (query["labelSelector"], query["fieldSelector"]) == ("app=x", "metadata.name=a")
    assert int(query["timeoutSeconds"]) > 0
    assert len(server.received) == 2


async def test_it_resumes_from_the_last_version_seen(server: ApiServer, client: Client, clock: FakeClock) -> None:
    server.answer("GET", PATH, listing(version="10"))
    server.stream(PATH, event("ADDED", pod("a", "11", phase="Pending")), BOOKMARK)
    server.stream(PATH, event("MODIFIED", pod("a", "60", phase="Running")))
    assert await phases(client, 3) == [{}, {"a": "Pending"}, {"a": "Running"}]
    assert [each.query.get("resourceVersion") for each in server.received] == [None, "10", "50"]
    assert clock.slept == []


async def test_a_watch_that_closes_at_once_is_asked_again_ever_more_slowly(
    server: ApiServer, client: Client, clock: FakeClock
) -> None:
    server.answer("GET", PATH, listing(version="10"))
    for _ in range(4):
        server.stream(PATH)
    server.stream(PATH, event("ADDED", pod("a", "11", phase="Running")))
    assert await phases(client, 2) == [{}, {"a": "Running"}]
    assert clock.slept == [0.75, 1.5, 3.0, 6.0]


async def test_a_line_that_is_cut_in_the_middle_is_fetched_again(
    server: ApiServer, client: Client, clock: FakeClock
) -> None:
    whole = event("ADDED", pod("a", "11", phase="Running"))
    server.answer("GET", PATH, listing(version="10"))
    server.stream(PATH, whole[:40])
    server.stream(PATH, whole[:40], cut=True)
    server.stream(PATH, whole[:40] + b"\n")
    server.stream(PATH, whole[:40], whole[40:])
    assert await phases(client, 2) == [{}, {"a": "Running"}]
    assert {each.query.get("resourceVersion") for each in server.received[1:]} == {"10"}


@pytest.mark.parametrize("how", ["status", "event"])
async def test_a_forgotten_past_is_listed_again(server: ApiServer, client: Client, how: str) -> None:
    server.answer("GET", PATH, listing(pod("a", "1", phase="Running"), version="10"))
    if how == "status":
        server.refuse("GET", PATH, 410, "Expired")
    else:
        server.stream(PATH, event("ERROR", status_body(410, "Expired")))
    server.answer("GET", PATH, listing(pod("a", "1", phase="Running"), version="20"))
    server.refuse("GET", PATH, 410, "Gone")
    server.answer("GET", PATH, listing(pod("b", "21", phase="Running"), version="30"))
    assert await phases(client, 2) == [{"a": "Running"}, {"b": "Running"}]
    assert [each.query.get("resourceVersion") for each in server.received] == [None, "10", None, "20", None]


async def test_a_cluster_that_does_not_answer_is_waited_for(
    server: ApiServer, client: Client, clock: FakeClock
) -> None:
    server.refuse("GET", PATH, 503, "ServiceUnavailable")
    server.answer("GET", PATH, b"slow down", status=429, headers=[("Retry-After", "9")])
    server.answer("GET", PATH, listing(version="10"))
    server.cut("GET", PATH)
    server.cut("GET", PATH)  # a read may be repeated by the library
    server.refuse("GET", PATH, 401, "Unauthorized")
    server.stream(PATH, event("ERROR", status_body(500, "InternalError")))
    server.stream(PATH, event("ADDED", pod("a", "11", phase="Running")))
    assert await phases(client, 2) == [{}, {"a": "Running"}]
    assert clock.slept[1] == 9.0
    assert len(clock.slept) == 5


async def test_what_no_waiting_mends_is_told(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, listing(version="10"))
    server.refuse("GET", PATH, 403, "Forbidden", kind="pods")
    with pytest.raises(Forbidden):
        await phases(client, 2)


async def test_it_ends_when_the_consumer_is_cancelled(server: ApiServer, client: Client) -> None:
    hold = asyncio.Event()
    server.answer("GET", PATH, listing(pod("a", phase="Running"), version="10"))
    watching = asyncio.Event()

    async def never_ends(request: web.Request) -> web.StreamResponse:
        watching.set()
        await hold.wait()
        return web.Response()

    server.on("GET", PATH, never_ends)

    async def consume() -> None:
        async for _ in follow(client, POD, "shop", Object):
            pass

    task = asyncio.create_task(consume())
    await watching.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hold.set()


async def test_over_all_namespaces_names_are_told_apart(server: ApiServer, client: Client) -> None:
    other = pod("a")
    other["metadata"]["namespace"] = "other"
    server.answer("GET", "/api/v1/pods", listing(pod("a"), other))
    async with aclosing(follow(client, POD, "", Pod)) as snapshots:
        assert set(await anext(aiter(snapshots))) == {"shop/a", "other/a"}


async def test_a_silent_watch_ends_in_time(server: ApiServer, client: Client) -> None:
    hold = asyncio.Event()
    server.stream("/silent", b"first\n", hold=hold)
    seen: list[bytes] = []
    with pytest.raises(ClusterUnavailable):
        async with client.cluster.transport.stream("/silent", idle=0.1) as lines:
            async for line in lines:
                seen.append(line)  # noqa: PERF401 - what came before the error is what this is about
    assert seen == [b"first"]
    hold.set()


async def test_a_watch_has_an_end_whatever_comes(server: ApiServer, client: Client) -> None:
    hold = asyncio.Event()
    server.stream("/endless", b"first\n", hold=hold)
    with pytest.raises(ClusterUnavailable):
        async with client.cluster.transport.stream("/endless", overall=0.1) as lines:
            async for _ in lines:
                pass
    hold.set()


async def test_a_line_that_is_too_long(server: ApiServer, client: Client) -> None:
    server.stream("/long", b"x" * 30_000)
    with pytest.raises(ClusterUnavailable):
        async with client.cluster.transport.stream("/long") as lines:
            async for _ in lines:
                pass


@pytest.mark.parametrize(
    ("end", "fruitless", "expected"),
    [
        (None, 0, Decision(next=Next.RESUME)),
        (None, 1, Decision(next=Next.RESUME, pause=0.75)),
        (None, 99, Decision(next=Next.RESUME, pause=LONGEST_PAUSE * 0.75)),
        (Gone(text("old")), 0, Decision(next=Next.RELIST)),
        (Gone(text("old")), 2, Decision(next=Next.RELIST, pause=1.5)),
        (ClusterUnavailable(text("down")), 0, Decision(next=Next.RESUME, pause=0.375)),
        (TooMany(text("wait")), 0, Decision(next=Next.RESUME, pause=1.0)),
        (Forbidden(text("no")), 0, Decision(next=Next.RAISE)),
        (errors.NotFound(text("no")), 5, Decision(next=Next.RAISE)),
        (errors.Bug(text("no")), 0, Decision(next=Next.RAISE)),
    ],
)
def test_what_follows_on_an_end(end: errors.KajitoriError | None, fruitless: int, expected: Decision) -> None:
    assert decide(end, fruitless=fruitless, fraction=0.5) == expected
