"""Argo Rollouts: canaries and blue-green updates walk through their steps as its controller lets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from playground.cluster.budgets import write_status
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.ownership import is_going, owned_by, touches
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.rollout_blue_green import BlueGreen
from playground.cluster.controllers.rollout_canary import Canary
from playground.cluster.controllers.rollout_restart import Restart, Restarts
from playground.cluster.controllers.rollout_sets import MANAGER, RolloutSets
from playground.cluster.controllers.rollout_status import PAUSED, TIMED_OUT, finished, noted
from playground.cluster.controllers.rollout_view import DESIRED, View, size
from playground.cluster.controllers.waits import Waits
from playground.cluster.resources import PODS, REPLICA_SETS, ROLLOUTS, SERVICES
from playground.cluster.rollout_limits import INSTANCE
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, annotations_of, labels_of
from playground.cluster.writes import Writes

DEADLINE: Final = 600
NO_DEADLINE: Final = frozenset({"RolloutAborted", PAUSED, "NewReplicaSetAvailable"})


@final
class Rollouts:
    def __init__(self, writes: Writes, kubelet: Kubelet) -> None:
        self._writes, self._store = writes, writes.store
        self._events = Recorder(writes, MANAGER)
        self._waits = Waits(writes.pace)
        self._sets = RolloutSets(writes, self._events, self._waits)
        self._canary = Canary(self._sets, self._events, self._waits)
        self._blue_green = BlueGreen(writes, self._sets, self._events, self._waits)
        self._restarts = Restarts(writes, kubelet)

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is SERVICES:
            rollouts = self._store.list(ROLLOUTS, change.key[0])
            return [(change.key[0], each["metadata"]["name"]) for each in rollouts if _serves(each, change.key[1])]
        if change.resource is PODS:
            return ()
        return touches(change, ROLLOUTS, (REPLICA_SETS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(ROLLOUTS, namespace, name)
        if found is None or is_going(found) or INSTANCE in labels_of(found):
            return None
        at = self._writes.pace.stamp()
        new = self._sets.current(found, owned_by(self._store, REPLICA_SETS, found))
        found = self._store.known(ROLLOUTS, namespace, name)
        view = View(found=found, sets=owned_by(self._store, REPLICA_SETS, found), new=new)
        view.unabort = view.promoted
        invalid = self._blue_green.missing(view)
        if invalid:
            self._refuse(view, invalid, at)
            return None
        told = noted(view, at=at)
        if told is not None:
            write_status(self._writes, ROLLOUTS, found, told, manager=MANAGER)
            return None
        return self._go_on(view, at)

    def _go_on(self, view: View, at: str) -> float | None:
        scaling = any(
            size(each) and annotations_of(each).get(DESIRED, str(view.wanted)) != str(view.wanted)
            for each in (view.new, *([view.stable] if view.stable is not None else []))
        )
        restart = Restart()
        if not scaling and not view.template_changed:
            restart = self._restarts.go_on(view)
            if restart.evicted and view.canary is not None:
                return restart.again  # what is available is known again when those pods are gone
        way = self._canary if view.canary is not None else self._blue_green
        status, left = way.go_on(view, scaling=scaling)
        if restart.done:
            status["restartedAt"] = restart.done
        rest = self._deadline(view)
        status = finished(view, status, at=at, timed_out=rest is not None and rest <= 0)
        self._tell(view, status)
        write_status(self._writes, ROLLOUTS, view.found, status, manager=MANAGER)
        waits = [each for each in (left, restart.again, rest) if each is not None and each > 0]
        return min(waits) + 0.01 if waits else None

    def _deadline(self, view: View) -> float | None:
        """Seconds until it counts as stuck; None where nothing is awaited, or a step that takes as long as it takes."""
        known = _progressing(view.status)
        if known is None or known["reason"] in NO_DEADLINE or "pause" in (view.step or {}):
            return None
        if view.promoted or view.aborted or view.status.get("pauseConditions"):
            return None
        if known["reason"] == TIMED_OUT:
            return 0.0
        seconds, since = float(view.spec.get("progressDeadlineSeconds", DEADLINE)), known["lastUpdateTime"]
        return self._waits.left((view.found["metadata"]["uid"], f"progress since {since}"), seconds, since=since)

    def _tell(self, view: View, status: Json) -> None:
        """Events of what changed."""
        before, now = view.status.get("pauseConditions"), status.get("pauseConditions")
        if now and not before:
            self._events.normal(view.found, PAUSED, f"Rollout is paused ({now[0]['reason']})")
        elif before and not now and "abortedAt" not in status:
            self._events.normal(view.found, "RolloutResumed", "Rollout is resumed")
        if status.get("abort") and not view.status.get("abortedAt"):
            words = f"Rollout aborted update to revision {view.revision}"
            self._events.warning(view.found, "RolloutAborted", words)

    def _refuse(self, view: View, why: str, at: str) -> None:
        known = next((each for each in view.status.get("conditions") or () if each["type"] == "InvalidSpec"), None)
        if known is not None and known["message"] == why:
            return
        condition = {"type": "InvalidSpec", "status": "True", "reason": "InvalidSpec", "message": why}
        times = {"lastUpdateTime": at, "lastTransitionTime": at}
        others = [each for each in view.status.get("conditions") or () if each["type"] != "InvalidSpec"]
        status = {**view.status, "conditions": [*others, {**condition, **times}]}
        status |= {"phase": "Degraded", "message": f"InvalidSpec: {why}"}
        status["observedGeneration"] = str(view.found["metadata"]["generation"])
        write_status(self._writes, ROLLOUTS, view.found, status, manager=MANAGER)


def _progressing(status: Json) -> Json | None:
    return next((each for each in status.get("conditions") or () if each["type"] == "Progressing"), None)


def _serves(rollout: Json, service: str) -> bool:
    rules = (rollout["spec"].get("strategy") or {}).get("blueGreen") or {}
    return service in (rules.get("activeService"), rules.get("previewService"))
