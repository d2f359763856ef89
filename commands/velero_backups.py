"""`velero backup`: make, look at and delete backups."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from bot.errors import NotUnderstood, Refused
from bot.operations.arguments import Flag, Words
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Call, Fact, Nothing, Plan, Wait
from bot.operations.reader import Artifact, Reader
from bot.operations.velero import bodies
from bot.operations.velero.arguments import (
    WAIT,
    BackupArguments,
    DescribeArguments,
    GetArguments,
    NameArguments,
    VeleroArguments,
    object_name,
    pairs,
    scope_of,
    stamped,
)
from bot.operations.velero.kinds import BACKUP, DELETION, LOCATION, RESTORE, SCHEDULE
from bot.operations.velero.models import Backup, Restore, Scope
from bot.operations.velero.phases import DEADLINE, ENDED, READABLE
from bot.operations.velero.server import all_of, find_location, is_free, location_facts, missing_namespaces, one_of
from bot.operations.velero.shown import scope_words
from bot.operations.velero.views import PROBES, describe_backup, details_action, listed, log_view, results_of
from bot.operations.velero.words import absolute
from bot.operations.view import View
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Bold, Code, Text, text

DELETED: Final = 30 * 60

backups = Family("velero backup", text("Velero: back up namespaces, look at backups, delete them"), cli="velero")


class CreateArguments(BackupArguments):
    """As `velero backup create` takes them."""

    from_schedule: Annotated[str, Flag("--from-schedule", "", "SCHEDULE", text("as this schedule makes them"))] = ""
    wait: Annotated[bool, Flag("--wait", "-w", "", WAIT)] = True


@backups.change(
    "create",
    short=("velero create backup",),
    rights=(
        *(Right("list", LOCATION), Right("get", SCHEDULE), Right("get", NAMESPACE)),
        *(Right("get", BACKUP), Right("create", BACKUP)),
    ),
    example="velero backup create before-release --include-namespaces shop",
)
async def create_backup(cluster: Reader, arguments: CreateArguments) -> Plan:
    """Back up namespaces to the object store (velero backup create).

    It is followed to its end: only Completed counts, a backup that failed in part has failed. The storage location must
    be available, and looked at by the server a moment ago.
    """
    arguments = absolute(arguments)
    schedule: Object | None = None
    if arguments.from_schedule:
        _check_alone(arguments)
        schedule = await one_of(cluster, SCHEDULE, object_name(arguments.from_schedule, SCHEDULE), arguments, dict)
    name = _name(cluster, arguments)
    body = _body(name, arguments, schedule)
    scope = msgspec.convert(body["spec"], Scope)
    location = await find_location(cluster, scope.storage_location, arguments.namespace, writing=True)
    await is_free(cluster, BACKUP, name, arguments.namespace)
    target = Target(kind=BACKUP, name=name, namespace=arguments.namespace)
    return Plan(
        summary=text("Back up to {target}", target=Code(target.title)),
        steps=(Call(id="step-1", verb="create", target=target, body=body), *_waits(target, arguments)),
        pinned=pinned_arguments(arguments, name=name),
        after=scope_words(scope),
        note=text("It goes to {bucket}.", bucket=Code(location.bucket or location.metadata.name)),
        facts=(*location_facts(location), *_schedule_facts(schedule)),
        warnings=(*await missing_namespaces(cluster, scope), *_hooks(body)),
        back=Back(
            command_line=command_line(arguments, "velero", "backup", "delete", name), label=text("Delete the backup")
        ),
        look=f"velero backup logs {name}",
    )


def _check_alone(arguments: CreateArguments) -> None:
    """The CLI ignores every filter beside a schedule without stopping; here nothing that was typed is ignored."""
    said = arguments.model_dump(exclude={"name", "from_schedule", "namespace", "context", "reason", "wait"})
    if any(value not in (None, "", ()) for value in said.values()):
        raise NotUnderstood(
            text("A backup from a schedule is as the schedule says, without other filters."),
            next=text("Leave them out, or leave {flag} out.", flag=Code("--from-schedule")),
        )


def _name(cluster: Reader, arguments: CreateArguments) -> str:
    if arguments.name:
        return object_name(arguments.name, BACKUP)
    if arguments.from_schedule:
        return stamped(object_name(arguments.from_schedule, SCHEDULE), cluster.now)
    raise NotUnderstood(
        text("a backup name is required, unless you are creating based on a schedule"),
        next=text("Write it like {example}.", example=Code("velero backup create NAME")),
    )


def _body(name: str, arguments: CreateArguments, schedule: Object | None) -> Object:
    if schedule is not None:
        return bodies.scheduled_backup_body(name, arguments.namespace, schedule)
    labels = pairs(arguments.labels, "=", "--labels team=shop")
    return bodies.backup_body(name, arguments.namespace, scope_of(arguments), labels)


def _waits(target: Target, arguments: CreateArguments) -> tuple[Wait, ...]:
    return (Wait(id="step-2", condition="backed-up", target=target, deadline=DEADLINE),) if arguments.wait else ()


def _hooks(body: Object) -> tuple[Text, ...]:
    if not resolve(body, "/spec/hooks/resources"):
        return ()
    return (text("It runs the commands in pods that the schedule's hooks say."),)


def _schedule_facts(schedule: Object | None) -> tuple[Fact, ...]:
    if schedule is None:
        return ()
    name, namespace = (str(resolve(schedule, f"/metadata/{key}")) for key in ("name", "namespace"))
    target = Target(kind=SCHEDULE, name=name, namespace=namespace)
    uid = str(resolve(schedule, "/metadata/uid") or "")
    return (Fact(target=target, pointer="/spec/template", value=resolve(schedule, "/spec/template"), uid=uid),)


@backups.read(
    "get",
    short=("velero get backups", "velero get backup"),
    rights=(Right("get", BACKUP), Right("list", BACKUP)),
    example="velero backup get",
)
async def get_backups(cluster: Reader, arguments: GetArguments) -> View:
    """List backups with their phase, errors and expiry (velero backup get)."""
    return await listed(cluster, BACKUP, arguments, Backup)


@backups.probe(
    "describe",
    short=("velero describe backup", "velero describe backups"),
    rights=(Right("get", BACKUP), Right("list", BACKUP), Right("get", LOCATION), *PROBES),
    example="velero backup describe nightly --details",
)
async def describe_one_backup(cluster: Reader, arguments: DescribeArguments) -> View:
    """Show one backup: what is in it, when it ran, why it failed (velero backup describe).

    With --details its errors and warnings are fetched from the object store.
    """
    backup = await one_of(cluster, BACKUP, object_name(arguments.name, BACKUP), arguments, Backup)
    results = None
    if arguments.details and backup.status.phase in READABLE:
        results = await results_of(cluster, Artifact.BACKUP_RESULTS, backup.metadata.name, arguments.namespace)
    view = describe_backup(backup, results, cluster)
    wanted = not arguments.details and (backup.status.errors or backup.status.warnings)
    action = details_action(arguments, BACKUP, backup.metadata.name)
    return msgspec.structs.replace(view, actions=(action,) if wanted else ())


@backups.probe(
    "logs",
    short=("velero backup log",),
    rights=(Right("get", BACKUP), Right("list", BACKUP), Right("get", LOCATION), *PROBES),
    example="velero backup logs nightly",
)
async def backup_logs(cluster: Reader, arguments: NameArguments) -> View:
    """Show the log of a backup that has ended (velero backup logs)."""
    backup = await one_of(cluster, BACKUP, object_name(arguments.name, BACKUP), arguments, Backup)
    return await log_view(cluster, Artifact.BACKUP_LOG, backup, arguments)


class DeleteArguments(VeleroArguments):
    """As `velero backup delete` takes them, one at a time; `request` is what the plan calls its deletion."""

    name: Annotated[str, Words("NAME", text("its name"))]
    confirm: Annotated[bool, Flag("--confirm", "", "", text("not needed: it is voted on"))] = False
    request: str = ""


@backups.change(
    "delete",
    short=("velero delete backup",),
    rights=(
        *(Right("get", BACKUP), Right("list", BACKUP), Right("list", LOCATION), Right("list", RESTORE)),
        Right("create", DELETION),
    ),
    example="velero backup delete before-release",
)
async def delete_backup(cluster: Reader, arguments: DeleteArguments) -> Plan | Nothing:
    """Delete a backup with its files, its disk snapshots and its restores (velero backup delete).

    The server is asked to do it by a DeleteBackupRequest: a Backup that is merely deleted comes back from the object
    store.
    """
    backup = await one_of(cluster, BACKUP, object_name(arguments.name, BACKUP), arguments, Backup)
    name, uid, phase = backup.metadata.name, backup.metadata.uid, backup.status.phase
    target = Target(kind=BACKUP, name=name, namespace=arguments.namespace)
    if phase == "Deleting" or backup.metadata.terminating:
        return Nothing(target=target, message=text("{target} is being deleted already.", target=Code(target.title)))
    _check_ended(target, phase)
    location = await find_location(cluster, backup.spec.storage_location, arguments.namespace, writing=True)
    found = await all_of(cluster, RESTORE, arguments.namespace, Restore)
    restores = [each for each in found if each.spec.backup_name == name]
    request = arguments.request or stamped(f"{name[:200]}-delete", cluster.now)
    deletion = Target(kind=DELETION, name=request, namespace=arguments.namespace)
    body = bodies.deletion_body(request, arguments.namespace, backup=name, uid=uid)
    return Plan(
        summary=text("Delete the backup {target}", target=Code(target.title)),
        steps=(Call(id="step-1", verb="create", target=deletion, body=body), _deleted(target, uid, request)),
        pinned=pinned_arguments(arguments, name=name, request=request),
        before=scope_words(backup.spec),
        after=text("{nothing}", nothing=Bold("-")),
        note=text("There is no way back: its files and disk snapshots are gone for good."),
        facts=(*location_facts(location), Fact(target=target, pointer="/status/phase", value=phase, uid=uid)),
        warnings=_deletion_warnings(restores),
        look="velero backup get",
        destructive=True,
    )


def _check_ended(target: Target, phase: str) -> None:
    if phase not in ENDED:
        raise Refused(
            text("{target} has not ended yet.", target=Code(target.title)),
            why=text("It is {phase}; Velero deletes none that is still being made.", phase=Code(phase or "New")),
            next=text("Ask again when it has ended."),
        )


def _deleted(backup: Target, uid: str, request: str) -> Wait:
    followed: dict[str, JSON] = {"uid": uid, "request": request}
    return Wait(id="step-2", condition="backup-deleted", target=backup, deadline=DELETED, arguments=followed)


def _deletion_warnings(restores: list[Restore]) -> tuple[Text, ...]:
    if not restores:
        return ()
    names = ", ".join(each.metadata.name for each in restores[:5])
    return (text("Its restores are deleted too ({count}): {names}.", count=len(restores), names=Code(names)),)
