"""The commands of the guide about Velero, pasted as they stand there (catalogue rows 32 to 38), in the town."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.stage import Stage, staged
from tests.playground.conftest import CHANNEL, PATIENCE, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("town") / "data", speed=30) as opened:
        yield opened


async def pasted(stage: Stage, line: str, *shown: str) -> str:
    """What comes of a line: the message that holds these words."""
    await stage.workspace.command("alice", CHANNEL, f"/eks {line}")

    def found() -> str | None:
        told = [words(each) for each in stage.workspace.messages(CHANNEL, "alice")]
        return next((each for each in reversed(told) if all(word in each for word in shown)), None)

    said = await stage.workspace.wait_for(found, timeout=PATIENCE)
    assert said is not None
    return said


async def test_32_installing_is_refused_with_the_safe_way(stage: Stage) -> None:
    line = "velero install --provider aws --plugins … --bucket … --secret-file ./credentials-velero …"
    said = await pasted(stage, line, "Velero is not installed from a chat")
    assert "default (backups, Available)" in said
    assert "IRSA" in said


async def test_33_a_backup_of_everything_is_planned(stage: Stage) -> None:
    """The town has one of that name, which is said; another name is planned."""
    await pasted(stage, "velero backup create full-backup", "There is a backup full-backup already.")
    said = await pasted(stage, "velero backup create full-backup-2", "Back up to velero/full-backup-2")
    assert "all namespaces" in said


async def test_34_a_backup_of_a_namespace_is_planned(stage: Stage) -> None:
    said = await pasted(
        stage,
        "velero backup create ns-backup --include-namespaces production",
        "Back up to velero/ns-backup",
    )
    assert "production" in said


async def test_35_a_schedule_is_planned_with_its_next_runs(stage: Stage) -> None:
    said = await pasted(
        stage,
        'velero schedule create daily-backup --schedule="0 2 * * *"',
        "Schedule backups as velero/daily-backup",
        "Next: ",
    )
    assert "0 2 * * *" in said


async def test_36_backups_are_a_table(stage: Stage) -> None:
    said = await pasted(stage, "velero backup get", "full-backup", "Completed")
    assert "PartiallyFailed" in said


async def test_37_a_restore_says_what_exists_and_stays(stage: Stage) -> None:
    said = await pasted(
        stage, "velero restore create --from-backup full-backup", "Restore full-backup", "stay as they are"
    )
    assert "deployments" in said


async def test_38_over_two_lines_with_a_backslash(stage: Stage) -> None:
    line = "velero restore create --from-backup full-backup \\\n  --include-resources deployments,services"
    said = await pasted(stage, line, "stay as they are: deployments 5, services 2.")
    assert "7 of 7 exist already" in said


async def test_what_failed_in_part_is_not_restored_unless_asked_for(stage: Stage) -> None:
    line = "velero restore create --from-backup weekly-20261123030000"
    await pasted(stage, line, "failed in part", "--allow-partially-failed")
    await pasted(stage, f"{line} --allow-partially-failed", "Restore weekly-20261123030000")


async def test_its_reasons_are_fetched(stage: Stage) -> None:
    await pasted(
        stage,
        "velero backup describe weekly-20261123030000 --details",
        "it failed in part (errors: 1, warnings: 0)",
        "error backing up item",
    )
