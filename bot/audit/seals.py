"""Seals: each binds a batch of records by a Merkle root, and the seal before it, and is signed.

Leaves and inner nodes are hashed with different prefixes, as in RFC 6962 §2.1, so that none passes for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.store.columns import to_micros

SEAL: Final = "seal"
"""What its signature says it is."""

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_DOMAIN: Final = b"kajitori audit seal v1\x00"
_LINK: Final = b"kajitori audit link v1\x00"


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """`count` records, with ids from `first_audit` to `last_audit`, in the order of their ids.

    Others in between may belong to another seal: transactions commit in another order than their ids were given.
    """

    id: int
    first_audit: int
    last_audit: int
    count: int
    root: bytes
    previous: bytes
    hash: bytes
    signature: bytes
    key_id: str
    at: datetime


def leaf(id: int, record_hash: bytes, mac: str) -> bytes:
    """A record in the tree."""
    return hashlib.sha256(_LEAF + id.to_bytes(8, "big", signed=True) + record_hash + mac.encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of RFC 6962's tree: neighbours are joined level by level, the odd one goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        joined = [
            hashlib.sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = joined + level[len(level) & ~1 :]
    return level[0]


def seal_hash(seal: Seal) -> bytes:
    """SHA-256 over all that a seal says, without its signature: this is what is signed."""
    numbers = (seal.id, seal.first_audit, seal.last_audit, seal.count, to_micros(seal.at))
    fixed = b"".join(number.to_bytes(8, "big", signed=True) for number in numbers)
    return hashlib.sha256(b"".join((_DOMAIN, seal.previous, fixed, seal.root, seal.key_id.encode()))).digest()


def link(seal: Seal) -> bytes:
    """What the next seal names as the one before.

    The signature is in it, so that the last signature vouches for all before it: a million are not verified one by one.
    """
    return hashlib.sha256(_LINK + seal.hash + seal.signature).digest()
