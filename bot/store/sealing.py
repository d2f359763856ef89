"""Encryption and authentication of what is stored, with keys that are not in the database.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the purpose, which names table, column and row, is
authenticated too, so a sealed value copied to another row does not open. HMAC-SHA256 with one derived key per purpose
(RFC 5869).
Each value starts with the id of its key, so that keys can rotate: the first key seals, all of them open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.errors import KeyMissing, SealBroken
from bot.text import text

KEY_SIZE: Final = 32
MAKE_ONE: Final = text("Make one with: openssl rand -base64 32")
_FORMAT: Final = b"\x01"
_ID_SIZE: Final = 4
_NONCE_SIZE: Final = 12
_HEAD: Final = len(_FORMAT) + _ID_SIZE + _NONCE_SIZE


@lru_cache(maxsize=256)
def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=b"kajitori " + info).derive(secret)


@final
@dataclass(frozen=True, repr=False)
class Key:
    """One 32-byte secret. Its id is derived from it and says nothing about it."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_SIZE:
            raise KeyMissing(text("A key must be {size} bytes long.", size=KEY_SIZE), next=MAKE_ONE)

    @property
    def id(self) -> bytes:
        return _derive(self.secret, b"key id")[:_ID_SIZE]

    @property
    def cipher(self) -> AESGCM:
        return AESGCM(_derive(self.secret, b"seal"))

    def derived(self, purpose: str) -> bytes:
        return _derive(self.secret, b"secret " + purpose.encode())

    def mac(self, purpose: str, data: bytes) -> bytes:
        return hmac.digest(_derive(self.secret, b"mac " + purpose.encode()), data, hashlib.sha256)


@final
class Keyring:
    """The keys of an installation, the newest first."""

    def __init__(self, *keys: Key) -> None:
        if not keys:
            raise KeyMissing(text("No key is given to encrypt what is stored."), next=MAKE_ONE)
        self._newest = keys[0]
        self._keys = {key.id: key for key in keys}

    @classmethod
    def parse(cls, encoded: str) -> Self:
        """From the setting: base64 of 32 bytes; after a rotation several, separated by commas, the newest first.

        Raises `KeyMissing`, never with the value in it.
        """
        try:
            secrets = [base64.b64decode(part.strip(), validate=True) for part in encoded.split(",") if part.strip()]
        except (binascii.Error, ValueError):
            raise KeyMissing(text("The key is not valid base64."), next=MAKE_ONE) from None
        return cls(*(Key(secret) for secret in secrets))

    def seal(self, data: bytes, purpose: str) -> bytes:
        nonce = os.urandom(_NONCE_SIZE)
        return _FORMAT + self._newest.id + nonce + self._newest.cipher.encrypt(nonce, data, _associated(purpose))

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose. Raises `KeyMissing` for an unknown key, `SealBroken` for changed bytes."""
        if len(sealed) < _HEAD or not sealed.startswith(_FORMAT):
            raise _broken(purpose)
        key = self._keys.get(sealed[1 : 1 + _ID_SIZE])
        if key is None:
            raise KeyMissing(
                text("The key that sealed this is not among the given ones."),
                target=purpose,
                next=text("Whoever runs the bot has to give the earlier key too, after the new one."),
            )
        try:
            return key.cipher.decrypt(sealed[1 + _ID_SIZE : _HEAD], sealed[_HEAD:], _associated(purpose))
        except InvalidTag as error:
            raise _broken(purpose) from error

    def secrets(self, purpose: str) -> tuple[bytes, ...]:
        """32 bytes for another algorithm from each key, the newest first; they say nothing about the keys."""
        return tuple(key.derived(purpose) for key in self._keys.values())

    def mac(self, purpose: str, data: bytes) -> str:
        """Key id and HMAC in hex."""
        return (self._newest.id + self._newest.mac(purpose, data)).hex()

    def verify(self, purpose: str, data: bytes, mac: str) -> bool:
        """Whether one of our keys made this, compared in constant time. A mac that cannot be read is a wrong one."""
        try:
            given = bytes.fromhex(mac)
        except ValueError:
            return False
        key = self._keys.get(given[:_ID_SIZE])
        return key is not None and hmac.compare_digest(given[_ID_SIZE:], key.mac(purpose, data))


def _associated(purpose: str) -> bytes:
    return b"kajitori seal v1\x00" + purpose.encode()


def _broken(purpose: str) -> SealBroken:
    return SealBroken(
        text("Stored data was changed by someone else, so it is not used."),
        target=purpose,
        next=text("Compare with the audit record and find out who can write to the database."),
    )
