"""A person types: commands, messages, mentions; opens the Home tab; uses a message shortcut; invites the app."""

from __future__ import annotations

from playground.workspace import payloads, posting
from playground.workspace.channels import Channel
from playground.workspace.deliveries import Delivery, Outcome
from playground.workspace.desk import Desk, channel_of, interact, member_channel, message_before
from playground.workspace.errors import NotOnScreen, SlackError
from playground.workspace.mentions import as_sent, escaped, in_text, typed_blocks
from playground.workspace.messages import Message
from playground.workspace.people import BOT_USER, Person
from playground.workspace.wire import Json


async def command(desk: Desk, person: Person, channel_name: str, text: str) -> Outcome:
    """A slash command; the answer in the acknowledgement appears at once, a failure as a private notice."""
    channel = member_channel(desk, person, channel_name)
    name, _, rest = text.strip().partition(" ")
    if not name.startswith("/") or len(name) < 2:
        raise ValueError(f"a command starts with a slash: {text[:40]!r}")
    state = desk.state
    sent = as_sent(rest, state.people, state.channels, labels=True) if desk.should_escape else escaped(rest)
    payload = payloads.slash_command(state, person, channel, name, sent.strip())
    outcome = await desk.courier.once(Delivery(kind="slash_commands", payload=payload, takes_answer=True))
    if outcome.error:
        posting.notice(state, channel, person.id, f'{name} failed with the error "{outcome.error}"')
    elif outcome.payload:
        _answer(desk, person, channel, text.strip(), outcome.payload)
    return outcome


def _answer(desk: Desk, person: Person, channel: Channel, typed: str, answer: Json) -> None:
    try:
        said = posting.content(desk.state, answer.get("text"), answer.get("blocks"), answer.get("attachments"))
    except SlackError as error:
        posting.notice(desk.state, channel, person.id, f'{typed.split()[0]} failed with the error "{error.error}"')
        return
    if answer.get("response_type") == "in_channel":
        posting.post(desk.state, channel, posting.Content(text=escaped(typed)), user=person.id, team=person.team)
        posting.post(desk.state, channel, said)
    else:
        posting.post(desk.state, channel, said, reader=person.id)


async def message(desk: Desk, person: Person, channel_name: str, text: str, thread_ts: str | None) -> Message:
    """A message; the app hears of it where it is a member, as its subscriptions say."""
    channel = member_channel(desk, person, channel_name)
    state = desk.state
    if not text.strip():
        raise ValueError("an empty message cannot be sent")
    if thread_ts and message_before(desk, person, channel, thread_ts).thread_ts:
        raise NotOnScreen(f"{thread_ts} is a reply, not the start of a thread")
    sent = as_sent(text, state.people, state.channels)
    said = posting.Content(text=sent, blocks=tuple(typed_blocks(sent, state.views.next_id())))
    posted = posting.post(state, channel, said, user=person.id, team=person.team, thread_ts=thread_ts)
    if BOT_USER in channel.members:
        _tell_app(desk, person, channel, posted)
    return posted


def _tell_app(desk: Desk, person: Person, channel: Channel, posted: Message) -> None:
    kinds = {f"message.{channel.type}s" if channel.type != "im" else "message.im": "message"}
    if ("user", BOT_USER) in in_text(posted.text) and not channel.person:
        kinds["app_mention"] = "app_mention"
    for subscription, kind in kinds.items():
        if subscription in desk.subscriptions:
            inner = payloads.message_event(channel, posted, kind=kind)
            _event(desk, person, channel, inner)


def _event(desk: Desk, person: Person, channel: Channel | None, inner: Json) -> None:
    desk.courier.event(Delivery(kind="events_api", payload=payloads.event(desk.state, person, channel, inner)))


def open_home(desk: Desk, person: Person) -> None:
    channel = desk.state.channels.direct(person)
    if "app_home_opened" in desk.subscriptions:
        inner = payloads.home_opened(desk.state, person, channel, desk.state.views.home(person.id))
        _event(desk, person, None, inner)


def invite(desk: Desk, person: Person, channel_name: str) -> None:
    """Bring the app into a channel."""
    channel = member_channel(desk, person, channel_name)
    if BOT_USER in channel.members:
        return
    joined = desk.state.channels.join(channel, BOT_USER)
    if "member_joined_channel" in desk.subscriptions:
        _event(desk, person, joined, payloads.member_joined(desk.state, person, joined))


async def shortcut(desk: Desk, person: Person, channel_name: str, ts: str, callback_id: str) -> Outcome:
    """A message shortcut."""
    channel = channel_of(desk, person, channel_name)
    found = message_before(desk, person, channel, ts)
    payload = payloads.message_action(desk.state, person, channel, found, callback_id)
    return await interact(desk, person, payload, channel=channel, answer=False)
