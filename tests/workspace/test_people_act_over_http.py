"""The workspace from outside: everything a person can do and see, over HTTP alone, with a real Bolt app behind it."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from tests.workspace.test_commands_and_clicks_pass_through_real_bolt import BUTTONS

MODAL = {
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
HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Nothing waits."}}]}


class Outside:
    """Only addresses and JSON."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self.session = address, session

    async def get(self, path: str) -> tuple[int, dict]:
        async with self.session.get(f"{self.address}/api/{path}") as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, body: object) -> tuple[int, dict]:
        async with self.session.post(f"{self.address}/api/{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def texts(self, channel: str, person: str, thread_ts: str = "") -> list[str]:
        thread = f"&thread_ts={thread_ts}" if thread_ts else ""
        _, answer = await self.get(f"channels/{channel}/messages?as={person}{thread}")
        return [message["text"] for message in answer["messages"]]


@pytest.fixture
def outside(workspace, session) -> Outside:
    return Outside(workspace.address, session)


async def test_the_people_and_channels_are_listed_with_what_matters_about_them(outside):
    _, people = await outside.get("people")
    by_name = {person["name"]: person for person in people["people"]}
    assert list(by_name) == ["alice", "bob", "carol", "dave", "erin"]
    assert by_name["bob"]["locale"] == "ja-JP" and by_name["carol"]["profile"]["title"] == "SRE lead"
    erin = by_name["erin"]
    assert (erin["team_id"], erin["is_restricted"], erin["is_stranger"]) == ("T0PARTNER", True, True)
    _, channels = await outside.get("channels")
    assert [channel["name"] for channel in channels["channels"]] == ["payments-prod", "platform", "random"]
    _, hers = await outside.get("channels?as=erin")
    assert [channel["name"] for channel in hers["channels"]] == ["payments-prod", "erin"]


async def test_a_command_is_answered_to_its_sender_only(outside, app, connect):
    @app.command("/eks")
    async def eks(ack, command):
        await ack(text=f"you typed {command['text']}")

    await connect(app)
    status, answer = await outside.post("people/alice/command", {"channel": "platform", "text": "/eks get pods"})
    assert status == 200 and answer["ok"] and answer["acknowledged"]
    assert answer["payload"] == {"text": "you typed get pods"}
    assert await outside.texts("platform", "alice") == ["you typed get pods"]
    assert await outside.texts("platform", "bob") == []
    await outside.post("people/alice/reload", {})
    assert await outside.texts("platform", "alice") == []


async def test_a_message_starts_a_thread_that_others_answer_in(outside):
    _, first = await outside.post("people/alice/message", {"channel": "platform", "text": "app is down"})
    reply = {"channel": "platform", "text": "looking", "thread_ts": first["ts"]}
    status, _ = await outside.post("people/bob/message", reply)
    assert status == 200
    assert await outside.texts("platform", "carol") == ["app is down"]
    assert await outside.texts("platform", "carol", first["ts"]) == ["app is down", "looking"]


async def test_a_mention_reaches_the_app_and_its_answer_rings(outside, workspace, app, connect):
    @app.event("app_mention")
    async def mentioned(event, client):
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="<@U0BOB> please")

    await connect(app)
    _, asked = await outside.post("people/alice/message", {"channel": "platform", "text": "@kajitori get pods"})
    await workspace.wait_for(lambda: workspace.notifications["bob"])
    _, rung = await outside.get("people/bob/notifications")
    assert [(ping["text"], ping["thread_ts"]) for ping in rung["notifications"]] == [("<@U0BOB> please", asked["ts"])]
    _, others = await outside.get("people/carol/notifications")
    assert others["notifications"] == []


async def test_a_click_may_be_declined_and_only_what_is_seen_can_be_clicked(outside, app, client, connect):
    seen = []

    @app.action("approve")
    async def approve(ack, body):
        await ack()
        seen.append(body["user"]["id"])

    await connect(app)
    ts = (await client.chat_postMessage(channel="C0PLATFORM", text="?", blocks=BUTTONS))["ts"]
    click = {"channel": "platform", "ts": ts, "action_id": "approve"}
    _, declined = await outside.post("people/bob/click", click | {"decline": True})
    assert not declined["acknowledged"] and seen == []
    _, answer = await outside.post("people/bob/click", click)
    assert answer["ok"] and seen == ["U0BOB"]
    for person, wanted in (("erin", click), ("bob", click | {"action_id": "no"}), ("bob", click | {"ts": "1.1"})):
        status, refused = await outside.post(f"people/{person}/click", wanted)
        assert (status, refused["error"]) == (409, "not_on_screen")
    assert seen == ["U0BOB"]


