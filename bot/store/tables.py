"""All tables. Every invariant that a database can hold is a constraint here; tests/store provokes each."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.store.columns import BIG_ID, Blob, UtcTime

LANES: Final = ("people", "events", "alerts")
OPEN_STATES: Final = ("planned", "waiting", "approved", "executing", "needs_attention")
ENDED_STATES: Final = ("succeeded", "failed", "partly_done", "rejected", "expired", "cancelled", "halted")
STEP_STATES: Final = ("intended", "done", "already", "failed", "unknown", "skipped")
MESSAGE_KINDS: Final = ("post", "update", "ephemeral", "respond", "home", "dm", "delete", "file")

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _leased() -> CheckConstraint:
    return CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name="lease_has_owner")


inbox: Final = Table(
    "inbox",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("body", Blob, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("owner", Text),
    Column("lease_until", UtcTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("done_at", UtcTime),
    _one_of("lane", LANES),
    _one_of("state", ("waiting", "done", "dropped")),
    _leased(),
    CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name="ended_has_time"),
    _partial("ix_inbox_waiting", "lane", "id", where="state = 'waiting'"),
    _partial("ix_inbox_done_at", "done_at", where="done_at IS NOT NULL"),
    sqlite_autoincrement=True,
)

requests: Final = Table(
    "requests",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("cluster", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("command_line", Text, nullable=False),
    Column("arguments", Blob, nullable=False),
    Column("requester_slack", Text, nullable=False),
    Column("requester_user", Text, nullable=False),
    Column("requester_name", Text, nullable=False),
    Column("requester_key", Text, nullable=False),
    Column("person", Blob, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("team_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread_ts", Text, nullable=False, server_default=""),
    Column("card_ts", Text, nullable=False, server_default=""),
    Column("plan_version", Integer, nullable=False, server_default="0"),
    Column("production", Boolean, nullable=False),
    Column("environment", Text, nullable=False, server_default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("lease_until", UtcTime),
    Column("wake_at", UtcTime),
    Column("outcome", Blob),
    Column("back_of", BIG_ID, ForeignKey("requests.id")),
    Column("break_glass", Boolean, nullable=False, server_default=false()),
    Column("cancel_asked", Boolean, nullable=False, server_default=false()),
    _one_of("state", OPEN_STATES + ENDED_STATES),
    _leased(),
    CheckConstraint(f"(state IN {OPEN_STATES!r}) = (ended_at IS NULL)", name="ended_has_time"),
    CheckConstraint("plan_version > 0 OR state IN ('planned', 'rejected', 'cancelled', 'expired')", name="has_plan"),
    CheckConstraint("fence >= 0", name="fence"),
    CheckConstraint("back_of IS NULL OR back_of <> id", name="not_back_of_itself"),
    CheckConstraint("NOT break_glass OR reason <> ''", name="break_glass_has_reason"),
    _partial("ix_requests_runnable", "wake_at", where="state IN ('approved', 'executing')"),
    _partial("ix_requests_expiring", "expires_at", where="state IN ('planned', 'waiting', 'approved')"),
    _partial("ix_requests_waiting", "id", where="state = 'waiting'"),
    _partial("ix_requests_running", "id", where="state IN ('approved', 'executing', 'needs_attention')"),
    _partial("ix_requests_back_of", "back_of", where="back_of IS NOT NULL"),
    Index("ix_requests_command_line", "command_line", "id"),
    Index("ix_requests_requester_key", "requester_key", "id"),
    sqlite_autoincrement=True,
)

plans: Final = Table(
    "plans",
    metadata,
    Column("request_id", BIG_ID, ForeignKey("requests.id"), nullable=False, autoincrement=False),
    Column("version", Integer, nullable=False, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("intent", Blob, nullable=False),
    Column("plan", Blob, nullable=False),
    Column("card", Blob, nullable=False),
    Column("decision", Blob, nullable=False),
    Column("rehearsal", Blob, nullable=False),
    Column("mac", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("request_id", "version"),
    CheckConstraint("version >= 1", name="version"),
    Index("ix_plans_digest", "digest"),
)

votes: Final = Table(
    "votes",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("request_id", BIG_ID, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("voter_slack", Text, nullable=False),
    Column("voter_user", Text, nullable=False),
    Column("voter_key", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("mac", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("request_id", "plan_version", "voter_key"),
    ForeignKeyConstraint(["request_id", "plan_version"], ["plans.request_id", "plans.version"]),
    _one_of("verdict", ("approve", "reject")),
    sqlite_autoincrement=True,
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("request_id", BIG_ID, ForeignKey("requests.id"), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("outcome", Text),
    UniqueConstraint("request_id", "fence"),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_has_outcome"),
    _partial("uq_attempts_open", "request_id", where="ended_at IS NULL", unique=True),
    sqlite_autoincrement=True,
)

steps: Final = Table(
    "steps",
    metadata,
    Column("request_id", BIG_ID, nullable=False, autoincrement=False),
    Column("plan_version", Integer, nullable=False, autoincrement=False),
    Column("step_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("audit_id", Text, nullable=False, server_default=""),
    Column("sent_at", UtcTime),
    Column("sent_deadline", UtcTime),
    Column("pinned_version", Text, nullable=False, server_default=""),
    Column("ended_at", UtcTime),
    Column("outcome", Blob),
    PrimaryKeyConstraint("request_id", "plan_version", "step_id"),
    ForeignKeyConstraint(["request_id", "plan_version"], ["plans.request_id", "plans.version"]),
    _one_of("state", STEP_STATES),
    CheckConstraint("(state = 'intended') = (ended_at IS NULL)", name="ended_has_time"),
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread_key", Text),
    Column("body", Blob, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("not_before", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("lease_until", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("error", Text, nullable=False, server_default=""),
    _one_of("kind", MESSAGE_KINDS),
    _one_of("state", ("waiting", "sending", "sent", "dropped")),
    CheckConstraint("(state = 'sending') = (owner IS NOT NULL)", name="sending_has_owner"),
    _leased(),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
    CheckConstraint("kind <> 'update' OR thread_key IS NOT NULL", name="update_has_message"),
    _partial("uq_outbox_waiting_update", "thread_key", where="kind = 'update' AND state = 'waiting'", unique=True),
    _partial("ix_outbox_open", "priority", "id", where="state IN ('waiting', 'sending')"),
    _partial("ix_outbox_open_thread", "thread_key", "id", where="state IN ('waiting', 'sending')"),
    sqlite_autoincrement=True,
)

messages: Final = Table(
    "messages",
    metadata,
    Column("key", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("channel", "ts"),
)

contexts: Final = Table(
    "contexts",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("cluster", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("previous", Blob, nullable=False),
    Column("hash", Blob, nullable=False, unique=True),
    Column("mac", Text, nullable=False),
    Column("body", Blob, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("sealed_by", BigInteger),
    UniqueConstraint("chain", "position"),
    CheckConstraint("position >= 1", name="position"),
    CheckConstraint("length(hash) = 32 AND length(previous) = 32", name="hash_length"),
    _partial("ix_audit_unsealed", "id", where="sealed_by IS NULL"),
    sqlite_autoincrement=True,
)

seals: Final = Table(
    "seals",
    metadata,
    Column("id", BIG_ID, primary_key=True, autoincrement=False),
    Column("first_audit", BigInteger, nullable=False),
    Column("last_audit", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("root", Blob, nullable=False),
    Column("previous", Blob, nullable=False, unique=True),
    Column("hash", Blob, nullable=False, unique=True),
    Column("signature", Blob, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("id >= 1", name="id"),
    CheckConstraint("count >= 1 AND first_audit <= last_audit", name="not_empty"),
    CheckConstraint("length(root) = 32 AND length(previous) = 32 AND length(hash) = 32", name="hash_length"),
)

meta: Final = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Blob, nullable=False),
)
