"""The ReplicaSets of a Rollout: found by template, made, numbered, sized, kept up for a while, and cleaned up."""

from __future__ import annotations

from typing import Final, final

from playground.cluster.controllers.ownership import hash_of, reference
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.rollout_view import DESIRED, HASH, PREFIX, REVISION, View, revision_of, size
from playground.cluster.controllers.waits import Waits
from playground.cluster.defaults import fill_pod_spec
from playground.cluster.resources import REPLICA_SETS, ROLLOUTS
from playground.cluster.wire import Json, annotations_of, clone, equal
from playground.cluster.writes import Change, Writer, Writes

MANAGER: Final = "rollouts-controller"
HISTORY: Final = f"{PREFIX}revision-history"
DEADLINE: Final = "scale-down-deadline"
NOT_COPIED: Final = frozenset({"kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED})


@final
class RolloutSets:
    def __init__(self, writes: Writes, events: Recorder, waits: Waits) -> None:
        self._writes, self._events, self._waits = writes, events, waits

    def current(self, found: Json, sets: list[Json]) -> Json:
        """The set of the present template with its revision; made where there is none. Raises `Problem`."""
        template = _plain(found["spec"]["template"])
        known = next((each for each in sets if equal(_plain(each["spec"]["template"]), template)), None)
        if known is None:
            return self._make(found, max(map(revision_of, sets), default=0) + 1)
        highest = max((revision_of(each) for each in sets if each is not known), default=0)
        wanted = _annotations(found, known, max(highest + 1, revision_of(known)))
        if wanted != annotations_of(known):
            known = self._change(known, lambda it: it["metadata"].update(annotations=wanted))
        self._number(found, revision_of(known))
        return known

    def _make(self, found: Json, revision: int) -> Json:
        template = clone(found["spec"]["template"])
        name_hash = hash_of(template)
        labels = {**((template.get("metadata") or {}).get("labels") or {}), HASH: name_hash}
        template.setdefault("metadata", {})["labels"] = labels
        selector = clone(found["spec"]["selector"])
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: name_hash}
        name = f"{found['metadata']['name']}-{name_hash}"
        annotations = _annotations(found, None, revision)
        metadata = {"name": name, "labels": labels, "annotations": annotations, "ownerReferences": [reference(found)]}
        spec: Json = {"replicas": 0, "selector": selector, "template": template}
        if found["spec"].get("minReadySeconds"):
            spec["minReadySeconds"] = found["spec"]["minReadySeconds"]
        namespace = found["metadata"]["namespace"]
        made = self._writes.create(REPLICA_SETS, namespace, {"metadata": metadata, "spec": spec}, self._writer())
        self._number(found, revision)
        self._events.normal(found, "NewReplicaSetCreated", f"Created ReplicaSet {name} (revision {revision})")
        return made

    def _number(self, found: Json, revision: int) -> None:
        """The controller writes the whole object, and Go a field that the template may not have had."""
        if revision_of(found) == revision:
            return

        def change(it: Json) -> None:
            it["metadata"]["annotations"] = {**annotations_of(it), REVISION: str(revision)}
            for container in it["spec"]["template"]["spec"].get("containers") or ():
                container.setdefault("resources", {})

        metadata = found["metadata"]
        self._writes.change(ROLLOUTS, metadata["namespace"], metadata["name"], change, self._writer())
        self._events.normal(found, "RolloutUpdated", f"Rollout updated to revision {revision}")

    def resize(self, view: View, target: Json, replicas: int) -> bool:
        """Whether its size was another one."""
        before, wanted = size(target), str(view.wanted)
        if before == replicas and annotations_of(target).get(DESIRED) == wanted:
            return False

        def change(it: Json) -> None:
            it["spec"]["replicas"] = replicas
            it["metadata"]["annotations"] = {**annotations_of(it), DESIRED: wanted}
            if not replicas:
                it["metadata"]["annotations"].pop(DEADLINE, None)

        self._change(target, change)
        if before == replicas:
            return False
        verb, name = ("up" if replicas > before else "down"), target["metadata"]["name"]
        numbered = f"{name} (revision {revision_of(target)})"
        words = f"Scaled {verb} ReplicaSet {numbered} from {before} to {replicas}"
        self._events.normal(view.found, "ScalingReplicaSet", words)
        return True

    def keep_up(self, target: Json, seconds: float) -> float:
        """Seconds for which it stays up still, the first time being now."""
        key, stamp = (target["metadata"]["uid"], DEADLINE), annotations_of(target).get(DEADLINE)
        if stamp is None:
            deadline = self._writes.pace.stamp_after(seconds)
            self._change(target, lambda it: it["metadata"].setdefault("annotations", {}).update({DEADLINE: deadline}))
            self._waits.begin(key)
            return seconds
        return self._waits.left(key, seconds, until=stamp)

    def release(self, target: Json | None) -> None:
        """It is needed again: no end of its time."""
        if target is not None and DEADLINE in annotations_of(target):
            self._change(target, lambda it: it["metadata"]["annotations"].pop(DEADLINE))

    def clean_up(self, view: View) -> None:
        surplus = len(view.others) - int(view.spec.get("revisionHistoryLimit", 10))
        oldest = sorted(view.others, key=lambda each: (each["metadata"]["creationTimestamp"], revision_of(each)))
        for each in oldest[: max(surplus, 0)]:
            if not size(each) and not each["status"].get("replicas"):
                self._writes.delete(REPLICA_SETS, each["metadata"]["namespace"], each["metadata"]["name"], {})

    def _change(self, target: Json, change: Change) -> Json:
        metadata = target["metadata"]
        return self._writes.change(REPLICA_SETS, metadata["namespace"], metadata["name"], change, self._writer())

    def _writer(self) -> Writer:
        return Writer(manager=MANAGER)


def _plain(template: Json) -> Json:
    """With the defaults that a ReplicaSet has and a Rollout has not, without the label of the hash."""
    found: Json = clone(template)
    metadata = found.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}
    fill_pod_spec(found.setdefault("spec", {}))
    return {"labels": labels, "annotations": metadata.get("annotations") or {}, "spec": found["spec"]}


def first_revision(found: Json) -> int:
    """The number that it had at first: who has the smaller one is older."""
    history = annotations_of(found).get(HISTORY, "")
    return int(history.split(",")[0]) if history else revision_of(found)


def _annotations(found: Json, known: Json | None, revision: int) -> dict[str, str]:
    wanted = dict(annotations_of(known)) if known else {}
    wanted |= {key: value for key, value in annotations_of(found).items() if key not in NOT_COPIED}
    old = wanted.get(REVISION)
    if old != str(revision):
        wanted[REVISION] = str(revision)
        if old:
            wanted[HISTORY] = ",".join(filter(None, (wanted.get(HISTORY, ""), old)))
    return wanted
