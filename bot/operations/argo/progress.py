"""The sentences and numbers of a Rollout's progress, as all of its conditions say them."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.operations.argo.analysis import findings, runs_of
from bot.operations.argo.kinds import ANALYSIS_RUN, ROLLOUT
from bot.operations.argo.models import Pause, Rollout
from bot.operations.argo.rollout import (
    HASH,
    Seen,
    actual_weight,
    pause_seconds,
    phase_of,
    seen,
    weight_of,
    weight_there,
    where,
)
from bot.operations.json import Object, resolve
from bot.operations.kinds import Target
from bot.operations.pods import short, stuck_reason, with_label
from bot.operations.progress import UNOBSERVED, Observation, Progress, failed, unobserved
from bot.text import Bold, Code, Text, When, text


def seen_in(target: Object) -> Seen:
    """A watched object as a Rollout. Raises `msgspec.ValidationError` for what is none."""
    meta = msgspec.convert(target, Rollout).metadata
    return seen(Target(kind=ROLLOUT, name=meta.name, namespace=meta.namespace), target)


def degraded(message: str, analysis: list[Text]) -> Text:
    """The controller's own words, and what an analysis found, if that is why."""
    said = text("degraded: {message}", message=Code(short(message) or "-"))
    return text("{said}. {analysis}", said=said, analysis=analysis[0]) if analysis else said


def holding(found: Seen, ends: datetime | None) -> Text:
    """That it waits, at which weight, and until when if that is known."""
    if found.blue_green is not None:
        held = text("holding before the switch: the new version is ready and serves nobody yet")
    else:
        held = text("holding at {weight}", weight=Bold(f"{weight_of(found)} %"))
    if found.inconclusive:
        held = text("{held}: its analysis is inconclusive", held=held)
    return held if ends is None else text("{held} until {when}", held=held, when=When(ends))


def pause_ends(found: Seen) -> datetime | None:
    """When the pause that it waits at ends by itself; `None` if it does not."""
    pause: Pause | None = found.pauses[0] if found.pauses else None
    if pause is None or pause.start_time is None:
        return None
    if found.blue_green is not None:
        seconds = resolve(found.blue_green, "/autoPromotionSeconds")
        waits = found.blue_green.get("autoPromotionEnabled") is False
        return None if waits or not isinstance(seconds, int) or not seconds else _after(pause.start_time, seconds)
    if pause.reason != "CanaryPauseStep":
        return None
    seconds = pause_seconds(found.step)
    return None if seconds is None else _after(pause.start_time, seconds)


def moving(
    found: Seen, observed: Observation, message: str, analysis: list[Text], *, until: datetime | None = None
) -> Progress:
    """Under way: ready pods of the new version, and what the controller waits for."""
    new = with_label(observed.pods, HASH, found.live.status.current_pod_hash)
    ready = sum(1 for pod in new if pod.ready)
    if until is not None:
        said = text("{where}, until {when}", where=where(found), when=When(until))
    elif found.canary and found.steps and not found.promoted and found.step is not None:
        said = text(
            "{where}: {weight} % asked for, {actual} % there",
            where=where(found),
            weight=weight_of(found),
            actual=actual_weight(found, ready),
        )
    else:
        said = text("{message}", message=short(message) or "-")
    stuck = _unheard(found, observed) or (analysis[0] if analysis else None) or stuck_reason(new)
    return told(found, observed, Progress(message=said, stuck=stuck))


def told(found: Seen, observed: Observation, progress: Progress) -> Progress:
    """The same with the numbers of the version under way: its ready pods, of how many, and its weight."""
    return msgspec.structs.replace(
        progress,
        ready=min(_ready(found, observed), found.replicas),
        total=found.replicas,
        weight=weight_there(found),
    )


def ended(found: Seen, observed: Observation, why: Text) -> Progress:
    """The end of the wait without what was waited for, and how far it had come."""
    return told(found, observed, failed(why))


def healthy(found: Seen) -> Progress:
    """Its end: every pod is of the new version."""
    weight = weight_there(found)
    return Progress(done=True, ready=found.replicas, total=found.replicas, weight=weight, message=text("healthy"))


def not_looked_at(found: Seen, observed: Observation) -> Progress:
    """The change is there and its controller has not seen it."""
    waiting = unobserved(observed, found.replicas, min(found.live.status.available_replicas, found.replicas))
    return waiting if found.promoted else msgspec.structs.replace(waiting, weight=weight_there(found))


def bad_findings(found: Seen, observed: Observation) -> list[Text]:
    """A sentence for each metric of the version under way that is not well."""
    return findings(runs_of(found.live, observed.beside.get(ANALYSIS_RUN, ())))


def _ready(found: Seen, observed: Observation) -> int:
    """New pods that are ready; before its pods were seen a lower bound, as the status counts old and new together."""
    if observed.pods:
        new = with_label(observed.pods, HASH, found.live.status.current_pod_hash)
        return sum(1 for pod in new if pod.ready)
    status = found.live.status
    if found.blue_green is not None:  # its status counts the pods that serve; it pauses when the others are ready
        return status.updated_replicas if found.pauses else 0
    old = max(0, status.replicas - status.updated_replicas)
    return max(0, min(status.available_replicas - old, status.updated_replicas))


def _after(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)


def _unheard(found: Seen, observed: Observation) -> Text | None:
    """That a change is there and nothing looks at it; what the controller itself waits for is not that."""
    phase, message = phase_of(found)
    waits = phase == "Progressing" and message.startswith("waiting for")
    if waits and message != found.live.status.message and observed.seconds >= UNOBSERVED:
        return text("no controller has looked at it: is it running?")
    return None
