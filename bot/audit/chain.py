"""Chains of records: each names the hash of the one before, so that none can be changed, moved or taken out unseen.

A chain belongs to one request (or to one delivery that became none) and has no row in common with any other, so that
appending never waits for another request (a shared head row: 520 transactions/s and 320 ms at the 99th percentile).
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import bindparam, insert, select

from bot.audit.records import Record, encode
from bot.store.columns import to_micros
from bot.store.database import Transaction
from bot.store.tables import audit, requests

START: Final = bytes(32)
"""What the first record of a chain, and the first seal, name as the one before."""

MAC_PURPOSE: Final = "audit record"

_DOMAIN: Final = b"kajitori audit record v1\x00"
_REQUEST: Final = "request/"
_LOCK: Final = select(requests.c.id).where(requests.c.id == bindparam("number")).with_for_update(key_share=True)
_HEAD: Final = (
    select(audit.c.position, audit.c.hash)
    .where(audit.c.chain == bindparam("of"))
    .order_by(audit.c.position.desc())
    .limit(1)
)
_ADD: Final = insert(audit)


def request_chain(number: int) -> str:
    """The chain of a request."""
    return f"{_REQUEST}{number}"


def refused_chain(delivery_key: str) -> str:
    """The chain of a try that made no request."""
    return f"refused/{delivery_key}"


def delivery_chain(delivery_key: str) -> str:
    """The chain of something else that a delivery did, such as setting a context."""
    return f"delivery/{delivery_key}"


def service_chain(owner: str) -> str:
    """The chain of what one running process did by itself, such as loading a policy."""
    return f"service/{owner}"


def shown_chain(chain: str) -> str:
    """A chain as people call it: `R-142`, `refused/…`."""
    return f"R-{chain.removeprefix(_REQUEST)}" if chain.startswith(_REQUEST) else chain


def record_hash(previous: bytes, chain: str, position: int, at: int, body: bytes) -> bytes:
    """SHA-256 over everything that a record claims; `at` in microseconds since 1970. Lengths keep the fields apart."""
    name = chain.encode()
    head = position.to_bytes(8, "big") + at.to_bytes(8, "big", signed=True) + len(name).to_bytes(4, "big")
    return hashlib.sha256(b"".join((_DOMAIN, previous, head, name, body))).digest()


async def append(tx: Transaction, chain: str, record: Record) -> None:
    """Append to a chain in the transaction of what the record tells: both are stored or neither.

    A request's row is locked until the caller's transaction ends, so that two who append to one request come one
    after the other. Other chains have one writer by their nature. Were that wrong, the second commit would fail on the
    unique (chain, position) with `InvariantBroken` and be rolled back as a whole: a chain cannot fork.
    """
    number = chain.removeprefix(_REQUEST)
    if tx.dialect == "postgresql" and chain.startswith(_REQUEST) and number.isdecimal():
        # A statement of its own: the next one then sees what the former holder of the lock has committed.
        await tx.execute(_LOCK, {"number": int(number)})
    position, previous = (await tx.execute(_HEAD, {"of": chain})).one_or_none() or (0, START)
    body = encode(record)
    hashed = record_hash(previous, chain, position + 1, to_micros(record.at), body)
    values = {
        "chain": chain,
        "position": position + 1,
        "previous": previous,
        "hash": hashed,
        "mac": tx.keyring.mac(MAC_PURPOSE, hashed),
        "body": body,
        "at": record.at,
    }
    await tx.execute(_ADD, values)
