"""A Deployment's literal variable is in the plan, the API server quotes it in errors: neither is kept in clear.

Nor is what somebody types, be it in a line or in a form.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.observability.redaction import redact
from bot.requests.shown import load_shown
from bot.slack.cards.card import card
from bot.slack.edge.deliveries import read_delivery
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


TYPED = [
    "annotate deploy/app smtp-auth=hunter2",
    "annotate deploy/app 'smtp-auth=hunter2 hunter3'",
    "annotate deploy/app dsn=postgres://u:hunter2@h",
    "annotate deploy/app note=postgres://u:hunter2@h",
    "label deploy/app tier=web db_pw=hunter2",
    "label deploy/app session-key=hunter2",
    "set env deploy/app SMTP_AUTH=hunter2 DB_PW=hunter3",
]


async def type_raw(stage: Stage, body: dict[str, Any]) -> None:
    """As it comes in from Slack, past the edge, which redacts; it must see that there was a secret."""
    found = read_delivery(body, redact=redact)
    assert found is not None and found.secret
    assert _leaks(repr(found)) == []
    await stage.handle(found)


@pytest.mark.parametrize("line", TYPED)
async def test_a_typed_line_is_not_run_and_the_database_holds_nothing_of_it(stage: Stage, line: str) -> None:
    who = {"team_id": "T0ACME", "user_id": "U0ALICE", "channel_id": "C0OPS", "trigger_id": "1"}
    await type_raw(stage, {"command": "/eks", "text": line, **who})
    assert "secret.typed" in await stage.events()
    assert await stage.rows("SELECT * FROM requests") == []
    assert _leaks(await _stored(stage)) == []


@pytest.mark.parametrize("pairs", [line.partition("deploy/app ")[2] for line in TYPED])
async def test_what_is_put_into_a_form_is_not_either(stage: Stage, pairs: str) -> None:
    state = {"values": {"pairs": {"pairs": {"type": "plain_text_input", "value": pairs}}}}
    view = {"id": "V1", "callback_id": "form", "private_metadata": "annotate", "state": state}
    user = {"id": "U0ALICE", "team_id": "T0ACME"}
    body = {"type": "view_submission", "view": view, "user": user, "team": {"id": "T0ACME"}, "trigger_id": "1"}
    await type_raw(stage, body)
    assert await stage.rows("SELECT * FROM requests") == []
    assert _leaks(await _stored(stage)) == []
