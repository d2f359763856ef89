"""The lines of an export. Each has one form only: what parses but would be written otherwise was altered."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from bot.audit.entries import Entry
from bot.audit.records import StoredRecord
from bot.audit.seals import Seal
from bot.store.columns import from_micros, to_micros

FORMAT: Final = 1

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class KeysLine(msgspec.Struct, frozen=True, kw_only=True, tag="keys", tag_field="kind"):
    """The first line. Public keys (Ed25519, raw) are in hex, by their ids."""

    format: Whole
    keys: dict[str, str]


class SealLine(msgspec.Struct, frozen=True, kw_only=True, tag="seal", tag_field="kind"):
    """A `Seal`; bytes are in hex, `at` is in microseconds since 1970."""

    id: Whole
    first_audit: Whole
    last_audit: Whole
    count: Whole
    root: str
    previous: str
    hash: str
    signature: str
    key_id: str
    at: Whole


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, tag="record", tag_field="kind"):
    """A `StoredRecord`. `body` is the stored JSON as a string; `raw` has it in hex if somebody made it no UTF-8."""

    id: Whole
    chain: str
    position: Whole
    at: Whole
    previous: str
    hash: str
    mac: str
    sealed_by: Whole | None
    body: str
    raw: str = ""


class EndLine(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind"):
    """The last line: `digest` is the SHA-256 of all bytes before it, and `signature` is of the digest."""

    records: Whole
    seals: Whole
    digest: str
    key_id: str
    signature: str


Line = KeysLine | SealLine | RecordLine | EndLine

_decoder: Final = msgspec.json.Decoder(Line)
_encoder: Final = msgspec.json.Encoder()


def write_line(line: Line) -> bytes:
    """A line's bytes."""
    return _encoder.encode(line) + b"\n"


def read_line(data: bytes) -> Line | None:
    """The line of these bytes; `None` for what `write_line` did not write."""
    try:
        line = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return line if write_line(line) == data else None


def line_of(entry: Entry) -> SealLine | RecordLine:
    """A seal or record as a line."""
    if isinstance(entry, Seal):
        return SealLine(
            id=entry.id,
            first_audit=entry.first_audit,
            last_audit=entry.last_audit,
            count=entry.count,
            root=entry.root.hex(),
            previous=entry.previous.hex(),
            hash=entry.hash.hex(),
            signature=entry.signature.hex(),
            key_id=entry.key_id,
            at=to_micros(entry.at),
        )
    body, raw = _readable(entry.body)
    return RecordLine(
        id=entry.id,
        chain=entry.chain,
        position=entry.position,
        at=to_micros(entry.at),
        previous=entry.previous.hex(),
        hash=entry.hash.hex(),
        mac=entry.mac,
        sealed_by=entry.sealed_by,
        body=body,
        raw=raw,
    )


def entry_of(line: SealLine | RecordLine) -> Entry | None:
    """The seal or record of a line; `None` if one of its values cannot be one."""
    try:
        if isinstance(line, SealLine):
            return Seal(
                id=line.id,
                first_audit=line.first_audit,
                last_audit=line.last_audit,
                count=line.count,
                root=bytes.fromhex(line.root),
                previous=bytes.fromhex(line.previous),
                hash=bytes.fromhex(line.hash),
                signature=bytes.fromhex(line.signature),
                key_id=line.key_id,
                at=from_micros(line.at),
            )
        return StoredRecord(
            id=line.id,
            chain=line.chain,
            position=line.position,
            at=from_micros(line.at),
            previous=bytes.fromhex(line.previous),
            hash=bytes.fromhex(line.hash),
            mac=line.mac,
            sealed_by=line.sealed_by,
            body=bytes.fromhex(line.raw) if line.raw else line.body.encode(),
        )
    except (ValueError, OverflowError):
        return None


def _readable(body: bytes) -> tuple[str, str]:
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return "", body.hex()
