"""The codes of audit events: exports of years ago are read by them."""

from __future__ import annotations

from bot.audit.records import Event


def test_no_code_is_renamed_or_removed() -> None:
    """A new event is added here; a line that has to be changed or removed is a mistake."""
    assert {each.name: each.value for each in Event} == {
        "REQUEST_PLANNED": "request.planned",
        "REQUEST_WAITING": "request.waiting",
        "PLAN_VERSION": "plan.version",
        "VOTE_APPROVE": "vote.approve",
        "VOTE_REJECT": "vote.reject",
        "VOTE_REFUSED": "vote.refused",
        "REQUEST_APPROVED": "request.approved",
        "REQUEST_EXECUTING": "request.executing",
        "ATTEMPT_STARTED": "attempt.started",
        "ATTEMPT_LOST": "attempt.lost",
        "STEP_INTENDED": "step.intended",
        "STEP_DONE": "step.done",
        "STEP_ALREADY": "step.already",
        "STEP_FAILED": "step.failed",
        "STEP_UNKNOWN": "step.unknown",
        "REQUEST_SUCCEEDED": "request.succeeded",
        "REQUEST_FAILED": "request.failed",
        "REQUEST_PARTLY_DONE": "request.partly_done",
        "REQUEST_NEEDS_ATTENTION": "request.needs_attention",
        "REQUEST_REJECTED": "request.rejected",
        "REQUEST_EXPIRED": "request.expired",
        "REQUEST_CANCELLED": "request.cancelled",
        "REQUEST_HALTED": "request.halted",
        "CANCEL_ASKED": "cancel.asked",
        "ATTENTION_ANSWERED": "attention.answered",
        "BREAK_GLASS": "break_glass",
        "REFUSED_COMMAND": "refused.command",
        "REFUSED_CLICK": "refused.click",
        "REFUSED_FORGERY": "refused.forgery",
        "SECRET_TYPED": "secret.typed",
        "CONTEXT_SET": "context.set",
        "PROBE_ASKED": "probe.asked",
        "POLICY_LOADED": "policy.loaded",
        "CONFIG_LOADED": "config.loaded",
    }
