"""What an autoscaler says of itself, in sentences: the pods that it wants, and what keeps it from working.

As the controller of Kubernetes v1.36 says it (`pkg/controller/podautoscaler/horizontal.go`): it wants 0 pods before its
first reckoning, and one whose load is small is `ScalingLimited` by its minimum all the time.
"""

from __future__ import annotations

from typing import Final

from bot.operations.autoscalers import Autoscaler, Found
from bot.operations.models import ObjectCondition
from bot.operations.untrusted import one_line
from bot.text import Bold, Code, Text, text

LIMITED: Final = "ScalingLimited"
AT_LEAST: Final = "TooFewReplicas"


def standing_lines(found: Found) -> list[Text]:
    """How many pods it has and wants, its limits, and whether it is paused."""
    live, limits = found.live, found.limits
    now, wanted = live.status.current_replicas, live.status.desired_replicas
    if wanted == 0 and now > 0 and limits.least > 0:
        lines = [
            text(
                "{now} pods, how many it wants is not known yet; between {least} and {most}.",
                now=now,
                least=limits.least,
                most=limits.most,
            )
        ]
    else:
        lines = [
            text(
                "{now} pods, {wanted} wanted; between {least} and {most}.",
                now=now,
                wanted=Bold(str(wanted)),
                least=limits.least,
                most=limits.most,
            )
        ]
    if found.before_pause is not None:
        lines.append(text("It is paused; its limits were {limits}.", limits=Code(str(found.before_pause))))
    elif any(_at_least(each) for each in _conditions(live)):
        lines.append(text("Its load needs no more than its minimum."))
    return lines


def hindrances(live: Autoscaler) -> list[Text]:
    """Its conditions that keep it from following the load; that the load is small does not."""
    return [
        text("{type}: {reason}: {message}", type=each.type, reason=each.reason, message=one_line(each.message, 200))
        for each in _conditions(live)
        if (each.type == LIMITED) is (each.status == "True") and not _at_least(each)
    ]


def _conditions(live: Autoscaler) -> tuple[ObjectCondition, ...]:
    return live.status.conditions or ()


def _at_least(each: ObjectCondition) -> bool:
    return (each.type, each.status, each.reason) == (LIMITED, "True", AT_LEAST)
