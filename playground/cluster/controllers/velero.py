"""Velero's server: backups, restores, schedules, deletions and downloads walk through their phases as it lets them.

What is taken is really taken and brought back, except for what other controllers make anew: pods and ReplicaSets of an
owner, endpoint slices, events. Disks are not simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, final

import msgspec

from bot.errors import NotUnderstood
from bot.operations.ages import parse_duration
from bot.operations.velero.cron import parse_cron
from playground.cluster.controllers.velero_contents import contents, listed, put_back, scope_of
from playground.cluster.object_store import BUCKET, ObjectStore
from playground.cluster.resources import (
    BACKUPS,
    DELETIONS,
    DOWNLOADS,
    LOCATIONS,
    RESTORES,
    SCHEDULES,
    VELERO,
    Resource,
)
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, labels_of
from playground.cluster.writes import Writer, Writes

MANAGER: Final = "velero-server"
WALK: Final = 0.5
"""Cluster seconds in each phase."""
LOOK: Final = 30.0
"""Cluster seconds between two looks at a location, and at whether a schedule is due."""
KINDS: Final = (BACKUPS, RESTORES, SCHEDULES, DELETIONS, DOWNLOADS, LOCATIONS)
ENDED: Final = frozenset({"Completed", "PartiallyFailed", "Failed", "FailedValidation", "Deleting"})
NEXT: Final = {"": "InProgress", "New": "InProgress", "InProgress": "Finalizing", "Finalizing": "Completed"}
FILES: Final = {
    "BackupLog": "{name}-logs.gz",
    "BackupResults": "{name}-results.gz",
    "BackupResourceList": "{name}-resource-list.json.gz",
    "RestoreLog": "restore-{name}-logs.gz",
    "RestoreResults": "restore-{name}-results.gz",
}


@final
class Velero:
    """`running` false: a server that is down. `address` is where the object store is reached. `failing` are names of
    backups that end in part, with an error.
    """

    def __init__(self, writes: Writes, files: ObjectStore, address: Callable[[], str]) -> None:
        self._writes, self._store, self._files, self._address = writes, writes.store, files, address
        self.running = True
        self.failing: set[str] = set()

    def touched(self, change: Change) -> Iterable[Key]:
        # One loop key a kind and object: kinds share names, so the kind goes with the namespace.
        if change.resource.group != VELERO or change.after is None:
            return ()
        return [(f"{change.resource.plural}/{change.key[0]}", change.key[1])]

    def reconcile(self, namespace: str, name: str) -> float | None:
        if not self.running:
            return LOOK
        plural, _, namespace = namespace.partition("/")
        resource = next(each for each in KINDS if each.plural == plural)
        found = self._store.get(resource, namespace, name)
        if found is None:
            return None
        walk = {
            BACKUPS: self._back_up,
            RESTORES: self._restore,
            SCHEDULES: self._schedule,
            DELETIONS: self._delete,
            DOWNLOADS: self._download,
            LOCATIONS: self._look_at,
        }
        return walk[resource](found)

    # Backups

    def _back_up(self, found: Json) -> float | None:
        phase, name = _phase(found), found["metadata"]["name"]
        if phase in ENDED:
            return None
        wrong = self._wrong(found) if phase in ("", "New") else ""
        if wrong:
            self._tell(BACKUPS, found, {"phase": "FailedValidation", "validationErrors": [wrong]})
            return None
        status: Json = {**(found.get("status") or {}), "phase": NEXT[phase]}
        if status["phase"] == "InProgress":
            self._begin(found, status)
            return WALK
        objects = list(contents(self._store, scope_of(found)))
        status["progress"] = {"totalItems": len(objects), "itemsBackedUp": len(objects)}
        if status["phase"] == "Completed":
            self._keep(name, objects)
            status["completionTimestamp"] = self._writes.pace.stamp()
            if name in self.failing:
                status |= {"phase": "PartiallyFailed", "errors": 1}
        self._tell(BACKUPS, found, status)
        return None if status["phase"] in ENDED else WALK

    def _begin(self, found: Json, status: Json) -> None:
        spec = found["spec"]
        location = spec.get("storageLocation") or self._default(found["metadata"]["namespace"])
        ttl = spec["ttl"] if parse_duration(spec.get("ttl") or "0s") else "720h0m0s"
        status |= {"startTimestamp": self._writes.pace.stamp(), "version": 1, "formatVersion": "1.1.0"}
        status["expiration"] = self._writes.pace.stamp_after(parse_duration(ttl) or 0)

        def change(it: Json) -> None:
            it["spec"] |= {"storageLocation": location, "ttl": ttl}
            it["metadata"].setdefault("labels", {})["velero.io/storage-location"] = location
            it["status"] = status

        self._change(BACKUPS, found, change)

    def _wrong(self, found: Json) -> str:
        """As `prepareBackupRequest` words it."""
        namespace = found["metadata"]["namespace"]
        name = found["spec"].get("storageLocation") or self._default(namespace)
        location = self._store.get(LOCATIONS, namespace, name)
        if location is None:
            return f"an existing backup storage location wasn't specified at backup creation time: {name}"
        if _phase(location) != "Available":
            return f"backup can't be created because BackupStorageLocation {name} is in Unavailable status."
        return ""

    def _default(self, namespace: str) -> str:
        marked = [each for each in self._store.list(LOCATIONS, namespace) if each["spec"].get("default")]
        return str(marked[0]["metadata"]["name"]) if marked else "default"

    def _keep(self, name: str, objects: list[Json]) -> None:
        failed = {"velero": [f"error backing up item {name}"]} if name in self.failing else {}
        self._put(name, "BackupLog", f'level=info msg="Backed up {len(objects)} items" backup=velero/{name}\n'.encode())
        self._put(name, "BackupResults", msgspec.json.encode({"errors": failed, "warnings": {}}))
        self._put(name, "BackupResourceList", msgspec.json.encode(listed(objects)))
        self._files.files[_contents(name)] = msgspec.json.encode(objects)

    # Restores

    def _restore(self, found: Json) -> float | None:
        phase, spec, name = _phase(found), found["spec"], found["metadata"]["name"]
        if phase in ENDED:
            return None
        kept = self._files.files.get(_contents(spec.get("backupName") or ""))
        if kept is None:
            wrong = f"backup {spec.get('backupName')!r} does not exist"
            self._tell(RESTORES, found, {"phase": "FailedValidation", "validationErrors": [wrong]})
            return None
        if phase in ("", "New"):
            self._tell(RESTORES, found, {"phase": "InProgress", "startTimestamp": self._writes.pace.stamp()})
            return WALK
        brought = put_back(self._writes, msgspec.json.decode(kept), found)
        warnings = {"namespaces": brought.warnings} if brought.warnings else {}
        self._put(name, "RestoreLog", f'level=info msg="restored {brought.items} items" restore={name}\n'.encode())
        self._put(name, "RestoreResults", msgspec.json.encode({"errors": {}, "warnings": warnings}))
        status = {**found["status"], "phase": "Completed", "completionTimestamp": self._writes.pace.stamp()}
        status["progress"] = {"totalItems": brought.items, "itemsRestored": brought.items}
        counted = sum(len(each) for each in brought.warnings.values())
        self._tell(RESTORES, found, status | ({"warnings": counted} if counted else {}))
        return None

    # Schedules

    def _schedule(self, found: Json) -> float | None:
        try:
            cron = parse_cron(found["spec"]["schedule"])
        except NotUnderstood as error:
            wrong = f"invalid schedule: {error.why or error.what}"
            self._tell(SCHEDULES, found, {"phase": "FailedValidation", "validationErrors": [wrong]})
            return None
        status = {**(found.get("status") or {}), "phase": "Enabled"}
        last = status.get("lastBackup") or found["metadata"]["creationTimestamp"]
        now = self._writes.pace.clock.now()
        due = cron.after(datetime.fromisoformat(last))
        if due is not None and due <= now and not found["spec"].get("paused"):
            status["lastBackup"] = self._writes.pace.stamp()
            self._run(found, now)
        self._tell(SCHEDULES, found, status)
        return LOOK

    def _run(self, schedule: Json, now: datetime) -> None:
        metadata = schedule["metadata"]
        labels = {**labels_of(schedule), "velero.io/schedule-name": metadata["name"]}
        body = {"metadata": {"name": f"{metadata['name']}-{now:%Y%m%d%H%M%S}", "labels": labels}}
        body["spec"] = schedule["spec"]["template"]
        self._writes.create(BACKUPS, metadata["namespace"], body, Writer(manager=MANAGER))

    # What is asked for

    def _delete(self, found: Json) -> float | None:
        namespace, name = found["metadata"]["namespace"], found["spec"]["backupName"]
        if _phase(found) == "Processed":
            return None
        backup = self._store.get(BACKUPS, namespace, name)
        wrong = "backup not found" if backup is None else ""
        if backup is not None and _phase(backup) not in ENDED:
            wrong = "backup is still in progress"
        if wrong:
            self._tell(DELETIONS, found, {"phase": "Processed", "errors": [wrong]})
            return None
        if not _phase(found):
            self._tell(DELETIONS, found, {"phase": "InProgress"})
            return WALK
        for each in self._store.list(RESTORES, namespace):
            if each["spec"].get("backupName") == name:
                self._writes.delete(RESTORES, namespace, each["metadata"]["name"], {})
        self._files.remove(f"backups/{name}/")
        self._writes.delete(BACKUPS, namespace, name, {})
        self._writes.delete(DELETIONS, namespace, found["metadata"]["name"], {})
        return None

    def _download(self, found: Json) -> float | None:
        target = found["spec"]["target"]
        if _phase(found):
            return None
        key = _key(target["name"], target["kind"])
        status = {"phase": "Processed", "downloadURL": self._files.sign(self._address(), key)}
        status["expiration"] = self._writes.pace.stamp_after(timedelta(minutes=10).total_seconds())
        self._tell(DOWNLOADS, found, status)
        return None

    def _look_at(self, found: Json) -> float | None:
        """A location whose bucket is ours is available."""
        bucket = (found["spec"].get("objectStorage") or {}).get("bucket")
        good = bucket == BUCKET
        status = {"phase": "Available" if good else "Unavailable", "lastValidationTime": self._writes.pace.stamp()}
        if not good:
            status["message"] = f"BackupStorageLocation is unavailable: bucket {bucket} does not exist"
        before = found.get("status") or {}
        if before.get("phase") != status["phase"] or self._is_old(before.get("lastValidationTime")):
            self._tell(LOCATIONS, found, status)
        return LOOK

    def _is_old(self, stamp: str | None) -> bool:
        now = self._writes.pace.clock.now()
        return stamp is None or now - datetime.fromisoformat(stamp) >= timedelta(seconds=LOOK / 2)

    # How it is written

    def _put(self, name: str, kind: str, content: bytes) -> None:
        self._files.files[_key(name, kind)] = content

    def _tell(self, resource: Resource, found: Json, status: Json) -> None:
        if found.get("status") != status:
            self._change(resource, found, lambda it: it.update(status=status))

    def _change(self, resource: Resource, found: Json, change: Callable[[Json], None]) -> None:
        metadata = found["metadata"]
        self._writes.change(resource, metadata["namespace"], metadata["name"], change, Writer(manager=MANAGER))


def _phase(found: Json) -> str:
    return str((found.get("status") or {}).get("phase") or "")


def _key(name: str, kind: str) -> str:
    folder = "restores" if kind.startswith("Restore") else "backups"
    return f"{folder}/{name}/{FILES.get(kind, kind).format(name=name)}"


def _contents(name: str) -> str:
    return f"backups/{name}/{name}.tar.gz"
