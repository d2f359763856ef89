"""Whoever owns the database can write any row; nothing is sent for it (plans.md §7)."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.operations.plan import Plan
from bot.requests.planning import Planned
from bot.requests.versions import Extras, decode_decision, version_row
from bot.store.plans import load_plan
from tests.attacks.stage import Stage


async def test_a_voted_change_is_sent_once_as_its_requester(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    assert await stage.attempt()
    assert [(each.user, each.body) for each in stage.world.changes] == [
        ("kajitori:alice", [{"op": "replace", "path": "/spec/replicas", "value": 5}])
    ]
    assert (await stage.request(number)).state == "succeeded"
    assert not await stage.attempt()


async def test_a_state_that_was_written_into_the_row_sends_nothing(stage: Stage) -> None:
    number = await stage.ask()
    await stage.run("UPDATE requests SET state = 'approved'")
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_steps_that_were_written_as_begun_do_not_pass_for_a_judgement(stage: Stage) -> None:
    number = await stage.ask(line="poke set app web --to=5")
    await stage.run("UPDATE requests SET state = 'executing', started_at = created_at")
    await stage.run(
        "INSERT INTO steps (request_id, plan_version, step_id, state, fence, ended_at)"
        " SELECT id, 1, 'step-1', 'done', 0, created_at FROM requests"
    )
    await stage.run(
        "INSERT INTO steps (request_id, plan_version, step_id, state, fence) SELECT id, 1, 'step-2', 'intended', 0"
        " FROM requests"
    )
    await stage.attempt()
    assert stage.world.changes == []
    assert (await stage.request(number)).state != "succeeded"


async def test_a_start_that_was_written_into_the_row_does_not_keep_old_votes_fresh(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.clock.move(timedelta(days=1).total_seconds())
    await stage.run("UPDATE requests SET started_at = created_at, state = 'executing', expires_at = NULL")
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_glass_that_was_broken_in_the_row_only_sends_nothing(stage: Stage) -> None:
    stage.set_policy(
        "apiVersion: kajitori.dev/v1\nkind: Policy\nrules: [{name: alone, match: {}, decision: {approvals: 0}}]\n"
    )
    number = await stage.ask()
    await stage.click("U0ALICE", "confirm", await stage.mark(number))
    stage.set_policy("apiVersion: kajitori.dev/v1\nkind: Policy\n")
    await stage.run("UPDATE requests SET break_glass = TRUE, reason = 'I say so'")
    await stage.attempt()
    assert stage.world.changes == []
    assert (await stage.request(number)).state in ("waiting", "halted")


async def test_a_vote_written_into_the_table_does_not_count(stage: Stage) -> None:
    number = await stage.ask()
    await stage.run(
        "INSERT INTO votes"
        " (request_id, plan_version, digest, voter_slack, voter_user, voter_key, verdict, mac, created_at)"
        " SELECT r.id, 1, p.digest, 'U0BOB', 'kajitori:bob', 'slack:U0BOB', 'approve', 'abcd', r.created_at"
        " FROM requests r JOIN plans p ON p.request_id = r.id"
    )
    await stage.run("UPDATE requests SET state = 'approved'")
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_a_change_that_never_ran_has_no_way_back_without_votes(stage: Stage) -> None:
    number = await stage.ask()
    stage.world.touch("app", 8)
    await stage.run("UPDATE requests SET state = 'succeeded', started_at = created_at, ended_at = created_at")
    await stage.click("U0ALICE", "back", await stage.mark(number))
    while await stage.attempt():
        pass
    assert stage.world.changes == []


async def test_a_way_back_is_not_covered_longer_because_the_row_says_so(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    await stage.attempt()
    stage.clock.move(timedelta(days=1).total_seconds())
    await stage.run("UPDATE requests SET ended_at = :at", at=stage.moment())
    await stage.click("U0ALICE", "back", await stage.mark(number))
    while await stage.attempt():
        pass
    assert len(stage.world.changes) == 1


@pytest.mark.parametrize("change", ["later", "until"])
async def test_a_later_call_and_the_end_of_an_agreement_are_what_was_voted_on(stage: Stage, change: str) -> None:
    """Even for whoever has the keys of row and seal: what is in the row is not what the digest of the votes is of."""
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    request, services = await stage.request(number), stage.services
    async with services.database.read() as tx:
        row = await load_plan(tx, number, 1)
    assert row is not None
    plan = msgspec.json.decode(row.plan, type=Plan)
    forged = {
        "later": {"steps": tuple(msgspec.structs.replace(each, later=True) for each in plan.calls)},
        "until": {"until": services.clock.now() + timedelta(hours=9)},
    }[change]
    planned = Planned(plan=msgspec.structs.replace(plan, **forged), digest=row.digest, rehearsals=())
    decision = decode_decision(row.decision)
    other = version_row(services, request, 1, planned, decision, msgspec.json.decode(row.card, type=Extras))
    sealed = services.keyring.seal(other.plan, f"plans/{number}/1/plan")
    await stage.run("UPDATE plans SET plan = :plan, mac = :mac", plan=sealed, mac=other.mac)
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "halted")
