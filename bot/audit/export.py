"""An export of the whole audit record: JSON Lines that stand alone and can be read and verified years later.

The first line holds the public keys, the last one a signature over all bytes before it; between them are the seals and
records. So not one byte of the file can be changed unseen, also where no seal covers a record yet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from bot.audit.entries import entries
from bot.audit.lines import FORMAT, EndLine, KeysLine, RecordLine, line_of, write_line
from bot.audit.signatures import public_keys, sign
from bot.store.database import Database

EXPORT: Final = "export"
"""What the signature of an export says it is."""


class Sink(Protocol):
    """Where an export is written to."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written."""

    records: int
    seals: int


async def export(database: Database, out: Sink) -> Exported:
    """Write the whole record, as it is at one moment. It is not verified here: evidence of tampering goes out too."""
    digest = hashlib.sha256()
    records = seals = 0
    async with database.read() as tx:
        keys = {name: key.hex() for name, key in public_keys(tx.keyring).items()}
        chunk = write_line(KeysLine(format=FORMAT, keys=keys))
        digest.update(chunk)
        out.write(chunk)
        async for page in entries(tx):
            lines = [line_of(entry) for entry in page]
            chunk = b"".join(map(write_line, lines))
            digest.update(chunk)
            out.write(chunk)
            found = sum(isinstance(line, RecordLine) for line in lines)
            records, seals = records + found, seals + len(lines) - found
        key, signature = sign(tx.keyring, EXPORT, digest.digest())
    end = EndLine(records=records, seals=seals, digest=digest.hexdigest(), key_id=key, signature=signature.hex())
    out.write(write_line(end))
    return Exported(records=records, seals=seals)
