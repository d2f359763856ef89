"""Acknowledge within three seconds: an event comes again up to three times, what a person did is lost and told."""

from __future__ import annotations

import asyncio

BUTTON = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
    }
]


def silent(app) -> asyncio.Queue:
    """Every delivery is noticed and none acknowledged."""
    noticed: asyncio.Queue = asyncio.Queue()

    @app.middleware
    async def swallow(request):
        noticed.put_nowait(request)

    return noticed


async def test_an_event_without_answer_is_sent_three_more_times_with_one_event_id(workspace, app, clock, connect):
    noticed = silent(app)
    await connect(app)
    await workspace.message("alice", "payments-prod", "@kajitori rollout status deploy/app")
    delivery = workspace.deliveries[0]
    seen = []
    for count, delay in ((1, 0), (2, 60), (3, 300), (4, 1000)):
        seen.append(await noticed.get())
        await clock.advance(3)
        await workspace.wait_for(lambda count=count: len(delivery.attempts) == count)
        await clock.advance(delay)
    assert noticed.empty()
    assert len({request.body["event_id"] for request in seen}) == 1
    assert len({attempt.envelope_id for attempt in delivery.attempts}) == 4
    assert [attempt.number for attempt in delivery.attempts] == [0, 1, 2, 3]
    assert [request.headers.get("x-slack-retry-num") for request in seen[1:]] == [["1"], ["2"], ["3"]]
    assert seen[1].headers["x-slack-retry-reason"] == ["timeout"]


async def test_an_acknowledged_event_is_sent_once(workspace, app, clock, connect):
    heard = []

    @app.event("app_mention")
    async def mention(event):
        heard.append(event)

    await connect(app)
    await workspace.message("alice", "payments-prod", "<@U0KAJITORI> get pods")
    await workspace.wait_for(lambda: workspace.deliveries[0].attempts)
    await clock.advance(1000)
    assert [event["text"] for event in heard] == ["<@U0KAJITORI> get pods"]
    assert [attempt.error for attempt in workspace.deliveries[0].attempts] == [""]


async def test_a_command_without_answer_is_told_to_its_sender_and_not_sent_again(workspace, app, clock, connect):
    noticed = silent(app)
    await connect(app)
    typed = asyncio.ensure_future(workspace.command("alice", "platform", "/eks get pods"))
    await noticed.get()
    await clock.advance(3)
    assert (await typed).error == "operation_timeout"
    await clock.advance(1000)
    assert noticed.empty() and len(workspace.deliveries[0].attempts) == 1
    assert [m["text"] for m in workspace.messages("platform", "alice")] == [
        '/eks failed with the error "operation_timeout"'
    ]
    assert workspace.messages("platform", "bob") == []


async def test_a_click_without_answer_is_told_and_not_sent_again(workspace, app, client, clock, connect):
    noticed = silent(app)
    await connect(app)
    ts = (await client.chat_postMessage(channel="C0PLATFORM", text="Go?", blocks=BUTTON))["ts"]
    clicked = asyncio.ensure_future(workspace.click("bob", "platform", ts, "go"))
    await noticed.get()
    await clock.advance(3)
    assert (await clicked).error == "operation_timeout"
    await clock.advance(1000)
    assert noticed.empty() and len(workspace.deliveries[0].attempts) == 1
    assert "operation_timeout" in workspace.messages("platform", "bob")[-1]["text"]


async def test_without_a_connection_a_command_fails_at_once(workspace):
    outcome = await workspace.command("alice", "platform", "/eks get pods")
    assert outcome.error == "dispatch_failed" and not outcome.acknowledged
    assert "dispatch_failed" in workspace.messages("platform", "alice")[0]["text"]


async def test_a_delivery_can_be_replayed_by_a_test(workspace, app, connect):
    heard = []

    @app.event("app_mention")
    async def mention(body):
        heard.append(body["event_id"])

    await connect(app)
    await workspace.message("alice", "payments-prod", "@kajitori get pods")
    await workspace.wait_for(lambda: workspace.deliveries[0].attempts)
    assert (await workspace.replay(workspace.deliveries[0])).acknowledged
    assert len(heard) == 2 and len(set(heard)) == 1


async def test_the_app_hears_only_what_it_subscribed_to_where_it_is_a_member(workspace):
    await workspace.message("alice", "payments-prod", "no mention")
    await workspace.message("alice", "random", "@kajitori not a member here")
    assert workspace.deliveries == []
    await workspace.message("alice", workspace.direct("alice"), "help")
    await workspace.invite("alice", "random")
    await workspace.open_home("alice")
    kinds = [delivery.payload["event"]["type"] for delivery in workspace.deliveries]
    assert kinds == ["message", "member_joined_channel", "app_home_opened"]
    assert workspace.deliveries[0].payload["event"]["channel_type"] == "im"


async def test_a_person_of_another_organisation_is_marked_as_such(workspace):
    await workspace.message("erin", "payments-prod", "@kajitori delete everything")
    payload = workspace.deliveries[0].payload
    assert payload["is_ext_shared_channel"] is True and payload["team_id"] == "T0KAJITORI"
    assert (payload["event"]["user_team"], payload["event"]["team"]) == ("T0PARTNER", "T0PARTNER")
