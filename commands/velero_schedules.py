"""`velero schedule`: backups that are made again and again; pause them, and say when they run next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from bot.errors import NotUnderstood
from bot.operations.arguments import Flag, Words
from bot.operations.json import Object, resolve
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Call, ContentType, Nothing, Plan, Precondition, Wait
from bot.operations.reader import Reader
from bot.operations.velero import bodies
from bot.operations.velero.arguments import (
    BackupArguments,
    GetArguments,
    NameArguments,
    VeleroArguments,
    object_name,
    pairs,
    scope_of,
)
from bot.operations.velero.cron import parse_cron
from bot.operations.velero.kinds import LOCATION, SCHEDULE
from bot.operations.velero.models import Schedule, Scope
from bot.operations.velero.runs import check_runs, following_runs, is_due, next_words, often_warnings
from bot.operations.velero.server import find_location, is_free, location_facts, missing_namespaces, one_of
from bot.operations.velero.shown import moment, scope_words
from bot.operations.velero.views import listed
from bot.operations.velero.words import absolute
from bot.operations.view import Row, View
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Bold, Code, Text, When, text

DEADLINE: Final = 5 * 60

schedules = Family("velero schedule", text("Velero: backups at regular times"), cli="velero")


class CreateArguments(BackupArguments):
    """As `velero schedule create` takes them."""

    schedule: Annotated[str, Flag("--schedule", "", "CRON", text("when, like '0 2 * * *', in UTC"))] = ""
    paused: Annotated[bool, Flag("--paused", "", "", text("made, and not running yet"))] = False
    skip_immediately: Annotated[bool | None, Flag("--skip-immediately", "", "", text("do not run at once"))] = None
    use_owner_references_in_backup: Annotated[
        bool | None,
        Flag("--use-owner-references-in-backup", "", "", text("its backups go when it is deleted")),
    ] = None


@schedules.change(
    "create",
    short=("velero create schedule",),
    rights=(*(Right("list", LOCATION), Right("get", SCHEDULE), Right("create", SCHEDULE), Right("get", NAMESPACE)),),
    example="velero schedule create daily-backup --schedule='0 2 * * *'",
)
async def create_schedule(cluster: Reader, arguments: CreateArguments) -> Plan:
    """Make backups at regular times (velero schedule create).

    The expression is read before anyone is asked, and the next three runs are shown.
    """
    if not arguments.name or not arguments.schedule:
        raise NotUnderstood(
            text("A schedule needs a name and {flag}.", flag=Code("--schedule")),
            next=text("Write it like {example}.", example=Code("velero schedule create daily --schedule='0 2 * * *'")),
        )
    arguments = absolute(arguments)
    cron = parse_cron(arguments.schedule)
    runs = check_runs(cron, arguments.schedule, cluster.now)
    name = object_name(arguments.name, SCHEDULE)
    template = scope_of(arguments)
    scope = msgspec.convert(template, Scope)
    location = await find_location(cluster, scope.storage_location, arguments.namespace, writing=True)
    await is_free(cluster, SCHEDULE, name, arguments.namespace)
    target = Target(kind=SCHEDULE, name=name, namespace=arguments.namespace)
    return Plan(
        summary=text("Schedule backups as {target}", target=Code(target.title)),
        steps=(
            Call(id="step-1", verb="create", target=target, body=_body(name, arguments, template)),
            Wait(id="step-2", condition="scheduled", target=target, deadline=DEADLINE),
        ),
        pinned=pinned_arguments(arguments, name=name),
        after=text("{schedule}, {scope}", schedule=Bold(arguments.schedule), scope=scope_words(scope)),
        note=_paused_note() if arguments.paused else next_words(runs),
        facts=location_facts(location),
        warnings=(*often_warnings(cron, runs), *await missing_namespaces(cluster, scope)),
        back=Back(
            command_line=command_line(arguments, "velero", "schedule", "delete", name),
            label=text("Delete the schedule"),
        ),
        look=f"velero schedule describe {name}",
    )


def _body(name: str, arguments: CreateArguments, template: Object) -> Object:
    return bodies.schedule_body(
        name,
        arguments.namespace,
        arguments.schedule,
        template,
        labels={**pairs(arguments.labels, "=", "--labels team=shop")},
        paused=True if arguments.paused else None,
        skipImmediately=arguments.skip_immediately,
        useOwnerReferencesInBackup=arguments.use_owner_references_in_backup,
    )


def _paused_note() -> Text:
    return text("It is paused: nothing runs until it is unpaused.")


@schedules.read(
    "get",
    short=("velero get schedules", "velero get schedule"),
    rights=(Right("get", SCHEDULE), Right("list", SCHEDULE)),
    example="velero schedule get",
)
async def get_schedules(cluster: Reader, arguments: GetArguments) -> View:
    """List schedules with their last run (velero schedule get)."""
    return await listed(cluster, SCHEDULE, arguments, Schedule)


@schedules.read(
    "describe",
    short=("velero describe schedule", "velero describe schedules", "velero schedule next"),
    rights=(Right("get", SCHEDULE), Right("list", SCHEDULE)),
    example="velero schedule describe daily-backup",
)
async def describe_schedule(cluster: Reader, arguments: NameArguments) -> View:
    """Show one schedule: what it takes and when it runs next (velero schedule describe)."""
    schedule = await one_of(cluster, SCHEDULE, object_name(arguments.name, SCHEDULE), arguments, Schedule)
    spec, status = schedule.spec, schedule.status
    lines = [
        text("{schedule}, {scope}", schedule=Bold(spec.schedule), scope=scope_words(spec.template)),
        text("Kept for {ttl}; the last backup was {at}.", ttl=Code(spec.template.ttl or "-"), at=_last(schedule)),
    ]
    if status.phase == "FailedValidation":
        lines.append(text("Velero refuses it: {errors}", errors=Code("; ".join(status.validation_errors or ())[:500])))
    elif spec.paused:
        lines.append(_paused_note())
    else:
        lines.append(next_words(following_runs(schedule, cluster.now)))
    return View(title=text("{name}", name=Bold(schedule.metadata.name)), rows=tuple(Row(line=each) for each in lines))


def _last(schedule: Schedule) -> Text:
    at = schedule.status.last_backup
    return text("{at}", at=When(at)) if at is not None else text("none yet")


class PauseArguments(VeleroArguments):
    """As `velero schedule pause` and `unpause` take them, one at a time."""

    name: Annotated[str, Words("NAME", text("its name"))]
    skip_immediately: Annotated[
        bool | None, Flag("--skip-immediately", "", "", text("do not run at once when it goes on"))
    ] = None


@schedules.change(
    "pause",
    rights=(Right("get", SCHEDULE), Right("list", SCHEDULE), Right("patch", SCHEDULE)),
    example="velero schedule pause daily-backup",
)
async def pause_schedule(cluster: Reader, arguments: PauseArguments) -> Plan | Nothing:
    """Stop a schedule until it is unpaused (velero schedule pause)."""
    return await _set_paused(cluster, arguments, paused=True)


@schedules.change(
    "unpause",
    rights=(Right("get", SCHEDULE), Right("list", SCHEDULE), Right("patch", SCHEDULE)),
    example="velero schedule unpause daily-backup",
)
async def unpause_schedule(cluster: Reader, arguments: PauseArguments) -> Plan | Nothing:
    """Let a paused schedule go on (velero schedule unpause).

    One whose time passed meanwhile runs at once, unless --skip-immediately says otherwise.
    """
    return await _set_paused(cluster, arguments, paused=False)


async def _set_paused(cluster: Reader, arguments: PauseArguments, *, paused: bool) -> Plan | Nothing:
    name = object_name(arguments.name, SCHEDULE)
    whole: Object = await one_of(cluster, SCHEDULE, name, arguments, dict)
    schedule = msgspec.convert(whole, Schedule)
    target = Target(kind=SCHEDULE, name=name, namespace=arguments.namespace)
    if schedule.spec.paused == paused:
        so = text("{target} is paused already.", target=Code(target.title))
        goes = text("{target} is not paused.", target=Code(target.title))
        return Nothing(target=target, message=so if paused else goes)
    call = pause_call(target, whole, paused=paused, skip=arguments.skip_immediately)
    running, stopped = text("running"), text("paused")
    return Plan(
        summary=text("Pause {target}", target=Code(target.title))
        if paused
        else text("Unpause {target}", target=Code(target.title)),
        steps=(call,),
        pinned=pinned_arguments(arguments, name=name),
        before=running if paused else stopped,
        after=stopped if paused else running,
        note=None if paused else next_words(following_runs(schedule, cluster.now)),
        warnings=() if paused else _due_warnings(schedule, arguments, cluster.now),
        back=_back(call, arguments, name, paused=paused),
        look=f"velero schedule describe {name}",
    )


def pause_call(target: Target, whole: Object, *, paused: bool, skip: bool | None) -> Call:
    """A merge patch of what changes; the CLI writes the whole object back as it read it."""
    pointers = ("/spec/paused", *(("/spec/skipImmediately",) if skip is not None else ()), "/spec/schedule")
    return Call(
        id="step-1",
        verb="patch",
        target=target,
        content_type=ContentType.MERGE_PATCH,
        body=bodies.paused_body(paused=paused, skip=skip),
        uid=str(resolve(whole, "/metadata/uid")),
        preconditions=tuple(Precondition(pointer=each, value=resolve(whole, each)) for each in pointers),
    )


def _due_warnings(schedule: Schedule, arguments: PauseArguments, now: datetime) -> tuple[Text, ...]:
    skips = schedule.spec.skip_immediately if arguments.skip_immediately is None else arguments.skip_immediately
    if skips or not is_due(schedule, now):
        return ()
    return (text("Its time passed meanwhile, so it runs at once; {flag} avoids it.", flag=Code("--skip-immediately")),)


def _back(call: Call, arguments: PauseArguments, name: str, *, paused: bool) -> Back:
    verb = "unpause" if paused else "pause"
    left = {"/spec/paused": paused, "/spec/skipImmediately": arguments.skip_immediately}
    holds = tuple(
        Precondition(pointer=each.pointer, value=left.get(each.pointer, each.value))
        for each in call.preconditions
        if each.pointer != "/spec/skipImmediately"
    )
    body = bodies.paused_body(paused=not paused, skip=None)
    return Back(
        command_line=command_line(arguments, "velero", "schedule", verb, name),
        label=text("Unpause") if paused else text("Pause"),
        calls=(msgspec.structs.replace(call, body=body, preconditions=holds),),
    )


class DeleteArguments(VeleroArguments):
    """As `velero schedule delete` takes them, one at a time."""

    name: Annotated[str, Words("NAME", text("its name"))]
    confirm: Annotated[bool, Flag("--confirm", "", "", text("not needed: it is voted on"))] = False


@schedules.change(
    "delete",
    short=("velero delete schedule",),
    rights=(Right("get", SCHEDULE), Right("list", SCHEDULE), Right("delete", SCHEDULE)),
    example="velero schedule delete daily-backup",
)
async def delete_schedule(cluster: Reader, arguments: DeleteArguments) -> Plan | Nothing:
    """Delete a schedule; the backups it made stay (velero schedule delete)."""
    name = object_name(arguments.name, SCHEDULE)
    whole: Object = await one_of(cluster, SCHEDULE, name, arguments, dict)
    schedule = msgspec.convert(whole, Schedule)
    meta, spec = schedule.metadata, schedule.spec
    target = Target(kind=SCHEDULE, name=name, namespace=arguments.namespace)
    if meta.deletion_timestamp is not None:
        return Nothing(target=target, message=text("{target} is being deleted already.", target=Code(target.title)))
    pointers = ("/spec/schedule", "/spec/useOwnerReferencesInBackup")
    call = Call(
        id="step-1",
        verb="delete",
        target=target,
        body=dict(bodies.DELETE_OPTIONS),
        uid=meta.uid,
        preconditions=tuple(Precondition(pointer=each, value=resolve(whole, each)) for each in pointers),
    )
    owned = text("Its backups belong to it and are deleted from the cluster too.")
    return Plan(
        summary=text("Delete the schedule {target}", target=Code(target.title)),
        steps=(call, Wait(id="step-2", condition="deleted", target=target, arguments={"uid": meta.uid})),
        pinned=pinned_arguments(arguments, name=name),
        before=text("{schedule}, {scope}", schedule=Bold(spec.schedule), scope=scope_words(spec.template)),
        note=text("The last backup was {at}.", at=Code(moment(schedule.status.last_backup))),
        warnings=(owned,) if spec.use_owner_references_in_backup else (),
        look="velero schedule get",
        destructive=True,
    )
