"""What Slack would refuse is refused visibly: which refused calls people see, where, and who of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.workspace.channels import may_read
from playground.workspace.wire import Json

if TYPE_CHECKING:
    from playground.workspace.state import Call, State

SHOWN = ("chat.", "views.", "files.", "response_url")
NO_MISTAKE = ("ratelimited", "hash_conflict", "fault: ")
"""A limit passes, a conflict is a race, a fault was asked for: nothing in the message is to be mended."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One refused call; `channel` is empty where none was named, `messages` are Slack's, with JSON pointers."""

    method: str
    error: str
    messages: tuple[str, ...]
    channel: str
    ts: str
    text: str

    def shown(self) -> Json:
        return {
            "method": self.method,
            "error": self.error,
            "messages": list(self.messages),
            "channel": self.channel,
            "ts": self.ts,
            "text": self.text,
        }


def is_shown(call: Call) -> bool:
    return bool(call.error) and call.method.startswith(SHOWN) and not call.error.startswith(NO_MISTAKE)


def audience(state: State, call: Call) -> frozenset[str]:
    """Whoever would have seen the message or view; everyone where that cannot be told, who then see no words of it."""
    reader = str(call.arguments.get("user") or call.arguments.get("user_id") or "")
    if reader:
        return frozenset({reader})
    channel = state.channels.find(str(call.arguments.get("channel") or call.arguments.get("channel_id") or ""))
    return frozenset(p.id for p in state.people.humans if channel is None or may_read(channel, p))


def refusals(state: State, reader: str) -> list[Refusal]:
    """Oldest first, for the person with this id."""
    return [_refusal(state, call) for call in state.calls if is_shown(call) and reader in audience(state, call)]


def _refusal(state: State, call: Call) -> Refusal:
    named = state.channels.find(str(call.arguments.get("channel") or call.arguments.get("channel_id") or ""))
    metadata = call.answer.get("response_metadata") or {}
    known = named is not None or bool(call.arguments.get("user_id"))
    return Refusal(
        method=call.method,
        error=call.error,
        messages=tuple(metadata.get("messages") or ()),
        channel=named.id if named else "",
        ts=f"{call.at.timestamp():.6f}",
        text=str(call.arguments.get("text") or "")[:300] if known else "",
    )
