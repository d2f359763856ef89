"""What a vote binds to: the part of a plan that is sent or decides, as JSON, and its digest.

Steps, facts, bound, the way back and the pinned arguments. Sentences for people are not in it, so that a better wording
never voids a vote.
"""

from __future__ import annotations

from bot.operations.evict import Evict
from bot.operations.json import JSON, digest
from bot.operations.plan import Back, Plan, Step, Wait


def intent(step: Step) -> dict[str, JSON]:
    """The digested part of a step."""
    if isinstance(step, Evict):
        return step.intent
    if isinstance(step, Wait):
        return {
            "kind": "wait",
            "id": step.id,
            "condition": step.condition,
            "path": step.target.path,
            "deadline": step.deadline,
            "steady": step.steady,
            "arguments": step.arguments,
            "group": step.group,
        }
    found: dict[str, JSON] = {
        "kind": "call",
        "id": step.id,
        "method": step.method,
        "path": step.path,
        "contentType": str(step.content_type),
        "body": step.body,
        "uid": step.uid,
        "preconditions": [{"pointer": each.pointer, "value": each.value} for each in step.preconditions],
        "group": step.group,
    }
    return found | {"later": True} if step.later else found


def plan_intent(plan: Plan, *, cluster: str, namespace: str, operation: str) -> dict[str, JSON]:
    """Everything a vote binds to, as JSON: where, what, in which order, on which grounds, and how far it may go."""
    found: dict[str, JSON] = {
        "cluster": cluster,
        "namespace": namespace,
        "operation": operation,
        "arguments": plan.pinned,
        "steps": [intent(step) for step in plan.steps],
        "facts": [
            {"path": fact.target.path, "pointer": fact.pointer, "value": fact.value, "uid": fact.uid}
            for fact in plan.facts
        ],
        "bound": {"pods": plan.bound.pods, "slackPercent": plan.bound.slack_percent},
        "back": None if plan.back is None else _back_intent(plan.back),
        "destructive": plan.destructive,
        "recovery": plan.recovery,
        "includes": list(plan.includes),
    }
    # Absent where there are none, so that plans which wait for votes keep their digests.
    if plan.touches:
        found["touches"] = [*sorted(plan.touches)]
    if plan.until is not None:
        found["until"] = plan.until.isoformat()
    return found


def _back_intent(back: Back) -> dict[str, JSON]:
    found: dict[str, JSON] = {"commandLine": back.command_line, "calls": [intent(call) for call in back.calls]}
    return {**found, "whole": True} if back.whole else found


def plan_digest(plan: Plan, *, cluster: str, namespace: str, operation: str) -> str:
    """SHA-256 over the plan's intent: what a vote is bound to."""
    return digest(plan_intent(plan, cluster=cluster, namespace=namespace, operation=operation))