async def test_a_modal_is_opened_filled_in_refused_and_taken(outside, app, connect):
    @app.command("/eks")
    async def eks(ack, command, client):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @app.view("reject")
    async def reject(ack, view):
        reason = view["state"]["values"]["reason"]["reason"]["value"]
        await ack() if len(reason) > 3 else await ack(response_action="errors", errors={"reason": "Say why."})

    await connect(app)
    assert (await outside.get("people/alice/view"))[1] == {"ok": True, "view": None}
    await outside.post("people/alice/command", {"channel": "platform", "text": "/eks reject"})
    _, shown = await outside.get("people/alice/view")
    view_id = shown["view"]["id"]
    assert shown["view"]["title"]["text"] == "Reject"

    async def submit(values: dict, person: str = "alice") -> tuple[int, dict]:
        return await outside.post(f"people/{person}/submit", {"view_id": view_id, "values": values})

    assert (await submit({}, "bob"))[0] == 409
    assert (await submit({}))[1]["errors"] == {"reason": "Please complete this required field."}
    assert (await submit({"reason": "no"}))[1] == {"ok": False, "errors": {"reason": "Say why."}}
    assert (await submit({"reason": "it is the wrong version"}))[1] == {"ok": True, "errors": None}
    assert (await outside.get("people/alice/view"))[1]["view"] is None
    assert (await submit({"reason": "again"}))[0] == 409


async def test_a_home_is_opened_and_shown_to_its_person_only(outside, app, connect):
    @app.event("app_home_opened")
    async def opened(event, client):
        await client.views_publish(user_id=event["user"], view=HOME)

    await connect(app)
    assert (await outside.get("people/alice/home?open=false"))[1]["home"] is None
    _, shown = await outside.get("people/alice/home")
    assert shown["home"]["blocks"][0]["text"]["text"] == "Nothing waits."
    assert (await outside.get("people/bob/home?open=false"))[1]["home"] is None


async def test_private_messages_are_seen_by_their_reader_only_also_in_the_event_stream(outside, client, session):
    async with (
        session.get(f"{outside.address}/api/events?as=bob") as bobs,
        session.get(f"{outside.address}/api/events?as=alice") as alices,
    ):
        for stream in (bobs, alices):
            assert stream.content_type == "text/event-stream"
            assert await stream.content.readline()  # it listens from here on
        await client.chat_postEphemeral(channel="C0PLATFORM", user="U0ALICE", text="for alice")
        await client.chat_postMessage(channel="C0PLATFORM", text="for all")
        assert await first_message(alices) != (public := await first_message(bobs))
    _, seen = await outside.get("channels/platform/messages?as=bob")
    assert [(message["text"], message["ts"]) for message in seen["messages"]] == [("for all", public["ts"])]
    assert await outside.texts("platform", "alice") == ["for alice", "for all"]


async def first_message(stream: aiohttp.ClientResponse) -> dict:
    async with asyncio.timeout(5):
        async for line in stream.content:
            if line.startswith(b"data: ") and (change := json.loads(line[6:])).get("type") == "message":
                return change
    raise AssertionError("the stream ended")


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("people/mallory/command", {"channel": "platform", "text": "/eks"}, 404, "unknown_name"),
        ("people/alice/command", {"channel": "nowhere", "text": "/eks"}, 404, "unknown_name"),
        ("people/alice/command", {"channel": "platform"}, 400, "bad_request"),
        ("people/alice/command", {"channel": "platform", "text": "no slash"}, 400, "bad_request"),
        ("people/alice/message", {"channel": "platform", "text": "  "}, 400, "bad_request"),
        ("people/erin/message", {"channel": "platform", "text": "hello"}, 409, "not_on_screen"),
        ("people/alice/click", ["not", "an", "object"], 400, "bad_request"),
        ("people/alice/submit", {"view_id": "V0", "values": []}, 409, "not_on_screen"),
        ("people/alice/submit", {"view_id": "V0", "values": "x"}, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason(outside, workspace, path, body, status, error):
    answered, answer = await outside.post(path, body)
    assert (answered, answer["error"], answer["ok"]) == (status, error, False)
    assert workspace.deliveries == [] and workspace.messages("platform", "alice") == []


async def test_a_form_of_another_page_is_not_taken(outside, session, workspace):
    address = f"{outside.address}/api/people/alice/message"
    async with session.post(address, data={"channel": "platform", "text": "forged"}) as answer:
        assert answer.status == 400
    async with session.post(
        address, data=b'{"channel":"platform","text":"x"}', headers={"Content-Type": "text/plain"}
    ) as a:
        assert a.status == 400
    assert workspace.messages("platform", "alice") == []


async def test_who_may_not_look_into_a_channel_is_told_so(outside):
    status, answer = await outside.get("channels/platform/messages?as=erin")
    assert (status, answer["error"]) == (409, "not_on_screen")
    assert (await outside.get("channels/platform/messages"))[0] == 400
