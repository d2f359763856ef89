"""Somebody wrote into one row: that request ends loudly, and all others go on."""

from __future__ import annotations

import pytest

from bot.requests.ending import expire_due
from bot.requests.notices import LineNotice
from bot.slack.delivery.rendering import home_shown
from tests.attacks.stage import Stage
from tests.databases import KEYRING

POISON = ("arguments", "person", "outcome")
POISONED = KEYRING.seal(b"{}", "from another row")


@pytest.mark.parametrize("column", POISON)
async def test_a_broken_request_is_not_executed_and_ends_loudly(stage: Stage, column: str) -> None:
    number = await stage.ask()
    other = await stage.ask(line="poke set web --to=9")
    for each in (number, other):
        await stage.post(each)
        await stage.vote("U0BOB", each)
    await stage.run(f"UPDATE requests SET {column} = :poison WHERE id = :id", poison=POISONED, id=number)
    while await stage.attempt():
        pass
    assert [each.path.rsplit("/", 1)[-1] for each in stage.world.changes] == ["web"]
    states = dict(await stage.rows("SELECT id, state FROM requests"))
    assert states == {number: "halted", other: "succeeded"}
    assert any(isinstance(each, LineNotice) for each in await stage.notices())
    assert "request.halted" in await stage.events()


@pytest.mark.parametrize("column", POISON)
async def test_a_broken_request_keeps_no_other_from_expiring(stage: Stage, column: str) -> None:
    number = await stage.ask()
    other = await stage.ask(line="poke set web --to=9")
    await stage.run(f"UPDATE requests SET {column} = :poison WHERE id = :id", poison=POISONED, id=number)
    await stage.later(16 * 60)
    assert await expire_due(stage.services) == 2
    assert dict(await stage.rows("SELECT id, state FROM requests")) == {number: "expired", other: "expired"}
    assert await expire_due(stage.services) == 0


async def test_a_broken_request_does_not_take_homes_with_it(stage: Stage) -> None:
    await stage.ask()
    other = await stage.ask(line="poke set web --to=9")
    await stage.run("UPDATE requests SET person = :poison WHERE id = 1", poison=POISONED)
    person = stage.services.directory.configured("U0BOB")
    assert person is not None
    async with stage.services.database.read() as tx:
        shown = await home_shown(stage.services, tx, person)
    assert [each.number for each in shown.waiting] == [other]


@pytest.mark.parametrize(
    "edit",
    [
        "requester_slack = 'U0CAROL'",
        "requester_user = 'kajitori:root'",
        "requester_key = 'slack:U0CAROL'",
        "cluster = 'prod'",
        "namespace = 'bank'",
        "operation = 'poke leak'",
        "team_id = 'T0OTHER'",
        "command_line = 'poke set app --to=1'",
        "production = TRUE",
        "environment = 'sandbox'",
        "channel = 'C0HIDDEN'",
    ],
)
async def test_an_edited_request_is_halted_loudly(stage: Stage, edit: str) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    await stage.run(f"UPDATE requests SET {edit}")
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "halted")
    assert any(isinstance(each, LineNotice) for each in await stage.notices())


@pytest.mark.parametrize("column", ["decision", "rehearsal", "card", "plan", "digest", "mac"])
async def test_an_edited_plan_version_is_halted(stage: Stage, column: str) -> None:
    number = await stage.ask()
    other = await stage.ask(line="poke set app --to=6")
    await stage.post(number)
    await stage.vote("U0BOB", number)
    if column in ("rehearsal", "card"):
        edited = b'{"may_vote":["U0EVE"]}' if column == "card" else b"[]"
        await stage.run(f"UPDATE plans SET {column} = :edited WHERE request_id = :id", edited=edited, id=number)
    else:
        theirs = f"(SELECT {column} FROM plans WHERE request_id = :other)"
        await stage.run(f"UPDATE plans SET {column} = {theirs} WHERE request_id = :id", other=other, id=number)
    if column == "decision":
        await stage.run("UPDATE plans SET decision = :no WHERE request_id = 1", no=b'{"approvals":0}')
    await stage.attempt()
    assert stage.world.changes == []
    assert (await stage.rows("SELECT state FROM requests WHERE id = :id", id=number))[0][0] == "halted"


async def test_a_voter_on_an_edited_request_is_told_and_so_is_everybody(stage: Stage) -> None:
    number = await stage.ask()
    await stage.run("UPDATE requests SET cluster = 'prod'")
    await stage.click("U0BOB", "approve", await stage.mark(number))
    assert any(isinstance(each, LineNotice) for each in await stage.notices())
    assert (await stage.events())[-1] == "refused.click"


TEXT_IN = [
    *(("plans", column) for column in ("intent", "plan", "card", "decision", "rehearsal", "created_at")),
    *(("requests", column) for column in ("arguments", "person", "outcome", "created_at", "started_at")),
    *(("votes", column) for column in ("created_at",)),
]


@pytest.mark.parametrize(("table", "column"), TEXT_IN)
async def test_text_where_sqlite_holds_something_else_halts_that_request_loudly_and_once(
    stage: Stage, table: str, column: str
) -> None:
    """SQLite takes anything into any column; PostgreSQL refuses it."""
    if stage.services.database.dialect == "postgresql":
        return
    number = await stage.ask()
    other = await stage.ask(line="poke set web --to=9")
    for each in (number, other):
        await stage.post(each)
        await stage.vote("U0BOB", each)
    key = "id" if table == "requests" else "request_id"
    await stage.run(f"UPDATE {table} SET {column} = 'nonsense' WHERE {key} = :id", id=number)
    attempts = 0
    while await stage.attempt():
        attempts += 1
    states = dict(await stage.rows("SELECT id, state FROM requests"))
    assert states == {number: "halted", other: "succeeded"}
    assert attempts == 2
    assert [each.path.rsplit("/", 1)[-1] for each in stage.world.changes] == ["web"]
    assert any(isinstance(each, LineNotice) for each in await stage.notices())
    assert "request.halted" in await stage.events()


@pytest.mark.parametrize("column", ["plan", "decision"])
async def test_who_votes_on_text_where_bytes_belong_is_told_and_so_is_everybody(stage: Stage, column: str) -> None:
    if stage.services.database.dialect == "postgresql":
        return
    number = await stage.ask()
    await stage.run(f"UPDATE plans SET {column} = 'nonsense'")
    await stage.click("U0BOB", "approve", await stage.mark(number))
    assert any(isinstance(each, LineNotice) for each in await stage.notices())
    assert (await stage.events())[-1] == "refused.click"
