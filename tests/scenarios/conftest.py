"""A simulated cluster, a shop in it, and the whole bot on both databases: what a story needs, up within a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.cluster.server import SimulatedCluster
from tests.scenarios.installation import Install, installed
from tests.scenarios.shop import SimulatedShop

SPEED = 20
"""Pods start within a twentieth of a second."""


@pytest.fixture
async def cluster() -> AsyncIterator[SimulatedCluster]:
    """A cluster with nodes in three zones and nothing else in it."""
    async with SimulatedCluster(speed=SPEED, seed=1) as found:
        yield found


@pytest.fixture
def shop(cluster: SimulatedCluster, tmp_path: Path) -> SimulatedShop:
    """The namespace of the story; how it is used stands at the head of `tests/controlplane/shop.py`."""
    return SimulatedShop(cluster, "shop", tmp_path)


@pytest.fixture
def install(shop: SimulatedShop, tmp_path: Path, address: str) -> Install:
    """`async with install() as bot:` is the whole bot; stopped and installed again it goes on from its database."""
    return lambda knobs=None, **entry: installed(shop, tmp_path / "data", address, knobs, **entry)
