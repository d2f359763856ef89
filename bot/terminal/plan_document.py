"""A plan as JSON and as text: the same data, for machines and for the one who reads it before sending.

Values that look like secrets are redacted unless they are asked for: a terminal is copied into tickets. What is
digested is the true plan, so the digest is the one that votes would bind to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.operations.json import JSON
from bot.operations.operation import Operation
from bot.operations.patches import Change
from bot.operations.plan import Call, ContentType, Evict, Nothing, Step, Wait, eviction_calls
from bot.requests.planning import Planned
from bot.terminal.screen import Screen

Hide = Callable[[JSON, str], JSON]
"""A value that stands at a pointer, as it may be shown."""


def plan_document(planned: Planned, operation: Operation, *, screen: Screen, hide: Hide) -> dict[str, Any]:
    """Keys in a fixed order, and within values sorted, so that the same plan is the same text."""
    plan = planned.plan
    rehearsed = {each.step: str(each.how) for each in planned.rehearsals}
    back = plan.back
    return {
        "digest": planned.digest,
        "operation": operation.name,
        "arguments": ordered(hide(dict(plan.pinned), "")),
        "steps": [_step(step, rehearsed.get(step.id), hide) for step in plan.steps],
        "changes": [
            _change(call, change, hide)
            for rehearsal in planned.rehearsals
            for call in plan.calls
            if call.id == rehearsal.step
            for change in rehearsal.changes
        ],
        "facts": [
            {
                "path": fact.target.path,
                "pointer": fact.pointer,
                "value": ordered(hide(fact.value, fact.pointer)),
                "uid": fact.uid,
            }
            for fact in plan.facts
        ],
        "impact": {
            "pods": plan.impact.pods,
            "unavailable": plan.impact.unavailable,
            "seconds": plan.impact.seconds,
        },
        "warnings": [*(screen.sentence(each) for each in plan.warnings), *planned.warnings],
        "back": None
        if back is None
        else {
            "commandLine": back.command_line,
            "label": screen.sentence(back.label),
            "steps": [_step(call, None, hide) for call in back.calls],
        },
    }


def nothing_document(
    nothing: Nothing, operation: Operation, arguments: dict[str, Any], screen: Screen
) -> dict[str, Any]:
    """The same keys where nothing is to be done; `nothing` says why."""
    return {
        "digest": None,
        "operation": operation.name,
        "arguments": ordered(arguments),
        "steps": [],
        "changes": [],
        "facts": [],
        "impact": {"pods": 0, "unavailable": 0, "seconds": 0},
        "warnings": [],
        "back": None,
        "nothing": screen.sentence(nothing.message),
    }


def ordered(value: JSON) -> JSON:
    """The value with the keys of all its objects sorted."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [ordered(each) for each in value]
    return value


def _step(step: Step, rehearsal: str | None, hide: Hide) -> dict[str, Any]:
    """Every step has the keys of a call, so that a script reads all alike; a wait sends nothing and has three more.

    An eviction says its rule and its bound, and as `expected` the requests that it would send now.
    """
    if isinstance(step, Wait):
        return {
            "kind": "wait",
            "method": None,
            "path": step.target.path,
            "query": {},
            "contentType": None,
            "body": None,
            "preconditions": [],
            "rehearsal": None,
            "condition": step.condition,
            "deadline": step.deadline,
            "arguments": ordered(step.arguments),
        }
    if isinstance(step, Evict):
        return {
            "kind": "evict",
            "method": "POST",
            "path": step.target.path,
            "query": {},
            "contentType": str(ContentType.JSON),
            "body": None,
            "preconditions": [{"pointer": "/metadata/uid", "value": step.uid}],
            "rehearsal": rehearsal,
            "deadline": step.deadline,
            "rule": ordered(step.intent["rule"]),
            "bound": ordered(step.intent["bound"]),
            "expected": [_step(call, None, hide) for call in eviction_calls(step, step.expected)],
        }
    return {
        "kind": "call",
        "method": step.method,
        "path": step.path,
        "query": {},
        "contentType": str(step.content_type),
        "body": ordered(hide(step.body, "")),
        "preconditions": [
            {"pointer": each.pointer, "value": ordered(hide(each.value, each.pointer))} for each in step.preconditions
        ],
        "rehearsal": rehearsal,
    }


def _change(call: Call, change: Change, hide: Hide) -> dict[str, Any]:
    return {
        "path": call.path,
        "pointer": change.pointer,
        "before": ordered(hide(change.before, change.pointer)),
        "after": ordered(hide(change.after, change.pointer)),
    }
