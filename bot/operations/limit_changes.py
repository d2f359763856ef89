"""Other limits of an autoscaler, as a plan: what is sent, what is followed, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.operations.arguments import Arguments
from bot.operations.autoscalers import Found, Limits, after_limits, limits_call, limits_impact, limits_wait
from bot.operations.plan import Back, Bound, Plan
from bot.operations.workloads import command_line
from bot.text import Bold, Code, Text, text


@dataclass(frozen=True, kw_only=True)
class LimitChange:
    """Other limits of an autoscaler, those to remember, and the words and the label of the way back."""

    found: Found
    after: Limits
    mark: Limits | None
    back: tuple[str, ...]
    label: Text


def limits_plan(made: LimitChange, summary: Text, arguments: Arguments, pinned: dict[str, Any]) -> Plan:
    """The plan of other limits."""
    found, after = made.found, made.after
    call, wait = limits_call(found, after, made.mark), limits_wait(found, after)
    impact = limits_impact(found.replicas, after)
    left = after_limits(found, after, made.mark)
    back = limits_call(left, found.limits, found.before_pause)
    return Plan(
        summary=summary,
        steps=(call, *((wait,) if wait is not None else ())),
        pinned=pinned,
        before=text("{value}", value=Code(str(found.limits))),
        after=text("{value}", value=Bold(str(after))),
        note=text("{target} has {count} pods", target=Code(_scaled_name(found)), count=found.replicas),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=tuple(_warnings(found)),
        back=Back(
            command_line=command_line(arguments, "hpa", made.back[0], f"hpa/{found.target.name}", *made.back[1:]),
            label=made.label,
            calls=(back,),
        ),
    )


def _warnings(found: Found) -> list[Text]:
    if found.replicas == 0:
        return [text("It has no pods, so the autoscaler is off until someone sets 1 or more.")]
    if found.scaled is None:
        return [text("What it scales could not be looked at.")]
    return []


def _scaled_name(found: Found) -> str:
    aim = found.live.spec.scale_target_ref
    return f"{aim.kind.lower()}/{aim.name}"
