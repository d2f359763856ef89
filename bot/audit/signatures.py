"""Ed25519 signatures (RFC 8032) with a key derived from the installation's (HKDF, RFC 5869): none more to keep safe.

The public key may go anywhere: with it an export can be verified on a machine that knows nothing of the installation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.store.sealing import Keyring

_PURPOSE: Final = "audit seal ed25519"
_DOMAIN: Final = b"kajitori audit signature v1\x00"


def key_id(public: bytes) -> str:
    """The name of a public key (32 raw bytes): the beginning of its SHA-256, 64 bits in hex."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_keys(keyring: Keyring) -> dict[str, bytes]:
    """The public keys of an installation by id, the one that signs now first; older ones stay after a rotation."""
    keys = [_private(secret).public_key().public_bytes_raw() for secret in keyring.secrets(_PURPOSE)]
    return {key_id(key): key for key in keys}


def sign(keyring: Keyring, what: str, data: bytes) -> tuple[str, bytes]:
    """The id of the key that signs now, and its signature of `data` as `what` (a seal is never taken for an export)."""
    key = _private(keyring.secrets(_PURPOSE)[0])
    return key_id(key.public_key().public_bytes_raw()), key.sign(_message(what, data))


def is_signed(trusted: Mapping[str, bytes], key: str, what: str, data: bytes, signature: bytes) -> bool:
    """Whether a trusted key signed this. An unknown key, or a signature of a wrong form, is a no."""
    public = trusted.get(key)
    if public is None or len(public) != 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _message(what, data))
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _message(what: str, data: bytes) -> bytes:
    return _DOMAIN + what.encode() + b"\x00" + data
