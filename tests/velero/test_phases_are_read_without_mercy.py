"""Only Completed is a success; everything on the way is progress; a server that looks at nothing is said to do so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.operations.progress import Observation
from bot.operations.velero.kinds import DELETION
from bot.operations.velero.phases import backed_up, backup_deleted, restored, scheduled
from tests.velero.worlds import NOW, Json, backup, made


def seen(target: Json | None, *, seconds: float = 0, arguments: Any = None, deletions: Any = ()) -> Observation:
    return Observation(
        target=target,
        pods=(),
        arguments=arguments or {},
        now=NOW,
        since=NOW - timedelta(seconds=seconds),
        beside={DELETION: deletions},
    )


def of(phase: str, **status: Any) -> Json:
    return made("Backup", "b", status={"phase": phase, **status})


@pytest.mark.parametrize(
    "phase",
    [
        *("Queued", "ReadyToStart", "InProgress", "WaitingForPluginOperations", "Finalizing", "Deleting"),
        *("WaitingForPluginOperationsPartiallyFailed", "FinalizingPartiallyFailed", "SomethingNew"),
    ],
)
def test_what_is_on_its_way_is_progress(phase: str) -> None:
    found = backed_up(seen(of(phase, progress={"totalItems": 42, "itemsBackedUp": 50})))
    assert (found.done, found.failed, found.ready, found.total, found.items) == (False, None, 42, 42, True)


@pytest.mark.parametrize("phase", ["", "New"])
def test_what_nobody_has_looked_at_is_said_after_a_while(phase: str) -> None:
    assert backed_up(seen(of(phase), seconds=10)).stuck is None
    assert "has not looked at it" in str(backed_up(seen(of(phase), seconds=40)).stuck)


def test_completed_is_done_and_its_warnings_are_said() -> None:
    assert backed_up(seen(of("Completed"))).done
    found = restored(seen(made("Restore", "r", status={"phase": "Completed", "warnings": 3})))
    assert found.done
    assert str(found.message) == "completed, warnings: 3"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"phase": "PartiallyFailed", "errors": 2, "warnings": 1}, "it failed in part (errors: 2, warnings: 1)"),
        ({"phase": "Failed", "failureReason": "no space"}, "it failed: no space"),
        ({"phase": "FailedValidation", "validationErrors": ["a", "b"]}, "Velero refuses it: a; b"),
    ],
)
def test_other_ends_are_failures_with_their_reasons(status: Json, words: str) -> None:
    for found in (
        backed_up(seen(made("Backup", "b", status=status))),
        restored(seen(made("Restore", "r", status=status))),
    ):
        assert str(found.failed) == words
        assert not found.done


@pytest.mark.parametrize(
    ("status", "label"),
    [
        ({"phase": "PartiallyFailed", "errors": 1}, "Reasons"),
        ({"phase": "Failed"}, "Reasons"),
        ({"phase": "Completed", "warnings": 3}, "Warnings"),
    ],
)
def test_what_velero_wrote_down_is_one_press_away(status: Json, label: str) -> None:
    for found, line in (
        (backed_up(seen(made("Backup", "b", status=status))), "velero backup describe b --details"),
        (restored(seen(made("Restore", "b", status=status))), "velero restore describe b --details"),
    ):
        assert [(str(each.label), each.command_line) for each in found.next] == [(label, line)]


def test_where_nothing_was_written_down_nothing_is_offered() -> None:
    refused = {"phase": "FailedValidation", "validationErrors": ["a"]}
    for status in ({"phase": "Completed"}, {"phase": "InProgress"}, refused):
        assert backed_up(seen(made("Backup", "b", status=status))).next == ()


def test_what_was_deleted_has_failed() -> None:
    for evaluate in (backed_up, restored, scheduled):
        assert evaluate(seen(None)).failed is not None


def test_a_schedule_is_there_when_its_expression_was_read() -> None:
    assert scheduled(seen(made("Schedule", "s", status={"phase": "Enabled"}))).done
    wrong = {"phase": "FailedValidation", "validationErrors": ["invalid schedule"]}
    assert "invalid schedule" in str(scheduled(seen(made("Schedule", "s", status=wrong))).failed)


def test_a_deletion_is_done_when_this_very_backup_is_gone() -> None:
    arguments = {"uid": "u-nightly", "request": "ours"}
    assert backup_deleted(seen(None, arguments=arguments)).done
    another = backup()
    another["metadata"]["uid"] = "u-other"
    assert backup_deleted(seen(another, arguments=arguments)).done
    assert not backup_deleted(seen(backup(), arguments=arguments)).done


def test_a_deletion_fails_by_our_request_only() -> None:
    arguments = {"uid": "u-nightly", "request": "ours"}
    wrong = {"phase": "Processed", "errors": ["backup is still in progress"]}
    ours = made("DeleteBackupRequest", "ours", status=wrong)
    assert "still in progress" in str(backup_deleted(seen(backup(), arguments=arguments, deletions=(ours,))).failed)
    earlier = made("DeleteBackupRequest", "earlier", status=wrong)
    assert backup_deleted(seen(backup(), arguments=arguments, deletions=(earlier,))).failed is None
