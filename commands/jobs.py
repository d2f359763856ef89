"""`create job --from=cronjob/NAME`, `delete job` of what was made so, and `cronjob suspend` and `resume`."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final

import msgspec

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.conditions import declare_condition
from bot.operations.jobs import INSTANTIATE, MANUAL, CronJob, Job, checked_name, finished, job_body, job_name
from bot.operations.json import Object, pointer, resolve
from bot.operations.kinds import CRON_JOB, JOB, Target, find_kind
from bot.operations.operation import Family, Right
from bot.operations.plan import (
    REQUEST_LABEL,
    Back,
    Bound,
    Call,
    ContentType,
    Fact,
    Impact,
    Nothing,
    Plan,
    Precondition,
    Wait,
)
from bot.operations.progress import Condition
from bot.operations.reader import Reader
from bot.operations.rollouts import LONGEST as LONGEST_WAIT
from bot.operations.surroundings import marked, owner_warnings
from bot.operations.targets import read_targets
from bot.operations.workloads import (
    DryRun,
    Seen,
    command_line,
    pinned_arguments,
    read_workload,
    refuse_dry_run,
)
from bot.text import Bold, Code, Text, text

STOP: Final = 90
"""Seconds that a Job and its pods are waited for when they are deleted."""
MADE_BY: Final = pointer("metadata", "labels", REQUEST_LABEL)
BY_HAND: Final = pointer("metadata", "annotations", INSTANTIATE)
SUSPEND: Final = "/spec/suspend"
TEMPLATE: Final = "/spec/jobTemplate"

FINISHED: Final = declare_condition(Condition(name="job-finished", evaluate=finished))

jobs = Family("", text("Run a CronJob now"))
cronjobs = Family("cronjob", text("Stop a CronJob's schedule, and let it go on"))


class CreateJobArguments(ChangeArguments):
    """As `kubectl create job --from` takes them; without a name the minute makes one."""

    name: Annotated[str, Words("NAME", text("the job's name"))] = ""
    source: Annotated[str, Flag("--from", "", "cronjob/NAME", text("the CronJob to run now"))] = ""
    wait: Annotated[bool, Flag("--wait", "", "", text("follow it to its end; on by default"))] = True
    dry_run: DryRun = "none"


class DeleteJobArguments(ChangeArguments):
    name: Annotated[str, Words("NAME", text("the job"), ("job",))] = ""
    dry_run: DryRun = "none"


class CronJobArguments(ChangeArguments):
    name: Annotated[str, Words("NAME", text("the CronJob"), ("cronjob",))] = ""
    dry_run: DryRun = "none"


@jobs.change(
    "create job",
    rights=(Right("get", CRON_JOB), Right("get", JOB), Right("create", JOB)),
    example="create job --from=cronjob/nightly",
)
async def create_job(cluster: Reader, arguments: CreateJobArguments) -> Plan | Nothing:
    """Run a CronJob now: make a Job of its template (kubectl create job --from=cronjob/NAME).

    It is followed to its end. The way back deletes that very job, with its pods.
    """
    refuse_dry_run(arguments.dry_run)
    seen = await read_workload(cluster, _source(arguments))
    cron_job = msgspec.convert(seen.whole, CronJob)
    name = checked_name(arguments.name) if arguments.name else job_name(seen.target.name, cluster.now)
    target = Target(kind=JOB, name=name, namespace=arguments.namespace)
    await _check_free(cluster, target)
    body = job_body(seen.whole, name, arguments.namespace)
    if resolve(body, MADE_BY) is not None:
        raise Refused(
            text("{label} in a template says that I made it.", label=Code(REQUEST_LABEL)),
            target=seen.target.title,
            next=text("Take it off the template."),
        )
    job = msgspec.convert(body, Job)
    pods = min(1 if job.spec.parallelism is None else job.spec.parallelism, max(job.wanted, 1))
    following = (_wait(target, job),) if arguments.wait else ()
    return Plan(
        summary=text("Run {cronjob} now", cronjob=Code(seen.target.title)),
        steps=(Call(id="step-1", verb="create", target=target, body=body), *following),
        pinned=pinned_arguments(arguments, name=name, source=seen.target.reference),
        after=text("{job}", job=Bold(target.reference)),
        facts=(Fact(target=seen.target, pointer=TEMPLATE, value=resolve(seen.whole, TEMPLATE), uid=seen.uid),),
        bound=Bound(pods=pods),
        impact=Impact(pods=pods, fate="added"),
        warnings=_warnings(cron_job),
        back=Back(
            command_line=command_line(arguments, "delete", "job", name),
            label=text("Delete {job}", job=target.reference),
            calls=(Call(id="step-1", verb="delete", target=target, body=delete_body()),),
        ),
    )


@jobs.change(
    "delete job",
    short=("delete jobs",),
    rights=(Right("get", JOB), Right("delete", JOB)),
    example="delete job nightly-manual-2611300308",
)
async def delete_job(cluster: Reader, arguments: DeleteJobArguments) -> Plan | Nothing:
    """Delete a job that was made here by hand, with its pods.

    Any other job is its maker's: a CronJob counts its own, and a controller makes a deleted one again.
    """
    refuse_dry_run(arguments.dry_run)
    target = Target(kind=JOB, name=_named(arguments.name, "job"), namespace=arguments.namespace)
    seen = await read_workload(cluster, target)
    _check_ours(seen)
    if seen.live.metadata.terminating:
        return Nothing(
            target=target, message=text("{targets} is being deleted already.", targets=Code(target.reference))
        )
    job = msgspec.convert(seen.whole, Job)
    return Plan(
        summary=text("Delete the job {job}", job=Code(target.title)),
        steps=(
            Call(
                id="step-1",
                verb="delete",
                target=target,
                body=delete_body(),
                uid=seen.uid,
                preconditions=seen.holds(BY_HAND, MADE_BY),
            ),
            Wait(id="step-2", condition="deleted", target=target, deadline=STOP, arguments={"uid": seen.uid}),
        ),
        pinned=pinned_arguments(arguments, name=target.name),
        before=text("made by R-{request}", request=str(resolve(seen.whole, MADE_BY))[:20]),
        bound=Bound(pods=job.status.active),
        impact=Impact(pods=job.status.active, unavailable=job.status.active, fate="removed"),
        warnings=() if job.ended else (text("It has not ended: its pods are stopped in the middle of their work."),),
        destructive=True,
    )


def delete_body() -> Object:
    """DeleteOptions as kubectl v1.36 sends them: its pods go after it."""
    return {"propagationPolicy": "Background"}


@cronjobs.change(
    "suspend", rights=(Right("get", CRON_JOB), Right("patch", CRON_JOB)), example="cronjob suspend nightly"
)
async def suspend(cluster: Reader, arguments: CronJobArguments) -> Plan | Nothing:
    """Stop a CronJob's schedule; what runs goes on (kubectl patch cronjob, spec.suspend)."""
    return await _set_suspended(cluster, arguments, suspended=True)


