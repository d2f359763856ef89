"""What is known of each step: that it was intended, stored before it is sent, and how it ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, insert, select, update

from bot.errors import Bug
from bot.store.database import Transaction
from bot.store.leases import Lease, hold
from bot.store.rows import as_bytes, typed
from bot.store.tables import requests, steps
from bot.text import Code, text

_OF: Final = select(steps).where(
    steps.c.request_id == bindparam("number"), steps.c.plan_version == bindparam("plan_version")
)
_CURRENT: Final = (
    select(steps.c.request_id, steps.c.step_id, steps.c.state)
    .join(requests, (steps.c.request_id == requests.c.id) & (steps.c.plan_version == requests.c.plan_version))
    .where(requests.c.id.in_(bindparam("numbers", expanding=True)))
)


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """`sent_deadline`: when a late effect can no longer come. `pinned_version`: the resourceVersion a resend needs.

    `outcome` is stored encrypted, for answers may hold what people may not see.
    """

    request_id: int
    plan_version: int
    step_id: str
    state: str
    fence: int
    audit_id: str
    sent_at: datetime | None
    sent_deadline: datetime | None
    pinned_version: str
    ended_at: datetime | None
    outcome: bytes | None


async def intend(
    tx: Transaction,
    lease: Lease,
    plan_version: int,
    step_id: str,
    *,
    audit_id: str = "",
    sent_at: datetime | None = None,
    sent_deadline: datetime | None = None,
    pinned_version: str = "",
    outcome: bytes | None = None,
) -> None:
    """Store that a step is about to be sent, or sent again, with what must be known to go on.

    Raises `LeaseLost`; `Bug` if the step has already ended.
    """
    await hold(tx, lease)
    sending: dict[str, Any] = {
        "fence": lease.fence,
        "audit_id": audit_id,
        "sent_at": sent_at,
        "sent_deadline": sent_deadline,
        "pinned_version": pinned_version,
    }
    if outcome is not None:
        sending["outcome"] = tx.keyring.seal(outcome, _purpose(lease.request, plan_version, step_id))
    again = await tx.execute(
        update(steps).where(*_is(lease.request, plan_version, step_id), steps.c.state == "intended").values(**sending)
    )
    if again.rowcount == 0:
        key = {"request_id": lease.request, "plan_version": plan_version, "step_id": step_id}
        await tx.execute(insert(steps).values(**key, **sending, state="intended"))


async def settle(
    tx: Transaction, lease: Lease, plan_version: int, step_id: str, state: str, *, outcome: bytes | None = None
) -> None:
    """Store how an intended step ended. Raises `LeaseLost`; `Bug` if it was not intended, or has ended before."""
    await hold(tx, lease)
    kept = None if outcome is None else tx.keyring.seal(outcome, _purpose(lease.request, plan_version, step_id))
    settled = await tx.execute(
        update(steps)
        .where(*_is(lease.request, plan_version, step_id), steps.c.state.in_(("intended", "unknown")))
        .values(state=state, fence=lease.fence, ended_at=tx.after(), outcome=kept)
    )
    if settled.rowcount != 1:
        raise Bug(text("Step {step} cannot end: it was not begun, or has ended.", step=Code(step_id)))


async def reopen(tx: Transaction, lease: Lease, plan_version: int, step_id: str) -> None:
    """An unknown step counts as intended again, so that it is looked at once more. Raises `LeaseLost`."""
    await hold(tx, lease)
    await tx.execute(
        update(steps)
        .where(*_is(lease.request, plan_version, step_id), steps.c.state == "unknown")
        .values(state="intended", ended_at=None, outcome=None)
    )


async def record_step(
    tx: Transaction, lease: Lease, plan_version: int, step_id: str, state: str, *, outcome: bytes | None = None
) -> None:
    """Store the end of a step that was never sent (already so, skipped). Raises `LeaseLost`."""
    await intend(tx, lease, plan_version, step_id)
    await settle(tx, lease, plan_version, step_id, state, outcome=outcome)


async def steps_of(tx: Transaction, number: int, plan_version: int) -> dict[str, StepRecord]:
    """The records of one plan version by step id."""
    found = await tx.execute(_OF, {"number": number, "plan_version": plan_version})
    return {row["step_id"]: _opened(tx, row) for row in found.mappings()}


async def current_states(tx: Transaction, numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """How the steps of the plan versions in force of several requests stand, by number and step id."""
    states: dict[int, dict[str, str]] = {}
    for row in (await tx.execute(_CURRENT, {"numbers": list(numbers)})).mappings():
        states.setdefault(row["request_id"], {})[row["step_id"]] = row["state"]
    return states


def _opened(tx: Transaction, row: RowMapping) -> StepRecord:
    values = dict(row)
    if values["outcome"] is not None:
        stored = as_bytes(values["outcome"], values["request_id"])
        purpose = _purpose(values["request_id"], values["plan_version"], values["step_id"])
        values["outcome"] = tx.keyring.open(stored, purpose)
    return typed(values, StepRecord, values["request_id"])


def _is(number: int, plan_version: int, step_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        steps.c.request_id == number,
        steps.c.plan_version == plan_version,
        steps.c.step_id == step_id,
    )


def _purpose(number: int, plan_version: int, step_id: str) -> str:
    return f"steps/{number}/{plan_version}/{step_id}"
