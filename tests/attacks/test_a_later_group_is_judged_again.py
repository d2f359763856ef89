"""A plan may halt between its groups: what comes later is held to its own words when its turn comes.

`poke chain app web` changes `app`, and then, in a group of its own, `web`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from bot.identity.directory import Directory
from bot.identity.person import Person
from tests.attacks.stage import Stage
from tests.attacks.test_a_policy_that_changes_after_the_vote_is_heard import policy

CHAIN = "poke chain app web --to=5"


def between(stage: Stage, meanwhile: Callable[[], object]) -> None:
    """Once, when the first group's outcome is stored."""
    left = [meanwhile]

    def point(label: str) -> None:
        if label == "outcome-stored" and left:
            left.pop()()

    stage.services = replace(stage.services, point=point)


async def run(stage: Stage) -> tuple[str, list[str]]:
    """The state it ends in, and the Deployments that were changed, in order."""
    stage.set_policy(policy(approvals=1))
    number = await stage.ask(line=CHAIN)
    await stage.vote("U0BOB", number)
    while await stage.attempt():
        pass
    return (await stage.request(number)).state, [each.path.rpartition("/")[2] for each in stage.world.changes]


async def test_what_was_done_before_is_no_difference(stage: Stage) -> None:
    assert await run(stage) == ("succeeded", ["app", "web"])


async def test_a_precondition_that_moved_meanwhile_stops_it(stage: Stage) -> None:
    between(stage, lambda: stage.world.touch("web", 7))
    assert await run(stage) == ("partly_done", ["app"])


async def test_what_somebody_else_has_done_meanwhile_is_not_done_again(stage: Stage) -> None:
    between(stage, lambda: stage.world.touch("web", 5))
    assert await run(stage) == ("succeeded", ["app"])


async def test_an_object_that_was_made_anew_meanwhile_stops_it(stage: Stage) -> None:
    def made_anew() -> None:
        stage.world.object("web")["metadata"]["uid"] = "another"

    between(stage, made_anew)
    assert await run(stage) == ("partly_done", ["app"])


async def test_a_fact_that_moved_meanwhile_stops_it(stage: Stage) -> None:
    def relabelled() -> None:
        stage.world.object("web")["metadata"]["labels"]["tier"] = "batch"

    between(stage, relabelled)
    assert await run(stage) == ("partly_done", ["app"])


@pytest.mark.parametrize("denied", ["kajitori:alice", "kajitori:bob"], ids=["the requester's", "the voter's"])
async def test_rights_that_were_taken_meanwhile_stop_it(stage: Stage, denied: str) -> None:
    between(stage, lambda: stage.world.deny.add(denied))
    assert await run(stage) == ("partly_done", ["app"])


async def test_a_freeze_that_begins_meanwhile_stops_it(stage: Stage) -> None:
    refusing = "apiVersion: kajitori.dev/v1\nkind: Policy\nrules: [{name: all, decision: {refuse: frozen}}]\n"
    between(stage, lambda: stage.set_policy(refusing))
    assert await run(stage) == ("partly_done", ["app"])


async def test_a_stricter_policy_stops_it_and_asks_nobody_for_what_is_half_done(stage: Stage) -> None:
    between(stage, lambda: stage.set_policy(policy(approvals=2)))
    assert await run(stage) == ("partly_done", ["app"])


BUSY = 429


async def tried_once(stage: Stage) -> int:
    """The first group took effect; the second was intended, and the API server did not take it."""
    stage.set_policy(policy(approvals=1))
    stage.world.answers.extend([200, BUSY])
    number = await stage.ask(line=CHAIN)
    await stage.vote("U0BOB", number)
    await stage.attempt()
    assert [each.path.rpartition("/")[2] for each in stage.world.changes] == ["app"]
    assert (await stage.request(number)).state == "executing"
    return number


async def ended(stage: Stage, number: int) -> tuple[str, int]:
    for _ in range(5):
        await stage.later(120)
        while await stage.attempt():
            pass
    return (await stage.request(number)).state, len(stage.world.changes)


async def test_one_that_was_tried_in_vain_is_judged_whole_again_a_freeze(stage: Stage) -> None:
    number = await tried_once(stage)
    stage.set_policy("apiVersion: kajitori.dev/v1\nkind: Policy\nrules: [{name: all, decision: {refuse: frozen}}]\n")
    assert await ended(stage, number) == ("partly_done", 1)


async def test_one_that_was_tried_in_vain_is_judged_whole_again_a_fact(stage: Stage) -> None:
    number = await tried_once(stage)
    stage.world.object("web")["metadata"]["labels"]["tier"] = "batch"
    assert await ended(stage, number) == ("partly_done", 1)


async def test_one_that_was_tried_in_vain_is_not_sent_when_somebody_stops_it(stage: Stage) -> None:
    number = await tried_once(stage)
    await stage.click("U0ALICE", "cancel", await stage.mark(number))
    assert await ended(stage, number) == ("partly_done", 1)


async def test_one_that_was_tried_in_vain_goes_when_all_is_as_it_was(stage: Stage) -> None:
    number = await tried_once(stage)
    assert await ended(stage, number) == ("succeeded", 2)


class Pressed:
    """A directory that somebody is asked in while the second group is judged: just then its requester presses Stop."""

    def __init__(self, stage: Stage, number: int) -> None:
        self.stage, self.number, self.known = stage, number, stage.services.directory

    async def resolve(self, user: str, team: str) -> Person:
        found = await self.known.resolve(user, team)
        if self.stage.world.changes and not (await self.stage.request(self.number)).cancel_asked:
            await self.stage.click("U0ALICE", "cancel", await self.stage.mark(self.number))
        return found


async def test_one_that_is_stopped_while_it_is_judged_is_not_begun(stage: Stage) -> None:
    """The card says at once that nothing more will be begun."""
    stage.set_policy(policy(approvals=1))
    number = await stage.ask(line=CHAIN)
    await stage.vote("U0BOB", number)
    stage.services = replace(stage.services, directory=cast(Directory, Pressed(stage, number)))
    while await stage.attempt():
        pass
    assert [each.path.rpartition("/")[2] for each in stage.world.changes] == ["app"]
    assert (await stage.request(number)).state == "partly_done"