@cronjobs.change("resume", rights=(Right("get", CRON_JOB), Right("patch", CRON_JOB)), example="cronjob resume nightly")
async def resume(cluster: Reader, arguments: CronJobArguments) -> Plan | Nothing:
    """Let a suspended CronJob's schedule go on (kubectl patch cronjob, spec.suspend)."""
    return await _set_suspended(cluster, arguments, suspended=False)


async def _set_suspended(cluster: Reader, arguments: CronJobArguments, *, suspended: bool) -> Plan | Nothing:
    refuse_dry_run(arguments.dry_run)
    target = Target(kind=CRON_JOB, name=_named(arguments.name, "cronjob"), namespace=arguments.namespace)
    seen = await read_workload(cluster, target)
    cron_job = msgspec.convert(seen.whole, CronJob)
    names = (Code("suspended"), Code(cron_job.spec.schedule))
    if cron_job.spec.suspend is suspended:
        said = text("{target} is suspended already.", target=Code(target.reference))
        runs = text("{target} is not suspended.", target=Code(target.reference))
        return Nothing(target=target, message=said if suspended else runs)
    call = suspend_call(seen, suspended=suspended)
    back = msgspec.structs.replace(
        suspend_call(seen, suspended=not suspended), preconditions=(Precondition(pointer=SUSPEND, value=suspended),)
    )
    verb = "resume" if suspended else "suspend"
    return Plan(
        summary=text("Suspend {cronjob}", cronjob=Code(target.title))
        if suspended
        else text("Resume {cronjob}", cronjob=Code(target.title)),
        steps=(call,),
        pinned=pinned_arguments(arguments, name=target.name),
        before=text("{state}", state=names[1] if suspended else names[0]),
        after=text("{state}", state=names[0] if suspended else names[1]),
        warnings=(*_of_schedule(cron_job, suspended=suspended), *owner_warnings(seen, marked(seen))),
        back=Back(
            command_line=command_line(arguments, "cronjob", verb, target.name),
            label=text("Resume it") if suspended else text("Suspend it again"),
            calls=(back,),
        ),
    )


