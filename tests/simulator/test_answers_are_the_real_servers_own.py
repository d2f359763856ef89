"""Each question has the answer that the real API server gave: status, words, details, objects, field managers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playground.cluster.server import SimulatedCluster
from tests.controlplane.api import Api
from tests.simulator.probes import RECORDED, ask_all
from tests.simulator.questions import PROBES

ANSWERS: dict[str, Any] = json.loads(RECORDED.read_text())


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All questions at once and in order, as they were recorded: later ones build on earlier ones."""

    async def asked() -> dict[str, Any]:
        async with SimulatedCluster(seed=1) as cluster:
            authority = tmp_path_factory.mktemp("none") / "authority"
            return await asyncio.to_thread(
                ask_all, Api(url=cluster.url, authority=authority, token=cluster.token_of("admin"))
            )

    return asyncio.run(asked())


@pytest.mark.parametrize("name", [each.name for each in PROBES])
def test_it_answers_as_the_real_one_did(answers: dict[str, Any], name: str) -> None:
    assert answers[name] == ANSWERS[name]
