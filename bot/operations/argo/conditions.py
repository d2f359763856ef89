"""How far a Rollout has come, as the waits and live views of its operations ask.

An update that is held by a pause without an end has come to its end here: it goes on only when a person says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.operations.argo.analysis import findings, runs_of
from bot.operations.argo.kinds import ANALYSIS_RUN, ROLLOUT
from bot.operations.argo.models import AnalysisRun, Pause, Rollout
from bot.operations.argo.place import place_of
from bot.operations.argo.rollout import (
    DEGRADED,
    HASH,
    HEALTHY,
    PAUSED,
    Seen,
    actual_weight,
    pause_seconds,
    phase_of,
    seen,
    weight_of,
    where,
)
from bot.operations.conditions import declare_condition
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Target
from bot.operations.models import Pod
from bot.operations.pods import short, stuck_reason, with_label
from bot.operations.progress import UNOBSERVED, Beside, Condition, Observation, Progress
from bot.operations.selectors import selector_of
from bot.operations.standing import TEMPLATE, overtaken
from bot.operations.view import Action
from bot.text import Bold, Code, Text, When, text

VERSION: Final = "version"
"""Argument: the pod hash that is followed. Another one is not its end."""
PASSED: Final = "passed"
"""Argument: the index of the step that must be left before a pause counts as its end."""
LEFT: Final = "left"
"""Argument: a pod hash that must be left first, where nothing else tells that a change is not observed yet."""
RESTARTED: Final = "restarted"
"""Argument: the moment of the restart that is followed."""
SHORT: Final = 300
"""Seconds of a pause that ends by itself and is waited for; a longer one holds, as one without an end does."""


def settled(observed: Observation) -> Progress:
    """`rollout-settled`: healthy, or held by a pause; failed when it is degraded or something else runs."""
    if observed.target is None:
        return _failed(text("it was deleted"))
    if (changed := overtaken(observed.target, observed.arguments.get(TEMPLATE))) is not None:
        return _failed(changed)
    found = _seen(observed.target)
    version = observed.arguments.get(VERSION)
    if version and found.live.status.current_pod_hash not in ("", version) and found.observed:
        return _failed(text("another version is under way: {version}", version=Code(_version(found))))
    if observed.arguments.get(LEFT) == found.live.status.current_pod_hash:
        return _not_looked_at(found, observed)
    phase, message = phase_of(found)
    analysis = _analysis(found, observed)
    if phase == DEGRADED:
        return _failed(_degraded(message, analysis))
    if found.live.status.promote_full or not _left(found, observed.arguments.get(PASSED)):
        return _moving(found, observed, message, analysis)
    if phase == HEALTHY:
        return Progress(done=True, ready=found.replicas, total=found.replicas, message=text("healthy"))
    if phase == PAUSED:
        return _held(found, observed, message, analysis)
    return _moving(found, observed, message, analysis)


def aborted(observed: Observation) -> Progress:
    """`rollout-aborted`: only the stable version serves, with all its pods."""
    if observed.target is None:
        return _failed(text("it was deleted"))
    found = _seen(observed.target)
    status = found.live.status
    if not status.abort:
        return _failed(text("it is not aborted any more"))
    if status.aborted_at is None:
        return _not_looked_at(found, observed)
    available = min(status.available_replicas, found.replicas)
    if _on_stable(found) and status.available_replicas >= found.replicas:
        return Progress(done=True, ready=available, total=found.replicas, message=text("back on the stable version"))
    return Progress(
        ready=available, total=found.replicas, message=text("the stable version takes over"), stuck=_stuck(observed)
    )


def restarted(observed: Observation) -> Progress:
    """`rollout-restarted`: every pod is younger than the moment, as the controller says."""
    if observed.target is None:
        return _failed(text("it was deleted"))
    found = _seen(observed.target)
    wanted = observed.arguments.get(RESTARTED)
    if found.live.spec.restart_at != wanted:
        return _failed(text("somebody asked for another restart, or changed its template, which ends this one"))
    if not found.observed:
        return _not_looked_at(found, observed)
    ready = sum(1 for pod in observed.pods if pod.ready and _younger(pod, str(wanted)))
    total = found.live.status.replicas
    if found.live.status.restarted_at == wanted:
        return Progress(done=True, ready=total, total=total, message=text("restarted"))
    return Progress(
        ready=min(ready, total),
        total=total,
        message=text("its pods are evicted one after another, as budgets allow"),
        stuck=_stuck(observed),
    )


def terminated(observed: Observation) -> Progress:
    """`analysis-terminated`: the run has come to an end."""
    if observed.target is None:
        return _failed(text("it was deleted"))
    run = msgspec.convert(observed.target, AnalysisRun)
    if run.completed:
        return Progress(done=True, message=text("ended as {phase}", phase=Code(run.status.phase)))
    stuck = text("no controller has looked at it: is it running?") if observed.seconds >= UNOBSERVED else None
    return Progress(message=text("waiting until it is ended"), stuck=stuck)


def _seen(target: Object) -> Seen:
    meta = msgspec.convert(target, Rollout).metadata
    return seen(Target(kind=ROLLOUT, name=meta.name, namespace=meta.namespace), target)


def _failed(why: Text) -> Progress:
    return Progress(message=why, failed=why)


def _version(found: Seen) -> str:
    return found.live.status.current_pod_hash or "-"


def _left(found: Seen, passed: JSON) -> bool:
    """Whether it has gone past the step that was to be left."""
    if not isinstance(passed, int) or isinstance(passed, bool) or found.promoted:
        return True
    return found.index > passed


def _degraded(message: str, analysis: list[Text]) -> Text:
    said = text("degraded: {message}", message=Code(short(message) or "-"))
    return text("{said}. {analysis}", said=said, analysis=analysis[0]) if analysis else said


def _held(found: Seen, observed: Observation, message: str, analysis: list[Text]) -> Progress:
    """A pause: its end, unless it is a short one that ends by itself."""
    if found.live.spec.paused:
        return Progress(done=True, message=text("paused by hand at {where}", where=where(found)))
    ends = _pause_ends(found)
    if ends is not None and (ends - observed.now).total_seconds() <= SHORT:
        return _moving(found, observed, message, analysis, until=ends)
    stuck = analysis[0] if analysis else None
    return Progress(done=True, message=_holding(found, ends), stuck=stuck, next=_next(found))


def _next(found: Seen) -> tuple[Action, ...]:
    """A pause asks one question. The promotion is of this very step, however late it is pressed."""
    name = found.target.name
    return (
        Action(
            label=text("Promote"), command_line=f"argo rollouts promote {name} --at={place_of(found)}", style="primary"
        ),
        Action(label=text("Abort"), command_line=f"argo rollouts abort {name}"),
    )


def _holding(found: Seen, ends: datetime | None) -> Text:
    if found.blue_green is not None:
        held = text("holding before the switch: the new version is ready and serves nobody yet")
    else:
        held = text("holding at {weight}", weight=Bold(f"{weight_of(found)} %"))
    if found.inconclusive:
        held = text("{held}: its analysis is inconclusive", held=held)
    return held if ends is None else text("{held} until {when}", held=held, when=When(ends))


def _pause_ends(found: Seen) -> datetime | None:
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


def _after(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)


def _moving(
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
    weight = weight_of(found) if found.canary and found.steps else -1
    ready = min(ready, found.replicas)
    return Progress(ready=ready, total=found.replicas, weight=weight, message=said, stuck=stuck)


def _unheard(found: Seen, observed: Observation) -> Text | None:
    """That a change is there and nothing looks at it; what the controller itself waits for is not that."""
    phase, message = phase_of(found)
    waits = phase == "Progressing" and message.startswith("waiting for")
    if waits and message != found.live.status.message and observed.seconds >= UNOBSERVED:
        return text("no controller has looked at it: is it running?")
    return None


def _not_looked_at(found: Seen, observed: Observation) -> Progress:
    stuck = text("no controller has looked at it: is it running?") if observed.seconds >= UNOBSERVED else None
    ready = min(found.live.status.available_replicas, found.replicas)
    return Progress(
        ready=ready, total=found.replicas, message=text("waiting until the change is observed"), stuck=stuck
    )


def _on_stable(found: Seen) -> bool:
    """Whether an aborted update gets no traffic any more."""
    status = found.live.status
    if found.blue_green is not None:
        return status.blue_green.active_selector == status.stable_rs
    if resolve(found.live.spec.strategy, "/canary/trafficRouting") is not None:
        return resolve(status.canary.weights, "/canary/weight") in (0, None)
    return status.updated_replicas == 0


def _analysis(found: Seen, observed: Observation) -> list[Text]:
    return findings(runs_of(found.live, observed.beside.get(ANALYSIS_RUN, ())))


def _stuck(observed: Observation) -> Text | None:
    return stuck_reason([*observed.pods])


def _younger(pod: Pod, moment: str) -> bool:
    made = pod.metadata.creation_timestamp
    return made is not None and made.isoformat().replace("+00:00", "Z") >= moment


def pods_of_rollout(target: Object) -> str:
    """The label selector of its pods; of one that refers to a workload, it is in its own spec as well."""
    return selector_of(msgspec.convert(target, Rollout).spec.selector)


def _all(_: Object) -> str:
    return ""


RUNS: Final = Beside(kind=ANALYSIS_RUN, labels=_all)
"""All of the namespace: the hash by which they are labelled changes while a change of the template is followed."""
SETTLED: Final = declare_condition(
    Condition(name="rollout-settled", evaluate=settled, pods=pods_of_rollout, beside=(RUNS,))
)
ABORTED: Final = declare_condition(Condition(name="rollout-aborted", evaluate=aborted, pods=pods_of_rollout))
RESTART: Final = declare_condition(Condition(name="rollout-restarted", evaluate=restarted, pods=pods_of_rollout))
TERMINATED: Final = declare_condition(Condition(name="analysis-terminated", evaluate=terminated, pods=None))
