"""A registry of this folder's own, with one of everything that the grammar can meet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from bot.commandline.own import OWN
from bot.operations.arguments import Arguments, ChangeArguments, Flag, Words, WorkloadArguments
from bot.operations.kinds import DEPLOYMENT
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing
from bot.operations.reader import Reader
from bot.operations.registry import Registry, build_registry
from bot.operations.view import View
from bot.text import text

ROLLOUT = Family("rollout", text("Manage the rollout of one or many workloads"))
PLAIN = Family("", text("Look and change"))
CANARY = Family("rollouts", text("Argo Rollouts"), cli="kubectl argo rollouts")
BACKUP = Family("backup", text("Velero backups"), cli="velero")


class UndoArguments(WorkloadArguments):
    to_revision: Annotated[NonNegativeInt, Flag("--to-revision", help=text("0 means the previous one"))] = 0
    template_hash: str = ""


class ImageArguments(WorkloadArguments):
    images: Annotated[tuple[str, ...], Words("CONTAINER=IMAGE")] = ()


class EnvArguments(WorkloadArguments):
    pairs: Annotated[tuple[str, ...], Words("KEY=VALUE")] = ()


class ScaleArguments(WorkloadArguments):
    replicas: Annotated[int, Field(ge=0, le=1000), Flag("--replicas", "-r", "N")]
    current_replicas: Annotated[int | None, Flag("--current-replicas")] = None


class LogsArguments(Arguments):
    target: Annotated[str, Words("KIND/NAME", kinds=("deployment", "pod"))]
    follow: Annotated[bool, Flag("--follow", "-f")] = False
    previous: Annotated[bool, Flag("--previous", "-p")] = False
    timestamps: Annotated[bool, Flag("--timestamps")] = True
    container: Annotated[str, Flag("--container", "-c", "NAME")] = ""
    match: Annotated[str, Flag("--match", "", "TEXT")] = ""


class PodArguments(ChangeArguments):
    names: Annotated[tuple[str, ...], Words("POD", kinds=("pod",))] = ()


class GetArguments(Arguments):
    words: Annotated[tuple[str, ...], Words("KIND")] = ()
    everywhere: Annotated[bool, Flag("--all-namespaces", "-A")] = False
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR")] = ""


class BackupArguments(ChangeArguments):
    name: Annotated[str, Words("NAME")]
    include_namespaces: Annotated[tuple[str, ...], Flag("--include-namespaces", metavar="NAMESPACE")] = ()
    labels: Annotated[tuple[str, ...], Flag("--labels", metavar="PAIR", split=False)] = ()
    order: Annotated[Literal["", "old-first", "new-first"], Flag("--order")] = ""


@ROLLOUT.change(
    "undo", short=("undo", "rollback"), rights=(Right("patch", DEPLOYMENT),), example="rollout undo deployment/app"
)
async def undo(cluster: Reader, arguments: UndoArguments) -> Nothing:
    """Roll a workload back to an earlier revision.

    The revision is looked up once.
    """
    raise NotImplementedError


@ROLLOUT.read("status", short=("status",))
async def status(cluster: Reader, arguments: WorkloadArguments) -> View:
    """Follow a rollout to its end."""
    raise NotImplementedError


@ROLLOUT.change("restart", short=("restart",))
async def restart(cluster: Reader, arguments: WorkloadArguments) -> Nothing:
    """Restart a workload's pods."""
    raise NotImplementedError


@PLAIN.change("set image")
async def set_image(cluster: Reader, arguments: ImageArguments) -> Nothing:
    """Set a container's image."""
    raise NotImplementedError


@PLAIN.change("set env")
async def set_env(cluster: Reader, arguments: EnvArguments) -> Nothing:
    """Set environment variables."""
    raise NotImplementedError


@PLAIN.change("scale")
async def scale(cluster: Reader, arguments: ScaleArguments) -> Nothing:
    """Set the number of replicas."""
    raise NotImplementedError


@PLAIN.read("logs")
async def logs(cluster: Reader, arguments: LogsArguments) -> View:
    """Show a container's log."""
    raise NotImplementedError


@PLAIN.read("get")
async def get(cluster: Reader, arguments: GetArguments) -> View:
    """List objects."""
    raise NotImplementedError


@PLAIN.change("delete pod", short=("delete pods",))
async def delete_pod(cluster: Reader, arguments: PodArguments) -> Nothing:
    """Delete a pod."""
    raise NotImplementedError


@CANARY.change("promote", short=("promote",))
async def promote(cluster: Reader, arguments: WorkloadArguments) -> Nothing:
    """Promote a rollout."""
    raise NotImplementedError


@CANARY.change("undo")
async def undo_canary(cluster: Reader, arguments: UndoArguments) -> Nothing:
    """Roll a Rollout back."""
    raise NotImplementedError


@BACKUP.change("create")
async def create(cluster: Reader, arguments: BackupArguments) -> Nothing:
    """Take a backup."""
    raise NotImplementedError


REGISTRY: Registry = build_registry([ROLLOUT, PLAIN, CANARY, BACKUP, OWN])
