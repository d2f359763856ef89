"""Between the vote and the sending the policy or the people change: what is sent is what both allow at that moment."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store.votes import votes_on
from tests.attacks.stage import Stage

HEAD = "apiVersion: kajitori.dev/v1\nkind: Policy\n"


def policy(**decision: Any) -> str:
    """One rule for everything; a list of teams is who may vote."""
    teams = decision.pop("teams", None)
    said = {name: str(value).lower() for name, value in decision.items()}
    if teams is not None:
        said["from"] = f"{{teams: [{', '.join(teams)}]}}"
    return (
        f"{HEAD}rules: [{{name: all, decision: {{{', '.join(f'{key}: {value}' for key, value in said.items())}}}}}]\n"
    )


async def run(stage: Stage, number: int) -> tuple[str, int, int]:
    """State, plan version and changes sent, once the engine has nothing to do."""
    while await stage.attempt():
        pass
    request = await stage.request(number)
    return request.state, request.plan_version, len(stage.world.changes)


@pytest.mark.parametrize(
    "stricter",
    [
        policy(approvals=2),
        policy(approvals=1, teams=["sre"]),
        policy(approvals=1, confirm=True),
        policy(approvals=1, backMinutes=0),
        policy(approvals=1, expiresMinutes=5),
    ],
    ids=["more votes", "other people", "a view", "no way back", "a shorter time"],
)
async def test_one_that_became_stricter_asks_again(stage: Stage, stricter: str) -> None:
    stage.set_policy(policy(approvals=1))
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.set_policy(stricter)
    assert await run(stage, number) == ("waiting", 2, 0)


@pytest.mark.parametrize(
    "stricter", [policy(approvals=2), policy(approvals=1, teams=["sre"])], ids=["more votes", "other people"]
)
async def test_one_whose_stricter_demand_the_votes_meet_already_asks_nobody_again(stage: Stage, stricter: str) -> None:
    stage.set_policy(policy(approvals=2))
    number = await stage.ask()
    for voter in ("U0BOB", "U0CAROL"):
        await stage.vote(voter, number)
    stage.set_policy(stricter)
    assert await run(stage, number) == ("succeeded", 1, 1)


async def test_one_that_became_stricter_and_looser_again_leaves_the_old_vote_behind(stage: Stage) -> None:
    """The second plan version is voted on anew: a vote that was overruled once does not come back."""
    stage.set_policy(policy(approvals=1))
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.set_policy(policy(approvals=2))
    assert await run(stage, number) == ("waiting", 2, 0)
    stage.set_policy(policy(approvals=1))
    await stage.run("UPDATE requests SET state = 'approved', wake_at = NULL")
    state, _, sent = await run(stage, number)
    assert (state, sent) == ("waiting", 0)


async def test_one_that_became_looser_sends_nothing_by_itself_and_counts_the_next_vote_by_it(stage: Stage) -> None:
    stage.set_policy(policy(approvals=3))
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.set_policy(policy(approvals=2))
    assert await run(stage, number) == ("waiting", 1, 0)
    await stage.vote("U0CAROL", number)
    assert await run(stage, number) == ("succeeded", 1, 1)


async def test_a_rejection_stays_one_however_loose_the_policy_becomes(stage: Stage) -> None:
    stage.set_policy(policy(approvals=2))
    number = await stage.ask()
    await stage.click("U0BOB", "reject", await stage.mark(number))
    await stage.submit("U0BOB")
    stage.set_policy(policy(approvals=0))
    await stage.run("UPDATE requests SET state = 'approved', wake_at = NULL, ended_at = NULL")
    state, _, sent = await run(stage, number)
    assert (state, sent) != ("succeeded", 1)
    assert sent == 0


async def test_a_voter_who_left_the_team_that_was_asked_does_not_count(stage: Stage) -> None:
    stage.set_policy(policy(approvals=1, teams=["sre"]))
    number = await stage.ask()
    await stage.vote("U0CAROL", number)
    reconfigured(stage, "U0CAROL", teams=("readers",))
    assert await run(stage, number) == ("waiting", 2, 0)


async def test_a_voter_who_was_taken_out_of_the_people_does_not_count(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    config = stage.services.config
    people = {user: entry for user, entry in config.people.items() if user != "U0BOB"}
    stage.services.directory.reconfigure(config.model_copy(update={"people": people}))
    assert await run(stage, number) == ("waiting", 2, 0)


async def test_two_voters_whom_a_third_account_shows_to_be_one_count_once(stage: Stage) -> None:
    stage.set_policy(policy(approvals=2))
    number = await stage.ask()
    for voter in ("U0BOB", "U0CAROL"):
        await stage.vote(voter, number)
    reconfigured(stage, "U0DAVE", same_as=("U0BOB", "U0CAROL"))
    assert await run(stage, number) == ("waiting", 2, 0)


async def test_a_vote_copied_under_another_id_counts_for_nobody(stage: Stage) -> None:
    stage.set_policy(policy(approvals=2))
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    await stage.run(
        "INSERT INTO votes (request_id, plan_version, digest, voter_slack, voter_user, voter_key, verdict, reason, mac,"
        " created_at) SELECT request_id, plan_version, digest, 'U0CAROL', 'kajitori:carol', 'user:carol', verdict,"
        " reason, mac, created_at FROM votes"
    )
    await stage.run("UPDATE requests SET state = 'approved', wake_at = NULL")
    async with stage.services.database.read() as tx:
        assert len(await votes_on(tx, number, 1)) == 2
    assert await run(stage, number) == ("waiting", 2, 0)


async def test_a_second_account_that_is_given_out_as_the_requesters_after_its_vote_does_not_count(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    reconfigured(stage, "U0ALICE", same_as=("U0BOB",))
    state, _, sent = await run(stage, number)
    assert (state, sent) == ("waiting", 0)


def reconfigured(stage: Stage, user: str, **changes: Any) -> None:
    """The configuration says something else of this person from now on."""
    config = stage.services.config
    entry = config.people[user].model_copy(update=changes)
    stage.services.directory.reconfigure(config.model_copy(update={"people": {**config.people, user: entry}}))
