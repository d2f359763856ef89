"""How far a Rollout has come, as the waits and live views of its operations ask.

An update that is held by a pause without an end has come to its end here: it goes on only when a person says so.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.argo.kinds import ANALYSIS_RUN
from bot.operations.argo.models import AnalysisRun, Rollout
from bot.operations.argo.place import place_of
from bot.operations.argo.progress import (
    bad_findings,
    degraded,
    ended,
    healthy,
    holding,
    moving,
    not_looked_at,
    pause_ends,
    seen_in,
    told,
)
from bot.operations.argo.rollout import (
    DEGRADED,
    HEALTHY,
    PAUSED,
    Seen,
    phase_of,
    weight_there,
    where,
)
from bot.operations.conditions import declare_condition
from bot.operations.json import JSON, Object, resolve
from bot.operations.models import Pod
from bot.operations.pods import stuck_reason
from bot.operations.progress import UNOBSERVED, Beside, Condition, Observation, Progress, failed
from bot.operations.selectors import selector_of
from bot.operations.standing import TEMPLATE, overtaken
from bot.operations.view import Action
from bot.text import Code, Text, text

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
        return failed(text("it was deleted"))
    found = seen_in(observed.target)
    if (changed := overtaken(observed.target, observed.arguments.get(TEMPLATE))) is not None:
        return ended(found, observed, changed)
    version = observed.arguments.get(VERSION)
    if version and found.live.status.current_pod_hash not in ("", version) and found.observed:
        another = text("another version is under way: {version}", version=Code(_version(found)))
        return ended(found, observed, another)
    if observed.arguments.get(LEFT) == found.live.status.current_pod_hash:
        return not_looked_at(found, observed)
    phase, message = phase_of(found)
    analysis = bad_findings(found, observed)
    if phase == DEGRADED:
        return ended(found, observed, degraded(message, analysis))
    if found.live.status.promote_full or not _left(found, observed.arguments.get(PASSED)):
        return moving(found, observed, message, analysis)
    if phase == HEALTHY:
        return healthy(found)
    if phase == PAUSED:
        return _held(found, observed, message, analysis)
    return moving(found, observed, message, analysis)


def aborted(observed: Observation) -> Progress:
    """`rollout-aborted`: only the stable version serves, with all its pods."""
    if observed.target is None:
        return failed(text("it was deleted"))
    found = seen_in(observed.target)
    status = found.live.status
    if not status.abort:
        return ended(found, observed, text("it is not aborted any more"))
    if status.aborted_at is None:
        return not_looked_at(found, observed)
    over = _on_stable(found) and status.available_replicas >= found.replicas
    return Progress(
        done=over,
        ready=min(status.available_replicas, found.replicas),
        total=found.replicas,
        weight=weight_there(found),
        message=text("back on the stable version") if over else text("the stable version takes over"),
        stuck=None if over else _stuck(observed),
    )


def restarted(observed: Observation) -> Progress:
    """`rollout-restarted`: every pod is younger than the moment, as the controller says."""
    if observed.target is None:
        return failed(text("it was deleted"))
    found = seen_in(observed.target)
    wanted = observed.arguments.get(RESTARTED)
    if found.live.spec.restart_at != wanted:
        another = text("somebody asked for another restart, or changed its template, which ends this one")
        return ended(found, observed, another)
    if not found.observed:
        return not_looked_at(found, observed)
    ready = sum(1 for pod in observed.pods if pod.ready and _younger(pod, str(wanted)))
    total, weight = found.live.status.replicas, weight_there(found)
    if found.live.status.restarted_at == wanted:
        return Progress(done=True, ready=total, total=total, weight=weight, message=text("restarted"))
    return Progress(
        ready=min(ready, total),
        total=total,
        weight=weight,
        message=text("its pods are evicted one after another, as budgets allow"),
        stuck=_stuck(observed),
    )


def terminated(observed: Observation) -> Progress:
    """`analysis-terminated`: the run has come to an end."""
    if observed.target is None:
        return failed(text("it was deleted"))
    run = msgspec.convert(observed.target, AnalysisRun)
    if run.completed:
        return Progress(done=True, message=text("ended as {phase}", phase=Code(run.status.phase)))
    stuck = text("no controller has looked at it: is it running?") if observed.seconds >= UNOBSERVED else None
    return Progress(message=text("waiting until it is ended"), stuck=stuck)


def _version(found: Seen) -> str:
    return found.live.status.current_pod_hash or "-"


def _left(found: Seen, passed: JSON) -> bool:
    """Whether it has gone past the step that was to be left."""
    if not isinstance(passed, int) or isinstance(passed, bool) or found.promoted:
        return True
    return found.index > passed


def _held(found: Seen, observed: Observation, message: str, analysis: list[Text]) -> Progress:
    """A pause: its end, unless it is a short one that ends by itself."""
    if found.live.spec.paused:
        by_hand = text("paused by hand at {where}", where=where(found))
        return told(found, observed, Progress(done=True, halted=True, message=by_hand))
    ends = pause_ends(found)
    if ends is not None and (ends - observed.now).total_seconds() <= SHORT:
        return moving(found, observed, message, analysis, until=ends)
    stuck = analysis[0] if analysis else None
    held = Progress(done=True, halted=True, message=holding(found, ends), stuck=stuck, next=_next(found))
    return told(found, observed, held)


def _next(found: Seen) -> tuple[Action, ...]:
    """A pause asks one question. The promotion is of this very step, however late it is pressed."""
    name = found.target.name
    return (
        Action(
            label=text("Promote"), command_line=f"argo rollouts promote {name} --at={place_of(found)}", style="primary"
        ),
        Action(label=text("Abort"), command_line=f"argo rollouts abort {name}"),
    )


def _on_stable(found: Seen) -> bool:
    """Whether an aborted update gets no traffic any more."""
    status = found.live.status
    if found.blue_green is not None:
        return status.blue_green.active_selector == status.stable_rs
    if resolve(found.live.spec.strategy, "/canary/trafficRouting") is not None:
        return resolve(status.canary.weights, "/canary/weight") in (0, None)
    return status.updated_replicas == 0


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
