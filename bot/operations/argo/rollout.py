"""One Rollout as it was read: where it stands, what it waits for, and how much of it is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bot.errors import NotServed, Refused
from bot.operations.ages import parse_duration
from bot.operations.argo.kinds import ROLLOUT, not_installed
from bot.operations.argo.models import Pause, Rollout
from bot.operations.json import JSON, Object, pointer, resolve
from bot.operations.kinds import Target
from bot.operations.plan import Precondition
from bot.operations.reader import Reader
from bot.text import Code, Text, text

HASH: Final = "rollouts-pod-template-hash"
WORKLOAD_GENERATION: Final = "rollout.argoproj.io/workload-generation"
CANARY: Final = "canary"
BLUE_GREEN: Final = "blueGreen"
DEGRADED: Final = "Degraded"
PAUSED: Final = "Paused"
PROGRESSING: Final = "Progressing"
HEALTHY: Final = "Healthy"
ABORTED: Final = "RolloutAborted"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The whole object for preconditions, a lean model for decisions."""

    target: Target
    whole: Object
    live: Rollout

    @property
    def uid(self) -> str:
        return self.live.metadata.uid

    @property
    def template(self) -> Object:
        return self.live.spec.template

    @property
    def replicas(self) -> int:
        return 1 if self.live.spec.replicas is None else self.live.spec.replicas

    @property
    def canary(self) -> bool:
        return self.live.spec.strategy.get(CANARY) is not None

    @property
    def blue_green(self) -> Object | None:
        found = self.live.spec.strategy.get(BLUE_GREEN)
        return found if isinstance(found, dict) else None

    @property
    def steps(self) -> tuple[Object, ...]:
        found = resolve(self.live.spec.strategy, "/canary/steps")
        return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()

    @property
    def index(self) -> int:
        """The step that is being done, counted from 0; as many as there are steps when all are done."""
        return self.live.status.current_step_index or 0

    @property
    def step(self) -> Object | None:
        return self.steps[self.index] if self.index < len(self.steps) else None

    @property
    def pauses(self) -> tuple[Pause, ...]:
        return self.live.status.pause_conditions or ()

    @property
    def promoted(self) -> bool:
        """Nothing is under way: what was asked for last is the stable version."""
        return self.live.status.stable_rs == self.live.status.current_pod_hash

    @property
    def first(self) -> bool:
        """There is no stable version yet to go back to."""
        return not self.live.status.stable_rs

    @property
    def unpausing(self) -> bool:
        """Somebody ended its pause and the controller has not looked yet (`IsUnpausing`)."""
        return self.live.status.controller_pause and not self.pauses

    @property
    def inconclusive(self) -> bool:
        run = self.live.status.canary.current_step_analysis_run_status
        return self.canary and run is not None and run.status == "Inconclusive"

    @property
    def observed(self) -> bool:
        """Whether the controller has seen the last change of the spec and of the workload that it refers to."""
        return _generation(self.live) and _workload_generation(self.live)

    @property
    def invalid(self) -> str:
        """Why the controller takes its spec for invalid; empty where it does not."""
        return next((each.message for each in self.live.status.conditions or () if each.type == "InvalidSpec"), "")

    def holds(self, *pointers: str) -> tuple[Precondition, ...]:
        """Preconditions: these fields as they were read."""
        return tuple(Precondition(pointer=each, value=resolve(self.whole, each)) for each in pointers)


def seen(target: Target, whole: Object) -> Seen:
    """An object as a Rollout. Raises `msgspec.ValidationError` for what is none."""
    return Seen(target=target, whole=whole, live=msgspec.convert(whole, Rollout))


async def read_rollout(cluster: Reader, name: str, namespace: str) -> Seen:
    """Read one Rollout whole. Raises `NotFound`, `Refused` (also where none are served), `Unavailable`."""
    target = Target(kind=ROLLOUT, name=name, namespace=namespace)
    try:
        whole: Object = await cluster.get(ROLLOUT, name, namespace, Object)
    except NotServed as error:
        raise not_installed(cluster.cluster, error) from error
    try:
        return seen(target, whole)
    except msgspec.ValidationError as error:
        raise Refused(
            text("{target} is no Rollout as I know them.", target=Code(target.reference)),
            target=target.title,
            why=text("{reason}", reason=str(error)),
            next=text("Look at it with {command}.", command=Code(f"kubectl get rollout {name} -o yaml")),
        ) from error


def _generation(live: Rollout) -> bool:
    """`isGenerationObserved`: versions before 0.10 wrote a hash there."""
    said = live.status.observed_generation
    return not _number(said) or int(said) >= live.metadata.generation


def _workload_generation(live: Rollout) -> bool:
    wanted = (live.metadata.annotations or {}).get(WORKLOAD_GENERATION, "")
    said = live.status.workload_observed_generation
    return live.spec.workload_ref is None or not _number(wanted) or not _number(said) or said == wanted


