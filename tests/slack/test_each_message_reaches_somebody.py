"""Every kind of message against Slack's rules: where it goes, where it goes instead, and what is never sent twice."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.slack.api.client import web_client
from bot.slack.delivery.messages import Gone, Later, Message, MessageKind, Sent, Upload
from bot.slack.delivery.outsiders import Outsiders
from bot.slack.delivery.places import Places
from bot.slack.delivery.sending import Sender
from tests.workspace.edge import Moments

BLOCKS = ({"type": "section", "text": {"type": "plain_text", "text": "Roll back shop/app"}},)


def message(kind: MessageKind = MessageKind.POST, **more: object) -> Message:
    usual: dict[str, object] = {"key": "request/142/card", "channel": "C0PLATFORM", "user": "U0ALICE", "text": "Roll"}
    return Message(**{**usual, "kind": kind, "blocks": BLOCKS, **more})


@pytest.fixture
def sender(workspace, session, clock) -> Sender:
    client = web_client(session, token=workspace.bot_token, base_url=f"{workspace.address}/api/")
    return Sender(
        client=client,
        session=session,
        places=Places(client),
        outsiders=Outsiders(client, Moments(clock), invited=["C0PAYMENTS", "C0PLATFORM"]),
        clock=Moments(clock),
        bot_name="kajitori",
    )


def methods(workspace) -> list[str]:
    return [call.method for call in workspace.calls]


def response_url(workspace, person: str = "U0ALICE", channel: str = "C0PLATFORM") -> str:
    key = workspace.state.triggers.hook(person, channel)
    return f"{workspace.address}/hooks/commands/{key}"


async def test_a_post_is_quiet_and_carries_its_key(workspace, sender):
    sent = await sender.send(message())
    assert isinstance(sent, Sent) and sent.channel == "C0PLATFORM" and not sent.diverted
    (call,) = workspace.calls
    assert call.method == "chat.postMessage"
    assert (call.arguments["parse"], call.arguments["link_names"]) == ("none", False)
    assert (call.arguments["unfurl_links"], call.arguments["unfurl_media"]) == (False, False)
    assert call.arguments["metadata"] == {"event_type": "kajitori", "event_payload": {"key": "request/142/card"}}


async def test_a_post_whose_answer_was_lost_is_found_and_not_posted_again(workspace, sender):
    workspace.faults.lose_answer("chat.postMessage")
    first = await sender.send(message())
    assert isinstance(first, Later) and first.uncertain
    second = await sender.send(message(uncertain=first.uncertain))
    seen = workspace.messages("platform", "bob")
    assert isinstance(second, Sent) and [second.ts] == [each["ts"] for each in seen]


async def test_a_reply_whose_answer_was_lost_is_found_in_its_thread(workspace, sender):
    card = await sender.send(message())
    workspace.faults.lose_answer("chat.postMessage")
    end = message(key="request/142/end", thread_ts=card.ts)
    assert (await sender.send(end)).uncertain
    sent = await sender.send(msgspec.structs.replace(end, uncertain=True))
    thread = workspace.messages("platform", "bob", thread_ts=card.ts)
    assert [each["ts"] for each in thread] == [card.ts, sent.ts]


async def test_a_post_that_never_arrived_is_posted(workspace, sender):
    workspace.faults.drop("chat.postMessage")
    assert (await sender.send(message())).uncertain
    assert isinstance(await sender.send(message(uncertain=True)), Sent)
    assert len(workspace.messages("platform", "bob")) == 1


async def test_somebody_elses_post_with_our_key_in_its_text_is_not_taken_for_ours(workspace, sender):
    await workspace.message("erin", "payments-prod", "request/142/card")
    sent = await sender.send(message(channel="C0PAYMENTS", uncertain=True))
    assert [each["user"] for each in workspace.messages("payments-prod", "bob")] == ["U0ERIN", "U0KAJITORI"]
    assert isinstance(sent, Sent)


async def test_where_the_bot_is_not_the_person_is_told_alone_with_the_way_in(workspace, sender):
    sent = await sender.send(message(channel="C0RANDOM"))
    assert isinstance(sent, Sent) and sent.diverted and sent.channel == workspace.direct("alice")
    (told,) = workspace.messages("D", "alice")
    assert "/invite @kajitori" in str(told["blocks"][0]) and "#random" in str(told["blocks"][0])
    assert told["blocks"][1]["text"]["text"] == "Roll back shop/app"
    assert workspace.messages("random", "alice") == []


async def test_where_the_bot_is_not_and_nobody_is_named_it_is_gone(workspace, sender):
    assert await sender.send(message(channel="C0RANDOM", user="")) == Gone(why="not_in_channel")


async def test_an_edit_changes_the_message_and_notifies_nobody(workspace, sender):
    posted = await sender.send(message())
    edited = await sender.send(message(MessageKind.UPDATE, ts=posted.ts, text="<@U0BOB> done"))
    assert edited == Sent(channel="C0PLATFORM", ts=posted.ts)
    assert [each["text"] for each in workspace.messages("platform", "bob")] == ["<@U0BOB> done"]
    assert workspace.notifications["bob"] == []


async def test_an_edit_of_what_was_deleted_is_gone(workspace, sender):
    posted = await sender.send(message())
    assert await sender.send(message(MessageKind.DELETE, ts=posted.ts)) == posted
    assert await sender.send(message(MessageKind.UPDATE, ts=posted.ts)) == Gone(why="message_not_found")
    assert isinstance(await sender.send(message(MessageKind.DELETE, ts=posted.ts)), Sent)


async def test_a_private_answer_is_seen_by_its_reader_only(workspace, sender):
    await sender.send(message(MessageKind.EPHEMERAL))
    assert len(workspace.messages("platform", "alice")) == 1 and workspace.messages("platform", "bob") == []


@pytest.mark.parametrize(("person", "channel"), [("U0ALICE", "C0RANDOM"), ("U0ERIN", "C0PLATFORM")])
async def test_a_private_answer_that_cannot_be_shown_there_goes_by_direct_message(workspace, sender, person, channel):
    sent = await sender.send(message(MessageKind.EPHEMERAL, user=person, channel=channel))
    assert sent.diverted
    assert [each["text"] for each in workspace.messages("D", person)] == ["Roll"]
    assert workspace.messages("platform", "bob") == []


async def test_a_private_answer_in_a_direct_message_is_a_message_there(workspace, sender):
    await sender.send(message(MessageKind.EPHEMERAL, channel=workspace.direct("alice")))
    assert methods(workspace) == ["chat.postMessage"] and len(workspace.messages("D", "alice")) == 1


async def test_a_response_url_serves_five_answers_and_the_sixth_goes_as_ephemeral(workspace, sender):
    url = response_url(workspace)
    for number in range(6):
        assert isinstance(await sender.send(message(MessageKind.RESPOND, response_url=url, text=f"{number}")), Sent)
    assert methods(workspace) == ["response_url"] * 6 + ["chat.postEphemeral"]
    assert [each["text"] for each in workspace.messages("platform", "alice")] == list("012345")
    assert workspace.messages("platform", "bob") == []


async def test_an_old_response_url_is_not_even_tried(workspace, sender, clock):
    url, since = response_url(workspace), clock.now().timestamp()
    await clock.advance(timedelta(minutes=30).total_seconds())
    await sender.send(message(MessageKind.RESPOND, response_url=url, since=since))
    assert methods(workspace) == ["chat.postEphemeral"]


async def test_what_is_shared_by_a_response_url_is_seen_by_all(workspace, sender):
    await sender.send(message(MessageKind.RESPOND, response_url=response_url(workspace), private=False))
    assert len(workspace.messages("platform", "bob")) == 1


async def test_a_response_url_can_answer_where_the_bot_is_not(workspace, sender):
    url = response_url(workspace, channel="C0RANDOM")
    assert isinstance(await sender.send(message(MessageKind.RESPOND, response_url=url, channel="C0RANDOM")), Sent)
    assert len(workspace.messages("random", "alice")) == 1 and workspace.messages("D", "alice") == []


async def test_a_home_is_published_to_its_person(workspace, sender):
    view = {"type": "home", "blocks": list(BLOCKS)}
    assert await sender.send(message(MessageKind.HOME, channel="", view=view)) == Sent()
    assert workspace.home("alice")["blocks"][0]["text"]["text"] == "Roll back shop/app"
    assert workspace.home("bob") is None


FILE = Upload(name="app.log", title="Logs of app", content=b"line\n" * 100)


async def test_a_private_file_goes_to_direct_messages_and_a_shared_one_to_the_channel(workspace, sender, session):
    private = await sender.send(message(MessageKind.FILE, file=FILE))
    assert private.diverted and workspace.messages("platform", "bob") == []
    assert [each["files"][0]["title"] for each in workspace.messages("D", "alice")] == ["Logs of app"]
    shared = await sender.send(message(MessageKind.FILE, file=FILE, private=False))
    (seen,) = workspace.messages("platform", "bob")
    async with session.get(seen["files"][0]["url_private"]) as answer:
        assert await answer.read() == FILE.content
    assert not shared.diverted


async def test_a_file_with_nothing_in_it_is_a_file_nevertheless(workspace, sender):
    empty = Upload(name="empty.log", title="Nothing", content=b"")
    assert isinstance(await sender.send(message(MessageKind.FILE, file=empty)), Sent)


async def test_a_direct_message_opens_its_channel_once(workspace, sender):
    for number in range(3):
        direct = message(MessageKind.DIRECT, channel="", key=f"k{number}")
        assert (await sender.send(direct)).channel == workspace.direct("alice")
    assert methods(workspace).count("conversations.open") == 1
    assert len(workspace.notifications["alice"]) == 3


async def test_nobody_to_write_to_is_gone(workspace, sender):
    assert await sender.send(message(MessageKind.DIRECT, channel="", user="U0NOBODY")) == Gone(why="user_not_found")


async def test_too_much_at_once_is_later_by_slacks_own_number(workspace, sender):
    workspace.faults.rate_limit("chat.postMessage", retry_after=17)
    assert await sender.send(message()) == Later(seconds=17, why="ratelimited")
    workspace.faults.rate_limit("response_url", retry_after=9)
    answer = message(MessageKind.RESPOND, response_url=response_url(workspace))
    assert await sender.send(answer) == Later(seconds=9, why="ratelimited")
    assert workspace.messages("platform", "alice") == []


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "missing_scope", "never_heard_of"])
async def test_a_refused_bot_keeps_its_messages_for_later(workspace, sender, code):
    workspace.faults.error("chat.postMessage", code)
    assert await sender.send(message()) == Later(seconds=60, why=code)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_answer_is_later_and_uncertain(workspace, sender, status):
    workspace.faults.status("chat.postMessage", status)
    assert (await sender.send(message())).uncertain


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_what_slack_finds_too_large_goes_as_its_line(workspace, sender, code):
    workspace.faults.error("chat.postMessage", code)
    assert isinstance(await sender.send(message()), Sent)
    (seen,) = workspace.messages("platform", "bob")
    assert seen["text"] == "Roll" and "blocks" not in seen


async def test_what_is_too_large_even_so_is_gone(workspace, sender):
    workspace.faults.error("chat.postMessage", "msg_too_long", times=2)
    assert await sender.send(message()) == Gone(why="msg_too_long")


async def test_blocks_that_break_a_limit_never_reach_slack_but_their_line_does(workspace, sender):
    wrong = ({"type": "section", "text": {"type": "plain_text", "text": "x" * 3_001}},)
    assert isinstance(await sender.send(message(blocks=wrong)), Sent)
    assert [call.ok for call in workspace.calls] == [True]
    assert [each["text"] for each in workspace.messages("platform", "bob")] == ["Roll"]


async def test_a_reply_to_what_was_deleted_goes_to_the_channel(workspace, sender):
    sent = await sender.send(message(thread_ts="1700000000.000001"))
    assert isinstance(sent, Sent) and len(workspace.messages("platform", "bob")) == 1
