"""The outbox worked on: the most urgent first, within Slack's rates, each message until it is sent or nobody is left.

What is sent is rendered at that moment, so a card that waited says what is true when it arrives. A message goes at
least once; a post whose attempt is not known to have failed is looked for before it is posted again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, final

import structlog

from bot.clock import Clock
from bot.errors import Unavailable
from bot.slack.api.errors import MessageGone, RateLimited
from bot.slack.delivery.addressing import addressed
from bot.slack.delivery.messages import Gone, Later, Message, MessageKind, Outcome, Sent
from bot.slack.delivery.pacing import Pace
from bot.store import messages, outbox
from bot.store.database import Database, Transaction
from bot.store.errors import LeaseLost
from bot.store.outbox import Claimed

LOG: Final = structlog.get_logger("outbox")

SHORTEST_PAUSE: Final = 0.05
"""Seconds. What is due in less would be claimed again at once, and again."""

Render = Callable[[Claimed], Awaitable[Message | None]]
"""The message as it should be now; `None` if it is out of date and nobody should get it."""

Send = Callable[[Message], Awaitable[Outcome]]


@dataclass(frozen=True, kw_only=True)
class OutgoingSettings:
    """Times in seconds. `lease` exceeds `timeout`, so that no message has two senders.

    `per_channel`: how many may be under way to one channel, so that one that hangs never holds the others.
    `keep`: how long a message that cannot be sent is tried; `longest_pause` between two tries.
    """

    at_once: int = 16
    per_channel: int = 4
    lease: float = 30.0
    timeout: float = 20.0
    poll: float = 1.0
    keep: float = 12 * 3600.0
    longest_pause: float = 60.0
    drain: float = 10.0


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """A message that may go now. `uncertain`: an earlier attempt may have reached Slack."""

    claimed: Claimed
    target: messages.Message | None
    uncertain: bool

    def of(self, message: Message) -> Message:
        return addressed(message, self.claimed, self.target, uncertain=self.uncertain)


@final
@dataclass(kw_only=True)
class Outgoing:
    """`run` sends until `stop`, and returns when what was begun has ended. `owner` names this process."""

    database: Database
    render: Render
    send: Send
    clock: Clock
    owner: str
    settings: OutgoingSettings = field(default_factory=OutgoingSettings)

    def __post_init__(self) -> None:
        self.pace = Pace()
        self._sending: set[asyncio.Task[None]] = set()
        self._channels: Counter[str] = Counter()
        self._certain: dict[int, int] = {}
        self._homes: asyncio.Task[None] | None = None
        self._hints = self.database.subscribe(outbox.TOPIC)
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more; the rest is sent by whoever starts next."""
        self._stopping = True
        self._hints.ring(outbox.TOPIC)

    async def run(self) -> None:
        with self._hints:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    try:
                        if not await self.begin(group):
                            await self._hints.wait(await self._idle())
                    except Unavailable as error:
                        LOG.warning("outbox_unreachable", why=type(error).__name__)
                        await self._hints.wait(self.settings.poll)
                if self._sending:
                    _, late = await asyncio.wait(self._sending, timeout=self.settings.drain)
                    for task in late:
                        task.cancel()

    async def begin(self, group: asyncio.TaskGroup) -> int:
        """Claim what is due, put back what Slack's rates hold up, and start sending the rest; how many were due."""
        room = self.settings.at_once - len(self._sending)
        if room <= 0:
            return 0
        busy = [channel for channel, count in self._channels.items() if count >= self.settings.per_channel]
        now = self.clock.monotonic()
        async with self.database.transaction() as tx:
            claimed = await outbox.claim(
                tx,
                room,
                self.owner,
                self.settings.lease,
                busy_channels=busy,
                held_kinds=self._held(now),
                crowded=self.pace.crowded(now),
            )
            ready = await self._turns(tx, claimed)
        homes = [turn for turn in ready if turn.claimed.kind == MessageKind.HOME]
        for turns in (homes, *([turn] for turn in ready if turn.claimed.kind != MessageKind.HOME)):
            self._channels.update(turn.claimed.channel for turn in turns)
            if turns:
                task = group.create_task(self._deliver_each(turns), name="outbox-message")
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
                self._homes = task if turns is homes else self._homes
        return len(claimed)

    def _held(self, now: float) -> list[str]:
        """Kinds of which none can go now. A Home reads many requests, so that one at a time is put together."""
        edits = [MessageKind.UPDATE.value] if self.pace.updates.wait(now) > 0 else []
        homes = [MessageKind.HOME.value] if self._homes is not None and not self._homes.done() else []
        return edits + homes

    async def _turns(self, tx: Transaction, claimed: Sequence[Claimed]) -> list[_Turn]:
        """Those that may go now under Slack's rates; the others are put back, which counts as no attempt at Slack."""
        threads = {each.thread_key for each in claimed if each.thread_key is not None}
        targets = await messages.messages_of(tx, threads) if threads else {}
        ready: list[_Turn] = []
        held: list[tuple[Claimed, float]] = []
        for each in claimed:
            turn, wait = self._turn(each, targets.get(each.thread_key or ""))
            if wait <= 0:
                ready.append(turn)
            else:
                held.append((each, max(wait, SHORTEST_PAUSE)))
        if held:
            now = await self.database.now(tx)
            later = [(each, now + timedelta(seconds=wait)) for each, wait in held]
            await outbox.put_back(tx, later, error="pace")
        return ready

    def _turn(self, claimed: Claimed, target: messages.Message | None) -> tuple[_Turn, float]:
        """Its turn, taken, or the seconds until it may have one."""
        uncertain = claimed.attempts > 1 and self._certain.pop(claimed.id, 0) != claimed.attempts - 1
        turn = _Turn(claimed=claimed, target=target, uncertain=uncertain)
        place = turn.of(Message(key=claimed.key, kind=MessageKind(claimed.kind)))
        now = self.clock.monotonic()
        wait = self.pace.wait(place, now)
        if wait <= 0:
            self.pace.take(place, now)
        else:
            self._remember(claimed, uncertain=uncertain)
        return turn, wait

    async def _idle(self) -> float:
        """Seconds until the next message is due, at most `poll`; what is due and not claimed waits for a hint."""
        async with self.database.read() as tx:
            due = await outbox.next_due(tx)
            now = await self.database.now(tx)
        wait = (due - now).total_seconds() if due is not None else self.settings.poll
        pause = min(wait, self.settings.poll) if wait > 0 else self.settings.poll
        return min(pause, max(self.pace.relief(self.clock.monotonic()), SHORTEST_PAUSE))

    async def _deliver_each(self, turns: list[_Turn]) -> None:
        for turn in turns:
            await self._deliver(turn)
        if turns[0].claimed.kind == MessageKind.HOME:
            self._hints.ring(outbox.TOPIC)  # others may have been held meanwhile

    async def _deliver(self, turn: _Turn) -> None:
        claimed = turn.claimed
        try:
            async with asyncio.timeout(self.settings.timeout):
                outcome = await self._attempt(turn)
        except TimeoutError:
            outcome = Later(seconds=2.0, why="timeout", uncertain=True)
        except Unavailable as error:
            outcome = Later(seconds=2.0, why=type(error).__name__, uncertain=turn.uncertain)
        except Exception:
            LOG.exception("message_failed", kind=claimed.kind)
            outcome = Later(seconds=30.0, why="failed", uncertain=True)
        finally:
            self._channels[claimed.channel] -= 1
            self._channels += Counter()
        await self._record(claimed, outcome)

    async def _attempt(self, turn: _Turn) -> Outcome:
        if turn.claimed.kind == MessageKind.DELETE and turn.target is None:
            return Gone(why="never_posted")
        if not turn.claimed.body:
            return Gone(why="changed_by_others")
        message = await self.render(turn.claimed)
        if message is None:
            return Gone(why="out_of_date")
        message = turn.of(message)
        outcome = await self.send(message)
        if isinstance(outcome, Later) and outcome.why in RateLimited.codes:
            self.pace.refuse(message, self.clock.monotonic(), outcome.seconds)
        return outcome

    def _remember(self, claimed: Claimed, *, uncertain: bool) -> None:
        """A claim that certainly left nothing at Slack; of another process' claims nothing is known."""
        if not uncertain:
            self._certain[claimed.id] = claimed.attempts

    async def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        """A store that does not answer is asked again for as long as the row is ours: until it knows where a card was
        posted, presses of that card count for nothing. After that the post is found by its key."""
        if isinstance(outcome, Later):
            self._remember(claimed, uncertain=outcome.uncertain)
        ours = self.clock.monotonic() + self.settings.lease
        while True:
            try:
                async with self.database.transaction() as tx:
                    await self._store(tx, claimed, outcome)
            except (LeaseLost, Unavailable) as error:
                LOG.warning("message_not_recorded", kind=claimed.kind, why=type(error).__name__)
                if isinstance(error, LeaseLost) or self._stopping or self.clock.monotonic() >= ours:
                    return
                await self.clock.sleep(self.settings.poll)
            else:
                return

    async def _store(self, tx: Transaction, claimed: Claimed, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                await outbox.sent(tx, claimed, channel=outcome.channel, ts=outcome.ts)
                if claimed.kind == MessageKind.DELETE and claimed.thread_key is not None:
                    await messages.forget_message(tx, claimed.thread_key)
            case Gone() if _posted_anew(claimed, outcome):
                await messages.forget_message(tx, claimed.thread_key or "")
                await outbox.retry_at(tx, claimed, await self.database.now(tx), error=outcome.why)
            case Gone():
                self._certain.pop(claimed.id, None)
                LOG.info("message_dropped", kind=claimed.kind, why=outcome.why)
                await outbox.drop(tx, claimed, error=outcome.why)
            case Later():
                await self._again(tx, claimed, outcome)

    async def _again(self, tx: Transaction, claimed: Claimed, outcome: Later) -> None:
        now = await self.database.now(tx)
        if now - claimed.created_at > timedelta(seconds=self.settings.keep):
            self._certain.pop(claimed.id, None)
            LOG.error("message_undeliverable", kind=claimed.kind, why=outcome.why, attempts=claimed.attempts)
            await outbox.drop(tx, claimed, error=outcome.why)
            return
        seconds = outcome.seconds
        if outcome.uncertain:
            seconds = min(self.settings.longest_pause, seconds * 2 ** min(claimed.attempts - 1, 10))
        await outbox.retry_at(tx, claimed, now + timedelta(seconds=seconds), error=outcome.why)


def _posted_anew(claimed: Claimed, outcome: Gone) -> bool:
    """Somebody deleted the message that this edits: what it says is still to be said."""
    return claimed.kind == MessageKind.UPDATE and outcome.why in MessageGone.codes
