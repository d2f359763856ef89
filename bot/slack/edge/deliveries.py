"""One thing that came in from Slack, as frozen data: what it asks, by whom, where, and the key it is deduplicated by.

Slack delivers at least once (slack.md §1.1): an event is known by its `event_id`, a click by its trigger, its user and
its action, a modal's submit by the view as it was shown. Free text is redacted here, before it goes anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec


class Kind(StrEnum):
    """What a delivery is."""

    COMMAND = "command"
    MENTION = "mention"
    DIRECT = "direct"
    CLICK = "click"
    SUBMIT = "submit"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    OPTIONS = "options"
    HOME = "home"
    EVENT = "event"


class Lane(StrEnum):
    """`people` wait for an answer now; `events` are sent again by Slack if they are not acknowledged."""

    PEOPLE = "people"
    EVENTS = "events"


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """A modal as it was sent in. `values` by block id, already redacted; `metadata` is ours, back from a client."""

    view: str
    callback: str
    metadata: str
    values: dict[str, str]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery. Ids are Slack's; `team` is the workspace, `user_team` the person's own (empty: unknown, so refuse).

    `line` is what was typed, still in Slack's escaping, with secrets redacted (`secret` says that there were some).
    `action` and `value` come from a click, `submitted` from a modal. `card_ts` is the message that was clicked on,
    `ts` the message a person wrote. `trigger` opens a modal once, within 3 s; `response_url` is a bearer value.
    """

    key: str
    kind: Kind
    lane: Lane
    team: str
    user: str
    user_team: str = ""
    channel: str = ""
    thread_ts: str = ""
    ts: str = ""
    line: str = ""
    secret: bool = False
    action: str = ""
    value: str = ""
    submitted: Submitted | None = None
    card_ts: str = ""
    trigger: str = ""
    response_url: str = ""
    locale: str = ""
    direct: bool = False
    event: str = ""
    payload: dict[str, Any] = msgspec.field(default_factory=dict)


Redact = Callable[[str], str]

_KEPT: Final = ("type", "user", "channel", "subteam", "tab", "channel_type", "inviter", "event_ts")


class Unreadable(ValueError):
    """A payload without the parts that every payload of its kind has."""


def read_delivery(body: Mapping[str, Any], *, redact: Redact, bot_user: str = "") -> Delivery | None:
    """A Bolt payload as a delivery; `None` for what is not for us: own messages, edits, channel chatter.

    Raises `Unreadable` for a payload that lacks what Slack always sends.
    """
    try:
        if "command" in body:
            return _command(body, redact)
        if body.get("type") == "event_callback":
            return _event(body, redact, bot_user)
        return _INTERACTIVE[str(body["type"])](body, redact)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"a payload of type {body.get('type')!r} lacks {error}") from error


def _command(body: Mapping[str, Any], redact: Redact) -> Delivery:
    typed = str(body.get("text") or "")
    line = redact(typed)
    return Delivery(
        key=f"command:{body['trigger_id']}",
        kind=Kind.COMMAND,
        lane=Lane.PEOPLE,
        team=body["team_id"],
        user=body["user_id"],
        user_team=body["team_id"],
        channel=body["channel_id"],
        line=line,
        secret=line != typed,
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        direct=body["channel_id"].startswith("D"),
    )


def _event(body: Mapping[str, Any], redact: Redact, bot_user: str) -> Delivery | None:
    event = body["event"]
    if event.get("bot_id") or event.get("user") in ("", bot_user) or event.get("subtype"):
        return None
    channel = event.get("channel", "")
    direct = isinstance(channel, str) and channel.startswith("D")
    if event["type"] in ("app_mention", "message"):
        # A mention inside a direct message arrives as `message` too: one of the two is enough.
        if (event["type"] == "app_mention") == direct:
            return None
        return _typed(body, redact, bot_user, direct=direct)
    user = event.get("user", "")
    home = event["type"] == "app_home_opened"
    return Delivery(
        key=f"event:{body['event_id']}",
        kind=Kind.HOME if home else Kind.EVENT,
        lane=Lane.EVENTS,
        team=body["team_id"],
        user=user if isinstance(user, str) else user.get("id", ""),
        user_team=actor_team(body),
        channel=channel if isinstance(channel, str) else channel.get("id", ""),
        event=event["type"],
        payload={name: event[name] for name in _KEPT if name in event},
    )


def _typed(body: Mapping[str, Any], redact: Redact, bot_user: str, *, direct: bool) -> Delivery:
    event = body["event"]
    said = str(event.get("text") or "").strip()
    typed = said.removeprefix(f"<@{bot_user}>").strip() if bot_user else said
    line = redact(typed)
    return Delivery(
        key=f"event:{body['event_id']}",
        kind=Kind.DIRECT if direct else Kind.MENTION,
        lane=Lane.PEOPLE,
        team=body["team_id"],
        user=event["user"],
        user_team=actor_team(body),
        channel=event["channel"],
        thread_ts=event.get("thread_ts", ""),
        ts=event["ts"],
        line=line,
        secret=line != typed,
        direct=direct,
        event=event["type"],
    )


