"""The same command line as the velero CLI's, on the world it was recorded in, plans the request that the CLI sent.

Covers every recording. Compared are method, path, content type and body; the request's label, field manager and
preconditions are the envelope's. The recorded worlds have no storage location, or one that was looked at months ago:
here there is one that was looked at just now.

Meant differences, each asserted below:
- a deletion is named by us and not by the server, so that it is known again;
- a restore from a schedule names the backup: the server would choose one later, that nobody voted on;
- a restore always leaves out what says who may do what (roles, bindings, admission), so that nobody gets a right back
  that was taken away; and it is held to its backup's namespaces where the backup's own list cannot be read;
- describing fetches no file: the CLI asks for that of the volumes (`BackupVolumeInfos`) each time, of a backup that is
  still running too, where there is none; ours fetches errors and warnings, and only with --details;
- the server's version is not asked, for that takes a ServerStatusRequest; it is said where it is seen;
- pause and unpause patch what changes; the CLI writes the whole object back as it read it;
- a bad expression, an unfinished backup and a second filter beside --from-schedule are refused; the CLI takes them.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import KajitoriError, NotUnderstood
from bot.operations.patches import apply_patch, same
from bot.operations.plan import ContentType, Plan
from bot.operations.reader import Artifact
from bot.operations.registry import build_registry
from bot.operations.velero.words import NEVER_RESTORED
from bot.operations.view import View
from commands.velero import velero
from commands.velero_backups import backups
from commands.velero_restores import restores
from commands.velero_schedules import schedules
from tests.parity.world import GOLDEN, Recorded, World, recorded, sent, was_sent

REGISTRY = build_registry([velero, backups, restores, schedules])
NOW = datetime(2026, 11, 23, 19, 32, 32, tzinfo=UTC)
ALL = sorted(each.stem for each in GOLDEN.glob("velero-*.json"))
EXACT = [
    "velero-backup-create",
    "velero-backup-create-from-schedule",
    "velero-backup-create-include-namespaces",
    "velero-backup-create-selector-labels",
    "velero-backup-create-wait",
    "velero-restore-delete",
    "velero-schedule-create",
    "velero-schedule-delete",
]
REFUSED = {
    "velero-backup-create-from-schedule-missing": "schedules.velero.io nope not found",
    "velero-backup-create-no-name": "a backup name is required, unless you are creating based on a schedule",
    "velero-backup-create-storage-location-missing": "There is no storage location offsite.",
    "velero-backup-get-not-found": "backups.velero.io nope not found",
}
STRICTER = {
    "velero-restore-create-unfinished-backup": "The backup nightly is not completed. It is InProgress.",
    "velero-schedule-create-bad-cron": "99 99 * * * is no schedule. 99 is no minute",
}
TABLES = [
    "velero-backup-get",
    "velero-backup-location-get",
    "velero-restore-get",
    "velero-schedule-get",
]
RESTORES = ["velero-restore-create", "velero-restore-create-namespace-mappings"]
PAUSES = ["velero-schedule-pause", "velero-schedule-unpause"]
OTHER = [
    "velero-backup-delete",
    "velero-backup-delete-no-confirm",
    "velero-backup-describe-in-progress",
    "velero-restore-create-from-schedule",
    "velero-version",
]


def location() -> dict[str, Any]:
    return {
        "apiVersion": "velero.io/v1",
        "kind": "BackupStorageLocation",
        "metadata": {"name": "default", "namespace": "velero", "uid": "l-1"},
        "spec": {"provider": "aws", "objectStorage": {"bucket": "backups"}, "default": True},
        "status": {"phase": "Available", "lastValidationTime": (NOW - timedelta(seconds=20)).isoformat()},
    }


def world(golden: Recorded) -> World:
    others = [each for each in golden.objects if each["kind"] != "BackupStorageLocation"]
    backups = [each["metadata"]["name"] for each in others if each["kind"] == "Backup"]
    contents = {(Artifact.BACKUP_CONTENTS, each): b'{"v1/ConfigMap":["shop/a"]}' for each in backups}
    return World(objects=[*others, location()], now=NOW, artifacts=contents)


def without_authority(request: dict[str, Any]) -> dict[str, Any]:
    """Without what every restore of ours leaves out."""
    assert request["body"]["spec"].pop("excludedResources") == [*NEVER_RESTORED]
    return request


async def run(golden: Recorded, here: World) -> Any:
    parsed = parse(shlex.join(golden.command), REGISTRY)
    assert parsed.operation.run is not None
    arguments = parsed.arguments.model_copy(update={"namespace": parsed.arguments.home})
    return await parsed.operation.run(here, arguments)


async def plan(golden: Recorded) -> Plan:
    outcome = await run(golden, world(golden))
    assert isinstance(outcome, Plan)
    return outcome


def test_every_recording_is_compared() -> None:
    assert sorted([*EXACT, *REFUSED, *STRICTER, *TABLES, *PAUSES, *RESTORES, *OTHER]) == ALL


@pytest.mark.parametrize("name", EXACT)
async def test_to_the_byte(name: str) -> None:
    golden = recorded(name)
    assert golden.exit_code == 0
    assert [sent(call) for call in (await plan(golden)).calls] == [was_sent(each) for each in golden.changes]


@pytest.mark.parametrize("name", RESTORES)
async def test_a_restore_is_the_clis_but_for_who_may_do_what(name: str) -> None:
    golden = recorded(name)
    ours = [without_authority(sent(call)) for call in (await plan(golden)).calls]
    assert ours == [was_sent(each) for each in golden.changes]


@pytest.mark.parametrize("name", [*REFUSED, *STRICTER])
async def test_refused_with_the_reason(name: str) -> None:
    golden = recorded(name)
    assert (golden.exit_code == 0) == (name in STRICTER)
    with pytest.raises(KajitoriError) as refused:
        await run(golden, world(golden))
    assert str(refused.value).startswith((REFUSED | STRICTER)[name])
    assert refused.value.next is not None


@pytest.mark.parametrize("name", TABLES)
async def test_tables_are_the_clis_own(name: str) -> None:
    golden = recorded(name)
    here = World(objects=golden.objects, now=NOW)
    view = await run(golden, here)
    assert isinstance(view, View)
    assert view.table is not None
    titles, *lines = golden.stdout.rstrip("\n").splitlines()
    starts = [titles.index(column) for column in view.table.columns]
    ends = [*starts[1:], None]
    printed = [tuple(line[start:end].strip() for start, end in zip(starts, ends, strict=True)) for line in lines]
    made_now = {"CREATED"} if name == "velero-schedule-get" else set()
    kept = [index for index, column in enumerate(view.table.columns) if column not in made_now]
    assert sorted(tuple(row[i] for i in kept) for row in view.table.rows) == sorted(
        tuple(row[i] for i in kept) for row in printed
    )


@pytest.mark.parametrize("name", PAUSES)
async def test_a_pause_leaves_the_object_as_the_clis_put_does(name: str) -> None:
    golden = recorded(name)
    (ours,) = (await plan(golden)).calls
    (live,) = golden.objects
    theirs = golden.changes[0]["body"]
    assert (golden.changes[0]["method"], ours.method) == ("PUT", "PATCH")
    after: Any = apply_patch(ours.body, ContentType.MERGE_PATCH, live)
    # The CLI leaves `paused: false` out, and fills in timeouts of the template that the API server never had.
    assert bool(after["spec"].get("paused")) == bool(theirs["spec"].get("paused"))
    assert same({**after["spec"], "paused": None}, {**live["spec"], "paused": None})


async def test_a_deletion_is_the_clis_but_for_its_name() -> None:
    golden = recorded("velero-backup-delete")
    (ours,) = map(sent, (await plan(golden)).calls)
    (theirs,) = map(was_sent, golden.changes)
    assert theirs["body"]["metadata"].pop("generateName") == "nightly-"
    assert ours["body"]["metadata"].pop("name") == "nightly-delete-20261123193232"
    assert ours == theirs


async def test_a_deletion_needs_no_confirm_because_it_is_voted_on() -> None:
    golden = recorded("velero-backup-delete-no-confirm")
    assert golden.changes == []
    assert (await plan(golden)).destructive


async def test_a_restore_from_a_schedule_names_the_backup_that_is_voted_on() -> None:
    golden = recorded("velero-restore-create-from-schedule")
    made = await plan(golden)
    (ours,) = (without_authority(sent(call)) for call in made.calls)
    (theirs,) = map(was_sent, golden.changes)
    assert theirs["body"]["spec"].pop("scheduleName") == "daily"
    assert ours["body"]["spec"].pop("backupName") == "daily-20260101020000"
    assert ours == theirs
    assert (made.pinned["from_backup"], made.pinned["from_schedule"]) == ("daily-20260101020000", "")


async def test_a_backup_in_progress_is_described_as_the_cli_has_it() -> None:
    golden = recorded("velero-backup-describe-in-progress")
    here = world(golden)
    view = await run(golden, here)
    assert isinstance(view, View)
    assert "42 of 42" in view.output
    assert "2026-01-01 02:00:00 +0000 UTC" in view.output


async def test_describing_fetches_no_file_of_the_volumes() -> None:
    golden = recorded("velero-backup-describe-in-progress")
    (theirs,) = golden.changes
    assert theirs["body"]["spec"]["target"] == {"kind": "BackupVolumeInfos", "name": "nightly"}
    here = world(golden)
    for line in (golden.command, (*golden.command, "--details")):
        await run(replace(golden, command=line), here)
    assert ("create", "DownloadRequest") not in here.looked


async def test_the_servers_version_is_not_asked_and_it_is_said_where_it_is_seen() -> None:
    """It would take a ServerStatusRequest, a second probe, to say what no decision needs."""
    with pytest.raises(NotUnderstood) as refused:
        await run(recorded("velero-version"), World(objects=[], now=NOW))
    assert str(refused.value.what) == "velero version does not work here."
    assert str(refused.value.why) == "Its version is that of its image: describe deployment/velero -n velero shows it."
