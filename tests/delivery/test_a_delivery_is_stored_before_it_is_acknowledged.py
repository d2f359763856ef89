"""From the wire to the inbox: stored once, redacted, sealed; what cannot be stored is told; options from memory."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot.slack.edge.answers import FieldErrors, Suggestions
from bot.slack.edge.deliveries import Delivery, Kind
from bot.slack.edge.reception import decode_delivery, make_receive
from bot.store import inbox as inboxes
from bot.store.tables import inbox
from bot.text import text
from tests.delivery.inboxes import opened_intake
from tests.slack.http import endpoint

REASON_MODAL = {
    "type": "modal",
    "callback_id": "reject",
    "private_metadata": "142.1.waiting",
    "title": {"type": "plain_text", "text": "Reject"},
    "submit": {"type": "plain_text", "text": "Reject"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "reason"},
        }
    ],
}
APPROVE = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "value": "142.1.waiting",
                "text": {"type": "plain_text", "text": "Approve"},
            },
            {"type": "external_select", "action_id": "workload", "min_query_length": 1},
        ],
    }
]


def nothing(delivery: Delivery) -> None:
    return None


@asynccontextmanager
async def bot_on(database, workspace, session, *, validate=nothing, suggest=None):
    """The whole way in, with the real intake."""
    async with opened_intake(database) as intake:
        receive = make_receive(intake, suggest=suggest or (lambda _: Suggestions()), validate=validate)
        async with endpoint(workspace, session, receive) as bot:
            yield bot


async def stored(database, count: int = 1) -> list[Delivery]:
    """What a worker gets, once the intake has let it go."""
    found: list[Delivery] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            async with database.transaction() as tx:
                found += [decode_delivery(row.body) for row in await inboxes.claim(tx, 100, "test", 60)]
            if len(found) < count:
                await database.wait_for_hint([inboxes.TOPIC], 0.02)
    return found


async def keys(database) -> list[str]:
    async with database.read() as tx:
        return list((await tx.execute(select(inbox.c.key).order_by(inbox.c.id))).scalars())


async def test_a_command_is_in_the_inbox_when_it_is_acknowledged(database, workspace, session):
    async with bot_on(database, workspace, session):
        typed = await workspace.command("alice", "platform", "/eks rollout undo deploy/app")
        assert typed.acknowledged and typed.payload is None
        found = await stored(database)
    assert [(each.kind, each.user, each.line) for each in found] == [
        (Kind.COMMAND, "U0ALICE", "rollout undo deploy/app")
    ]
    assert found[0].trigger and found[0].response_url


async def test_bearer_values_are_in_the_sealed_body_only(database, workspace, session):
    async with bot_on(database, workspace, session):
        await workspace.command("alice", "platform", "/eks get pods --hidden-word")
        async with database.read() as tx:
            rows = [dict(row) for row in (await tx.execute(select(inbox))).mappings()]
    payload = workspace.deliveries[0].payload
    for row in rows:
        shown = repr(row)
        assert payload["response_url"] not in shown and "hidden-word" not in shown
        assert payload["response_url"].encode() not in row["body"]


async def test_a_typed_secret_never_reaches_the_intake(database, workspace, session):
    async with bot_on(database, workspace, session):
        await workspace.command("alice", "platform", "/eks set env deploy/app PASSWORD=hunter2")
        await workspace.message("alice", "platform", "@kajitori set env deploy/app PASSWORD=hunter2")
        await workspace.wait_for(lambda: len([d for d in workspace.deliveries if d.attempts]) == 2)
        found = await stored(database, 2)
    assert [each.secret for each in found] == [True, True]
    assert "hunter2" not in repr(found) and found[0].line.endswith("PASSWORD=[redacted]")


async def test_the_same_delivery_twice_is_one_row_and_is_acknowledged_twice(database, workspace, session, client):
    async with bot_on(database, workspace, session):
        await workspace.command("alice", "platform", "/eks get pods")
        ts = (await client.chat_postMessage(channel="C0PLATFORM", text="?", blocks=APPROVE))["ts"]
        await workspace.click("bob", "platform", ts, "approve")
        await workspace.message("alice", "platform", "@kajitori get nodes")
        await workspace.wait_for(lambda: len([d for d in workspace.deliveries if d.attempts]) == 3)
        before = await keys(database)
        for delivery in list(workspace.deliveries):
            again = await workspace.replay(delivery)
            assert again.acknowledged and again.payload is None
        assert await keys(database) == before and len(before) == 3


async def test_two_clicks_of_one_person_on_one_button_are_two_deliveries(database, workspace, session, client):
    async with bot_on(database, workspace, session):
        ts = (await client.chat_postMessage(channel="C0PLATFORM", text="?", blocks=APPROVE))["ts"]
        await workspace.click("bob", "platform", ts, "approve")
        await workspace.click("bob", "platform", ts, "approve")
        assert len(await keys(database)) == 2


async def test_a_forged_click_is_stored_as_what_it_is_and_decided_later(database, workspace, session):
    async with bot_on(database, workspace, session):
        await workspace.click("erin", "platform", "1.000001", "approve", value="142.1.waiting", forged=True)
        (found,) = await stored(database)
    assert (found.user, found.user_team, found.team) == ("U0ERIN", "T0PARTNER", "T0PARTNER")
    assert (found.action, found.value, found.card_ts) == ("approve", "142.1.waiting", "1.000001")


async def test_a_modal_is_validated_in_memory_and_stored_only_if_it_holds(database, workspace, session, client):
    async def open_modal() -> str:
        trigger = workspace.state.triggers.trigger("U0ALICE")
        return (await client.views_open(trigger_id=trigger, view=REASON_MODAL))["view"]["id"]

    def validate(delivery: Delivery) -> FieldErrors | None:
        reason = delivery.submitted.values["reason"] if delivery.submitted else ""
        return None if len(reason) > 3 else FieldErrors(errors={"reason": text("Say why.")})

    async with bot_on(database, workspace, session, validate=validate):
        view = await open_modal()
        assert await workspace.submit("alice", view, {"reason": "no"}) == {"reason": "Say why."}
        assert await keys(database) == []
        assert await workspace.submit("alice", view, {"reason": "the password is hunter2"}) is None
        assert workspace.view("alice") is None
        (found,) = await stored(database)
    assert found.submitted is not None and found.submitted.values == {"reason": "the password is [redacted]"}
    assert (found.submitted.callback, found.submitted.metadata) == ("reject", "142.1.waiting")


async def test_options_are_answered_from_memory_and_never_stored(database, workspace, session, client):
    def suggest(delivery: Delivery) -> Suggestions:
        return Suggestions(options=((f"{delivery.line}-web", "deployment/web"),))

    async with bot_on(database, workspace, session, suggest=suggest):
        ts = (await client.chat_postMessage(channel="C0PLATFORM", text="?", blocks=APPROVE))["ts"]
        offered = await workspace.options("alice", "workload", "shop", channel="platform", ts=ts)
        assert [option["value"] for option in offered] == ["deployment/web"]
        assert await keys(database) == []


@pytest.mark.parametrize(
    "typed",
    ["x" * 40_000, "nul \x00 inside", "\u202e\ufeff right to left", "'; DROP TABLE inbox; --", "\U0001f525" * 99],
)
async def test_strange_text_is_stored_as_it_is(database, workspace, session, typed):
    async with bot_on(database, workspace, session):
        assert (await workspace.command("alice", "platform", f"/eks {typed}")).acknowledged
        (found,) = await stored(database)
    assert found.line == typed


EVENT = {"type": "event_callback", "team_id": "T0KAJITORI", "event_id": "Ev1"}


@pytest.mark.parametrize(
    "payload",
    [
        EVENT,
        EVENT | {"event": {"type": "app_mention"}},
        EVENT | {"event": {"type": "app_mention", "user": "U1", "channel": "C1", "text": "x"}},
        {"type": "event_callback", "event": {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1"}},
        {"type": "unheard_of"},
        {},
    ],
)
async def test_an_event_without_its_parts_is_acknowledged_and_stores_nothing(database, workspace, session, payload):
    async with bot_on(database, workspace, session) as bot:
        status, _ = await bot.event(payload)
        assert status == 200
        assert await keys(database) == []


async def test_a_shape_that_bolt_itself_stumbles_over_stores_nothing_and_harms_nobody(database, workspace, session):
    event = {"type": "app_mention", "user": "U0ALICE", "channel": "C0PLATFORM", "ts": "1.1", "text": "get pods"}
    async with bot_on(database, workspace, session) as bot:
        assert (await bot.event(EVENT | {"event": "text"}))[0] == 500
        assert await keys(database) == []
        assert (await bot.event(EVENT | {"event": event}))[0] == 200
        assert await keys(database) == ["event:Ev1"]


@pytest.mark.parametrize("lacking", ["actions", "user", "type"])
async def test_a_click_without_its_parts_stores_nothing(database, workspace, session, lacking):
    click = {
        "type": "block_actions",
        "user": {"id": "U0BOB", "team_id": "T0KAJITORI"},
        "team": {"id": "T0KAJITORI"},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": "approve", "value": "142.1.waiting", "action_ts": "1.1"}],
    }
    async with bot_on(database, workspace, session) as bot:
        status, _ = await bot.interaction({name: value for name, value in click.items() if name != lacking})
        assert status in (200, 400) and await keys(database) == []
        assert (await bot.interaction(click))[0] == 200
        assert await keys(database) == ["click:1.2.3:U0BOB:approve"]


async def test_text_that_is_no_unicode_is_refused_and_told_to_nobody_else(database, workspace, session):
    event = {"type": "app_mention", "user": "U0ALICE", "channel": "C0PLATFORM", "ts": "1.1", "text": "get \ud800"}
    async with bot_on(database, workspace, session) as bot:
        status, _ = await bot.event(EVENT | {"event": event})
        assert status == 200 and await keys(database) == []


class Gone:
    """An intake whose database does not answer."""

    def __init__(self) -> None:
        self.cancelled = False

    async def store(self, key: str, kind: str, lane: str, body: bytes) -> bool:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return True


async def test_a_store_that_is_slow_is_told_in_time_where_people_wait(workspace, session, client):
    intake = Gone()
    receive = make_receive(intake, suggest=lambda _: Suggestions(), validate=nothing)
    async with endpoint(workspace, session, receive, seconds=0.05):
        ts = (await client.chat_postMessage(channel="C0PLATFORM", text="?", blocks=APPROVE))["ts"]
        typed = await workspace.command("alice", "platform", "/eks get pods")
        clicked = await workspace.click("bob", "platform", ts, "approve")
        used = await workspace.shortcut("carol", "platform", ts, "logs_of_this")
    assert intake.cancelled and typed.acknowledged and clicked.acknowledged and used.acknowledged
    sentence = "Nothing was done. The database takes too long, so nothing was stored. Try again in a minute."
    assert typed.payload == {"response_type": "ephemeral", "text": sentence}
    for person in ("bob", "carol"):
        assert [m["text"] for m in workspace.messages("platform", person)][1:] == [sentence]


async def test_an_event_that_cannot_be_stored_is_left_to_slack_to_send_again(workspace, session, clock):
    receive = make_receive(Gone(), suggest=lambda _: Suggestions(), validate=nothing)
    async with endpoint(workspace, session, receive, seconds=0.05):
        await workspace.message("alice", "platform", "@kajitori get pods")
        await workspace.wait_for(lambda: workspace.deliveries[0].attempts)
        assert [attempt.error for attempt in workspace.deliveries[0].attempts][:1] == ["http_error"]
