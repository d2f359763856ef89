"""Plan versions as stored and read back: what was voted on, and the proof that nobody edited it since.

The message authentication code covers the plan, the decision and whose request it is, with a key that is not in the
database; so an edited row is noticed before anything is sent (plans.md §7).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import msgspec

from bot.errors import Refused
from bot.identity.person import Person
from bot.observability.redaction import redact
from bot.operations.disclosure import disclosed_change
from bot.operations.intent import plan_intent
from bot.operations.json import JSON, canonical, digest
from bot.operations.plan import Plan
from bot.policy.decision import Decision
from bot.requests.planning import Planned
from bot.requests.rehearsal import Rehearsal
from bot.requests.services import Services
from bot.store.columns import to_micros
from bot.store.plans import PlanVersion
from bot.store.requests import Request
from bot.store.votes import Vote
from bot.text import Text, text

VOTE: Final = "vote"
GLASS: Final = "break-glass"
"""What a vote's authentication code is for, so that one kind of vote cannot be made into the other."""


class Tampered(Refused):
    """What is stored is not what was stored: somebody edited the database."""


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """What only the card needs: the difference to the version before, whom to ask, and the policy's version."""

    changed: tuple[Text, ...] = ()
    may_vote: tuple[str, ...] = ()
    policy_version: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A plan version, verified."""

    request: int
    version: int
    digest: str
    plan: Plan
    decision: Decision
    rehearsals: tuple[Rehearsal, ...]
    extras: Extras


def version_row(
    services: Services, request: Request, version: int, planned: Planned, decision: Decision, extras: Extras
) -> PlanVersion:
    """A plan version to be stored. `request` gives its number and whose it is."""
    plan = msgspec.json.encode(planned.plan)
    decided = encode_decision(decision)
    rehearsal = msgspec.json.encode([_redacted(each) for each in planned.rehearsals])
    card = msgspec.json.encode(extras)
    return PlanVersion(
        request_id=request.id,
        version=version,
        digest=planned.digest,
        intent=canonical(_intent(planned.plan, request)),
        plan=plan,
        card=card,
        decision=decided,
        rehearsal=rehearsal,
        mac=services.keyring.mac("plan", _covered(request, version, planned.digest, (plan, decided, rehearsal, card))),
        created_at=services.clock.now(),
    )


def read_version(services: Services, request: Request, row: PlanVersion) -> Version:
    """The plan version of a row. Raises `Tampered` if row, request and code do not belong together."""
    covered = _covered(request, row.version, row.digest, (row.plan, row.decision, row.rehearsal, row.card))
    if row.request_id != request.id or not services.keyring.verify("plan", covered, row.mac):
        raise tampered(request.id)
    plan, found = _planned(row.plan, request.cluster, request.namespace, request.operation)
    if found != row.digest:
        raise tampered(request.id)
    return Version(
        request=request.id,
        version=row.version,
        digest=row.digest,
        plan=plan,
        decision=decode_decision(row.decision),
        rehearsals=msgspec.json.decode(row.rehearsal, type=tuple[Rehearsal, ...]),
        extras=msgspec.json.decode(row.card, type=Extras),
    )


@lru_cache(maxsize=64)
def _planned(stored: bytes, cluster: str, namespace: str, operation: str) -> tuple[Plan, str]:
    """A plan with its digest: a running request reads its own again and again, and the digest costs milliseconds."""
    plan = msgspec.json.decode(stored, type=Plan)
    return plan, digest(plan_intent(plan, cluster=cluster, namespace=namespace, operation=operation))


def tampered(number: int) -> Tampered:
    """The loud refusal."""
    return Tampered(
        text("What is stored of R-{number} was changed by someone else, so nothing is sent.", number=str(number)),
        target=f"R-{number}",
        next=text("Whoever runs the bot must find out who can write to its database."),
    )


def vote_mac(services: Services, vote: Vote, *, glass: bool = False) -> str:
    """The authentication code of a vote; its own `mac` is not read. `glass`: it was given by breaking the glass."""
    return services.keyring.mac(GLASS if glass else VOTE, _vote(vote))


def verify_vote(services: Services, vote: Vote) -> bool:
    """Whether this vote was cast through us and is as it was cast."""
    return services.keyring.verify(VOTE, _vote(vote), vote.mac) or is_glass(services, vote)


def is_glass(services: Services, vote: Vote) -> bool:
    """Whether it was given by breaking the glass. The request's own column says so to people and decides nothing."""
    return services.keyring.verify(GLASS, _vote(vote), vote.mac)


def encode_person(person: Person) -> bytes:
    """A person as known at that moment."""
    return msgspec.json.encode(person)


def decode_person(stored: bytes) -> Person:
    """The inverse of `encode_person`."""
    return msgspec.json.decode(stored, type=Person)


def encode_decision(decision: Decision) -> bytes:
    """A decision as it is stored; sets are written in order, so that equal decisions give equal bytes."""
    return msgspec.json.encode(decision, order="deterministic")


def decode_decision(stored: bytes) -> Decision:
    """The inverse of `encode_decision`."""
    return msgspec.json.decode(stored, type=Decision)


def _intent(plan: Plan, request: Request) -> dict[str, JSON]:
    return plan_intent(plan, cluster=request.cluster, namespace=request.namespace, operation=request.operation)


def _redacted(rehearsal: Rehearsal) -> Rehearsal:
    """As it may be stored in clear and shown: which field changes, and no value that may be secret."""
    return msgspec.structs.replace(
        rehearsal,
        warnings=tuple(redact(warning) for warning in rehearsal.warnings),
        changes=tuple(disclosed_change(change) for change in rehearsal.changes),
    )


def _covered(request: Request, version: int, plan_digest: str, parts: tuple[bytes, bytes, bytes, bytes]) -> bytes:
    """All that decides, and all that people are shown before they decide; `parts` are as the row holds them."""
    plan, decision, rehearsal, card = parts
    return _bytes(
        {
            "rehearsal": hashlib.sha256(rehearsal).hexdigest(),
            "card": hashlib.sha256(card).hexdigest(),
            "commandLine": request.command_line,
            "environment": request.environment,
            "production": request.production,
            "channel": request.channel,
            "request": request.id,
            "version": version,
            "digest": plan_digest,
            "plan": hashlib.sha256(plan).hexdigest(),
            "decision": hashlib.sha256(decision).hexdigest(),
            "cluster": request.cluster,
            "namespace": request.namespace,
            "operation": request.operation,
            "team": request.team_id,
            "slack": request.requester_slack,
            "user": request.requester_user,
            "key": request.requester_key,
            "backOf": request.back_of,
        }
    )


def _bytes(covered: dict[str, JSON]) -> bytes:
    """For our own codes the order in which the fields are written here is as good as RFC 8785's, and much faster."""
    return msgspec.json.encode(covered)


def _vote(vote: Vote) -> bytes:
    return _bytes(
        {
            "request": vote.request_id,
            "version": vote.plan_version,
            "digest": vote.digest,
            "slack": vote.voter_slack,
            "user": vote.voter_user,
            "key": vote.voter_key,
            "verdict": vote.verdict,
            "reason": vote.reason,
            "at": to_micros(vote.created_at),
        }
    )
