"""The first tables."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME: Final = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    _audit()
    _contexts()
    _inbox()
    _messages()
    _meta()
    _outbox()
    _requests()
    _seals()
    _attempts()
    _plans()
    _steps()
    _votes()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("sealed_by", sa.BigInteger()),
        sa.CheckConstraint("length(hash) = 32 AND length(previous) = 32", name=op.f("ck_audit_hash_length")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_audit_position")),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("chain", "position", name="uq_audit_chain_position"),
        sa.UniqueConstraint("hash", name="uq_audit_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_audit_unsealed",
        "audit",
        ["id"],
        sqlite_where=sa.text("sealed_by IS NULL"),
        postgresql_where=sa.text("sealed_by IS NULL"),
    )


def _contexts() -> None:
    op.create_table(
        "contexts",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_contexts"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", TIME),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name=op.f("ck_inbox_ended_has_time")),
        sa.CheckConstraint("lane IN ('people', 'events', 'alerts')", name=op.f("ck_inbox_lane")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dropped')", name=op.f("ck_inbox_state")),
        sa.CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_inbox_lease_has_owner")),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("key", name="uq_inbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inbox_done_at",
        "inbox",
        ["done_at"],
        sqlite_where=sa.text("done_at IS NOT NULL"),
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["lane", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_messages"),
        sa.UniqueConstraint("channel", "ts", name="uq_messages_channel_ts"),
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_key", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'sending') = (owner IS NOT NULL)", name=op.f("ck_outbox_sending_has_owner")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_has_time")),
        sa.CheckConstraint("kind <> 'update' OR thread_key IS NOT NULL", name=op.f("ck_outbox_update_has_message")),
        sa.CheckConstraint(
            "kind IN ('post', 'update', 'ephemeral', 'respond', 'home', 'dm', 'delete', 'file')",
            name=op.f("ck_outbox_kind"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dropped')", name=op.f("ck_outbox_state")),
        sa.CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_outbox_lease_has_owner")),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["priority", "id"],
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(
        "ix_outbox_open_thread",
        "outbox",
        ["thread_key", "id"],
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(
        "uq_outbox_waiting_update",
        "outbox",
        ["thread_key"],
        unique=True,
        sqlite_where=sa.text("kind = 'update' AND state = 'waiting'"),
        postgresql_where=sa.text("kind = 'update' AND state = 'waiting'"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("command_line", sa.Text(), nullable=False),
        sa.Column("arguments", sa.LargeBinary(), nullable=False),
        sa.Column("requester_slack", sa.Text(), nullable=False),
        sa.Column("requester_user", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("requester_key", sa.Text(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("card_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("plan_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.Column("environment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("wake_at", TIME),
        sa.Column("outcome", sa.LargeBinary()),
        sa.Column("back_of", ID),
        sa.Column("break_glass", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('planned', 'waiting', 'approved', 'executing', 'needs_attention')) = (ended_at IS NULL)",
            name=op.f("ck_requests_ended_has_time"),
        ),
        sa.CheckConstraint("NOT break_glass OR reason <> ''", name=op.f("ck_requests_break_glass_has_reason")),
        sa.CheckConstraint(
            "plan_version > 0 OR state IN ('planned', 'rejected', 'cancelled', 'expired')",
            name=op.f("ck_requests_has_plan"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'waiting', 'approved', 'executing', 'needs_attention', "
            "'succeeded', 'failed', 'partly_done', 'rejected', 'expired', 'cancelled', 'halted')",
            name=op.f("ck_requests_state"),
        ),
        sa.CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_requests_lease_has_owner")),
        sa.CheckConstraint("back_of IS NULL OR back_of <> id", name=op.f("ck_requests_not_back_of_itself")),
        sa.CheckConstraint("fence >= 0", name=op.f("ck_requests_fence")),
        sa.ForeignKeyConstraint(["back_of"], ["requests.id"], name="fk_requests_back_of"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sqlite_autoincrement=True,
    )
    _partial("ix_requests_expiring", "expires_at", where="state IN ('planned', 'waiting', 'approved')")
    op.create_index("ix_requests_requester_key", "requests", ["requester_key", "id"])
    _partial("ix_requests_runnable", "wake_at", where="state IN ('approved', 'executing')")
    _partial("ix_requests_waiting", "id", where="state = 'waiting'")
    _partial("ix_requests_running", "id", where="state IN ('approved', 'executing', 'needs_attention')")
    _partial("ix_requests_back_of", "back_of", where="back_of IS NOT NULL")
    op.create_index("ix_requests_command_line", "requests", ["command_line", "id"])


def _partial(name: str, column: str, *, where: str) -> None:
    op.create_index(name, "requests", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _seals() -> None:
    op.create_table(
        "seals",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("first_audit", sa.BigInteger(), nullable=False),
        sa.Column("last_audit", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("id >= 1", name=op.f("ck_seals_id")),
        sa.CheckConstraint("count >= 1 AND first_audit <= last_audit", name=op.f("ck_seals_not_empty")),
        sa.CheckConstraint(
            "length(root) = 32 AND length(previous) = 32 AND length(hash) = 32", name=op.f("ck_seals_hash_length")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seals"),
        sa.UniqueConstraint("hash", name="uq_seals_hash"),
        sa.UniqueConstraint("previous", name="uq_seals_previous"),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("outcome", sa.Text()),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_attempts_ended_has_outcome")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_attempts_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("request_id", "fence", name="uq_attempts_request_id_fence"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("request_id", ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("intent", sa.LargeBinary(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.Column("rehearsal", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_plans_version")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_plans_request_id"),
        sa.PrimaryKeyConstraint("request_id", "version", name="pk_plans"),
    )
    op.create_index("ix_plans_digest", "plans", ["digest"])


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("request_id", ID, autoincrement=False, nullable=False),
        sa.Column("plan_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("audit_id", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("sent_deadline", TIME),
        sa.Column("pinned_version", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("outcome", sa.LargeBinary()),
        sa.CheckConstraint("(state = 'intended') = (ended_at IS NULL)", name=op.f("ck_steps_ended_has_time")),
        sa.CheckConstraint(
            "state IN ('intended', 'done', 'already', 'failed', 'unknown', 'skipped')", name=op.f("ck_steps_state")
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "plan_version"],
            ["plans.request_id", "plans.version"],
            name="fk_steps_request_id_plan_version",
        ),
        sa.PrimaryKeyConstraint("request_id", "plan_version", "step_id", name="pk_steps"),
    )


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("voter_slack", sa.Text(), nullable=False),
        sa.Column("voter_user", sa.Text(), nullable=False),
        sa.Column("voter_key", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("verdict IN ('approve', 'reject')", name=op.f("ck_votes_verdict")),
        sa.ForeignKeyConstraint(
            ["request_id", "plan_version"],
            ["plans.request_id", "plans.version"],
            name="fk_votes_request_id_plan_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint(
            "request_id", "plan_version", "voter_key", name="uq_votes_request_id_plan_version_voter_key"
        ),
        sqlite_autoincrement=True,
    )
