"""The statements of `bot.store.outbox`, put together once; their parameters are those that the functions there give."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Select, Update, and_, bindparam, case, exists, not_, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store.columns import UtcTime
from bot.store.database import Dialect
from bot.store.prepared import moment, new, one_of
from bot.store.tables import outbox

_OPEN: Final = ("waiting", "sending")
_NEW: Final = ("post", "dm")

CLAIMED: Final = (
    "id", "key", "kind", "priority", "channel", "thread_key", "body", "attempts", "owner", "created_at"
)  # fmt: skip
"""What is read of a message that is claimed."""

_NEWEST_EDIT: Final = and_(one_of(outbox.c.kind, "update"), one_of(outbox.c.state, "waiting"))

KNOWN: Final = select(outbox.c.id).where(outbox.c.key == bindparam("known"))


_PRIORITY: Final = bindparam("new_priority", type_=outbox.c.priority.type)
_MOMENT: Final = bindparam("new_not_before", type_=UtcTime)
REPLACING: Final = (
    update(outbox)
    .where(outbox.c.thread_key == bindparam("edited"), _NEWEST_EDIT)
    .values(
        **new(outbox, ("key", "body", "channel")),
        priority=case((outbox.c.priority < _PRIORITY, outbox.c.priority), else_=_PRIORITY),
        not_before=case((outbox.c.not_before < _MOMENT, outbox.c.not_before), else_=_MOMENT),
    )
)


@cache
def due(dialect: Dialect) -> Select[int]:
    earlier, first, now = outbox.alias("earlier"), outbox.alias("first"), moment(dialect, "now")
    behind = exists().where(
        earlier.c.thread_key == outbox.c.thread_key, earlier.c.id < outbox.c.id, one_of(earlier.c.state, *_OPEN)
    )
    unposted = exists().where(
        first.c.key == outbox.c.thread_key, first.c.id < outbox.c.id, one_of(first.c.state, *_OPEN)
    )
    return (
        select(outbox.c.id)
        .where(
            one_of(outbox.c.state, *_OPEN),
            or_(outbox.c.state == "waiting", (outbox.c.state == "sending") & (outbox.c.lease_until <= now)),
            outbox.c.not_before <= now,
            outbox.c.channel.not_in(bindparam("busy", expanding=True)),
            outbox.c.kind.not_in(bindparam("held", expanding=True)),
            not_(outbox.c.kind.in_(_NEW) & outbox.c.channel.in_(bindparam("crowded", expanding=True))),
            ~behind,
            ~unposted,
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
    outbox.c.thread_key.in_(bindparam("edited", expanding=True)), _NEWEST_EDIT
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

NEXT: Final = (
    select(outbox.c.not_before)
    .where(one_of(outbox.c.state, *_OPEN), outbox.c.state == "waiting")
    .order_by(outbox.c.not_before)
    .limit(1)
)
