"""The statements of `bot.store.outbox`, put together once; their parameters are those that the functions there give."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Select, Update, bindparam, case, exists, not_, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store.columns import UtcTime
from bot.store.database import Dialect
from bot.store.prepared import moment, new
from bot.store.tables import outbox

_OPEN: Final = ("waiting", "sending")
_NEW: Final = ("post", "dm")

CLAIMED: Final = (
    "id", "key", "kind", "priority", "channel", "thread_key", "body", "attempts", "owner", "created_at"
)  # fmt: skip
"""What is read of a message that is claimed."""

KNOWN: Final = select(outbox.c.id).where(outbox.c.key == bindparam("known"))


_PRIORITY: Final = bindparam("new_priority", type_=outbox.c.priority.type)
_MOMENT: Final = bindparam("new_not_before", type_=UtcTime)
REPLACING: Final = (
    update(outbox)
    .where(outbox.c.thread_key == bindparam("edited"), outbox.c.kind == "update", outbox.c.state == "waiting")
    .values(
        **new(outbox, ("key", "body", "channel")),
        priority=case((outbox.c.priority < _PRIORITY, outbox.c.priority), else_=_PRIORITY),
        not_before=case((outbox.c.not_before < _MOMENT, outbox.c.not_before), else_=_MOMENT),
    )
)


@cache
def due(dialect: Dialect) -> Select[int]:
    earlier, now = outbox.alias("earlier"), moment(dialect, "now")
    follows = exists().where(
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(_OPEN),
        or_(earlier.c.thread_key == outbox.c.thread_key, earlier.c.key == outbox.c.thread_key),
    )
    return (
        select(outbox.c.id)
        .where(
            or_(outbox.c.state == "waiting", (outbox.c.state == "sending") & (outbox.c.lease_until <= now)),
            outbox.c.not_before <= now,
            outbox.c.channel.not_in(bindparam("busy", expanding=True)),
            outbox.c.kind.not_in(bindparam("held", expanding=True)),
            not_(outbox.c.kind.in_(_NEW) & outbox.c.channel.in_(bindparam("crowded", expanding=True))),
            ~follows,
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam("many"))
        .with_for_update(skip_locked=True)
    )


@cache
def leasing(dialect: Dialect) -> ReturningUpdate[Any]:
    return (
        update(outbox)
        .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
        .values(
            state="sending",
            owner=bindparam("by"),
            lease_until=moment(dialect, "until"),
            attempts=outbox.c.attempts + 1,
        )
        .returning(*(outbox.c[name] for name in CLAIMED))
    )


@cache
def sending(dialect: Dialect) -> Update:
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("number"), outbox.c.state != "sent")
        .values(state="sent", sent_at=moment(dialect, "now"), owner=None, lease_until=None, body=b"", error="")
    )


NEWER: Final = select(outbox.c.thread_key).where(
    outbox.c.thread_key.in_(bindparam("edited", expanding=True)),
    outbox.c.kind == "update",
    outbox.c.state == "waiting",
)


_LEAVING: Final = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("number"),
        outbox.c.state == "sending",
        outbox.c.owner == bindparam("by"),
        outbox.c.attempts == bindparam("tried"),
    )
    .values(owner=None, lease_until=None)
)
WAITING: Final = _LEAVING.values(state="waiting", **new(outbox, ("not_before", "error")))
DROPPING: Final = _LEAVING.values(state="dropped", body=b"", **new(outbox, ("error",)))