def _number(said: str) -> bool:
    return said.isascii() and said.isdigit()


def phase_of(found: Seen) -> tuple[str, str]:
    """Phase and message (`GetRolloutPhase`), and the states in which the controller's own are older than what was sent:
    a retry, a full promotion of what was aborted (which ends the abort: `RemoveAbort`), or a skipped pause."""
    status = found.live.status
    if not _generation(found.live):
        return PROGRESSING, "waiting for rollout spec update to be observed"
    if found.unpausing:
        return PROGRESSING, "waiting for rollout to unpause"
    if not _workload_generation(found.live):
        return PROGRESSING, "waiting for rollout spec update to be observed for the reference workload"
    aborted = status.phase == DEGRADED and status.message.startswith(ABORTED)
    if aborted and not status.abort:
        return PROGRESSING, "waiting for the retry to be observed"
    if aborted and status.promote_full:
        return PROGRESSING, "waiting for the full promotion to be observed"
    if status.phase == PAUSED and not found.pauses and not found.live.spec.paused:
        return PROGRESSING, "waiting for rollout to unpause"
    return status.phase or "Unknown", status.message


def step_words(step: Object) -> str:
    """As the controller writes a step (`CanaryStepString`)."""
    for key in ("setWeight", "pause", "experiment", "analysis", "setCanaryScale", "plugin"):
        found: Any = step.get(key)
        if found is None:
            continue
        if key == "setWeight":
            return f"setWeight: {found}"
        if key == "pause" and found.get("duration") is not None:
            return f"pause: {found['duration']}"
        if key == "setCanaryScale":
            return "setCanaryScale{" + ", ".join(f"{name}: {value}" for name, value in sorted(found.items())) + "}"
        return f"plugin: {found.get('name', '')}" if key == "plugin" else key
    named = next((key for key in ("setHeaderRoute", "setMirrorRoute") if isinstance(step.get(key), dict)), "")
    return f"{named}: {resolve(step, pointer(named, 'name'))}" if named else "invalid"


def pause_seconds(step: JSON) -> float | None:
    """How long a pause step waits: a number, a number in a string, or a Go duration; `None` for one without an end."""
    said = resolve(step, "/pause/duration")
    if isinstance(said, int) and not isinstance(said, bool):
        return float(said)
    return parse_duration(f"{said}s" if said.isdigit() else said) if isinstance(said, str) else None


def weight_of(found: Seen, *, index: int | None = None) -> int:
    """The weight that the steps ask for (`GetCurrentSetWeight`), at the step that it stands at or at another one."""
    if found.live.status.abort:
        return 0
    at = found.index if index is None else index
    if at >= len(found.steps):
        return most_weight(found)
    asked = [each["setWeight"] for each in found.steps[: at + 1] if isinstance(each.get("setWeight"), int)]
    return int(str(asked[-1])) if asked else 0


def most_weight(found: Seen) -> int:
    """`MaxTrafficWeight`: 100 unless the traffic router counts otherwise."""
    said = resolve(found.live.spec.strategy, "/canary/trafficRouting/maxTrafficWeight")
    return said if isinstance(said, int) and not isinstance(said, bool) else 100


def actual_weight(found: Seen, new_available: int) -> int:
    """What the new version gets really, of which so many pods are available."""
    if found.step is None:
        return most_weight(found)
    if found.live.status.available_replicas <= 0:
        return 0
    if resolve(found.live.spec.strategy, "/canary/trafficRouting") is None:
        return new_available * most_weight(found) // found.live.status.available_replicas
    said = resolve(found.live.status.canary.weights, "/canary/weight")
    return said if isinstance(said, int) else weight_of(found)


def weight_there(found: Seen) -> int:
    """How much of the traffic the new version has, in per cent: what a router was told, else what the steps ask for,
    or after an abort as many of the pods; -1 where none is weighed or it is not looked at yet.
    """
    status = found.live.status
    if not found.canary or not found.steps or not status.current_pod_hash:
        return -1
    if found.promoted:  # a router gives the canary's Service nothing then: the stable one is the new version
        return 100 if found.observed else -1
    said = resolve(status.canary.weights, "/canary/weight")
    if isinstance(said, int):
        return said * 100 // most_weight(found)
    if status.abort:
        return status.updated_replicas * 100 // status.replicas if status.replicas else 0
    return weight_of(found) * 100 // most_weight(found)


def where(found: Seen) -> Text:
    """Where it stands, in a few words."""
    if found.step is not None:
        return text(
            "step {number} of {steps} ({step})",
            number=found.index + 1,
            steps=len(found.steps),
            step=Code(step_words(found.step)),
        )
    if found.steps:
        return text("all {steps} steps are done", steps=len(found.steps))
    phase, message = phase_of(found)
    return text("{phase}", phase=Code(message or phase))
