"""Going ahead alone is for one plan, loud, within one's rights and where the policy lets one (design §6.7)."""

from __future__ import annotations

from bot.requests.notices import LineNotice
from tests.attacks.stage import Stage

POLICY = "apiVersion: kajitori.dev/v1\nkind: Policy\n"


async def _break(stage: Stage, user: str, number: int, reason: str = "it burns now") -> None:
    """By the button, or, if it opens nothing for this person, by a modal that was opened for somebody else."""
    before = len(stage.views)
    await stage.click(user, "break_glass", await stage.mark(number))
    if len(stage.views) == before:
        await stage.click("U0ALICE", "break_glass", await stage.mark(number))
    await stage.submit(user, reason=reason)


async def _loud(stage: Stage) -> list[str]:
    return [each.channel for each in await stage.notices() if isinstance(each, LineNotice)]


async def test_it_goes_ahead_alone_and_everybody_is_told(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5 --context=prod")
    await _break(stage, "U0ALICE", number)
    await stage.attempt()
    assert [each.user for each in stage.world.changes] == ["kajitori:alice"]
    assert sorted(await _loud(stage)) == ["C0APPROVE", "C0OPS"]
    assert "break_glass" in await stage.events()


async def test_nobody_else_breaks_it_and_the_try_is_recorded(stage: Stage) -> None:
    number = await stage.ask()
    for user in ("U0BOB", "U0ALICE2", "U0DAVE"):
        await _break(stage, user, number)
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")
    assert (await stage.events()).count("refused.click") == 6


async def test_whoever_lost_the_right_breaks_nothing(stage: Stage) -> None:
    number = await stage.ask()
    stage.world.deny.add("kajitori:alice")
    await _break(stage, "U0ALICE", number)
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_the_policy_says_who_may_and_whether_anyone(stage: Stage) -> None:
    number = await stage.ask()
    for glass in ("{enabled: false}", "{from: {teams: [sre]}}"):
        stage.set_policy(POLICY + f"breakGlass: {glass}\n")
        await _break(stage, "U0ALICE", number)
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_glass_that_the_policy_takes_away_meanwhile_sends_nothing(stage: Stage) -> None:
    number = await stage.ask()
    await _break(stage, "U0ALICE", number)
    stage.set_policy(POLICY + "breakGlass: {enabled: false}\n")
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "halted")


async def test_a_moved_world_needs_the_votes_of_others_or_glass_broken_anew(stage: Stage) -> None:
    number = await stage.ask()
    await _break(stage, "U0ALICE", number)
    stage.world.touch("app", 4)
    await stage.attempt()
    request = await stage.request(number)
    assert (request.state, request.plan_version, request.break_glass) == ("waiting", 2, False)
    await stage.click("U0ALICE", "approve", await stage.mark(number))
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")


async def test_glass_broken_a_second_time_is_as_loud_as_the_first(stage: Stage) -> None:
    number = await stage.ask()
    await _break(stage, "U0ALICE", number)
    stage.world.touch("app", 4)
    await stage.attempt()
    await _break(stage, "U0ALICE", number)
    await stage.attempt()
    assert len(stage.world.changes) == 1
    assert await _loud(stage) == ["C0OPS", "C0OPS"]


async def test_others_can_still_vote_on_what_came_after_broken_glass(stage: Stage) -> None:
    number = await stage.ask()
    await _break(stage, "U0ALICE", number)
    stage.world.touch("app", 4)
    await stage.attempt()
    await stage.vote("U0BOB", number)
    await stage.attempt()
    assert len(stage.world.changes) == 1
