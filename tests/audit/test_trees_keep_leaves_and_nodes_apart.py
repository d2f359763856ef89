"""The Merkle tree of a seal, against the test vectors of RFC 6962's reference implementation's shape."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from bot.audit.seals import leaf, merkle_root


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word: split at the largest power of two below the count."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree(leaves[:split]) + tree(leaves[split:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
def test_the_root_is_that_of_the_rfc(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == tree(leaves)


def test_a_leaf_binds_id_hash_and_mac() -> None:
    leaves = {leaf(1, bytes(32), "aa"), leaf(2, bytes(32), "aa"), leaf(1, b"x" * 32, "aa"), leaf(1, bytes(32), "ab")}
    assert len(leaves) == 4
    assert leaf(1, bytes(32), "aa") == hashlib.sha256(b"\x00" + (1).to_bytes(8, "big") + bytes(32) + b"aa").digest()
