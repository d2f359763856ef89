"""A page elsewhere whose name was pointed at loopback (DNS rebinding) can act as nobody."""

from __future__ import annotations

import aiohttp
import pytest

from playground.workspace.server import Workspace


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8730", "127.0.0.1.evil.example"])
async def test_another_host_is_turned_away(workspace: Workspace, session: aiohttp.ClientSession, host: str) -> None:
    async with session.get(f"{workspace.address}/api/people", headers={"Host": host}) as answer:
        assert answer.status == 421
    body = {"channel": "payments-prod", "text": "/eks"}
    path = f"{workspace.address}/api/people/alice/command"
    async with session.post(path, json=body, headers={"Host": host}) as answer:
        assert answer.status == 421
    assert workspace.deliveries == []


async def test_localhost_is_this_machine(workspace: Workspace, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{workspace.address}/api/people", headers={"Host": "localhost:8730"}) as answer:
        assert answer.status == 200
