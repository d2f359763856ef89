"""Velero's objects as its CLI's tables show them (`pkg/cmd/util/output`), and what a scope says in a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.operations.models import Selector
from bot.operations.printers.tables import Printer, declare_printer
from bot.operations.selectors import selector_of
from bot.operations.velero.kinds import BACKUP, LOCATION, RESTORE, SCHEDULE
from bot.operations.velero.models import Backup, Location, Restore, Schedule, Scope
from bot.operations.velero.phases import COMPLETED
from bot.text import Code, Text, text

NONE: Final = "<none>"
NOT_YET: Final = "<n/a>"
UNITS: Final = ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h"), (365 * 86400, 86400, "d"))
WELL: Final = frozenset({COMPLETED, "", "New", "Queued", "ReadyToStart", "InProgress"})


def moment(at: datetime | None) -> str:
    """As Go prints a time."""
    return at.strftime("%Y-%m-%d %H:%M:%S +0000 UTC") if at is not None else NOT_YET


def short_duration(seconds: float) -> str:
    """One unit: `ShortHumanDuration` in k8s.io/apimachinery."""
    whole = max(0, int(seconds))
    for most, unit, letter in UNITS:
        if whole < most:
            return f"{whole // unit}{letter}"
    return f"{whole // (365 * 86400)}y"


def relative(at: datetime | None, now: datetime) -> str:
    """`29d`, or `3d ago`: how the CLI writes an expiry and a last backup."""
    if at is None:
        return NOT_YET
    seconds = (at - now).total_seconds()
    return short_duration(seconds) if seconds > 0 else f"{short_duration(-seconds)} ago"


def selector_words(selector: Selector | None) -> str:
    return (selector_of(selector) if selector is not None else "") or NONE


def backup_cells(backup: Backup, now: datetime) -> tuple[str, ...]:
    status = backup.status
    phase = "Deleting" if backup.metadata.terminating else status.phase or "New"
    return (
        backup.metadata.name,
        phase,
        str(status.errors),
        str(status.warnings),
        moment(status.start_timestamp),
        relative(status.expiration, now),
        backup.spec.storage_location,
        str(status.queue_position or ""),
        selector_words(backup.spec.label_selector),
    )


def restore_cells(restore: Restore, now: datetime) -> tuple[str, ...]:
    status = restore.status
    return (
        restore.metadata.name,
        restore.spec.backup_name,
        status.phase or "New",
        moment(status.start_timestamp),
        moment(status.completion_timestamp),
        str(status.errors),
        str(status.warnings),
        moment(restore.metadata.creation_timestamp),
        selector_words(restore.spec.label_selector),
    )


def schedule_cells(schedule: Schedule, now: datetime) -> tuple[str, ...]:
    return (
        schedule.metadata.name,
        schedule.status.phase or "New",
        moment(schedule.metadata.creation_timestamp),
        schedule.spec.schedule,
        schedule.spec.template.ttl or "0s",
        relative(schedule.status.last_backup, now),
        selector_words(schedule.spec.template.label_selector),
        "true" if schedule.spec.paused else "false",
    )


def location_cells(location: Location, now: datetime) -> tuple[str, ...]:
    storage = location.spec.object_storage
    bucket = storage.bucket + (f"/{storage.prefix}" if storage.prefix else "") if storage is not None else ""
    return (
        location.metadata.name,
        location.spec.provider,
        bucket,
        location.status.phase or "Unknown",
        moment(location.status.last_validation_time) if location.status.last_validation_time else "Unknown",
        location.spec.access_mode or "ReadWrite",
        "true" if location.spec.default else "",
    )


def scope_words(scope: Scope) -> Text:
    """What is in it, in a sentence."""
    kinds, left_out = scope.included_resources or (), scope.excluded_resources or ()
    parts = [
        text("{namespaces}", namespaces=Code(", ".join(scope.namespaces)))
        if scope.namespaces
        else text("all namespaces")
    ]
    if without := scope.excluded_namespaces:
        parts.append(text("without {names}", names=Code(", ".join(without))))
    if kinds and "*" not in kinds:
        parts.append(text("only {kinds}", kinds=Code(", ".join(kinds))))
    if left_out:
        parts.append(text("without {names}", names=Code(", ".join(left_out))))
    if scope.label_selector is not None:
        parts.append(text("with {labels}", labels=Code(selector_words(scope.label_selector))))
    return joined(parts)


def joined(parts: list[Text]) -> Text:
    """Sentences' parts, with commas."""
    found = parts[0]
    for each in parts[1:]:
        found = text("{first}, {second}", first=found, second=each)
    return found


BACKUPS: Final = Printer(
    model=Backup,
    columns=(
        *("NAME", "STATUS", "ERRORS", "WARNINGS", "CREATED", "EXPIRES", "STORAGE LOCATION", "QUEUE POSITION"),
        "SELECTOR",
    ),
    cells=backup_cells,
    well=lambda backup: backup.status.phase in WELL,
)
RESTORES: Final = Printer(
    model=Restore,
    columns=("NAME", "BACKUP", "STATUS", "STARTED", "COMPLETED", "ERRORS", "WARNINGS", "CREATED", "SELECTOR"),
    cells=restore_cells,
    well=lambda restore: restore.status.phase in WELL,
)
SCHEDULES: Final = Printer(
    model=Schedule,
    columns=("NAME", "STATUS", "CREATED", "SCHEDULE", "BACKUP TTL", "LAST BACKUP", "SELECTOR", "PAUSED"),
    cells=schedule_cells,
    well=lambda schedule: schedule.status.phase != "FailedValidation",
)
LOCATIONS: Final = Printer(
    model=Location,
    columns=("NAME", "PROVIDER", "BUCKET/PREFIX", "PHASE", "LAST VALIDATED", "ACCESS MODE", "DEFAULT"),
    cells=location_cells,
    well=lambda location: location.status.phase == "Available",
)
declare_printer(BACKUP, BACKUPS)
declare_printer(RESTORE, RESTORES)
declare_printer(SCHEDULE, SCHEDULES)
declare_printer(LOCATION, LOCATIONS)
