"""A plan for a person at a terminal: what, before and after, what it touches, the calls, the way back."""

from __future__ import annotations

import json
from typing import Any

from bot.operations.plan import Plan
from bot.requests.planning import Planned
from bot.terminal.screen import Screen
from bot.text import Code, text

LONGEST_VALUE = 200


def show_plan(screen: Screen, planned: Planned, document: dict[str, Any]) -> None:
    """Print it; `document` is the same plan as `plan_document` made it, whose values may be shown."""
    plan = planned.plan
    screen.say(plan.summary, style="bold")
    if plan.before is not None and plan.after is not None:
        screen.say(text("{before} → {after}", before=plan.before, after=plan.after), indent=2)
    if plan.note is not None:
        screen.say(text("{note}", note=plan.note), indent=2)
    _show_impact(screen, plan)
    for warning in document["warnings"]:
        screen.say(text("⚠ {warning}", warning=warning), style="yellow", indent=2)
    for step in document["steps"]:
        _show_step(screen, step)
        for change in document["changes"]:
            if step["kind"] == "call" and change["path"] == step["path"]:
                before, after = _short(change["before"]), _short(change["after"])
                screen.line(f"    {change['pointer']}: {before} → {after}")
    if plan.back is not None:
        screen.say(text("back: {command}", command=Code(plan.back.command_line)), indent=2)
    screen.line(f"  digest {planned.digest}", style="dim")


def _show_impact(screen: Screen, plan: Plan) -> None:
    if plan.impact.pods:
        screen.say(
            text(
                "{pods} pods; {unavailable} of them may be down at once.",
                pods=plan.impact.pods,
                unavailable=plan.impact.unavailable,
            ),
            indent=2,
        )
    if plan.destructive:
        screen.say(text("This cannot be taken back."), style="bold red", indent=2)


def _show_step(screen: Screen, step: dict[str, Any]) -> None:
    if step["kind"] == "wait":
        screen.line(f"  wait {step['condition']} {step['path']} ({step['deadline']} s)")
        return
    if step["kind"] == "evict":
        bound = step["bound"]
        screen.line(f"  evict {step['path']} ({step['deadline']} s, at most {bound['pods']} pods of")
        screen.line("    " + ", ".join(_holder(each) for each in bound["holders"]) + ")", style="dim")
        for each in step["expected"]:
            _show_step(screen, each)
        return
    how = f"  [{step['rehearsal']}]" if step["rehearsal"] else ""
    screen.line(f"  {step['method']} {step['path']}{how}")
    if step["body"] is not None:
        screen.line(f"    {step['contentType']}: {_short(step['body'], 2000)}", style="dim")


def _holder(holder: dict[str, str]) -> str:
    return f"{holder['namespace']}/{holder['kind'].lower()}/{holder['name']}"


def _short(value: Any, longest: int = LONGEST_VALUE) -> str:
    """One line of JSON, in which nothing can command a terminal: control characters are escaped."""
    shown = json.dumps(value, ensure_ascii=True)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
