"""Not installed, elsewhere, unavailable, unknown, read-only, not looked at lately: each is said with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError, NotFound, Refused
from tests.parity.world import World
from tests.velero.worlds import NOW, ask, backup, location, made, plan, world

CREATE = "velero backup create before"
EVERY = [
    CREATE,
    "velero schedule create daily --schedule='@daily'",
    "velero restore create --from-backup nightly",
    "velero backup delete nightly",
]


async def refused(here: World, line: str) -> KajitoriError:
    with pytest.raises(Refused) as caught:
        await ask(here, line)
    return caught.value


async def test_without_its_definitions_it_is_not_installed() -> None:
    here = World(objects=[], now=NOW, unknown=frozenset({"BackupStorageLocation", "Backup", "Restore", "Schedule"}))
    for line in (CREATE, "velero backup get", "velero restore get nightly", "velero schedule pause daily"):
        error = await refused(here, line)
        assert str(error.what) == "Velero is not installed in test."
        assert "storage location" in str(error.next)


async def test_installing_says_so_too() -> None:
    here = World(objects=[], now=NOW, unknown=frozenset({"BackupStorageLocation"}))
    error = await refused(here, "velero install --provider aws --bucket x --secret-file ./credentials-velero")
    assert "Velero is not installed in test." in str(error.why)
    assert "IRSA" in str(error.next)


@pytest.mark.parametrize("line", EVERY)
@pytest.mark.parametrize(
    ("wrong", "what", "why"),
    [
        (location(phase="Unavailable"), "The storage location default is Unavailable.", "no such bucket"),
        (location(ago=3600), "Whether the storage location default is available is not known now.", "last 60m ago"),
        (location("default", validationFrequency="0s", phase=""), "The storage location default is Unavailable.", ""),
    ],
)
async def test_a_location_must_be_available_and_looked_at_lately(line: str, wrong: Any, what: str, why: str) -> None:
    error = await refused(world(backup(), wrong), line)
    assert str(error.what) == what
    assert why in str(error.why or "")
    assert error.next is not None


async def test_a_location_that_is_never_looked_at_on_purpose_is_believed() -> None:
    await plan(world(location(ago=10**6, validationFrequency="0s")), CREATE)


async def test_a_slow_frequency_is_waited_for() -> None:
    await plan(world(location(ago=3600, validationFrequency="1h")), CREATE)


async def test_a_read_only_location_takes_no_backup_and_gives_a_restore() -> None:
    here = world(backup(), location(accessMode="ReadOnly"))
    for line in (CREATE, "velero backup delete nightly", "velero restore create --from-backup nightly --backup-first"):
        assert "read-only" in str((await refused(here, line)).what)
    await plan(here, "velero restore create --from-backup nightly")


async def test_an_unknown_location_is_told_with_those_that_are_known() -> None:
    error = await refused(world(location(), location("offsite")), f"{CREATE} --storage-location nope")
    assert isinstance(error, NotFound)
    assert "default, offsite" in str(error.next)


async def test_none_of_several_is_guessed() -> None:
    error = await refused(world(location("one", default=False), location("two", default=False)), CREATE)
    assert str(error.what) == "None of the storage locations is the default one."


async def test_a_server_in_another_namespace_is_found() -> None:
    elsewhere = {**location(), "metadata": {"name": "default", "namespace": "backup-system", "uid": "l"}}
    error = await refused(World(objects=[elsewhere], now=NOW), CREATE)
    assert "backup-system" in str(error.why)
    assert error.choices[0].command_line == "velero backup-location get -n backup-system"
    assert (await plan(World(objects=[elsewhere], now=NOW), f"{CREATE} -n backup-system")).calls[0].target.namespace


@pytest.mark.parametrize("phase", ["", "New", "Queued", "InProgress", "WaitingForPluginOperations", "Finalizing"])
async def test_an_unfinished_backup_is_neither_restored_nor_deleted(phase: str) -> None:
    here = world(backup(phase=phase))
    assert "is not completed" in str((await refused(here, "velero restore create --from-backup nightly")).what)
    assert "has not ended yet" in str((await refused(here, "velero backup delete nightly")).what)
    assert "no log" in str((await refused(here, "velero backup logs nightly")).what) or phase.startswith("Waiting")


@pytest.mark.parametrize("phase", ["Failed", "FailedValidation", "Deleting"])
async def test_a_failed_backup_is_not_restored_whatever_is_asked(phase: str) -> None:
    line = "velero restore create --from-backup nightly --allow-partially-failed"
    assert "is not completed" in str((await refused(world(backup(phase=phase)), line)).what)


async def test_what_failed_in_part_takes_a_word() -> None:
    here = world(backup(phase="PartiallyFailed"))
    error = await refused(here, "velero restore create --from-backup nightly")
    assert "--allow-partially-failed" in str(error.next)
    await plan(here, "velero restore create --from-backup nightly --allow-partially-failed")


async def test_a_missing_backup_is_told_with_names_near_it() -> None:
    error = await refused(world(backup()), "velero restore create --from-backup nighly")
    assert isinstance(error, NotFound)
    assert [each.label for each in error.choices] == ["nightly"]


async def test_a_schedule_without_a_completed_backup_restores_nothing() -> None:
    labelled = backup("daily-1", phase="Failed")
    labelled["metadata"]["labels"] = {"velero.io/schedule-name": "daily"}
    error = await refused(world(labelled), "velero restore create --from-schedule daily")
    assert "no completed backup" in str(error.what)


@pytest.mark.parametrize("line", [*EVERY[:2], "velero restore create nightly --from-backup nightly"])
async def test_a_name_that_is_taken_is_not_overwritten(line: str) -> None:
    here = world(backup("before"), backup(), made("Schedule", "daily"), made("Restore", "nightly"))
    assert "already" in str((await refused(here, line)).what)


@pytest.mark.parametrize(
    "line",
    [
        "velero backup create",
        "velero backup create A_B",
        "velero backup create a --labels nonsense",
        "velero backup create a --include-resources pods --exclude-resources pods",
        "velero backup create a --exclude-namespaces '*'",
        "velero backup create a --ttl soon",
        "velero backup create a --selector 'a=(b'",
        "velero backup create a --from-schedule daily --include-namespaces shop",
        "velero restore create",
        "velero restore create --from-backup a --from-schedule b",
        "velero restore create --from-backup nightly --namespace-mappings shop",
        "velero restore create --from-backup nightly --namespace-mappings shop:a,shop:b",
        "velero restore create --from-backup nightly --existing-resource-policy=replace",
        "velero schedule create daily",
        "velero schedule create daily --schedule='61 * * * *'",
        "velero schedule create daily --schedule='0 0 30 2 *'",
        "velero schedule create --schedule='@daily'",
    ],
)
async def test_bad_input_is_refused_with_how_to_write_it(line: str) -> None:
    error = await refused(world(backup(), made("Schedule", "daily")), line)
    assert error.next is not None
