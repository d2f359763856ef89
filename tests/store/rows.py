"""Rows in one line each: a test states only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.store.outbox import OutMessage
from bot.store.plans import PlanVersion
from bot.store.requests import NewRequest
from bot.store.votes import Vote

NOON = datetime(2025, 11, 25, 12, tzinfo=UTC)


def a_request(**changes: object) -> NewRequest:
    plain = NewRequest(
        state="planned",
        cluster="prod",
        namespace="payments",
        operation="rollout undo",
        command_line="rollout undo deployment/app",
        arguments=b"{}",
        requester_slack="U0ALICE",
        requester_user="kajitori:alice",
        requester_name="Alice",
        requester_key="alice",
        person=b"{}",
        team_id="T0ACME",
        channel="C0OPS",
        production=True,
        created_at=NOON,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def a_plan(number: int, version: int = 1, **changes: object) -> PlanVersion:
    plain = PlanVersion(
        request_id=number,
        version=version,
        digest="d" * 64,
        intent=b'{"intent":1}',
        plan=b'{"plan":1}',
        card=b"{}",
        decision=b"{}",
        rehearsal=b"{}",
        mac="m",
        created_at=NOON,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def a_vote(number: int, version: int = 1, **changes: object) -> Vote:
    plain = Vote(
        request_id=number,
        plan_version=version,
        digest="d" * 64,
        voter_slack="U0BOB",
        voter_user="kajitori:bob",
        voter_key="bob",
        verdict="approve",
        mac="m",
        created_at=NOON,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def a_message(key: str = "request/142/card", **changes: object) -> OutMessage:
    plain = OutMessage(key=key, kind="post", priority=30, channel="C0OPS", body=b"{}", created_at=NOON)
    return replace(plain, **changes)  # type: ignore[arg-type]
