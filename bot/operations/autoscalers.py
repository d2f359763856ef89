"""Autoscalers: their limits, the calls that set them, and what is remembered while one is paused.

Kubernetes has no pause: an autoscaler whose minimum is its maximum moves nothing. The limits before stand in an
annotation of the object itself, so that anyone can go back, from here or by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.json import Object, pointer
from bot.operations.kinds import HPA, SCALABLE, Kind, Target
from bot.operations.models import Lean, ObjectCondition, ScaleTarget, Workload
from bot.operations.plan import Call, ContentType, Impact, Wait
from bot.operations.pods import stuck_reason
from bot.operations.printers.listed import Listed
from bot.operations.progress import Observation, Progress, failed, unobserved
from bot.operations.reader import Reader
from bot.operations.rollouts import START
from bot.operations.workloads import Seen, read_workload, seen
from bot.text import Code, text

LIMITS: Final = "kajitori.dev/limits-before-pause"
LIMITS_POINTER: Final = pointer("metadata", "annotations", LIMITS)
WRITTEN: Final = re.compile(r"(\d{1,6})-(\d{1,6})", re.ASCII)
MOST: Final = 1_000
"""Pods that a maximum may allow: a slip of the finger should not fill a cluster with nodes."""
PATIENCE: Final = 300
"""Seconds for an autoscaler to act; it looks every fifteen (`--horizontal-pod-autoscaler-sync-period`)."""
IDLE: Final = 60
"""Seconds after which one that has not acted is said to stand still."""


class Spec(Lean, frozen=True, kw_only=True):
    scale_target_ref: ScaleTarget = ScaleTarget()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: tuple[Object, ...] | None = None


class Status(Lean, frozen=True, kw_only=True):
    current_replicas: int = 0
    desired_replicas: int = 0
    current_metrics: tuple[Object, ...] | None = None
    conditions: tuple[ObjectCondition, ...] | None = None


class Autoscaler(Listed, frozen=True, kw_only=True):
    """A HorizontalPodAutoscaler with all that is shown of it."""

    spec: Spec = Spec()
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How few and how many pods it may set."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least}-{self.most}"

    def holds(self, count: int) -> bool:
        return self.least <= count <= self.most

    def nearest(self, count: int) -> int:
        return min(max(count, self.least), self.most)


@dataclass(frozen=True, kw_only=True)
class Found:
    """An autoscaler as it was read, and what it scales; `scaled` is None for a kind that is not known here."""

    seen: Seen
    live: Autoscaler
    scaled: Seen | None

    @property
    def target(self) -> Target:
        return self.seen.target

    @property
    def limits(self) -> Limits:
        least = self.live.spec.min_replicas
        return Limits(least=1 if least is None else least, most=self.live.spec.max_replicas)

    @property
    def replicas(self) -> int:
        """Pods that are wanted of what it scales, as that says itself where it can be read."""
        return self.scaled.replicas if self.scaled is not None else self.live.status.current_replicas

    @property
    def before_pause(self) -> Limits | None:
        """The limits that it had before it was paused here; `None` if it is not."""
        said = WRITTEN.fullmatch((self.live.metadata.annotations or {}).get(LIMITS, ""))
        if said is None or self.limits.least != self.limits.most:
            return None
        return Limits(least=int(said[1]), most=int(said[2]))


async def read_autoscaler(cluster: Reader, target: Target) -> Found:
    """An autoscaler with what it scales. Raises `NotFound`, `Refused`."""
    whole: Object = await cluster.get(HPA, target.name, target.namespace, Object)
    live = msgspec.convert(whole, Autoscaler)
    aim = live.spec.scale_target_ref
    kind = next((each for each in SCALABLE if _is(each, aim)), None)
    scaled: Seen | None = None
    if kind is not None:
        try:
            scaled = await read_workload(cluster, Target(kind=kind, name=aim.name, namespace=target.namespace))
        except NotFound:
            scaled = None
    return Found(seen=seen(target, whole), live=live, scaled=scaled)


def _is(kind: Kind, aim: ScaleTarget) -> bool:
    return (kind.kind, kind.group) == (aim.kind, aim.api_version.partition("/")[0])


def check_limits(limits: Limits, target: str) -> None:
    """Raise `Refused` for limits that no autoscaler can have. From kubectl v1.36 `pkg/cmd/autoscale/autoscale.go`."""
    if limits.most < 1:
        raise NotUnderstood(text("--max=MAXPODS is required and must be at least 1, max: {most}", most=limits.most))
    if limits.most < limits.least:
        raise Refused(
            text(
                "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}",
                most=limits.most,
                least=limits.least,
            ),
            target=target,
            next=text("Set both, or the other one first."),
        )
    if limits.most > MOST:
        raise Refused(
            text("{count} pods are more than {most}.", count=limits.most, most=MOST),
            target=target,
            why=text("A slip of the finger should not fill a cluster with nodes."),
            next=text("Ask for at most {most}.", most=MOST),
        )


def limits_body(before: Limits, after: Limits) -> Object:
    """The merge patch of the limits that change."""
    changed: Object = {}
    if after.least != before.least:
        changed["minReplicas"] = after.least
    if after.most != before.most:
        changed["maxReplicas"] = after.most
    return {"spec": changed} if changed else {}


def limits_call(found: Found, after: Limits, mark: Limits | None) -> Call:
    """Other limits; `mark` are those to remember while it is paused. One that is not to be remembered is taken away."""
    have = (found.live.metadata.annotations or {}).get(LIMITS)
    want = str(mark) if mark is not None else None
    body: Object = {} if have == want else {"metadata": {"annotations": {LIMITS: want}}}
    return Call(
        id="step-1",
        verb="patch",
        target=found.target,
        content_type=ContentType.MERGE_PATCH,
        body={**body, **limits_body(found.limits, after)},
        uid=found.seen.uid,
        preconditions=found.seen.holds(
            "/spec/minReplicas", "/spec/maxReplicas", "/spec/scaleTargetRef", LIMITS_POINTER
        ),
    )


def limits_wait(found: Found, after: Limits) -> Wait | None:
    """Until what it scales is within its limits; `None` where it is, is off, or cannot be followed."""
    if found.scaled is None or found.replicas == 0 or after.holds(found.replicas):
        return None
    return Wait(
        id="step-2",
        condition="within-limits",
        target=found.scaled.target,
        deadline=PATIENCE,
        arguments={"least": after.least, "most": after.most},
    )


def limits_impact(replicas: int, after: Limits) -> Impact:
    """Pods that are added or removed at once; what metrics do later is not known."""
    pods = 0 if replicas == 0 else abs(after.nearest(replicas) - replicas)
    more = after.nearest(replicas) > replicas
    return Impact(pods=pods, seconds=START if pods else 0, fate="added" if more else "removed")


def within_limits(seen: Observation) -> Progress:
    """Arguments `least` and `most`: done when what is scaled wants a number between them and has as many ready pods."""
    if seen.target is None:
        return failed(text("it was deleted"))
    live = msgspec.convert(seen.target, Workload)
    count = 1 if live.spec.replicas is None else live.spec.replicas
    ready = live.status.ready_replicas
    least, most = seen.arguments.get("least"), seen.arguments.get("most")
    if not isinstance(least, int) or not isinstance(most, int) or count == 0:
        return Progress(done=True, message=text("it has no pods, so that nothing scales it"))
    if not least <= count <= most:
        message = text("it wants {count} pods, the autoscaler has not acted yet", count=count)
        stuck = text("no autoscaler has acted: is it running?") if seen.seconds >= IDLE else None
        return Progress(ready=min(ready, count), total=count, message=message, stuck=stuck)
    if live.metadata.generation > live.status.observed_generation:
        return unobserved(seen, count, min(ready, count))
    if ready < count:
        message = text("{ready} of {total} pods are ready", ready=ready, total=count)
        return Progress(ready=ready, total=count, message=message, stuck=stuck_reason(seen.pods))
    return Progress(done=True, ready=count, total=count, message=text("within its limits"))


def after_limits(found: Found, after: Limits, mark: Limits | None) -> Found:
    """The autoscaler as it is with other limits."""
    spec = found.seen.whole.get("spec")
    metadata = found.seen.whole.get("metadata")
    annotations = dict(found.live.metadata.annotations or {})
    annotations.pop(LIMITS, None)
    if mark is not None:
        annotations[LIMITS] = str(mark)
    whole: Object = {
        **found.seen.whole,
        "metadata": {**(metadata if isinstance(metadata, dict) else {}), "annotations": dict(annotations)},
        "spec": {**(spec if isinstance(spec, dict) else {}), "minReplicas": after.least, "maxReplicas": after.most},
    }
    return Found(seen=seen(found.target, whole), live=msgspec.convert(whole, Autoscaler), scaled=found.scaled)


def shown(target: Target) -> Code:
    """As people call it."""
    return Code(f"hpa/{target.name}")
