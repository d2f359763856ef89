"""A Deployment's literal variable is in the plan, the API server quotes it in errors: neither is kept in clear."""

from __future__ import annotations

from pathlib import Path

from bot.requests.shown import load_shown
from bot.slack.cards.card import card
from bot.slack.modals import views
from tests.attacks.stage import Stage

SECRETS = ("hunter2", "hunter3")


def _leaks(content: str) -> list[str]:
    return [secret for secret in SECRETS if secret in content]


async def _stored(stage: Stage) -> str:
    """Everything that the database holds in clear, and whatever else stands in SQLite's files."""
    path = stage.services.database.path
    if path is None:
        named = await stage.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        rows = [str(row) for (name,) in named for row in await stage.rows(f'SELECT * FROM "{name}"')]
        assert rows
        return "\n".join(rows)
    found = b"".join(each.read_bytes() for each in Path(path.parent).glob(path.name + "*"))
    return found.decode("latin-1")


async def test_the_database_holds_no_value_of_a_variable(stage: Stage) -> None:
    number = await stage.ask(line="poke leak app")
    await stage.vote("U0BOB", number)
    await stage.attempt()
    assert len(stage.world.changes) == 1
    assert _leaks(await _stored(stage)) == []


async def test_cards_and_views_show_that_it_changes_and_not_to_what(stage: Stage) -> None:
    number = await stage.ask(line="poke leak app")
    async with stage.services.database.read() as tx:
        shown = await load_shown(stage.services, tx, number)
    assert shown.changes
    rendered = str([views.approve(shown, "en"), views.details(shown, "en"), card(shown, "en"), shown.changes])
    assert _leaks(rendered) == []


async def test_what_an_api_server_quotes_in_its_refusal_is_recorded_redacted(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.answers.append(422)
    await stage.attempt()
    assert (await stage.request(number)).state == "failed"
    assert "step.failed" in await stage.events()
    assert _leaks(await _stored(stage)) == []
