"""One person's zeal, and one broken part, cost the others nothing."""

from __future__ import annotations

from bot.requests.ending import expire_due
from bot.requests.notices import ReplyNotice
from tests.attacks.stage import Stage


async def test_open_requests_of_one_person_are_bounded(stage: Stage) -> None:
    for count in range(4, 30):
        await stage.type("U0ALICE", f"poke set app --to={count}")
        stage.clock.move(2)
    assert (await stage.rows("SELECT count(*) FROM requests"))[0][0] == stage.services.config.limits.requests_per_person
    await stage.type("U0BOB", "poke set app --to=40")
    assert (await stage.rows("SELECT count(*) FROM requests WHERE requester_user = 'kajitori:bob'"))[0][0] == 1


async def test_commands_of_one_person_in_a_minute_are_bounded_and_answered(stage: Stage) -> None:
    limit = stage.services.config.limits.commands_per_minute
    for _ in range(limit + 5):
        await stage.type("U0ALICE", "whoami please")
    answers = [each for each in await stage.notices() if isinstance(each, ReplyNotice)]
    assert len(answers) == limit + 5
    await stage.type("U0BOB", "poke set app --to=40")
    assert (await stage.rows("SELECT count(*) FROM requests"))[0][0] == 1


async def test_lines_of_any_length_and_kind_are_answered(stage: Stage) -> None:
    lines = (
        "x" * 100_000,
        "poke set " + "a " * 3_000,
        "poke set app --to=" + "9" * 5_000,
        "\u202epoke",
        "'",
        "--",
        "\t",
    )
    for line in lines:
        await stage.type("U0ALICE", line)
    answers = [each for each in await stage.notices() if isinstance(each, ReplyNotice)]
    assert len(answers) == len(lines)
    assert (stage.world.changes, await stage.rows("SELECT id FROM requests")) == ([], [])


async def test_a_request_of_a_cluster_that_is_not_served_waits_and_holds_up_no_other(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5 --context=prod")
    await stage.vote("U0BOB", number)
    other = await stage.ask(line="poke set web --to=9")
    await stage.vote("U0BOB", other)
    stage.services.clusters.unexamined.add("prod")
    for _ in range(4):
        await stage.attempt()
    assert [each.path.rsplit("/", 1)[-1] for each in stage.world.changes] == ["web"]
    assert (await stage.request(number)).state == "approved"
    assert not await stage.attempt()
    stage.services.clusters.unexamined.clear()
    await stage.later(60)
    await stage.attempt()
    assert len(stage.world.changes) == 2


async def test_a_cluster_that_left_the_configuration_ends_its_requests_in_time(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5 --context=prod")
    await stage.vote("U0BOB", number)
    del stage.services.clusters.clusters["prod"]  # type: ignore[attr-defined]
    for _ in range(60):
        await stage.attempt()
        await expire_due(stage.services)
        await stage.later(20)
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "expired")
