"""How far a backup, a restore, a schedule or a deletion has come: Velero's phases, read without mercy.

Velero's CLI exits with 0 for all four ends of a backup (operations.md §4). Here only `Completed` is a success.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from bot.operations.conditions import declare_condition
from bot.operations.json import Object
from bot.operations.kinds import Kind
from bot.operations.progress import UNOBSERVED, Beside, Condition, Observation, Progress, failed
from bot.operations.velero import models
from bot.operations.velero.kinds import BACKUP, DELETION, RESTORE
from bot.operations.velero.models import Backup, Deletion, Restore, Schedule
from bot.operations.view import Action
from bot.text import Code, Text, text

DEADLINE: Final = 4 * 60 * 60
"""Seconds that a backup or restore is followed: as long as Velero waits for its volumes."""
NEW: Final = frozenset({"", "New"})
COMPLETED: Final = "Completed"
PARTIALLY: Final = "PartiallyFailed"
ENDED: Final = frozenset({COMPLETED, PARTIALLY, "Failed", "FailedValidation"})
"""Phases after which nothing comes but a deletion."""
READABLE: Final = frozenset(
    {COMPLETED, PARTIALLY, "Failed", "WaitingForPluginOperations", "WaitingForPluginOperationsPartiallyFailed"}
)
"""Phases from which on there is a log in the object store."""
MESSAGES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "Queued": text("waiting for other backups"),
        "ReadyToStart": text("about to start"),
        "InProgress": text("running"),
        "WaitingForPluginOperations": text("waiting for volumes"),
        "WaitingForPluginOperationsPartiallyFailed": text("waiting for volumes, with errors"),
        "Finalizing": text("finishing"),
        "FinalizingPartiallyFailed": text("finishing, with errors"),
        "Deleting": text("being deleted"),
    }
)
BACKUP_UID: Final = "velero.io/backup-uid"


class _Status(Protocol):
    """What the statuses of a backup and a restore have in common."""

    @property
    def phase(self) -> str: ...
    @property
    def errors(self) -> int: ...
    @property
    def warnings(self) -> int: ...
    @property
    def failure_reason(self) -> str: ...
    @property
    def validation_errors(self) -> tuple[str, ...] | None: ...
    @property
    def progress(self) -> models.Progress | None: ...


def backed_up(seen: Observation) -> Progress:
    """Of a Backup: `Completed`, and nothing less."""
    if seen.target is None:
        return _gone()
    status = msgspec.convert(seen.target, Backup).status
    items = status.progress.items_backed_up if status.progress is not None else 0
    return _walked(seen, BACKUP, status, items)


def restored(seen: Observation) -> Progress:
    """Of a Restore: the same. Warnings are said, for `Completed` can mean that everything existed already."""
    if seen.target is None:
        return _gone()
    status = msgspec.convert(seen.target, Restore).status
    items = status.progress.items_restored if status.progress is not None else 0
    return _walked(seen, RESTORE, status, items)


def scheduled(seen: Observation) -> Progress:
    """Of a Schedule: the server has read its expression."""
    if seen.target is None:
        return _gone()
    status = msgspec.convert(seen.target, Schedule).status
    if status.phase == "FailedValidation":
        return failed(text("Velero refuses it: {errors}", errors=Code("; ".join(status.validation_errors or ())[:500])))
    if status.phase in NEW:
        return unseen(seen)
    return Progress(done=True, message=text("scheduled"))


def backup_deleted(seen: Observation) -> Progress:
    """Of a Backup that a DeleteBackupRequest (argument `request`) is to remove: gone with its files and restores.

    Argument `uid`: the backup's. The request goes with it; one that stays `Processed` says why it could not.
    """
    if seen.target is None or _uid(seen.target) != seen.arguments.get("uid"):
        return Progress(done=True, message=text("deleted"))
    requests = [msgspec.convert(each, Deletion) for each in seen.beside.get(DELETION, ())]
    ours = next((each for each in requests if each.metadata.name == seen.arguments.get("request")), None)
    if ours is not None and ours.status.phase == "Processed" and ours.status.errors:
        return failed(text("Velero could not delete it: {errors}", errors=Code("; ".join(ours.status.errors)[:500])))
    if ours is None or ours.status.phase in NEW:
        return unseen(seen)
    return Progress(message=text("being deleted, with its files and its restores"))


def unseen(seen: Observation) -> Progress:
    """The object is there and the server has not looked at it; after a while that is said to be why."""
    stuck = text("the Velero server has not looked at it: is it running?") if seen.seconds >= UNOBSERVED else None
    return Progress(message=text("waiting for the Velero server"), stuck=stuck)


def why_failed(status: _Status) -> Text | None:
    """The reasons of an end that is none to be content with; `None` for one that is."""
    match status.phase:
        case "FailedValidation":
            return text("Velero refuses it: {errors}", errors=Code("; ".join(status.validation_errors or ())[:500]))
        case "PartiallyFailed":
            return text(
                "it failed in part (errors: {errors}, warnings: {warnings}){reason}",
                errors=status.errors,
                warnings=status.warnings,
                reason=_reason(status),
            )
        case "Failed":
            return text("it failed{reason}", reason=_reason(status))
        case _:
            return None


def _walked(seen: Observation, kind: Kind, status: _Status, items: int) -> Progress:
    if status.phase in NEW:
        return unseen(seen)
    total = status.progress.total_items if status.progress is not None else 0
    failed = why_failed(status)
    if failed is not None:
        reasons = _written(seen, kind, text("Reasons")) if status.phase in READABLE else ()
        return Progress(ready=items, total=total, message=failed, failed=failed, items=True, next=reasons)
    if status.phase == COMPLETED:
        message = text("completed, warnings: {count}", count=status.warnings) if status.warnings else text("completed")
        warnings = _written(seen, kind, text("Warnings")) if status.warnings else ()
        return Progress(done=True, ready=items, total=total, message=message, items=True, next=warnings)
    message = MESSAGES.get(status.phase) or text("{phase}", phase=Code(status.phase[:60]))
    return Progress(ready=min(items, total), total=total, message=message, items=True)


def _written(seen: Observation, kind: Kind, label: Text) -> tuple[Action, ...]:
    """What Velero wrote down of each error and warning: a file of the object store, that a wait does not fetch, for it
    only looks. Whoever presses fetches it with their own rights.
    """
    if seen.target is None:
        return ()
    name = msgspec.convert(seen.target, Backup).metadata.name
    return (Action(label=label, command_line=f"velero {kind.singular} describe {name} --details"),)


def _reason(status: _Status) -> Text | str:
    return text(": {reason}", reason=Code(status.failure_reason[:500])) if status.failure_reason else ""


def _gone() -> Progress:
    return failed(text("it was deleted"))


def _uid(target: Object) -> str:
    return msgspec.convert(target, Backup).metadata.uid


def _requests_of(target: Object) -> str:
    return f"{BACKUP_UID}={_uid(target)}"


BACKED_UP: Final = declare_condition(Condition(name="backed-up", evaluate=backed_up, pods=None))
RESTORED: Final = declare_condition(Condition(name="restored", evaluate=restored, pods=None))
SCHEDULED: Final = declare_condition(Condition(name="scheduled", evaluate=scheduled, pods=None))
BACKUP_DELETED: Final = declare_condition(
    Condition(
        name="backup-deleted",
        evaluate=backup_deleted,
        pods=None,
        beside=(Beside(kind=DELETION, labels=_requests_of),),
    )
)