def actor_team(body: Mapping[str, Any]) -> str:
    """The team of whoever caused an event; empty where Slack does not say, which must mean refuse (slack.md §1.7).

    `team_id` is who receives the event, so in a channel shared with others it says nothing of its author. The event's
    own `team` does; whoever it names is still asked of `users.info`, which knows strangers (bot.identity.directory).
    """
    event = body["event"]
    team = str(event.get("user_team") or event.get("source_team") or event.get("team") or "")
    if body.get("is_ext_shared_channel") is not True:
        return team or str(body.get("team_id") or "")
    return team if team.startswith("T") else ""


def _click(body: Mapping[str, Any], redact: Redact) -> Delivery:
    action = body["actions"][0]
    value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
    container, message = body.get("container", {}), body.get("message", {})
    channel = (body.get("channel") or {}).get("id", "") or container.get("channel_id", "")
    trigger = body.get("trigger_id", "")
    return Delivery(
        key=f"click:{trigger or action['action_ts']}:{body['user']['id']}:{action['action_id']}",
        kind=Kind.CLICK,
        lane=Lane.PEOPLE,
        team=team_of(body),
        user=body["user"]["id"],
        user_team=body["user"].get("team_id", ""),
        channel=channel,
        thread_ts=_thread_of(message, container),
        action=action["action_id"],
        value=redact(str(value)),
        card_ts=message.get("ts", "") or container.get("message_ts", ""),
        trigger=trigger,
        response_url=body.get("response_url", ""),
        direct=channel.startswith("D"),
        payload={"ephemeral": bool(container.get("is_ephemeral")), "view": container.get("type") == "view"},
    )


def _thread_of(message: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    """The thread that a message is a reply in; a thread's first message has its own `ts` there and is none."""
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    return "" if thread == message.get("ts") else thread


def _view(body: Mapping[str, Any], redact: Redact) -> Delivery:
    view = body["view"]
    kind = Kind.SUBMIT if body["type"] == "view_submission" else Kind.CLOSED
    typed = view_values(view)
    values = {block: redact(value) for block, value in typed.items()}
    return Delivery(
        key=f"{kind}:{view['id']}:{view.get('hash', '')}:{body['user']['id']}",
        kind=kind,
        lane=Lane.PEOPLE,
        team=team_of(body),
        user=body["user"]["id"],
        user_team=body["user"].get("team_id", ""),
        submitted=Submitted(
            view=view["id"],
            callback=view.get("callback_id", ""),
            metadata=view.get("private_metadata", ""),
            values=values,
        ),
        secret=values != typed,
        trigger=body.get("trigger_id", ""),
    )


def view_values(view: Mapping[str, Any]) -> dict[str, str]:
    """What was put into a modal's inputs, by block id. Several choices of one input are joined with commas."""
    found: dict[str, str] = {}
    for block, inputs in (view.get("state") or {}).get("values", {}).items():
        for answer in inputs.values():
            chosen = answer.get("selected_options") or [answer.get("selected_option") or {}]
            options = ",".join(str(option.get("value", "")) for option in chosen)
            plain = answer.get("value") or answer.get("selected_user") or answer.get("selected_conversation")
            found[block] = str(plain or options)
    return found


def _shortcut(body: Mapping[str, Any], redact: Redact) -> Delivery:
    message = body.get("message", {})
    channel = (body.get("channel") or {}).get("id", "")
    typed = str(message.get("text", ""))
    line = redact(typed)
    return Delivery(
        key=f"shortcut:{body['trigger_id']}",
        kind=Kind.SHORTCUT,
        lane=Lane.PEOPLE,
        team=team_of(body),
        user=body["user"]["id"],
        user_team=body["user"].get("team_id", ""),
        channel=channel,
        thread_ts=message.get("thread_ts", ""),
        ts=message.get("ts", ""),
        line=line,
        secret=line != typed,
        action=body["callback_id"],
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        direct=channel.startswith("D"),
    )


def _options(body: Mapping[str, Any], redact: Redact) -> Delivery:
    return Delivery(
        key="",
        kind=Kind.OPTIONS,
        lane=Lane.PEOPLE,
        team=team_of(body),
        user=body["user"]["id"],
        user_team=body["user"].get("team_id", ""),
        channel=(body.get("channel") or {}).get("id", ""),
        line=redact(str(body.get("value") or "")),
        action=body["action_id"],
    )


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace of an interactive payload; an organisation-wide installation sends none beside the person's."""
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id", ""))


_INTERACTIVE: Final[dict[str, Callable[[Mapping[str, Any], Redact], Delivery]]] = {
    "block_actions": _click,
    "view_submission": _view,
    "view_closed": _view,
    "message_action": _shortcut,
    "shortcut": _shortcut,
    "block_suggestion": _options,
}
