"""Deployments: revisions, rolling updates, pauses and deadlines (`pkg/controller/deployment`, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from playground.cluster.budgets import write_status
from playground.cluster.controllers import rolling
from playground.cluster.controllers.deployment_status import Progress, conditions_of, counts_of
from playground.cluster.controllers.ownership import (
    TEMPLATE_HASH,
    hash_of,
    is_going,
    owned_by,
    reference,
    same_template,
    touches,
)
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.resources import DEPLOYMENTS, PODS, REPLICA_SETS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, annotations_of, clone
from playground.cluster.writes import Writer, Writes

PREFIX: Final = "deployment.kubernetes.io/"
REVISION: Final = f"{PREFIX}revision"
HISTORY: Final = f"{PREFIX}revision-history"
DESIRED: Final = f"{PREFIX}desired-replicas"
MOST: Final = f"{PREFIX}max-replicas"
NOT_COPIED: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED,
        MOST,
        "deprecated.deployment.rollback.to",
    }
)


@final
class Deployments:
    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._events = Recorder(writes, "deployment-controller")
        self._progress: dict[str, Progress] = {}

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is PODS:  # a Recreate waits for the old pods to be gone
            owners = touches(change, REPLICA_SETS, (PODS,))
            sets = [self._store.get(REPLICA_SETS, *key) for key in owners]
            named = [(each["metadata"].get("ownerReferences") or [{}])[0] for each in sets if each]
            return [(key[0], each["name"]) for key, each in zip(owners, named, strict=False) if each.get("name")]
        return touches(change, DEPLOYMENTS, (REPLICA_SETS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(DEPLOYMENTS, namespace, name)
        if found is None or is_going(found):
            return None
        progress = self._progress.setdefault(found["metadata"]["uid"], Progress())
        sets = owned_by(self._store, REPLICA_SETS, found)
        if found["spec"].get("paused") or self._scaled(found, sets):
            new = self._new(found, sets, create=False, progress=progress)
            self._scale_all(found, new, _others(sets, new))
        else:
            new = self._new(found, sets, create=True, progress=progress)
            sets = owned_by(self._store, REPLICA_SETS, found)
            if new is not None and self._roll(found, new, _others(sets, new)):
                self._clean_up(found, new, _others(sets, new))
        return self._tell(namespace, name, new, progress)

    def _scaled(self, found: Json, sets: list[Json]) -> bool:
        """Whether somebody changed the number of replicas since the sets were last sized."""
        wanted = str(found["spec"]["replicas"])
        return any(
            each["spec"]["replicas"] > 0 and annotations_of(each).get(DESIRED, wanted) != wanted for each in sets
        )

    def _new(self, found: Json, sets: list[Json], *, create: bool, progress: Progress) -> Json | None:
        """The set of the current template; known, taken up again, or made."""
        template = found["spec"]["template"]
        matching = [each for each in sets if same_template(each["spec"]["template"], template)]
        new = min(matching, key=_age) if matching else None
        highest = max((_revision(each) for each in sets if each is not new), default=0)
        if new is not None:
            wanted = self._annotations(found, new, str(max(highest + 1, _revision(new))))
            if wanted != annotations_of(new):
                new = self._change_set(new, lambda it: it["metadata"].update(annotations=wanted))
            self._note_revision(found, _revision(new))
            if progress.new != new["metadata"]["name"]:
                progress.found(new["metadata"]["name"], self._now(), known=bool(progress.new) or highest > 0)
            return new
        if not create:
            return None
        return self._make(found, highest + 1, progress)

    def _make(self, found: Json, revision: int, progress: Progress) -> Json:
        template = clone(found["spec"]["template"])
        collisions = (found.get("status") or {}).get("collisionCount") or 0
        name_hash = hash_of(template, collisions)
        labels = {**(template["metadata"].get("labels") or {}), TEMPLATE_HASH: name_hash}
        template["metadata"]["labels"] = labels
        selector = clone(found["spec"]["selector"])
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), TEMPLATE_HASH: name_hash}
        name = f"{found['metadata']['name']}-{name_hash}"
        others = owned_by(self._store, REPLICA_SETS, found)
        replicas = rolling.new_replicas(found, [*others], None)
        annotations = self._annotations(found, None, str(revision))
        spec: Json = {"replicas": replicas, "selector": selector, "template": template}
        if found["spec"].get("minReadySeconds"):
            spec["minReadySeconds"] = found["spec"]["minReadySeconds"]
        metadata = {"name": name, "labels": labels, "annotations": annotations, "ownerReferences": [reference(found)]}
        namespace = found["metadata"]["namespace"]
        made = self._writes.create(REPLICA_SETS, namespace, {"metadata": metadata, "spec": spec}, Writer())
        self._note_revision(found, revision)
        progress.created(name, self._now())
        if replicas:
            self._events.normal(found, "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to {replicas}")
        return made

    def _annotations(self, found: Json, new: Json | None, revision: str) -> dict[str, str]:
        """The Deployment's own are copied; a set that is taken up again remembers the revisions that it was."""
        wanted = dict(annotations_of(new)) if new else {}
        wanted |= {key: value for key, value in annotations_of(found).items() if key not in NOT_COPIED}
        old = wanted.get(REVISION)
        if old != revision:
            wanted[REVISION] = revision
            if old:
                wanted[HISTORY] = ",".join(filter(None, (wanted.get(HISTORY, ""), old)))
        replicas = found["spec"]["replicas"]
        wanted[DESIRED], wanted[MOST] = str(replicas), str(replicas + rolling.surge(found))
        return wanted

    def _note_revision(self, found: Json, revision: int) -> None:
        if annotations_of(found).get(REVISION) == str(revision):
            return

        def change(it: Json) -> None:
            it["metadata"]["annotations"] = {**annotations_of(it), REVISION: str(revision)}

        # The real controller writes it with the status, so that no generation is counted for it.
        metadata = found["metadata"]
        self._writes.change(DEPLOYMENTS, metadata["namespace"], metadata["name"], change, Writer(), "status")

    def _scale_all(self, found: Json, new: Json | None, old: list[Json]) -> None:
        """Outside of a roll-out, or while one is paused: sizes follow, in proportion where several have pods."""
        sets = [*([new] if new else []), *old]
        for each, size in rolling.proportions(found, sets):
            self._size(found, each, size)

    def _roll(self, found: Json, new: Json, old: list[Json]) -> bool:
        """One step; whether all is done."""
        if found["spec"]["strategy"]["type"] == "Recreate":
            return self._recreate(found, new, old)
        size = rolling.new_replicas(found, [*old, new], new)
        if size != new["spec"]["replicas"]:
            self._size(found, new, size)
            return False
        for each, smaller in rolling.old_replicas(found, new, old):
            self._size(found, each, smaller)
            return False
        return rolling.is_complete(found, new, old)

    def _recreate(self, found: Json, new: Json, old: list[Json]) -> bool:
        running = [each for each in old if each["spec"]["replicas"] > 0]
        for each in running:
            self._size(found, each, 0)
        pods = [pod for each in old for pod in owned_by(self._store, PODS, each)]
        if running or pods:
            return False
        self._size(found, new, found["spec"]["replicas"])
        return rolling.is_complete(found, new, old)

    def _size(self, found: Json, target: Json, replicas: int) -> None:
        before = target["spec"]["replicas"]
        wanted = found["spec"]["replicas"]
        sizes = {DESIRED: str(wanted), MOST: str(wanted + rolling.surge(found))}
        if before == replicas and sizes.items() <= annotations_of(target).items():
            return

        def change(it: Json) -> None:
            it["spec"]["replicas"] = replicas
            it["metadata"]["annotations"] = {**annotations_of(it), **sizes}

        self._change_set(target, change)
        if before != replicas:
            verb, name = ("up" if replicas > before else "down"), target["metadata"]["name"]
            words = f"Scaled {verb} replica set {name} from {before} to {replicas}"
            self._events.normal(found, "ScalingReplicaSet", words)

    def _change_set(self, target: Json, change: rolling.Change) -> Json:
        metadata = target["metadata"]
        return self._writes.change(REPLICA_SETS, metadata["namespace"], metadata["name"], change, Writer())

    def _clean_up(self, found: Json, new: Json | None, old: list[Json]) -> None:
        limit = found["spec"].get("revisionHistoryLimit", 10)
        empty = [each for each in old if not each["spec"]["replicas"] and not each["status"].get("replicas")]
        surplus = sorted(empty, key=_revision)[: max(len(old) - limit, 0)]
        for each in surplus:
            self._writes.delete(REPLICA_SETS, each["metadata"]["namespace"], each["metadata"]["name"], {})

    def _tell(self, namespace: str, name: str, new: Json | None, progress: Progress) -> float | None:
        found = self._store.known(DEPLOYMENTS, namespace, name)
        sets = owned_by(self._store, REPLICA_SETS, found)
        new = next((each for each in sets if new and each["metadata"]["uid"] == new["metadata"]["uid"]), None)
        counts = counts_of(found, new, sets)
        progress.note(found, counts, self._now())
        conditions = conditions_of(
            found, counts, new, sets, progress=progress, now=self._now(), at=self._writes.pace.stamp()
        )
        status = {**counts, "conditions": conditions}
        if (found.get("status") or {}).get("collisionCount"):
            status["collisionCount"] = found["status"]["collisionCount"]
        write_status(self._writes, DEPLOYMENTS, found, status)
        return progress.left(found, self._now())

    def _now(self) -> float:
        return self._writes.pace.moment()


def _revision(found: Json) -> int:
    return int(annotations_of(found).get(REVISION, "0"))


def _age(found: Json) -> tuple[str, int]:
    return found["metadata"]["creationTimestamp"], int(found["metadata"]["resourceVersion"])


def _others(sets: list[Json], new: Json | None) -> list[Json]:
    return [each for each in sets if new is None or each["metadata"]["uid"] != new["metadata"]["uid"]]
