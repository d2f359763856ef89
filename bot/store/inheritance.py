"""What a process that died has left leased. Where only one process can have the database, its successor knows that it
is dead, and need not wait for the leases to run out."""

from __future__ import annotations

from sqlalchemy import update

from bot.store.columns import EPOCH
from bot.store.database import Transaction
from bot.store.tables import inbox, outbox, requests


async def inherit(tx: Transaction) -> None:
    """Let go of every lease, once, before anything is claimed. On PostgreSQL other replicas live: nothing is done.

    Fences stay, so that the next claim has a higher one; what was sent before may still land and is read back.
    """
    if tx.dialect != "sqlite":
        return
    free = {"owner": None, "lease_until": None}
    await tx.execute(update(requests).where(requests.c.owner.is_not(None)).values(**free))
    await tx.execute(update(inbox).where(inbox.c.owner.is_not(None)).values(**free))
    # A message that may have been sent stays known as such, so that it is looked for before it is posted again.
    await tx.execute(update(outbox).where(outbox.c.state == "sending").values(lease_until=EPOCH))
