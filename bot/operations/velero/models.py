"""Velero's objects as operations see them: what decides or is shown, absent fields as Velero means them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.operations.models import Lean, Selector
from bot.operations.printers.listed import Listed

EVERYTHING: Final = "*"


class Progress(Lean, frozen=True, kw_only=True):
    total_items: int = 0
    items_backed_up: int = 0
    items_restored: int = 0


class Scope(Lean, frozen=True, kw_only=True):
    """What a backup takes; as in a Backup's spec and in a Schedule's template."""

    included_namespaces: tuple[str, ...] | None = None
    excluded_namespaces: tuple[str, ...] | None = None
    included_resources: tuple[str, ...] | None = None
    excluded_resources: tuple[str, ...] | None = None
    label_selector: Selector | None = None
    include_cluster_resources: bool | None = None
    snapshot_volumes: bool | None = None
    storage_location: str = ""
    ttl: str = ""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Those that are named; empty means all."""
        named = self.included_namespaces or ()
        return () if EVERYTHING in named else named


class BackupStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    start_timestamp: datetime | None = None
    completion_timestamp: datetime | None = None
    expiration: datetime | None = None
    errors: int = 0
    warnings: int = 0
    failure_reason: str = ""
    validation_errors: tuple[str, ...] | None = None
    progress: Progress | None = None
    queue_position: int = 0
    version: int = 0
    format_version: str = ""


class Backup(Listed, frozen=True, kw_only=True):
    spec: Scope = Scope()
    status: BackupStatus = BackupStatus()


class RestoreSpec(Lean, frozen=True, kw_only=True):
    backup_name: str = ""
    schedule_name: str = ""
    included_namespaces: tuple[str, ...] | None = None
    excluded_namespaces: tuple[str, ...] | None = None
    included_resources: tuple[str, ...] | None = None
    excluded_resources: tuple[str, ...] | None = None
    namespace_mapping: dict[str, str] | None = None
    existing_resource_policy: str = ""
    label_selector: Selector | None = None


class RestoreStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    start_timestamp: datetime | None = None
    completion_timestamp: datetime | None = None
    errors: int = 0
    warnings: int = 0
    failure_reason: str = ""
    validation_errors: tuple[str, ...] | None = None
    progress: Progress | None = None


class Restore(Listed, frozen=True, kw_only=True):
    spec: RestoreSpec = RestoreSpec()
    status: RestoreStatus = RestoreStatus()


class ScheduleSpec(Lean, frozen=True, kw_only=True):
    schedule: str = ""
    template: Scope = Scope()
    paused: bool = False
    skip_immediately: bool | None = None
    use_owner_references_in_backup: bool = False


class ScheduleStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    last_backup: datetime | None = None
    last_skipped: datetime | None = None
    validation_errors: tuple[str, ...] | None = None


class Schedule(Listed, frozen=True, kw_only=True):
    spec: ScheduleSpec = ScheduleSpec()
    status: ScheduleStatus = ScheduleStatus()


class Storage(Lean, frozen=True, kw_only=True):
    bucket: str = ""
    prefix: str = ""


class LocationSpec(Lean, frozen=True, kw_only=True):
    provider: str = ""
    object_storage: Storage | None = None
    config: dict[str, str] | None = None
    default: bool = False
    access_mode: str = ""
    validation_frequency: str = ""


class LocationStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    message: str = ""
    last_validation_time: datetime | None = None


class Location(Listed, frozen=True, kw_only=True):
    spec: LocationSpec = LocationSpec()
    status: LocationStatus = LocationStatus()

    @property
    def bucket(self) -> str:
        return self.spec.object_storage.bucket if self.spec.object_storage is not None else ""


class DeletionSpec(Lean, frozen=True, kw_only=True):
    backup_name: str = ""


class DeletionStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    errors: tuple[str, ...] | None = None


class Deletion(Listed, frozen=True, kw_only=True):
    spec: DeletionSpec = DeletionSpec()
    status: DeletionStatus = DeletionStatus()
