"""Requests as rows: made, found, changed by compare-and-set on their version. Leases are in `bot.store.leases`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import structlog
from sqlalchemy import RowMapping, Select, Update, bindparam, exists, func, insert, or_, select, update

from bot.store.database import Transaction
from bot.store.errors import KeyMissing, SealBroken
from bot.store.prepared import as_new, new, one_of
from bot.store.rows import as_bytes, typed
from bot.store.tables import OPEN_STATES, plans, requests, votes

LOG: Final = structlog.get_logger("store")

TOPIC: Final = "requests"
"""The hint that a request may have become due."""

_SEALED: Final = ("arguments", "person", "outcome")


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """What is known when a person asks. `requester_key` is the normalised identity that votes are counted by.

    `arguments` and `person` are stored encrypted. `back_of`: the request whose way back this is.
    """

    state: str
    cluster: str
    namespace: str
    operation: str
    command_line: str
    arguments: bytes
    requester_slack: str
    requester_user: str
    requester_name: str
    requester_key: str
    person: bytes
    team_id: str
    channel: str
    production: bool
    created_at: datetime
    reason: str = ""
    thread_ts: str = ""
    card_ts: str = ""
    plan_version: int = 0
    environment: str = ""
    expires_at: datetime | None = None
    wake_at: datetime | None = None
    ended_at: datetime | None = None
    back_of: int | None = None
    break_glass: bool = False


@dataclass(frozen=True, kw_only=True)
class Request(NewRequest):
    """A stored request; `id` is the number people see, `version` grows with every change, `fence` with every lease."""

    id: int
    version: int
    fence: int
    owner: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    outcome: bytes | None = None
    cancel_asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Head:
    """The part of a request that is stored in clear: what ending it needs, also if the rest cannot be opened."""

    id: int
    version: int
    state: str
    plan_version: int
    channel: str
    requester_slack: str


_HEAD: Final = tuple(requests.c[name] for name in Head.__dataclass_fields__)
_ADD: Final = insert(requests).returning(requests.c.id)
_BINDING: Final = (
    update(requests).where(requests.c.id == bindparam("number")).values(**new(requests, ("arguments", "person")))
)
_ONE: Final = select(requests).where(requests.c.id == bindparam("number"))
_ONE_HEAD: Final = select(*_HEAD).where(requests.c.id == bindparam("number"))
_BACKS: Final = (
    select(*_HEAD, requests.c.back_of)
    .where(requests.c.back_of.in_(bindparam("numbers", expanding=True)))
    .order_by(requests.c.id)
)


async def insert_request(tx: Transaction, new: NewRequest) -> int:
    """Store a request and give it its number."""
    values = vars(new)
    blank = dict.fromkeys(("arguments", "person"), b"")
    made = await tx.execute(_ADD, {**values, **blank})
    number: int = made.scalar_one()
    # What is encrypted is bound to the number, which the insert has just made.
    bound = sealed(tx, number, {name: values[name] for name in blank})
    await tx.execute(_BINDING, {"number": number, **as_new(bound)})
    tx.notify(TOPIC)
    return number


async def load(tx: Transaction, number: int) -> Request | None:
    """The request of that number, if there is one."""
    row = (await tx.execute(_ONE, {"number": number})).mappings().one_or_none()
    return None if row is None else _opened(tx, row)


async def head_of(tx: Transaction, number: int) -> Head | None:
    """The request of that number, if there is one, unopened."""
    row = (await tx.execute(_ONE_HEAD, {"number": number})).mappings().one_or_none()
    return None if row is None else Head(**row)


async def compare_and_set(tx: Transaction, number: int, version: int, **changes: object) -> bool:
    """Change a request that is still as it was read. False: somebody changed it meanwhile, so read and decide again."""
    values = as_new(sealed(tx, number, changes))
    changed = await tx.execute(_changing(tuple(changes)), {"number": number, "seen": version, **values})
    tx.notify(TOPIC)
    return changed.rowcount == 1


@cache
def _changing(names: tuple[str, ...]) -> Update:
    return (
        update(requests)
        .where(requests.c.id == bindparam("number"), requests.c.version == bindparam("seen"))
        .values(**new(requests, names), version=requests.c.version + 1)
    )


async def ask_cancel(tx: Transaction, number: int) -> bool:
    """Tell the one who executes it to stop; seen when the lease is renewed. False if the request has ended."""
    asked = await tx.execute(
        update(requests)
        .where(requests.c.id == number, requests.c.state.in_(OPEN_STATES))
        .values(cancel_asked=True, version=requests.c.version + 1)
    )
    tx.notify(TOPIC)
    return asked.rowcount == 1


async def waiting_for(tx: Transaction, person_key: str, limit: int = 50) -> tuple[Request, ...]:
    """Other people's waiting requests on whose current plan this person has not voted, oldest first."""
    voted = exists().where(
        votes.c.request_id == requests.c.id,
        votes.c.plan_version == requests.c.plan_version,
        votes.c.voter_key == person_key,
    )
    mine = requests.c.requester_key == person_key
    found = select(requests).where(one_of(requests.c.state, "waiting"), ~mine, ~voted)
    return await _readable(tx, found.order_by(requests.c.id).limit(limit))


