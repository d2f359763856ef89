"""Audit records: what happened, when, by whom, to which request. They hold no secrets: `detail` comes in redacted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
import rfc8785

from bot.errors import Bug
from bot.operations.json import Object, canonical
from bot.text import Code, text

FORMAT: Final = 1


class Event(StrEnum):
    """What can happen. The codes are for ever: exports of years ago are read by them, so none is renamed or reused."""

    REQUEST_PLANNED = "request.planned"
    REQUEST_WAITING = "request.waiting"
    PLAN_VERSION = "plan.version"
    VOTE_APPROVE = "vote.approve"
    VOTE_REJECT = "vote.reject"
    VOTE_REFUSED = "vote.refused"
    REQUEST_APPROVED = "request.approved"
    REQUEST_EXECUTING = "request.executing"
    ATTEMPT_STARTED = "attempt.started"
    ATTEMPT_LOST = "attempt.lost"
    STEP_INTENDED = "step.intended"
    STEP_DONE = "step.done"
    STEP_ALREADY = "step.already"
    STEP_FAILED = "step.failed"
    STEP_UNKNOWN = "step.unknown"
    REQUEST_SUCCEEDED = "request.succeeded"
    REQUEST_FAILED = "request.failed"
    REQUEST_PARTLY_DONE = "request.partly_done"
    REQUEST_NEEDS_ATTENTION = "request.needs_attention"
    REQUEST_REJECTED = "request.rejected"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_HALTED = "request.halted"
    CANCEL_ASKED = "cancel.asked"
    ATTENTION_ANSWERED = "attention.answered"
    BREAK_GLASS = "break_glass"
    REFUSED_COMMAND = "refused.command"
    REFUSED_CLICK = "refused.click"
    REFUSED_FORGERY = "refused.forgery"
    SECRET_TYPED = "secret.typed"  # noqa: S105 - the name of an event
    CONTEXT_SET = "context.set"
    PROBE_ASKED = "probe.asked"
    POLICY_LOADED = "policy.loaded"
    CONFIG_LOADED = "config.loaded"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One thing that happened.

    `at` is aware UTC. `actor` is the Kubernetes user of the person, or what acted by itself (`kajitori`). `request` is
    the request's number, 0 if none came of it. `detail` is redacted by the caller: never a Secret's value, a typed
    command line before redaction, a token or a response_url; its whole numbers stay below 2^53.
    """

    event: Event
    at: datetime
    actor: str
    request: int = 0
    detail: Object = field(default_factory=dict)


class StoredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is stored. `body` holds exactly the bytes that were hashed; `position` counts from one.

    `mac` lets the sealer, who has the installation's key, refuse rows that somebody else wrote into the database.
    """

    id: int
    chain: str
    position: int
    previous: bytes
    hash: bytes
    mac: str
    body: bytes
    at: datetime
    sealed_by: int | None = None

    @property
    def record(self) -> Record:
        """What the body says. Raises `msgspec.MalformedMessage` only if somebody else wrote it."""
        return decode(self.body)


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    v: int
    event: Event
    at: datetime
    actor: str
    request: int
    detail: Object


_decoder: Final = msgspec.json.Decoder(_Body)


def encode(record: Record) -> bytes:
    """The record's one byte form (RFC 8785). Raises `Bug` for a detail that JSON cannot hold."""
    try:
        return canonical(
            {
                "v": FORMAT,
                "event": record.event.value,
                "at": record.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "actor": record.actor,
                "request": record.request,
                "detail": record.detail,
            }
        )
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Bug(text("The audit record {event} cannot be written.", event=Code(record.event))) from error


def decode(body: bytes) -> Record:
    """The record of `encode`."""
    found = _decoder.decode(body)
    return Record(event=found.event, at=found.at, actor=found.actor, request=found.request, detail=found.detail)
