"""What is told of one message: happenings in the order of their times, each with its part of the way.

delivery → line → person → plan → review → vote → call → outbox, and beside them record and cluster
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from playground.cluster.audit import Entry
from playground.glass.rows import Arrived, Attempt, Sent
from playground.workspace.wire import Json

REVIEWS: Final = ("selfsubjectaccessreviews", "subjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
AFTER: Final = timedelta(seconds=2)
"""How long after the end of a request the API servers' logs are searched for what was asked on its behalf."""


class Part(StrEnum):
    """The parts of the way."""

    DELIVERY = "delivery"
    LINE = "line"
    PERSON = "person"
    PLAN = "plan"
    REVIEW = "review"
    REHEARSAL = "rehearsal"
    VOTE = "vote"
    ATTEMPT = "attempt"
    CALL = "call"
    READ = "read"
    OUTBOX = "outbox"
    RECORD = "record"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """`what` in a few words of Kubernetes' and Slack's own; `detail` is what else is known of it."""

    at: datetime
    part: Part
    what: str
    detail: Json = {}


def told(happenings: Iterable[Happening]) -> list[Json]:
    """In the order of their times; what has the same time stays in the order of the way."""
    order = list(Part)
    ordered = sorted(happenings, key=lambda each: (each.at, order.index(each.part)))
    return [msgspec.to_builtins(each) for each in ordered]


def of_delivery(found: Arrived) -> Happening:
    detail = {"key": found.key, "lane": found.lane, "state": found.state, "attempts": found.attempts}
    if found.done_at is not None:
        detail["done_at"] = found.done_at.isoformat()
    return Happening(at=found.received_at, part=Part.DELIVERY, what=found.kind, detail=detail)


def of_sent(found: Sent) -> Happening:
    at = found.sent_at or found.created_at
    detail: Json = {"key": found.key, "channel": found.channel, "state": found.state, "attempts": found.attempts}
    detail["queued_at"] = found.created_at.isoformat()
    if found.error:
        detail["error"] = found.error
    return Happening(at=at, part=Part.OUTBOX, what=found.kind, detail=detail)


def of_attempt(found: Attempt) -> Happening:
    detail: Json = {"fence": found.fence, "owner": found.owner, "outcome": found.outcome}
    if found.ended_at is not None:
        detail["ended_at"] = found.ended_at.isoformat()
    return Happening(at=found.started_at, part=Part.ATTEMPT, what=found.outcome or "running", detail=detail)


def of_entries(entries: Iterable[Entry], *, audit_ids: Iterable[str]) -> list[Happening]:
    """What the API server's own log says: reviews, dry runs and calls one by one, the rest counted."""
    ours, found, reads = tuple(each for each in audit_ids if each), [], []
    for entry in entries:
        part = _part(entry, ours)
        if part is Part.READ:
            reads.append(entry)
        else:
            found.append(_of_entry(entry, part))
    if reads:
        names = sorted({_user(each) for each in reads})
        what = f"{len(reads)} reads as {', '.join(names)}"
        found.append(Happening(at=_at(reads[0]), part=Part.READ, what=what, detail={"last": reads[-1]["requestURI"]}))
    return found


def within(entries: Iterable[Entry], first: datetime, last: datetime) -> list[Entry]:
    return [each for each in entries if first <= _at(each) <= last + AFTER]


def _part(entry: Entry, ours: tuple[str, ...]) -> Part:
    if any(entry["auditID"].startswith(each) for each in ours):
        return Part.CALL
    if entry.get("objectRef", {}).get("resource") in REVIEWS:
        return Part.REVIEW
    if "dryRun=" in entry["requestURI"]:
        return Part.REHEARSAL
    return Part.READ if entry["verb"] in ("get", "list", "watch") else Part.CALL


def _of_entry(entry: Entry, part: Part) -> Happening:
    status = entry["responseStatus"]
    detail: dict[str, Any] = {"as": _user(entry), "code": status.get("code"), "audit_id": entry["auditID"]}
    detail["uri"] = entry["requestURI"]
    if status.get("message"):
        detail["message"] = status["message"]
    wanted = (entry.get("requestObject") or {}).get("spec") if part is Part.REVIEW else entry.get("requestObject")
    if wanted:
        detail["asked" if part is Part.REVIEW else "body"] = wanted
    if part is Part.REVIEW:
        detail["answer"] = (entry.get("responseObject") or {}).get("status") or {}
    reference = entry.get("objectRef", {})
    place = "/".join(each for each in (reference.get("resource"), reference.get("name")) if each)
    return Happening(at=_at(entry), part=part, what=f"{entry['verb']} {place}".strip(), detail=detail)


def _user(entry: Entry) -> str:
    return str((entry.get("impersonatedUser") or entry["user"]).get("username", ""))


def _at(entry: Entry) -> datetime:
    return datetime.strptime(entry["stageTimestamp"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
