"""`velero restore`: bring namespaces back from a backup, after saying what of it exists already."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from bot.errors import NotFound, NotUnderstood
from bot.operations.arguments import Flag, Words
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.operation import EveryKind, Family, Right
from bot.operations.plan import Call, Fact, Nothing, Plan, Step, Wait
from bot.operations.reader import Artifact, Reader
from bot.operations.velero import bodies
from bot.operations.velero.arguments import (
    DescribeArguments,
    GetArguments,
    NameArguments,
    VeleroArguments,
    filters,
    object_name,
    pairs,
    stamped,
)
from bot.operations.velero.existing import SERVICE_ACCOUNT, Met, look_at_existing
from bot.operations.velero.kinds import BACKUP, LOCATION, RESTORE, SCHEDULE
from bot.operations.velero.models import Backup, Restore
from bot.operations.velero.phases import COMPLETED, DEADLINE, PARTIALLY, READABLE
from bot.operations.velero.restoring import (
    UPDATE,
    RestoreArguments,
    after_words,
    before_words,
    check_reach,
    check_restorable,
    filters_of,
    held_to,
    left_out_namespaces,
    mapping_of,
    note_words,
    restore_warnings,
    spec_of,
)
from bot.operations.velero.server import all_of, check_places, find_location, is_free, location_facts, one_of
from bot.operations.velero.views import PROBES, describe_restore, details_action, listed, log_view, results_of
from bot.operations.velero.words import absolute
from bot.operations.view import View
from bot.operations.workloads import pinned_arguments
from bot.text import Code, text

DELETED: Final = 10 * 60

restores = Family("velero restore", text("Velero: restore from backups, look at restores"), cli="velero")


@restores.change(
    "create",
    short=("velero create restore",),
    rights=(
        *(Right("get", BACKUP), Right("list", BACKUP), Right("create", BACKUP)),
        *(Right("list", LOCATION), Right("get", LOCATION), Right("get", SCHEDULE)),
        *(Right("get", RESTORE), Right("create", RESTORE), Right("list", NAMESPACE)),
        EveryKind("list"),
        Right("list", SERVICE_ACCOUNT),
        *PROBES,
    ),
    example="velero restore create --from-backup nightly --include-namespaces shop",
)
async def create_restore(cluster: Reader, arguments: RestoreArguments) -> Plan:
    """Restore from a completed backup (velero restore create).

    What exists already is counted first: it stays as it is, unless --existing-resource-policy=update says otherwise. A
    restore has no way back; --backup-first takes a backup of the namespaces before it.
    """
    arguments = absolute(arguments)
    mapping, typed = mapping_of(arguments), filters(arguments)
    check_reach(cluster.reserved, arguments, mapping)
    backup = await _backup(cluster, arguments)
    name = object_name(arguments.name, RESTORE) if arguments.name else stamped(backup.metadata.name, cluster.now)
    location = await find_location(
        cluster, backup.spec.storage_location, arguments.namespace, writing=arguments.backup_first
    )
    await is_free(cluster, RESTORE, name, arguments.namespace)
    left_out = left_out_namespaces(cluster.reserved, arguments)
    wanted = filters_of(arguments, mapping, left_out)
    met = await look_at_existing(cluster, backup, wanted, arguments.namespace)
    await check_places(cluster, met.namespaces, arguments)
    warnings = restore_warnings(met, arguments, asked=backup.spec.namespaces, left_out=left_out)
    arguments = held_to(met, arguments)
    spec = spec_of(arguments, mapping, typed, without=left_out, authority=met.authority)
    target = Target(kind=RESTORE, name=name, namespace=arguments.namespace)
    body = bodies.restore_body(name, arguments.namespace, backup.metadata.name, spec, _labels(arguments))
    before = await _before(cluster, name, arguments, met) if arguments.backup_first else ()
    first = len(before) + 1
    call = Call(id=f"step-{first}", verb="create", target=target, body=body, group=2 if before else 0)
    wait = Wait(id=f"step-{first + 1}", condition="restored", target=target, deadline=DEADLINE, group=3)
    return Plan(
        summary=text("Restore {backup} as {target}", backup=Code(backup.metadata.name), target=Code(target.title)),
        steps=(*before, call, *((wait,) if arguments.wait else ())),
        pinned=pinned_arguments(arguments, name=name, from_backup=backup.metadata.name, from_schedule=""),
        before=before_words(met),
        after=after_words(met, mapping),
        note=note_words(backup, cluster.now, before[0].target.name if before else ""),
        facts=(*location_facts(location), *_facts(backup, arguments, met)),
        warnings=warnings,
        destructive=arguments.existing_resource_policy == UPDATE,
        touches=met.touches,
        look=f"velero restore logs {name}",
    )


def _labels(arguments: RestoreArguments) -> dict[str, str]:
    return pairs(arguments.labels, "=", "--labels team=shop")


async def _backup(cluster: Reader, arguments: RestoreArguments) -> Backup:
    """The backup that is restored, and no other: of a schedule the newest that completed, resolved now."""
    if bool(arguments.from_backup) == bool(arguments.from_schedule):
        raise NotUnderstood(
            text("either a backup or schedule must be specified, but not both"),
            next=text("Write it like {example}.", example=Code("velero restore create --from-backup NAME")),
        )
    if arguments.from_backup:
        backup = await one_of(cluster, BACKUP, object_name(arguments.from_backup, BACKUP), arguments, Backup)
        check_restorable(backup, partially=arguments.allow_partially_failed)
        return backup
    schedule = object_name(arguments.from_schedule, SCHEDULE)
    label = f"{bodies.SCHEDULE_NAME}={bodies.label_value(schedule)}"
    found = await all_of(cluster, BACKUP, arguments.namespace, Backup, labels=label)
    phases = (COMPLETED, PARTIALLY) if arguments.allow_partially_failed else (COMPLETED,)
    good = [each for each in found if each.status.phase in phases and each.status.start_timestamp is not None]
    if not good:
        raise NotFound(
            text("The schedule {name} has no completed backup.", name=Code(schedule)),
            why=text("Backups of it: {count}.", count=len(found)),
            next=text("Look at them: {command}.", command=Code("velero backup get")),
        )
    return max(good, key=lambda each: str(each.status.start_timestamp))


async def _before(cluster: Reader, name: str, arguments: RestoreArguments, met: Met) -> tuple[Step, ...]:
    """A backup of what the restore may change, and its end: known when it is voted on (plans.md §6)."""
    target = Target(kind=BACKUP, name=f"before-{name}"[:200], namespace=arguments.namespace)
    await is_free(cluster, BACKUP, target.name, target.namespace)
    body = bodies.backup_body(target.name, target.namespace, bodies.scope_spec(met.namespaces), {})
    return (
        Call(id="step-1", verb="create", target=target, body=body),
        Wait(id="step-2", condition="backed-up", target=target, deadline=DEADLINE, group=1),
    )


def _facts(backup: Backup, arguments: RestoreArguments, met: Met) -> tuple[Fact, ...]:
    """This very backup, complete; and if what exists is changed, exactly what was counted."""
    meta = backup.metadata
    target = Target(kind=BACKUP, name=meta.name, namespace=arguments.namespace)
    found = [Fact(target=target, pointer="/status/phase", value=backup.status.phase, uid=meta.uid)]
    if arguments.existing_resource_policy == UPDATE:
        found += [Fact(target=each, pointer="/metadata/uid", value=uid, uid=uid) for each, uid in met.there]
    return tuple(found)


@restores.read(
    "get",
    short=("velero get restores", "velero get restore"),
    rights=(Right("get", RESTORE), Right("list", RESTORE)),
    example="velero restore get",
)
async def get_restores(cluster: Reader, arguments: GetArguments) -> View:
    """List restores with their phase and errors (velero restore get)."""
    return await listed(cluster, RESTORE, arguments, Restore)


@restores.probe(
    "describe",
    short=("velero describe restore", "velero describe restores"),
    rights=(*(Right("get", kind) for kind in (RESTORE, BACKUP, LOCATION)), Right("list", RESTORE), *PROBES),
    example="velero restore describe nightly-20261130020000 --details",
)
async def describe_one_restore(cluster: Reader, arguments: DescribeArguments) -> View:
    """Show one restore: from what, into what, why it failed (velero restore describe).

    With --details its errors and warnings are fetched from the object store.
    """
    restore = await one_of(cluster, RESTORE, object_name(arguments.name, RESTORE), arguments, Restore)
    results = None
    if arguments.details and restore.status.phase in READABLE:
        results = await results_of(cluster, Artifact.RESTORE_RESULTS, restore.metadata.name, arguments.namespace)
    view = describe_restore(restore, results)
    wanted = not arguments.details and (restore.status.errors or restore.status.warnings)
    action = details_action(arguments, RESTORE, restore.metadata.name)
    return msgspec.structs.replace(view, actions=(action,) if wanted else ())


@restores.probe(
    "logs",
    short=("velero restore log",),
    rights=(*(Right("get", kind) for kind in (RESTORE, BACKUP, LOCATION)), Right("list", RESTORE), *PROBES),
    example="velero restore logs nightly-20261130020000",
)
async def restore_logs(cluster: Reader, arguments: NameArguments) -> View:
    """Show the log of a restore that has ended (velero restore logs)."""
    restore = await one_of(cluster, RESTORE, object_name(arguments.name, RESTORE), arguments, Restore)
    return await log_view(cluster, Artifact.RESTORE_LOG, restore, arguments)


class DeleteArguments(VeleroArguments):
    """As `velero restore delete` takes them, one at a time."""

    name: Annotated[str, Words("NAME", text("its name"))]
    confirm: Annotated[bool, Flag("--confirm", "", "", text("not needed: it is voted on"))] = False


@restores.change(
    "delete",
    short=("velero delete restore",),
    rights=(Right("get", RESTORE), Right("list", RESTORE), Right("delete", RESTORE)),
    example="velero restore delete nightly-20261130020000",
)
async def delete_restore(cluster: Reader, arguments: DeleteArguments) -> Plan | Nothing:
    """Delete the record and the log of a restore; what it restored stays (velero restore delete)."""
    restore = await one_of(cluster, RESTORE, object_name(arguments.name, RESTORE), arguments, Restore)
    meta = restore.metadata
    target = Target(kind=RESTORE, name=meta.name, namespace=arguments.namespace)
    if meta.deletion_timestamp is not None:
        return Nothing(target=target, message=text("{target} is being deleted already.", target=Code(target.title)))
    call = Call(id="step-1", verb="delete", target=target, body=dict(bodies.DELETE_OPTIONS), uid=meta.uid)
    wait = Wait(id="step-2", condition="deleted", target=target, deadline=DELETED, arguments={"uid": meta.uid})
    return Plan(
        summary=text("Delete the restore {target}", target=Code(target.title)),
        steps=(call, wait),
        pinned=pinned_arguments(arguments, name=meta.name),
        note=text("Only its record and its log go; what it restored stays."),
        look="velero restore get",
        destructive=True,
    )
