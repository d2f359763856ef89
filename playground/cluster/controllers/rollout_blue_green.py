"""Blue and green: a whole new set beside the old one, a pause, and then the active Service moves over to it."""

from __future__ import annotations

from typing import Final, final

from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.rollout_sets import DEADLINE, MANAGER, RolloutSets, first_revision
from playground.cluster.controllers.rollout_status import counted
from playground.cluster.controllers.rollout_view import BLUE_GREEN_PAUSE, HASH, View, available, size, total
from playground.cluster.controllers.waits import Waits
from playground.cluster.resources import SERVICES
from playground.cluster.scales import written_selector
from playground.cluster.wire import Json, annotations_of
from playground.cluster.writes import Writer, Writes

MANAGED: Final = "argo-rollouts.argoproj.io/managed-by-rollouts"
DELAY: Final = 30
"""Seconds for which an old set stays up, unless the Rollout says otherwise; also after an abort."""


@final
class BlueGreen:
    def __init__(self, writes: Writes, sets: RolloutSets, events: Recorder, waits: Waits) -> None:
        self._writes, self._sets, self._events, self._waits = writes, sets, events, waits

    def missing(self, view: View) -> str:
        """What is not valid in its Services; empty where all is well."""
        for key in ("activeService", "previewService"):
            name = view.blue_green.get(key)
            if name and self._service(view, key) is None:
                where = f'The Rollout "{view.name}" is invalid: spec.strategy.blueGreen.{key}'
                return f'{where}: Invalid value: "{name}": service "{name}" not found'
        return ""

    def go_on(self, view: View, *, scaling: bool) -> tuple[Json, float | None]:
        """One look: the status that is to be, and seconds until something ends by itself."""
        halted = bool(view.spec.get("paused"))
        if scaling:
            kept = {"currentPodHash": view.status.get("currentPodHash", view.new_hash)}
            return self._status(view, promote=False) | kept, self._resize(view)
        if not halted:
            self._switch(view, "previewService", view.new_hash)
        if view.template_changed:
            return self._reset(view), None
        lefts = [self._resize(view)]
        if not halted:
            lefts.append(self._pause(view))
            self._activate(view)
        return self._status(view, promote=True), min((each for each in lefts if each is not None), default=None)

    def _resize(self, view: View) -> float | None:
        left: list[float] = []
        stable = view.stable
        lasting = view.aborted and stable is not None and self._abort_delay(view) is not None
        self._sets.release(stable)
        if stable is not None:
            self._sets.resize(view, stable, view.wanted)
        if lasting and not view.returns_to_stable:
            left += self._fade(view)
        else:
            self._sets.release(view.new)
            self._sets.resize(view, view.new, self._new_size(view))
        left += self._others(view)
        self._sets.clean_up(view)
        return min(left, default=None)

    def _abort_delay(self, view: View) -> int | None:
        """None: an aborted preview stays up for good."""
        asked = view.blue_green.get("abortScaleDownDelaySeconds", DELAY)
        return int(asked) or None

    def _fade(self, view: View) -> list[float]:
        """An aborted preview stays up for a while once the stable set can carry all."""
        stable, delay = view.stable, self._abort_delay(view)
        known = DEADLINE in annotations_of(view.new)
        if not size(view.new) or delay is None or not (known or (stable and available(stable) >= view.wanted)):
            return []
        left = self._sets.keep_up(view.new, delay)
        if left > 0:
            return [left]
        self._sets.resize(view, view.new, 0)
        return []

    def _others(self, view: View) -> list[float]:
        left: list[float] = []
        status = view.status.get("blueGreen") or {}
        used = {status.get("activeSelector"), status.get("previewSelector"), view.new_hash}
        used |= {self._selects(view, key) for key in ("activeService", "previewService")}
        for each in view.others:
            if not size(each) or each["metadata"]["labels"].get(HASH) in used:
                continue
            rest = self._sets.keep_up(each, float(view.blue_green.get("scaleDownDelaySeconds", DELAY)))
            if rest > 0:
                left.append(rest)
            else:
                self._sets.resize(view, each, 0)
        return left

    def _new_size(self, view: View) -> int:
        preview = view.blue_green.get("previewReplicaCount")
        status = view.status.get("blueGreen") or {}
        active = view.by_hash(status.get("activeSelector", ""))
        past = active is None or active is view.new or view.status.get("promoteFull")
        resumed = not view.status.get("pauseConditions") and status.get("scaleUpPreviewCheckPoint")
        return view.wanted if preview is None or past or resumed else int(preview)

    def _pause(self, view: View) -> float | None:
        if view.aborted or not self._ready(view):
            return None
        passed = (view.status.get("blueGreen") or {}).get("scaleUpPreviewCheckPoint")
        if self._fast(view) or passed or not self._pauses(view):
            view.remove.add(BLUE_GREEN_PAUSE)
            return None
        known = view.pause(BLUE_GREEN_PAUSE)
        if known is None:
            if not view.status.get("controllerPause"):
                view.add.add(BLUE_GREEN_PAUSE)
                self._waits.begin((view.found["metadata"]["uid"], BLUE_GREEN_PAUSE))
            return None
        if self._pause_ended(view):
            view.remove.add(BLUE_GREEN_PAUSE)
        return self._left(view, known)

    def _pauses(self, view: View) -> bool:
        return view.blue_green.get("autoPromotionEnabled") is False or bool(self._seconds(view))

    def _seconds(self, view: View) -> int:
        return int(view.blue_green.get("autoPromotionSeconds") or 0)

    def _left(self, view: View, known: Json) -> float | None:
        if view.blue_green.get("autoPromotionEnabled") is False or not self._seconds(view):
            return None
        key = (view.found["metadata"]["uid"], BLUE_GREEN_PAUSE)
        return self._waits.left(key, self._seconds(view), since=known["startTime"])

    def _pause_ended(self, view: View) -> bool:
        """By a person, by its time, or because there is none (`CompletedBlueGreenPause`)."""
        known = view.pause(BLUE_GREEN_PAUSE)
        if view.add:
            return False
        if (view.status.get("blueGreen") or {}).get("scaleUpPreviewCheckPoint") or not self._pauses(view):
            return True
        if view.blue_green.get("autoPromotionEnabled") is False:
            return known is None and bool(view.status.get("controllerPause"))
        left = self._left(view, known) if known is not None else None
        return left is not None and left <= 0

    def _ready(self, view: View) -> bool:
        return size(view.new) == self._new_size(view) == available(view.new)

    def _fast(self, view: View) -> bool:
        """Nothing to wait for: the way back, a full promotion, or it is active already."""
        active, stable = self._selects(view, "activeService"), view.stable
        older = stable is not None and first_revision(view.new) < first_revision(stable)
        in_time = older and DEADLINE in annotations_of(view.new)
        full = bool(view.status.get("promoteFull"))
        return view.returns_to_stable or in_time or full or active in ("", view.new_hash)

    def _activate(self, view: View) -> None:
        if not (self._ready(view) and size(view.new) == view.wanted):
            return
        wanted = self._selects(view, "activeService")
        if self._fast(view) or self._pause_ended(view):
            wanted = view.new_hash
        if view.status.get("abort"):
            wanted = str(view.status.get("stableRS", ""))
        self._switch(view, "activeService", wanted)

    def _status(self, view: View, *, promote: bool) -> Json:
        status = counted(view)
        active = self._selects(view, "activeService")
        selectors = {"activeSelector": active, "previewSelector": self._selects(view, "previewService")}
        status["blueGreen"] = {key: value for key, value in selectors.items() if value}
        if view.status.get("promoteFull"):
            view.clear = view.unabort = True
        why = self._promotes(view, active) if promote else ""
        if why:
            view.clear = view.unabort = True
            status.pop("promoteFull", None)
            if status.get("stableRS") != view.new_hash:
                status["stableRS"] = view.new_hash
                words = f"Rollout completed update to revision {view.revision} ({view.new_hash}): {why}"
                self._events.normal(view.found, "RolloutCompleted", words)
        elif promote and self._past_preview(view):
            status["blueGreen"]["scaleUpPreviewCheckPoint"] = True
        return status | _served(view, view.by_hash(active))

    def _past_preview(self, view: View) -> bool:
        preview = view.blue_green.get("previewReplicaCount")
        known = (view.status.get("blueGreen") or {}).get("scaleUpPreviewCheckPoint")
        return preview is not None and bool(known or (self._pause_ended(view) and available(view.new) == preview))

    def _promotes(self, view: View, active: str) -> str:
        if view.stable is None or not active:
            return "Initial deploy"
        if active != view.new_hash:
            return ""
        if view.status.get("promoteFull"):
            return "Full promotion requested"
        if view.returns_to_stable:
            return "Fast rollback"
        return "" if view.aborted else "Completed blue-green update"

    def _reset(self, view: View) -> Json:
        view.clear = view.unabort = True
        status = self._status(view, promote=False)
        status.pop("promoteFull", None)
        return status | {"restartedAt": view.spec.get("restartAt")}

    def _service(self, view: View, key: str) -> Json | None:
        name = view.blue_green.get(key)
        return self._writes.store.get(SERVICES, view.found["metadata"]["namespace"], str(name)) if name else None

    def _selects(self, view: View, key: str) -> str:
        service = self._service(view, key)
        return str(((service or {}).get("spec") or {}).get("selector", {}).get(HASH, ""))

    def _switch(self, view: View, key: str, name_hash: str) -> None:
        service, before = self._service(view, key), self._selects(view, key)
        if service is None or not name_hash or (before == name_hash and MANAGED in annotations_of(service)):
            return

        def change(it: Json) -> None:
            it["metadata"]["annotations"] = {MANAGED: view.name} | annotations_of(it)
            it["spec"]["selector"] = {**(it["spec"].get("selector") or {}), HASH: name_hash}

        metadata = service["metadata"]
        self._writes.change(SERVICES, metadata["namespace"], metadata["name"], change, Writer(manager=MANAGER))
        words = f"Switched selector for service '{metadata['name']}' from '{before}' to '{name_hash}'"
        self._events.normal(view.found, "SwitchService", words)


def _served(view: View, active: Json | None) -> Json:
    """Once a set is active, only its pods count as those of the application."""
    if active is None:
        return {
            "HPAReplicas": total(view.sets, "replicas"),
            "availableReplicas": total(view.sets, "availableReplicas"),
            "selector": written_selector(view.spec["selector"]),
        }
    return {
        "HPAReplicas": total([active], "replicas"),
        "availableReplicas": available(active),
        "readyReplicas": total([active], "readyReplicas"),
        "selector": written_selector(active["spec"]["selector"]),
    }