def suspend_call(seen: Seen, *, suspended: bool) -> Call:
    """A strategic merge patch, as `kubectl patch cronjob` sends it."""
    return Call(
        id="step-1",
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body={"spec": {"suspend": suspended}},
        uid=seen.uid,
        preconditions=seen.holds(SUSPEND),
    )


def _check_ours(seen: Seen) -> None:
    """Raise `Refused` for a job that was not made here."""
    if resolve(seen.whole, BY_HAND) != MANUAL or not resolve(seen.whole, MADE_BY):
        raise Refused(
            text("{job} was not made here.", job=Code(seen.target.title)),
            target=seen.target.title,
            why=text(
                "Only a job that was made by {line} is deleted from here.", line=Code("create job --from=cronjob/NAME")
            ),
            next=text("Whoever made it can delete it with their own tools."),
        )


def _source(arguments: CreateJobArguments) -> Target:
    """The CronJob after --from; kubectl's own reasons."""
    example = text("Write it like {example}.", example=Code("create job --from=cronjob/nightly"))
    if not arguments.source:
        raise NotUnderstood(text("{flag} must be specified", flag=Code("--from=cronjob/NAME")), next=example)
    kind, slash, _ = arguments.source.partition("/")
    if slash and find_kind(kind) is not CRON_JOB:
        raise NotUnderstood(text("from must be an existing cronjob"), next=example)
    word = arguments.source if slash else f"cronjob/{arguments.source}"
    return Target(kind=CRON_JOB, name=read_targets((word,), (CRON_JOB,))[0].name, namespace=arguments.namespace)


def _named(word: str, kind: str) -> str:
    """The name of the one object, `KIND/NAME` included."""
    known = find_kind(kind)
    kinds = (known,) if known is not None else ()
    if not word:
        raise NotUnderstood(
            text("required resource not specified"), next=text("Write it like {example}.", example=Code(f"{kind}/NAME"))
        )
    return read_targets((word if "/" in word else f"{kind}/{word}",), kinds)[0].name


async def _check_free(cluster: Reader, target: Target) -> None:
    """Raise `Refused` for a name that is taken."""
    with suppress(NotFound):
        await cluster.get(JOB, target.name, target.namespace, Job)
        raise Refused(
            text("jobs.batch {name} already exists", name=Code(target.name)),
            target=target.title,
            next=text("Take another name, or leave it out: I make one from the minute."),
        )


def _wait(target: Target, job: Job) -> Wait:
    """As long as the Job itself may take, and half a minute for its controller to say so; at most two hours."""
    own = job.spec.active_deadline_seconds
    deadline = LONGEST_WAIT if own is None else min(LONGEST_WAIT, own + 30)
    return Wait(id="step-2", condition="job-finished", target=target, deadline=deadline)


def _warnings(cron_job: CronJob) -> tuple[Text, ...]:
    found: list[Text] = []
    if cron_job.active:
        found.append(
            text(
                "Jobs of it that run now: {count}. This one runs beside them, whatever its concurrency policy says.",
                count=cron_job.active,
            )
        )
    if cron_job.spec.suspend:
        found.append(text("Its schedule is suspended; this one job runs all the same."))
    return tuple(found)


def _of_schedule(cron_job: CronJob, *, suspended: bool) -> tuple[Text, ...]:
    if not suspended:
        return (text("A run that was missed meanwhile may start at once."),)
    return (text("Jobs of it that run now go on: {count}.", count=cron_job.active),) if cron_job.active else ()
