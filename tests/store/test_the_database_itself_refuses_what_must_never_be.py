"""Every constraint of `bot.store.tables` is provoked, on both databases, and no constraint is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, insert

from bot.store.database import Database, Transaction
from bot.store.errors import InvariantBroken
from bot.store.plans import add_plan
from bot.store.requests import insert_request
from bot.store.tables import (
    attempts,
    audit,
    contexts,
    inbox,
    messages,
    meta,
    metadata,
    outbox,
    plans,
    requests,
    seals,
    steps,
    votes,
)
from tests.store.rows import NOON, a_plan, a_request

INBOX = {"key": "k", "kind": "command", "lane": "people", "received_at": NOON, "body": b""}
REQUEST = {**vars(a_request()), "id": 50}
PLAN = {**vars(a_plan(1)), "version": 2}
VOTE = {
    "request_id": 1,
    "plan_version": 1,
    "digest": "d",
    "voter_slack": "U",
    "voter_user": "u",
    "voter_key": "bob",
    "verdict": "approve",
    "mac": "m",
    "created_at": NOON,
}
ATTEMPT = {"request_id": 1, "fence": 1, "owner": "a", "started_at": NOON}
LOST = {**ATTEMPT, "ended_at": NOON, "outcome": "lost"}
STEP = {"request_id": 1, "plan_version": 1, "step_id": "step-1", "state": "intended", "fence": 1}
OUTBOX = {
    "key": "k",
    "kind": "post",
    "priority": 1,
    "channel": "C",
    "body": b"",
    "not_before": NOON,
    "created_at": NOON,
}
EDIT = {**OUTBOX, "kind": "update", "thread_key": "card"}
MESSAGE = {"key": "k", "channel": "C", "ts": "1.0", "version": 1, "updated_at": NOON}
CONTEXT = {"channel": "C", "cluster": "c", "namespace": "n", "set_by": "u", "updated_at": NOON}
AUDIT = {
    "chain": "request/1",
    "position": 1,
    "previous": bytes(32),
    "hash": b"a" * 32,
    "mac": "m",
    "body": b"{}",
    "at": NOON,
}
SEAL = {
    "id": 1,
    "first_audit": 1,
    "last_audit": 1,
    "count": 1,
    "root": bytes(32),
    "previous": bytes(32),
    "hash": b"s" * 32,
    "signature": bytes(64),
    "key_id": "k",
    "at": NOON,
}
SECOND_SEAL = {**SEAL, "id": 2, "previous": b"p" * 32, "hash": b"h" * 32}

BREAKS: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "pk_inbox": [(inbox, {**INBOX, "id": 1}), (inbox, {**INBOX, "id": 1, "key": "other"})],
    "uq_inbox_key": [(inbox, INBOX), (inbox, INBOX)],
    "ck_inbox_lane": [(inbox, {**INBOX, "lane": "other"})],
    "ck_inbox_state": [(inbox, {**INBOX, "state": "other", "done_at": NOON})],
    "ck_inbox_lease_has_owner": [(inbox, {**INBOX, "owner": "a"})],
    "ck_inbox_ended_has_time": [(inbox, {**INBOX, "state": "done"})],
    "pk_requests": [(requests, {**REQUEST, "id": 1})],
    "fk_requests_back_of": [(requests, {**REQUEST, "back_of": 99})],
    "ck_requests_state": [(requests, {**REQUEST, "state": "other", "plan_version": 1, "ended_at": NOON})],
    "ck_requests_lease_has_owner": [(requests, {**REQUEST, "lease_until": NOON})],
    "ck_requests_ended_has_time": [(requests, {**REQUEST, "state": "expired"})],
    "ck_requests_has_plan": [(requests, {**REQUEST, "state": "approved"})],
    "ck_requests_fence": [(requests, {**REQUEST, "fence": -1})],
    "ck_requests_not_back_of_itself": [(requests, {**REQUEST, "back_of": 50})],
    "ck_requests_break_glass_has_reason": [(requests, {**REQUEST, "break_glass": True})],
    "pk_plans": [(plans, {**PLAN, "version": 1})],
    "fk_plans_request_id": [(plans, {**PLAN, "request_id": 99})],
    "ck_plans_version": [(plans, {**PLAN, "version": 0})],
    "pk_votes": [(votes, {**VOTE, "id": 1}), (votes, {**VOTE, "id": 1, "voter_key": "carol"})],
    "uq_votes_request_id_plan_version_voter_key": [(votes, VOTE), (votes, {**VOTE, "verdict": "reject"})],
    "fk_votes_request_id_plan_version": [(votes, {**VOTE, "plan_version": 2})],
    "ck_votes_verdict": [(votes, {**VOTE, "verdict": "maybe"})],
    "pk_attempts": [
        (attempts, {**LOST, "id": 1}),
        (attempts, {**ATTEMPT, "id": 1, "fence": 2}),
    ],
    "fk_attempts_request_id": [(attempts, {**ATTEMPT, "request_id": 99})],
    "uq_attempts_request_id_fence": [(attempts, LOST), (attempts, ATTEMPT)],
    "ck_attempts_ended_has_outcome": [(attempts, {**ATTEMPT, "ended_at": NOON})],
    "uq_attempts_open": [(attempts, ATTEMPT), (attempts, {**ATTEMPT, "fence": 2})],
    "pk_steps": [(steps, STEP), (steps, STEP)],
    "fk_steps_request_id_plan_version": [(steps, {**STEP, "plan_version": 2})],
    "ck_steps_state": [(steps, {**STEP, "state": "other", "ended_at": NOON})],
    "ck_steps_ended_has_time": [(steps, {**STEP, "ended_at": NOON})],
    "pk_outbox": [(outbox, {**OUTBOX, "id": 1}), (outbox, {**OUTBOX, "id": 1, "key": "other"})],
    "uq_outbox_key": [(outbox, OUTBOX), (outbox, OUTBOX)],
    "ck_outbox_kind": [(outbox, {**OUTBOX, "kind": "other"})],
    "ck_outbox_state": [(outbox, {**OUTBOX, "state": "other"})],
    "ck_outbox_sending_has_owner": [(outbox, {**OUTBOX, "state": "sending"})],
    "ck_outbox_lease_has_owner": [(outbox, {**OUTBOX, "lease_until": NOON})],
    "ck_outbox_sent_has_time": [(outbox, {**OUTBOX, "state": "sent"})],
    "ck_outbox_update_has_message": [(outbox, {**OUTBOX, "kind": "update"})],
    "uq_outbox_waiting_update": [(outbox, EDIT), (outbox, {**EDIT, "key": "other"})],
    "pk_messages": [(messages, MESSAGE), (messages, {**MESSAGE, "ts": "2.0"})],
    "uq_messages_channel_ts": [(messages, MESSAGE), (messages, {**MESSAGE, "key": "other"})],
    "pk_contexts": [(contexts, CONTEXT), (contexts, CONTEXT)],
    "pk_audit": [(audit, {**AUDIT, "id": 1}), (audit, {**AUDIT, "id": 1, "position": 2, "hash": b"b" * 32})],
    "uq_audit_hash": [(audit, AUDIT), (audit, {**AUDIT, "position": 2})],
    "uq_audit_chain_position": [(audit, AUDIT), (audit, {**AUDIT, "hash": b"b" * 32})],
    "ck_audit_position": [(audit, {**AUDIT, "position": 0})],
    "ck_audit_hash_length": [(audit, {**AUDIT, "hash": b"short"})],
    "pk_seals": [(seals, SEAL), (seals, {**SECOND_SEAL, "id": 1})],
    "uq_seals_previous": [(seals, SEAL), (seals, {**SECOND_SEAL, "previous": SEAL["previous"]})],
    "uq_seals_hash": [(seals, SEAL), (seals, {**SECOND_SEAL, "hash": SEAL["hash"]})],
    "ck_seals_id": [(seals, {**SEAL, "id": 0})],
    "ck_seals_not_empty": [(seals, {**SEAL, "count": 0})],
    "ck_seals_hash_length": [(seals, {**SEAL, "root": b""})],
    "pk_meta": [(meta, {"key": "k", "value": b""}), (meta, {"key": "k", "value": b"other"})],
}


def constraints() -> set[str]:
    """The names of all constraints and unique indexes; NOT NULL stands in the columns."""
    kinds = (CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint)
    found = [each for table in metadata.tables.values() for each in table.constraints if isinstance(each, kinds)]
    indexes = [each for table in metadata.tables.values() for each in table.indexes if each.unique]
    return {str(each.name) for each in [*found, *indexes]}


def test_no_constraint_is_left_out() -> None:
    assert set(BREAKS) == constraints()


async def one_request(tx: Transaction) -> None:
    assert await insert_request(tx, a_request()) == 1
    await add_plan(tx, a_plan(1))


@pytest.mark.parametrize("name", sorted(BREAKS))
async def test_it_is_refused_by_the_constraint_of_that_name(database: Database, name: str) -> None:
    *before, last = BREAKS[name]
    async with database.transaction() as tx:
        await one_request(tx)
        for table, values in before:
            await tx.execute(insert(table).values(**values))
    with pytest.raises(InvariantBroken, match="refused a change that breaks its rules") as refused:
        async with database.transaction() as tx:
            await tx.execute(insert(last[0]).values(**last[1]))
    assert shown_as(name, database)(str(refused.value.__cause__))


def shown_as(name: str, database: Database) -> Callable[[str], bool]:
    """PostgreSQL names every constraint, SQLite its checks by name and the others by their columns or kind."""
    if database.dialect == "postgresql" or name.startswith("ck_"):
        return lambda message: name in message
    if name.startswith("fk_"):
        return lambda message: "FOREIGN KEY constraint failed" in message
    table = name.split("_")[1]
    return lambda message: f"UNIQUE constraint failed: {table}." in message


async def test_what_has_no_value_is_refused(database: Database) -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not column.nullable and not column.primary_key and column.server_default is None:
                values = {name: value for name, value in whole(table.name).items() if name != column.name}
                with pytest.raises(InvariantBroken):
                    async with database.transaction() as tx:
                        await tx.execute(insert(table).values(**values, **{column.name: None}))


def whole(table: str) -> dict[str, Any]:
    rows = {
        "inbox": INBOX,
        "requests": REQUEST,
        "plans": PLAN,
        "votes": VOTE,
        "attempts": ATTEMPT,
        "steps": STEP,
        "outbox": OUTBOX,
        "messages": MESSAGE,
        "contexts": CONTEXT,
        "audit": AUDIT,
        "seals": SEAL,
        "meta": {"key": "k", "value": b""},
    }
    return rows[table]
