"""Lost answers, killed attempts, late writes, second presses: one vote is one change, and one way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.requests.engine.loop import Engine
from tests.attacks.stage import Stage
from tests.attacks.world import LATE


async def _run(stage: Stage) -> None:
    """All attempts to their ends, however long a cluster has to be waited for."""
    for _ in range(60):
        if not await stage.attempt():
            await stage.later(60)
            if not await stage.attempt():
                return


async def _done(stage: Stage, line: str = "poke set app --to=5") -> int:
    number = await stage.ask(line=line)
    await stage.vote("U0BOB", number)
    await _run(stage)
    assert (await stage.request(number)).state == "succeeded"
    return number


async def test_an_answer_that_was_lost_is_looked_up_and_not_sent_again(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers.append(0)
    await _run(stage)
    assert (len(stage.world.changes), (await stage.request(number)).state) == (1, "succeeded")


async def test_a_write_that_lands_after_it_was_looked_for_is_known_as_ours(stage: Stage) -> None:
    """An API server that stood still has the request in its hands, whatever its deadline was."""

    def lands(label: str) -> None:
        while label == "read-back" and stage.world.late:
            stage.world.late.pop()()

    stage.services = replace(stage.services, point=lands)
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers.append(LATE)
    await _run(stage)
    assert (len(stage.world.changes), (await stage.request(number)).state) == (1, "succeeded")
    assert [row[0] for row in await stage.rows("SELECT state FROM steps")] == ["done"]


async def test_a_cluster_that_was_away_gets_it_once_it_answers(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers += [503, 429]
    await _run(stage)
    assert (len(stage.world.changes), (await stage.request(number)).state) == (1, "succeeded")


async def test_what_may_have_been_sent_and_was_changed_since_needs_a_person(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers.append(503)
    await stage.attempt()
    stage.world.touch("app", 7)
    await _run(stage)
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "needs_attention")
    await stage.click("U0BOB", "check_again", await stage.mark(number))
    await _run(stage)
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "needs_attention")


@pytest.mark.parametrize("answer", ["happened", "not_happened"])
async def test_what_a_person_says_sends_nothing(stage: Stage, answer: str) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers.append(503)
    await stage.attempt()
    stage.world.touch("app", 7)
    await _run(stage)
    await stage.click("U0BOB", answer, await stage.mark(number))
    await stage.submit("U0BOB", reason="I looked")
    await _run(stage)
    assert stage.world.changes == []
    assert (await stage.request(number)).state == ("succeeded" if answer == "happened" else "failed")


async def test_a_late_change_of_the_plan_before_is_not_taken_for_the_next_ones(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.touch("app", 4)
    await _run(stage)
    fields = stage.world.object("app")["metadata"]["managedFields"]
    fields.append({"manager": f"kajitori-{number}-step-1", "operation": "Update"})
    await stage.vote("U0BOB", number)
    await _run(stage)
    assert [each.manager for each in stage.world.changes] == [f"kajitori-{number}-v2-step-1"]
    assert stage.world.object("app")["spec"]["replicas"] == 5


async def test_two_engines_send_it_once(replicated: Stage) -> None:
    number = await replicated.ask()
    await replicated.vote("U0BOB", number)
    engines = [Engine(replace(replicated.services, owner=f"bot-{n}")) for n in range(3)]
    claimed = await asyncio.gather(*(engine._claim() for engine in engines))
    tasks = [task for engine in engines for task in engine._running.values()]
    await asyncio.gather(*tasks)
    assert (sorted(claimed), len(replicated.world.changes)) == ([False, False, True], 1)


async def test_a_lease_that_was_taken_over_before_the_intent_sends_nothing(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stalls = asyncio.Event()

    def point(label: str) -> None:
        if label == "before-intent":
            stage.clock.move(11)
            stalls.set()

    stalled = Engine(replace(stage.services, owner="stalled", point=point))
    await stalled._claim()
    task = next(iter(stalled._running.values()))
    await stalls.wait()
    await asyncio.gather(task, stage.attempt())
    await _run(stage)
    assert (len(stage.world.changes), (await stage.request(number)).state) == (1, "succeeded")


async def test_a_group_that_was_half_sent_is_finished_only_with_votes_and_rights(stage: Stage) -> None:
    number = await stage.ask(line="poke set app web --to=5")
    await stage.vote("U0BOB", number)
    stage.world.answers += [200, 503]
    await stage.attempt()
    stage.world.deny.add("kajitori:bob")
    await _run(stage)
    assert [each.path.rsplit("/", 1)[-1] for each in stage.world.changes] == ["app"]
    assert (await stage.request(number)).state == "partly_done"


async def test_a_group_that_was_half_sent_is_finished_by_the_next_attempt(stage: Stage) -> None:
    number = await stage.ask(line="poke set app web --to=5")
    await stage.vote("U0BOB", number)
    stage.world.answers += [200, 503]
    await _run(stage)
    assert [each.path.rsplit("/", 1)[-1] for each in stage.world.changes] == ["app", "web"]
    assert (await stage.request(number)).state == "succeeded"


async def test_one_of_several_targets_that_moved_is_not_sent(stage: Stage) -> None:
    number = await stage.ask(line="poke set app web --to=5")
    await stage.vote("U0BOB", number)
    stage.world.touch("web", 8)
    await _run(stage)
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_one_vote_covers_the_way_back_of_whoever_asked(stage: Stage) -> None:
    number = await _done(stage)
    await stage.click("U0ALICE", "back", await stage.mark(number))
    await _run(stage)
    assert [each.body[0]["value"] for each in stage.world.changes] == [5, 3]


async def test_the_way_back_is_taken_once(replicated: Stage) -> None:
    number = await _done(replicated)
    mark = await replicated.mark(number)
    await asyncio.gather(*(replicated.click("U0ALICE", "back", mark) for _ in range(3)), return_exceptions=True)
    await _run(replicated)
    assert [each.body[0]["value"] for each in replicated.world.changes] == [5, 3]
    again = await _done(replicated)
    await replicated.post(number)
    await replicated.click("U0ALICE", "back", mark)
    await _run(replicated)
    assert [each.body[0]["value"] for each in replicated.world.changes] == [5, 3, 5]
    assert (await replicated.request(again)).state == "succeeded"


@pytest.mark.parametrize("user", ["U0BOB", "U0CAROL", "U0ALICE2"])
async def test_the_way_back_of_somebody_else_needs_a_vote(stage: Stage, user: str) -> None:
    number = await _done(stage)
    await stage.click(user, "back", await stage.mark(number))
    await _run(stage)
    assert len(stage.world.changes) == 1


async def test_a_way_back_after_its_time_needs_a_vote(stage: Stage) -> None:
    number = await _done(stage)
    await stage.later(31 * 60)
    await stage.click("U0ALICE", "back", await stage.mark(number))
    await _run(stage)
    assert len(stage.world.changes) == 1


async def test_a_way_back_in_production_is_confirmed_in_a_view(stage: Stage) -> None:
    number = await _done(stage, "poke set app --to=5 --context=prod")
    await stage.click("U0ALICE", "back", await stage.mark(number))
    await _run(stage)
    assert (len(stage.world.changes), stage.views[-1]["callback_id"]) == (1, "back")
    await stage.submit("U0ALICE")
    await _run(stage)
    assert len(stage.world.changes) == 2


async def test_a_policy_that_switched_the_window_off_is_heard(stage: Stage) -> None:
    number = await _done(stage)
    stage.set_policy(
        "apiVersion: kajitori.dev/v1\nkind: Policy\nrules: [{name: all, match: {}, decision: {backMinutes: 0}}]\n"
    )
    await stage.click("U0ALICE", "back", await stage.mark(number))
    await _run(stage)
    assert len(stage.world.changes) == 1


async def test_each_change_of_state_is_recorded_and_nothing_else(stage: Stage) -> None:
    await _done(stage)
    assert await stage.events() == [
        "request.planned",
        "request.waiting",
        "vote.approve",
        "request.approved",
        "attempt.started",
        "request.executing",
        "step.intended",
        "step.done",
        "request.succeeded",
    ]
