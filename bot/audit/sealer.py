"""The sealer: takes the records that no seal covers yet, a few times a second, and seals them in one batch."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import exists, func, insert, select, update

from bot.audit.chain import MAC_PURPOSE, START
from bot.audit.checkpoints import Checkpoints
from bot.audit.seals import SEAL, Seal, leaf, link, merkle_root, seal_hash
from bot.audit.signatures import public_keys, sign
from bot.clock import Clock
from bot.errors import Unavailable
from bot.store.database import Database, Transaction
from bot.store.tables import audit, seals

BATCH: Final = 1000
"""Records in one seal at most."""

BUSY: Final = 0.25
"""Seconds between two seals while there is something to seal."""

IDLE: Final = 1.0
"""Seconds between two looks while there is nothing."""

_LOCK: Final = 0x6B616A697365616C
"""'kajiseal' in ASCII: of several replicas one seals at a time."""

log = structlog.get_logger("audit")


async def seal_once(tx: Transaction, *, batch: int = BATCH) -> Seal | None:
    """Seal what waits, at most `batch` records. `None`: there was nothing, or another replica is at it.

    The lock ends with the transaction, so a killed sealer holds up nobody. Without it nothing would break either: the
    second seal of the same number is refused by the database. Records that the installation's key did not
    authenticate were written by somebody else; they stay unsealed, and verification names them.
    """
    if tx.dialect == "postgresql" and not (await tx.execute(select(func.pg_try_advisory_xact_lock(_LOCK)))).scalar():
        return None
    waiting = select(audit.c.id, audit.c.hash, audit.c.mac).where(audit.c.sealed_by.is_(None)).order_by(audit.c.id)
    rows = (await tx.execute(waiting.limit(batch))).all()
    ours = [row for row in rows if tx.keyring.verify(MAC_PURPOSE, row.hash, row.mac)]
    if len(ours) < len(rows):
        log.error("audit records not written by this installation", count=len(rows) - len(ours))
    if not ours:
        return None
    seal = await _next_seal(tx, [(row.id, leaf(row.id, row.hash, row.mac)) for row in ours])
    await tx.execute(insert(seals).values(**{name: getattr(seal, name) for name in Seal.__struct_fields__}))
    await tx.execute(update(audit).where(audit.c.id.in_([row.id for row in ours])).values(sealed_by=seal.id))
    return seal


async def last_seal(tx: Transaction) -> Seal | None:
    """The newest seal, if there is one."""
    row = (await tx.execute(select(seals).order_by(seals.c.id.desc()).limit(1))).mappings().one_or_none()
    return Seal(**row) if row else None


async def _next_seal(tx: Transaction, leaves: list[tuple[int, bytes]]) -> Seal:
    before = await last_seal(tx)
    unsigned = Seal(
        id=before.id + 1 if before else 1,
        first_audit=leaves[0][0],
        last_audit=leaves[-1][0],
        count=len(leaves),
        root=merkle_root([each for _, each in leaves]),
        previous=link(before) if before else START,
        hash=b"",
        signature=b"",
        key_id=next(iter(public_keys(tx.keyring))),
        at=tx.clock.now(),
    )
    hashed = seal_hash(unsigned)
    _, signature = sign(tx.keyring, SEAL, hashed)
    fields = {name: getattr(unsigned, name) for name in Seal.__struct_fields__}
    return Seal(**{**fields, "hash": hashed, "signature": signature})


async def run(database: Database, clock: Clock, *, checkpoint_file: Path | None = None) -> None:
    """Seal until cancelled. Without a database it waits for it; records wait unsealed meanwhile, none is lost."""
    checkpoints = Checkpoints(checkpoint_file, clock)
    while True:
        sealed = False
        try:
            sealed = await seal_waiting(database)
            async with database.read() as tx:
                newest = await last_seal(tx)
            await checkpoints.note(newest)
        except Unavailable as error:
            log.warning("nothing is sealed now", why=type(error).__name__)
        except Exception:
            log.exception("sealing the audit record failed")
        await clock.sleep(BUSY if sealed else IDLE)


async def seal_waiting(database: Database) -> bool:
    """Seal all that waits, each batch in a transaction of its own; whether there was any."""
    async with database.read() as tx:
        some = (await tx.execute(select(exists().where(audit.c.sealed_by.is_(None))))).scalar_one()
    sealed = False
    while some:
        async with database.transaction() as tx:
            seal = await seal_once(tx)
        sealed = sealed or seal is not None
        some = seal is not None and seal.count == BATCH
    return sealed
