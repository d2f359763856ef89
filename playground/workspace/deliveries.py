"""Bringing things to the app: once for what a person does, up to three times more for an event without an answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from playground.workspace.clock import Clock
from playground.workspace.feed import Feed
from playground.workspace.signed_requests import SignedRequests
from playground.workspace.sockets import Receipt, Sockets
from playground.workspace.wire import Json

ACKNOWLEDGE_WITHIN = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try; `latency` is in seconds of real time, `error` is empty when it was acknowledged."""

    envelope_id: str
    number: int
    reason: str
    payload: Json | None
    latency: float
    error: str


@dataclass(kw_only=True)
class Delivery:
    """One thing for the app; `kind` is slash_commands, interactive or events_api."""

    kind: str
    payload: Json
    takes_answer: bool = False
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of something a person did; `error` is empty, operation_timeout or dispatch_failed.

    `delivery` is None when nothing was sent, because the person declined the confirmation.
    """

    delivery: Delivery | None
    acknowledged: bool
    payload: Json | None = None
    latency: float = 0.0
    error: str = ""


@final
class Courier:
    """Delivers over the sockets, or by signed requests when `request_url` is set."""

    def __init__(
        self,
        *,
        clock: Clock,
        feed: Feed,
        sockets: Sockets,
        signed: SignedRequests,
        request_url: str | None,
        retry_delays: Sequence[float],
    ) -> None:
        self.request_url = request_url
        self.deliveries: list[Delivery] = []
        self._clock = clock
        self._feed = feed
        self._sockets = sockets
        self._signed = signed
        self._retry_delays = tuple(retry_delays)
        self._tasks: set[asyncio.Task[None]] = set()

    async def once(self, delivery: Delivery) -> Outcome:
        """A command, click, submit or option request: a lost one is gone."""
        self.deliveries.append(delivery)
        attempt = await self._attempt(delivery, 0, "")
        error = {"": "", "timeout": "operation_timeout"}.get(attempt.error, "dispatch_failed")
        return Outcome(
            delivery=delivery,
            acknowledged=not error,
            payload=attempt.payload if delivery.takes_answer else None,
            latency=attempt.latency,
            error=error,
        )

    def event(self, delivery: Delivery) -> None:
        """Deliver in the background, with retries; whoever caused it does not wait."""
        self.deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._with_retries(delivery), name="event delivery")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _with_retries(self, delivery: Delivery) -> None:
        reason = ""
        for number in range(1 + len(self._retry_delays)):
            if number:
                await self._clock.sleep(self._retry_delays[number - 1])
            receipt = await self._attempt(delivery, number, reason)
            if not receipt.error or receipt.error == "no_retry":
                return
            reason = "timeout" if receipt.error == "timeout" else receipt.error

    async def _attempt(self, delivery: Delivery, number: int, reason: str) -> Attempt:
        envelope_id = str(uuid.uuid4())
        loop = asyncio.get_running_loop()
        started = loop.time()
        receipt = await self._within(ACKNOWLEDGE_WITHIN, self._send(delivery, envelope_id, number, reason))
        attempt = Attempt(
            envelope_id=envelope_id,
            number=number,
            reason=reason,
            payload=receipt.payload,
            latency=loop.time() - started,
            error=receipt.error if receipt.retry else "no_retry",
        )
        delivery.attempts.append(attempt)
        self._feed.tell("delivery", audience=frozenset(), kind=delivery.kind, number=number, error=attempt.error)
        return attempt

    async def _send(self, delivery: Delivery, envelope_id: str, number: int, reason: str) -> Receipt:
        if self.request_url:
            named = "http_timeout" if reason == "timeout" else reason
            return await self._signed.send(
                self.request_url, delivery.kind, delivery.payload, number=number, reason=named
            )
        envelope: Json = {
            "envelope_id": envelope_id,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.takes_answer,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        return await self._sockets.send(envelope)

    async def _within(self, seconds: float, sending: Coroutine[Any, Any, Receipt]) -> Receipt:
        sent = asyncio.ensure_future(sending)
        alarm = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({sent, alarm}, return_when=asyncio.FIRST_COMPLETED)
            return sent.result() if sent.done() else Receipt(error="timeout")
        finally:
            for task in (sent, alarm):
                task.cancel()
            await asyncio.gather(sent, alarm, return_exceptions=True)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._signed.close()
