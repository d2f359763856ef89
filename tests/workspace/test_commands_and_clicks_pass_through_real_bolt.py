"""The real Bolt app over a real Socket Mode connection gets what Slack would send, and people see what it answers."""

from __future__ import annotations

from typing import Any

import pytest

from playground.workspace.errors import NotOnScreen

BUTTONS: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "votes",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "value": "r-1",
                "text": {"type": "plain_text", "text": "Approve"},
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "plain_text", "text": "It is production."},
                    "confirm": {"type": "plain_text", "text": "Yes"},
                    "deny": {"type": "plain_text", "text": "No"},
                },
            },
            {
                "type": "static_select",
                "action_id": "namespace",
                "options": [
                    {"text": {"type": "plain_text", "text": name}, "value": name} for name in ("shop", "payments")
                ],
            },
        ],
    }
]


async def test_a_command_arrives_escaped_and_its_acknowledgement_is_seen_by_its_sender_only(workspace, app, connect):
    seen = []

    @app.command("/eks")
    async def eks(ack, command):
        seen.append(command)
        await ack(text="working on it")

    await connect(app)
    outcome = await workspace.command("alice", "payments-prod", "/eks logs deploy/app --filter 'a<b & c'")
    assert outcome.acknowledged and not outcome.error and outcome.payload == {"text": "working on it"}
    assert seen[0]["text"] == "logs deploy/app --filter 'a&lt;b &amp; c'"
    assert (seen[0]["user_id"], seen[0]["channel_id"], seen[0]["team_id"]) == ("U0ALICE", "C0PAYMENTS", "T0KAJITORI")
    assert [m["text"] for m in workspace.messages("payments-prod", "alice")] == ["working on it"]
    assert workspace.messages("payments-prod", "bob") == []
    assert len(workspace.deliveries) == 1


async def test_a_click_carries_message_container_and_state_and_may_be_declined(workspace, app, client, connect):
    seen = []

    @app.action("approve")
    async def approve(ack, body):
        await ack()
        seen.append(body)

    @app.action("namespace")
    async def namespace(ack, body):
        await ack()
        seen.append(body)

    await connect(app)
    ts = (await client.chat_postMessage(channel="C0PAYMENTS", text="Roll back?", blocks=BUTTONS))["ts"]
    declined = await workspace.click("bob", "payments-prod", ts, "approve", decline=True)
    assert declined.delivery is None and workspace.deliveries == []
    assert [(d.person, d.accepted) for d in workspace.dialogs] == [("bob", False)]
    await workspace.click("bob", "payments-prod", ts, "namespace", value="shop")
    assert (await workspace.click("bob", "payments-prod", ts, "approve")).acknowledged
    chosen, approved = seen
    assert chosen["actions"][0]["selected_option"]["value"] == "shop"
    assert approved["actions"][0]["value"] == "r-1" and approved["user"]["id"] == "U0BOB"
    assert approved["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0PAYMENTS",
        "is_ephemeral": False,
    }
    assert approved["message"]["blocks"][0]["block_id"] == "votes"
    assert approved["state"]["values"]["votes"]["namespace"]["selected_option"]["value"] == "shop"


async def test_what_is_not_on_screen_cannot_be_clicked_unless_forged(workspace, app, client, connect):
    seen = []

    @app.action("approve")
    async def approve(ack, body):
        await ack()
        seen.append(body)

    await connect(app)
    private = await client.chat_postEphemeral(channel="C0PAYMENTS", user="U0ALICE", text="Only you", blocks=BUTTONS)
    ts = private["message_ts"]
    for person, action in (("bob", "approve"), ("alice", "reject")):
        with pytest.raises(NotOnScreen):
            await workspace.click(person, "payments-prod", ts, action)
    with pytest.raises(NotOnScreen):
        await workspace.click("erin", "platform", ts, "approve")
    with pytest.raises(NotOnScreen):
        await workspace.click("alice", "payments-prod", ts, "namespace", value="not-offered")
    assert seen == [] and workspace.deliveries == []
    await workspace.click("bob", "payments-prod", ts, "approve", value="r-2", forged=True)
    await workspace.click("erin", "platform", "1.000001", "approve", value="r-3", forged=True)
    assert [(b["user"]["id"], b["actions"][0]["value"]) for b in seen] == [("U0BOB", "r-2"), ("U0ERIN", "r-3")]
    assert seen[1]["team"]["id"] == "T0PARTNER"


async def test_a_message_shortcut_carries_the_message(workspace, app, connect):
    seen = []

    @app.shortcut("logs_of_this")
    async def logs(ack, shortcut):
        await ack()
        seen.append(shortcut)

    await connect(app)
    ts = (await workspace.message("alice", "platform", "pod app-1 crashes"))["ts"]
    assert (await workspace.shortcut("bob", "platform", ts, "logs_of_this")).acknowledged
    assert seen[0]["message"]["text"] == "pod app-1 crashes" and seen[0]["message_ts"] == ts


async def test_an_external_select_offers_what_the_app_answers(workspace, app, client, connect):
    @app.options("workload")
    async def offer(ack, payload):
        names = [name for name in ("app-one", "app-two", "other") if payload["value"] in name]
        await ack(options=[{"text": {"type": "plain_text", "text": name}, "value": name} for name in names])

    seen = []

    @app.action("workload")
    async def took(ack, action):
        await ack()
        seen.append(action["selected_option"]["value"])

    await connect(app)
    select = {"type": "external_select", "action_id": "workload"}
    ts = (
        await client.chat_postMessage(
            channel="C0PLATFORM", text="w", blocks=[{"type": "actions", "elements": [select]}]
        )
    )["ts"]
    assert await workspace.options("alice", "workload", "ap", channel="platform", ts=ts) == []
    assert workspace.deliveries == []
    offered = await workspace.options("alice", "workload", "app", channel="platform", ts=ts)
    assert [option["value"] for option in offered] == ["app-one", "app-two"]
    await workspace.click("alice", "platform", ts, "workload", value="app-two")
    assert seen == ["app-two"]
