"""What is sent to Velero: as the velero CLI v1.18.3 makes it (`pkg/cmd/cli`), empty fields of its Go structs included.

Every function is asserted against the CLI's recorded requests in `tests/parity`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.operations.json import JSON, Object
from bot.operations.kinds import Kind
from bot.operations.velero.kinds import BACKUP, DELETION, GROUP, RESTORE, SCHEDULE

API_VERSION: Final = f"{GROUP}/v1"
SCHEDULE_NAME: Final = "velero.io/schedule-name"
BACKUP_NAME: Final = "velero.io/backup-name"
BACKUP_UID: Final = "velero.io/backup-uid"
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
OURS: Final = "kajitori.dev/request"
LABEL: Final = 63
"""Characters of a label's value."""
DELETE_OPTIONS: Final[Mapping[str, JSON]] = {"kind": "DeleteOptions", "apiVersion": API_VERSION}


def backup_body(name: str, namespace: str, spec: Object, labels: Mapping[str, str]) -> Object:
    """A Backup; `spec` from `scope_spec`."""
    return _object(BACKUP, name, namespace, spec, labels)


def scope_spec(
    namespaces: Sequence[str], *, without: Sequence[str] = (), location: str = "", ttl: str = "", **more: JSON
) -> Object:
    """What a backup takes. `more` are further fields of the spec by their own names; absent ones are left out."""
    spec: Object = {
        "metadata": {},
        "includedNamespaces": list(namespaces) or ["*"],
        "ttl": ttl or "0s",
        "hooks": {},
        "csiSnapshotTimeout": "0s",
        "itemOperationTimeout": "0s",
    }
    if without:
        spec["excludedNamespaces"] = list(without)
    if location:
        spec["storageLocation"] = location
    return spec | {key: value for key, value in more.items() if value is not None}


def scheduled_backup_body(name: str, namespace: str, schedule: Object) -> Object:
    """A Backup as this Schedule would make it now; `schedule` is the whole object.

    From `BackupBuilder.FromSchedule`: the template's labels or else the schedule's. The note of `kubectl apply` and the
    label of the request that made the schedule are not about this backup and stay behind.
    """
    metadata, spec = _mapping(schedule, "metadata"), _mapping(schedule, "spec")
    template = _mapping(spec, "template")
    labels = _mapping(_mapping(template, "metadata"), "labels") or _mapping(metadata, "labels")
    labels = {key: value for key, value in labels.items() if key != OURS}
    found = _object(BACKUP, name, namespace, _filled(template), {**labels, SCHEDULE_NAME: str(metadata["name"])})
    made: Any = found["metadata"]
    annotations = {key: value for key, value in _mapping(metadata, "annotations").items() if key != LAST_APPLIED}
    if annotations:
        made["annotations"] = annotations
    if spec.get("useOwnerReferencesInBackup") is True:
        owner = {"apiVersion": API_VERSION, "kind": SCHEDULE.kind, "name": metadata["name"], "uid": metadata["uid"]}
        made["ownerReferences"] = [{**owner, "controller": True}]
    return found


def schedule_body(name: str, namespace: str, expression: str, template: Object, **more: JSON) -> Object:
    """A Schedule. `more`: `labels`, `paused`, `skipImmediately`, `useOwnerReferencesInBackup`, where they are said."""
    labels = more.pop("labels", None)
    owned = more.pop("useOwnerReferencesInBackup", None) is True
    spec: Object = {"template": template, "schedule": expression, "useOwnerReferencesInBackup": owned}
    spec |= {key: value for key, value in more.items() if value is not None}
    return _object(SCHEDULE, name, namespace, spec, labels if isinstance(labels, dict) else {})


def restore_body(name: str, namespace: str, backup: str, spec: Object, labels: Mapping[str, str]) -> Object:
    """A Restore of one backup; `spec` are the fields that were said."""
    whole: Object = {
        "backupName": backup,
        "includedNamespaces": ["*"],
        "hooks": {},
        "itemOperationTimeout": "0s",
        "uploaderConfig": {},
    }
    return _object(RESTORE, name, namespace, whole | spec, labels)


def deletion_body(name: str, namespace: str, *, backup: str, uid: str) -> Object:
    """A DeleteBackupRequest. The CLI lets the server make up its name; ours is known before it is sent."""
    labels = {BACKUP_NAME: label_value(backup), BACKUP_UID: uid}
    return _object(DELETION, name, namespace, {"backupName": backup}, labels)


def paused_body(*, paused: bool, skip: bool | None) -> Object:
    """A merge patch; `skip` None leaves `skipImmediately` as it is."""
    spec: Object = {"paused": paused}
    return {"spec": spec if skip is None else {**spec, "skipImmediately": skip}}


def label_value(name: str) -> str:
    """A name as the value of a label: beyond 63 characters its end is a digest (`pkg/label/label.go`)."""
    if len(name) <= LABEL:
        return name
    return name[: LABEL - 6] + hashlib.sha256(name.encode()).hexdigest()[:6]


def _object(kind: Kind, name: str, namespace: str, spec: Object, labels: Mapping[str, Any]) -> Object:
    metadata: Object = {"name": name, "namespace": namespace, "creationTimestamp": None}
    if labels:
        metadata["labels"] = dict(labels)
    return {"kind": kind.kind, "apiVersion": API_VERSION, "metadata": metadata, "spec": spec, "status": {}}


def _filled(template: Object) -> Object:
    """A schedule's template as Go writes the struct: its timeouts are never absent."""
    zero: Object = {"metadata": {}, "ttl": "0s", "hooks": {}, "csiSnapshotTimeout": "0s", "itemOperationTimeout": "0s"}
    return zero | template


def _mapping(whole: Object, key: str) -> Object:
    found = whole.get(key)
    return found if isinstance(found, dict) else {}
