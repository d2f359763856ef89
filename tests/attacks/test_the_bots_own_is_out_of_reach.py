"""Nothing that the bot lives in or is bound by can be changed through it, whoever votes (design §6.3)."""

from __future__ import annotations

import pytest

from tests.attacks.stage import Stage


@pytest.mark.parametrize("line", ["poke set bot --to=0 -n helm-house", "poke leak bot -n helm-house"])
async def test_the_configured_namespace_of_the_bot_is_refused(stage: Stage, line: str) -> None:
    await stage.type("U0ALICE", line)
    assert await stage.rows("SELECT state FROM requests") == [("rejected",)]
    assert (stage.world.changes, await stage.events()) == ([], ["refused.command", "request.rejected"])


async def test_choosing_it_for_a_channel_opens_nothing(stage: Stage) -> None:
    await stage.type("U0ALICE", "use stage/helm-house")
    await stage.type("U0ALICE", "poke set bot --to=0")
    assert await stage.rows("SELECT state FROM requests") == [("rejected",)]
    assert stage.world.changes == []


async def test_a_namespace_that_became_the_bots_own_is_not_changed_by_an_old_vote(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    own = stage.services.config.own.model_copy(update={"namespace": "shop"})
    object.__setattr__(stage.services, "config", stage.services.config.model_copy(update={"own": own}))
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "halted")