async def latest_of(tx: Transaction, person_key: str, limit: int = 10) -> tuple[Request, ...]:
    """What a person asked for last, newest first."""
    found = select(requests).where(requests.c.requester_key == person_key)
    return await _readable(tx, found.order_by(requests.c.id.desc()).limit(limit))


async def same_open(tx: Transaction, cluster: str, digest: str) -> tuple[Request, ...]:
    """Open requests on a cluster whose current plan has that digest: a second person's ask is an approval of these."""
    found = (
        select(requests)
        .join(plans, (plans.c.request_id == requests.c.id) & (plans.c.version == requests.c.plan_version))
        .where(plans.c.digest == digest, requests.c.cluster == cluster, requests.c.state.in_(OPEN_STATES))
    )
    return await _readable(tx, found.order_by(requests.c.id))


async def same_line_waiting(tx: Transaction, cluster: str, namespace: str, command_line: str) -> tuple[Request, ...]:
    """Waiting requests with the very same words: a restart's plan holds its moment, so no two have the same digest."""
    found = select(requests).where(
        requests.c.cluster == cluster,
        requests.c.namespace == namespace,
        requests.c.command_line == command_line,
        requests.c.state == "waiting",
    )
    return await _readable(tx, found.order_by(requests.c.id))


async def last_succeeded(tx: Transaction, cluster: str, namespace: str, command_line: str) -> Request | None:
    """The latest request with these words that succeeded: who asks again is told that it is done already."""
    found = select(requests).where(
        requests.c.cluster == cluster,
        requests.c.namespace == namespace,
        requests.c.command_line == command_line,
        requests.c.state == "succeeded",
    )
    return next(iter(await _readable(tx, found.order_by(requests.c.id.desc()).limit(1))), None)


async def count_open(tx: Transaction, person_key: str) -> int:
    """How many requests of a person have not ended."""
    found = select(func.count()).where(requests.c.requester_key == person_key, requests.c.state.in_(OPEN_STATES))
    count: int = (await tx.execute(found)).scalar_one()
    return count


async def due_for_expiry(tx: Transaction, limit: int = 100) -> tuple[Head, ...]:
    """Requests that wait, or are approved and not started, past their time."""
    found = select(*_HEAD).where(
        one_of(requests.c.state, "planned", "waiting", "approved"),
        requests.c.expires_at <= tx.after(),
        or_(requests.c.lease_until.is_(None), requests.c.lease_until <= tx.after()),
    )
    return await _heads(tx, found.order_by(requests.c.expires_at).limit(limit))


async def under_way(tx: Transaction, limit: int = 100) -> tuple[Request, ...]:
    """Requests that are approved, run, or need a person, oldest first."""
    found = select(requests).where(one_of(requests.c.state, "approved", "executing", "needs_attention"))
    return await _readable(tx, found.order_by(requests.c.id).limit(limit))


async def ways_back_of(tx: Transaction, number: int) -> tuple[Head, ...]:
    """The requests that are a way back of this one, oldest first."""
    return tuple((await all_ways_back_of(tx, (number,))).get(number, ()))


async def all_ways_back_of(tx: Transaction, numbers: Collection[int]) -> dict[int, list[Head]]:
    """The same for several requests, by number."""
    backs: dict[int, list[Head]] = {}
    for row in (await tx.execute(_BACKS, {"numbers": list(numbers)})).mappings():
        values = dict(row)
        backs.setdefault(values.pop("back_of"), []).append(Head(**values))
    return backs


def sealed(tx: Transaction, number: int, changes: dict[str, Any]) -> dict[str, Any]:
    """The same changes with the encrypted columns encrypted, bound to this request."""
    return {
        name: tx.keyring.seal(value, _purpose(number, name)) if name in _SEALED and value is not None else value
        for name, value in changes.items()
    }


def _purpose(number: int, column: str) -> str:
    return f"requests/{number}/{column}"


def _opened(tx: Transaction, row: RowMapping) -> Request:
    values = dict(row)
    for name in _SEALED:
        if values[name] is not None:
            stored = as_bytes(values[name], values["id"])
            values[name] = tx.keyring.open(stored, _purpose(values["id"], name))
    return typed(values, Request, values["id"])


async def _readable(tx: Transaction, found: Select[Any]) -> tuple[Request, ...]:
    """For lists: a row that somebody changed is left out, for it would take all others with it."""
    readable: list[Request] = []
    for row in (await tx.execute(found)).mappings():
        try:
            readable.append(_opened(tx, row))
        except (SealBroken, KeyMissing):
            LOG.warning("request_unreadable", request=row["id"])
    return tuple(readable)


async def _heads(tx: Transaction, found: Select[Any]) -> tuple[Head, ...]:
    return tuple(Head(**row) for row in (await tx.execute(found)).mappings())
