"""A pod's log with kubectl's options, whatever bytes a program writes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ClusterUnavailable, Rejected
from bot.kubernetes.lines import LineCutter, TooLong
from bot.operations.reader import LogOptions
from tests.kubernetes.api_server import ApiServer

PATH = "/api/v1/namespaces/shop/pods/app-1/log"


async def lines_of(client: Client, options: LogOptions) -> list[str]:
    return [line async for line in client.log("app-1", "shop", options)]


async def test_lines_and_the_last_one_without_its_newline(server: ApiServer, client: Client) -> None:
    server.stream(PATH, b"one\ntw", b"o\r\n\n\xff\xfe", b" bytes")
    assert await lines_of(client, LogOptions()) == ["one", "two", "", "\ufffd\ufffd bytes"]
    assert server.received[0].query == {"limitBytes": "1000000"}


async def test_the_options(server: ApiServer, client: Client) -> None:
    server.stream(PATH)
    options = LogOptions(
        container="app", previous=True, since_seconds=60, tail=5, timestamps=True, follow=True, limit_bytes=0
    )
    assert await lines_of(client, options) == []
    assert server.received[0].query == {
        "container": "app",
        "previous": "true",
        "sinceSeconds": "60",
        "tailLines": "5",
        "timestamps": "true",
        "follow": "true",
    }


async def test_a_container_that_does_not_run_yet(server: ApiServer, client: Client) -> None:
    server.refuse("GET", PATH, 400, "BadRequest", message="container is waiting to start")
    with pytest.raises(Rejected) as caught:
        await lines_of(client, LogOptions())
    assert "waiting to start" in str(caught.value.why)


async def test_a_log_that_is_cut(server: ApiServer, client: Client) -> None:
    server.stream(PATH, b"one\n", cut=True)
    with pytest.raises(ClusterUnavailable):
        await lines_of(client, LogOptions())


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=10))
def test_lines_are_the_same_however_they_were_cut(content: bytes, cuts: list[int]) -> None:
    cutter = LineCutter(1000)
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    lines = [line for at, to in pairwise(edges) for line in cutter.feed(content[at:to])]
    assert [*lines, cutter.rest] == content.split(b"\n")


def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    cutter = LineCutter(10)
    cutter.feed(b"12345")
    with pytest.raises(TooLong):
        cutter.feed(b"678901")
    with pytest.raises(TooLong):
        LineCutter(10).feed(b"12345678901\n")
