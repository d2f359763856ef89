"""A canary: steps of weights and pauses, pods in proportion, promotion at the end, and the way back of an abort."""

from __future__ import annotations

import re
from typing import Final, final

from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.rollout_sets import RolloutSets
from playground.cluster.controllers.rollout_sizes import canary_sizes
from playground.cluster.controllers.rollout_status import counted
from playground.cluster.controllers.rollout_view import CANARY_PAUSE, View, available, size, steps_hash, total
from playground.cluster.controllers.waits import Waits
from playground.cluster.scales import written_selector
from playground.cluster.wire import Json

PARTS: Final = re.compile(r"(\d+)(s|m|h)")
SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


@final
class Canary:
    def __init__(self, sets: RolloutSets, events: Recorder, waits: Waits) -> None:
        self._sets, self._events, self._waits = sets, events, waits

    def go_on(self, view: View, *, scaling: bool) -> tuple[Json, float | None]:
        """One look: the status that is to be, and seconds until something ends by itself."""
        changed = view.template_changed or view.status.get("currentStepHash") != steps_hash(view.steps)
        left: float | None = None
        if scaling or not changed:
            moved = not view.spec.get("paused") and self._resize(view)
            self._sets.clean_up(view)
            if not moved and not scaling:
                left = self._pause(view)
        if scaling:
            kept = {"currentPodHash": view.status.get("currentPodHash", view.new_hash)}
            return self._status(view) | kept, left
        return self._reset(view) if changed else self._next(view), left

    def _resize(self, view: View) -> bool:
        """First the stable set, then the new one, then the others; whether one was sized."""
        new_size, stable_size = canary_sizes(view)
        stable = view.stable
        self._sets.release(view.new)
        if stable is not None and stable["metadata"]["uid"] != view.new["metadata"]["uid"]:
            self._sets.release(stable)
            if self._sets.resize(view, stable, stable_size):
                return True
        return self._sets.resize(view, view.new, new_size) or self._shrink_others(view)

    def _shrink_others(self, view: View) -> bool:
        others = [each for each in view.others if size(each)]
        unhealthy = [each for each in others if size(each) != available(each)]
        for each in unhealthy:
            self._sets.resize(view, each, available(each))
        spare = total(view.sets, "availableReplicas") - (view.wanted - view.fenceposts[1])
        for each in [] if unhealthy else sorted(others, key=lambda each: each["metadata"]["name"]):
            smaller = max(size(each) - max(spare, 0), 0)
            if smaller != size(each):
                return self._sets.resize(view, each, smaller)
        return bool(unhealthy)

    def _pause(self, view: View) -> float | None:
        step = view.step
        if view.spec.get("paused") or view.status.get("promoteFull") or step is None or "pause" not in step:
            return None
        known = view.pause(CANARY_PAUSE)
        if known is None:
            if not view.status.get("controllerPause"):
                view.add.add(CANARY_PAUSE)
                self._waits.begin((view.found["metadata"]["uid"], CANARY_PAUSE))
            return None
        return self._left(view, known)

    def _left(self, view: View, known: Json) -> float | None:
        duration = ((view.step or {}).get("pause") or {}).get("duration")
        if duration is None:
            return None
        key = (view.found["metadata"]["uid"], CANARY_PAUSE)
        return self._waits.left(key, seconds_of(duration), since=known["startTime"])

    def _status(self, view: View) -> Json:
        status = counted(view)
        status["availableReplicas"] = total(view.sets, "availableReplicas")
        status["HPAReplicas"] = total(view.sets, "replicas")
        status["selector"] = written_selector(view.spec["selector"])
        return status

    def _reset(self, view: View) -> Json:
        """Another template or other steps: all begins anew, but for the way back to what is stable."""
        status = self._status(view)
        status["currentStepHash"] = steps_hash(view.steps)
        view.clear = view.unabort = True
        status.pop("promoteFull", None)
        status["restartedAt"] = view.spec.get("restartAt")
        status["currentStepIndex"] = 0
        if view.returns_to_stable:
            self._events.normal(view.found, "SkipSteps", "Rollback to stable ReplicaSets")
            status["currentStepIndex"] = len(view.steps)
        return status if view.steps else _without_index(status)

    def _next(self, view: View) -> Json:
        status, count = self._status(view), len(view.steps)
        index = view.index
        if view.status.get("promoteFull"):
            view.clear = view.unabort = True
            index = count
        why = self._promotes(view)
        if why:
            return self._promote(view, status, why)
        if view.aborted:
            status["currentStepIndex"] = count if view.returns_to_stable else 0
            return status if view.steps else _without_index(status)
        if index < count and self._done(view):
            index += 1
            view.remove.add(CANARY_PAUSE)
            words = f"Rollout step {index}/{count} completed ({_named(view.steps[index - 1])})"
            self._events.normal(view.found, "RolloutStepCompleted", words)
        status["currentStepIndex"] = index
        return status if view.steps else _without_index(status)

    def _done(self, view: View) -> bool:
        step = view.step
        if view.spec.get("paused") or step is None:
            return False
        if "pause" not in step:
            return _at_weight(view)
        known = view.pause(CANARY_PAUSE)
        if known is None:
            return bool(view.status.get("controllerPause"))
        left = self._left(view, known)
        return left is not None and left <= 0

    def _promotes(self, view: View) -> str:
        if view.stable is None:
            return "Initial deploy"
        if view.aborted or available(view.new) < view.wanted:
            return ""
        if view.status.get("promoteFull"):
            return "Full promotion requested"
        if view.returns_to_stable:
            return "Fast rollback"
        done = view.index == len(view.steps)
        return f"Completed all {len(view.steps)} canary steps" if done else ""

    def _promote(self, view: View, status: Json, why: str) -> Json:
        view.clear = view.unabort = True
        status.pop("promoteFull", None)
        status["currentStepIndex"] = len(view.steps)
        if status.get("stableRS") != view.new_hash:
            status["stableRS"] = view.new_hash
            words = f"Rollout completed update to revision {view.revision} ({view.new_hash}): {why}"
            self._events.normal(view.found, "RolloutCompleted", words)
        return status if view.steps else _without_index(status)


def _at_weight(view: View) -> bool:
    new_size, stable_size = canary_sizes(view)
    stable = view.stable
    reached = new_size == size(view.new) == available(view.new)
    created = stable is not None and stable_size == size(stable) == int(stable["status"].get("replicas") or 0)
    return reached and created and not total(view.others, "availableReplicas")


def _without_index(status: Json) -> Json:
    return {key: value for key, value in status.items() if key != "currentStepIndex"}


def _named(step: Json) -> str:
    if "setWeight" in step:
        return f"setWeight: {step['setWeight']}"
    duration = (step["pause"] or {}).get("duration")
    return "pause" if duration is None else f"pause: {duration}"


def seconds_of(duration: object) -> float:
    """Of a pause: whole seconds, or words as in `1h30m`."""
    written = str(duration)
    if written.isdecimal():
        return float(written)
    return float(sum(int(number) * SECONDS[unit] for number, unit in PARTS.findall(written)))
