"""The payloads that Slack sends, in Slack's own shapes (docs.slack.dev/reference/interaction-payloads and /events)."""

from __future__ import annotations

import uuid

from playground.workspace.channels import Channel
from playground.workspace.messages import Message
from playground.workspace.people import APP, BOT_USER, OTHER_TEAM, TEAM, TEAM_DOMAIN, Person
from playground.workspace.state import State
from playground.workspace.views import View
from playground.workspace.wire import Json

VERIFICATION_TOKEN = "playground-verification-token"  # noqa: S105 (deprecated by Slack, no secret, still sent)


def _domain(team: str) -> str:
    return "partner" if team == OTHER_TEAM else TEAM_DOMAIN


def _common(person: Person) -> Json:
    return {
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "team": {"id": person.team, "domain": _domain(person.team)},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _where(state: State, channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.slash_name}


def _response_url(state: State, kind: str, person: Person, channel: Channel, ts: str | None = None) -> str:
    key = state.triggers.hook(person.id, channel.id, message_ts=ts)
    return f"{state.address}/hooks/{kind}/{key}"


def slash_command(state: State, person: Person, channel: Channel, command: str, text: str) -> Json:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": person.team,
        "team_domain": _domain(person.team),
        "channel_id": channel.id,
        "channel_name": channel.slash_name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": _response_url(state, "commands", person, channel),
        "trigger_id": state.triggers.trigger(person.id),
    }


def message_container(message: Message) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.reader is not None,
    }
    return container | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def in_message(state: State, person: Person, channel: Channel, message: Message, values: Json) -> Json:
    """The part of block_actions and block_suggestion that says where, for an element in a message."""
    return _common(person) | {
        "container": message_container(message),
        "channel": _where(state, channel),
        "message": state.messages.shown(message),
        "state": {"values": values},
        "response_url": _response_url(state, "actions", person, channel, message.ts),
    }


def in_view(person: Person, view: View) -> Json:
    """The same for an element in a modal or Home tab."""
    return _common(person) | {"container": {"type": "view", "view_id": view.id}, "view": view.shown()}


def block_actions(state: State, place: Json, action: Json, *, view: View | None) -> Json:
    trigger_id = state.triggers.trigger(place["user"]["id"], view=view.id if view else None)
    action = action | {"action_ts": state.messages.next_ts()}
    return place | {"type": "block_actions", "trigger_id": trigger_id, "actions": [action]}


def block_suggestion(place: Json, element: Json, block_id: str, text: str) -> Json:
    asked = {name: inner for name, inner in place.items() if name not in ("response_url", "state")}
    return asked | {
        "type": "block_suggestion",
        "action_id": element["action_id"],
        "block_id": block_id,
        "value": text,
    }


def view_submission(state: State, person: Person, view: View) -> Json:
    return _common(person) | {
        "type": "view_submission",
        "trigger_id": state.triggers.trigger(person.id, view=view.id),
        "view": view.shown(),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, cleared: bool) -> Json:
    return _common(person) | {"type": "view_closed", "view": view.shown(), "is_cleared": cleared}


def message_action(state: State, person: Person, channel: Channel, message: Message, callback_id: str) -> Json:
    return _common(person) | {
        "type": "message_action",
        "action_ts": state.messages.next_ts(),
        "channel": _where(state, channel),
        "callback_id": callback_id,
        "trigger_id": state.triggers.trigger(person.id),
        "response_url": _response_url(state, "actions", person, channel, message.ts),
        "message_ts": message.ts,
        "message": state.messages.shown(message),
    }


def event(state: State, person: Person, channel: Channel | None, inner: Json) -> Json:
    """The outer payload of the Events API."""
    event_id = f"Ev{uuid.uuid4().hex[:9].upper()}"
    shared = channel is not None and channel.connected_team is not None
    outside: Json = {"user_team": person.team, "source_team": person.team} if person.team != TEAM else {}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": inner | outside,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(state.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{event_id}",
    }


def message_event(channel: Channel, message: Message, *, kind: str) -> Json:
    """`kind` is message or app_mention."""
    inner: Json = {
        "type": kind,
        "user": message.user,
        "ts": message.ts,
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{message.channel}/{message.ts}")),
        "text": message.text,
        "team": message.team,
        "blocks": list(message.blocks),
        "channel": channel.id,
        "event_ts": message.ts,
    }
    if message.thread_ts:
        inner |= {"thread_ts": message.thread_ts}
    return inner | ({"channel_type": channel.type} if kind == "message" else {})


def home_opened(state: State, person: Person, channel: Channel, view: View | None) -> Json:
    inner: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": state.messages.next_ts(),
    }
    return inner | ({"view": view.shown()} if view else {})


def member_joined(state: State, inviter: Person, channel: Channel) -> Json:
    return {
        "type": "member_joined_channel",
        "user": BOT_USER,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": TEAM,
        "inviter": inviter.id,
        "event_ts": state.messages.next_ts(),
    }
