"""Messages: who wrote them, who sees them, what became of them. A private (ephemeral) one has a single reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import final

from playground.workspace.clock import Clock
from playground.workspace.people import APP, BOT, BOT_USER, TEAM
from playground.workspace.wire import Json


@dataclass(frozen=True, kw_only=True)
class Message:
    """`reader` is set on a private message: nobody else ever sees it. `thread_ts` is the parent's, for a reply."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    thread_ts: str | None = None
    broadcast: bool = False
    reader: str | None = None
    from_app: bool = False
    from_slack: bool = False
    team: str = TEAM
    metadata: Json | None = None
    edited_ts: str | None = None
    reactions: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    pinned: bool = False


def shown(message: Message, *, replies: int = 0, latest: str | None = None, with_metadata: bool = False) -> Json:
    """The message object of Slack's Web API."""
    shape: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.from_app:
        shape |= {"bot_id": BOT, "app_id": APP}
    shape["team"] = message.team
    for name, value in (("blocks", message.blocks), ("attachments", message.attachments), ("files", message.files)):
        if value:
            shape[name] = list(value)
    if message.thread_ts:
        shape |= {"thread_ts": message.thread_ts, "parent_user_id": BOT_USER}
    elif replies:
        shape |= {"thread_ts": message.ts, "reply_count": replies, "latest_reply": latest}
    if message.broadcast:
        shape["subtype"] = "thread_broadcast"
    if message.reader:
        shape |= {"is_ephemeral": True}
    if message.edited_ts:
        shape["edited"] = {"user": message.user, "ts": message.edited_ts}
    if with_metadata and message.metadata:
        shape["metadata"] = message.metadata
    names = sorted({name for name, _ in message.reactions})
    if names:
        users = {name: [user for other, user in message.reactions if other == name] for name in names}
        shape["reactions"] = [{"name": name, "users": users[name], "count": len(users[name])} for name in names]
    if message.pinned:
        shape["pinned_to"] = [message.channel]
    return shape


@final
class Messages:
    """All messages, kept in the order of their `ts`, which is unique and never goes back, even if the clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._by_key: dict[tuple[str, str], Message] = {}

    @property
    def last(self) -> int:
        """The last `ts` that was given, in microseconds."""
        return self._last

    def all(self) -> list[Message]:
        return list(self._by_key.values())

    def recall(self, messages: Iterable[Message], last: int) -> None:
        """These and no others from now on; `ts` never goes back."""
        self._last = max(self._last, last)
        self._by_key = {(message.channel, message.ts): message for message in messages}

    def next_ts(self) -> str:
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def put(self, message: Message) -> Message:
        self._by_key[message.channel, message.ts] = message
        return message

    def change(self, message: Message, **changes: object) -> Message:
        return self.put(replace(message, **changes))  # type: ignore[arg-type]

    def find(self, channel: str, ts: str) -> Message | None:
        return self._by_key.get((channel, ts))

    def remove(self, message: Message) -> None:
        self._by_key.pop((message.channel, message.ts), None)

    def forget_private(self, reader: str) -> None:
        """What a reload of the client does: private messages are not kept by Slack."""
        for message in [message for message in self._by_key.values() if message.reader == reader]:
            self.remove(message)

    def of(self, channel: str) -> Iterator[Message]:
        return (message for (where, _), message in sorted(self._by_key.items()) if where == channel)

    def top(self, channel: str, *, reader: str | None) -> list[Message]:
        """What the channel shows outside its threads to this reader (None: no private ones, as for the Web API)."""
        return [
            message
            for message in self.of(channel)
            if (message.thread_ts is None or message.broadcast) and message.reader in (None, reader)
        ]

    def thread(self, channel: str, thread_ts: str, *, reader: str | None) -> list[Message]:
        """The parent, then its replies."""
        return [
            message
            for message in self.of(channel)
            if thread_ts in (message.ts, message.thread_ts) and message.reader in (None, reader)
        ]

    def shown(self, message: Message, *, with_metadata: bool = False) -> Json:
        replies = [m for m in self.of(message.channel) if m.thread_ts == message.ts and m.reader is None]
        latest = replies[-1].ts if replies else None
        shape = shown(message, replies=len(replies), latest=latest, with_metadata=with_metadata)
        if message.thread_ts:
            parent = self.find(message.channel, message.thread_ts)
            shape["parent_user_id"] = parent.user if parent else message.user
        return shape
