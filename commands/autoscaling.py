"""`hpa` and `autoscale`: an autoscaler's limits, seen and set; paused by fixing it, and back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec

from bot.errors import NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.arguments import Arguments, ChangeArguments, Flag, PauseSync, Words
from bot.operations.autoscale import already_there, autoscale_warnings, autoscaler_body, read_metrics
from bot.operations.autoscaler_status import hindrances, standing_lines
from bot.operations.autoscalers import (
    Autoscaler,
    Found,
    Limits,
    check_limits,
    limits_impact,
    limits_wait,
    read_autoscaler,
    shown,
    within_limits,
)
from bot.operations.conditions import declare_condition
from bot.operations.keepers import against_keepers
from bot.operations.kinds import HPA, SCALABLE, Target
from bot.operations.limit_changes import LimitChange, limits_plan
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Bound, Call, Fact, Nothing, Plan, Wait
from bot.operations.printers import around
from bot.operations.printers.tables import print_table
from bot.operations.progress import Condition
from bot.operations.reader import Reader
from bot.operations.targets import find_targets
from bot.operations.view import Action, View
from bot.operations.workloads import DryRun, command_line, pinned_arguments, read_workload, refuse_dry_run
from bot.text import Bold, Code, text

WITHIN_LIMITS: Final = declare_condition(Condition(name="within-limits", evaluate=within_limits))
LOOK: Final = (Right("get", HPA), *(Right("get", kind) for kind in SCALABLE))
FOLLOW: Final = tuple(Right(verb, kind) for verb in ("list", "watch") for kind in SCALABLE)
KEEPERS: Final = (*sync_pauses.LOOK, *sync_pauses.PAUSE)
RIGHTS: Final = (*LOOK, *FOLLOW, Right("patch", HPA), *KEEPERS)
EVERY: Final = 50

autoscaling = Family("", text("Let a workload's pods follow its load"))
hpa = Family("hpa", text("See and set how few and how many pods an autoscaler may run"), cli="")

Scalers = Annotated[tuple[str, ...], Words("HPA", text("the autoscaler"), ("horizontalpodautoscaler",))]


class HpaArguments(ChangeArguments):
    """One autoscaler."""

    targets: Scalers = ()
    pause_sync: PauseSync = False


class StatusArguments(Arguments):
    """One autoscaler, or all."""

    targets: Annotated[
        tuple[str, ...], Words("HPA", text("the autoscaler; all without it"), ("horizontalpodautoscaler",))
    ] = ()


class SetArguments(HpaArguments):
    """-1 means as it is."""

    least: Annotated[int, Flag("--min", "", "COUNT", text("the fewest pods"))] = -1
    most: Annotated[int, Flag("--max", "", "COUNT", text("the most pods"))] = -1


class PauseArguments(HpaArguments):
    """-1 means as many as now."""

    at: Annotated[int, Flag("--at", "", "COUNT", text("hold it at this number; else as many as now"))] = -1


class AutoscaleArguments(ChangeArguments):
    """As `kubectl autoscale` takes them; -1 means not said."""

    targets: Annotated[
        tuple[str, ...], Words("KIND/NAME", text("the workload"), ("deployment", "statefulset", "replicaset"))
    ] = ()
    least: Annotated[int, Flag("--min", "", "COUNT", text("the fewest pods; 1 if nothing is said"))] = -1
    most: Annotated[int, Flag("--max", "", "COUNT", text("the most pods"))] = -1
    cpu: Annotated[str, Flag("--cpu", "", "QUANTITY", text("70% of what is requested, or 500m for each pod"))] = ""
    memory: Annotated[str, Flag("--memory", "", "QUANTITY", text("60% of what is requested, or 256Mi each"))] = ""
    cpu_percent: Annotated[int, Flag("--cpu-percent", "", "PERCENT", text("the old way to write --cpu"))] = -1
    name: Annotated[str, Flag("--name", "", "NAME", text("its name; else the workload's"))] = ""
    dry_run: DryRun = "none"


@hpa.read("status", rights=(*LOOK, Right("list", HPA)), example="hpa status app")
async def status(cluster: Reader, arguments: StatusArguments) -> View:
    """Show what an autoscaler does: pods, limits, metrics, and what keeps it from working."""
    if not arguments.targets:
        every = await cluster.list(HPA, arguments.namespace, around.Autoscaler)
        title = text("Autoscalers in {namespace}", namespace=Code(arguments.namespace))
        if not every:
            return View(title=title, lines=(text("There is none."),))
        return View(title=title, table=print_table(HPA, every[:EVERY], cluster.now))
    found = await _one(cluster, arguments.targets, arguments.namespace)
    verb, label = ("resume", text("Resume")) if found.before_pause is not None else ("pause", text("Pause"))
    return View(
        title=text("Autoscaler {hpa}", hpa=Code(found.target.title)),
        lines=tuple(standing_lines(found)),
        table=print_table(HPA, [msgspec.convert(found.seen.whole, around.Autoscaler)], cluster.now),
        actions=(Action(label=label, command_line=command_line(arguments, "hpa", verb, f"hpa/{found.target.name}")),),
        warnings=tuple(hindrances(found.live)),
    )


@hpa.change("set", rights=RIGHTS, example="hpa set app --min=2 --max=10")
async def set_limits(cluster: Reader, arguments: SetArguments) -> Plan | Nothing:
    """Change how few and how many pods an autoscaler may run."""
    if arguments.least < 0 and arguments.most < 0:
        raise NotUnderstood(
            text("Which limits?"), next=text("Write it like {example}.", example=Code("hpa set app --min=2 --max=10"))
        )
    found = await _one(cluster, arguments.targets, arguments.namespace)
    now = found.limits
    after = Limits(
        least=arguments.least if arguments.least >= 0 else now.least,
        most=arguments.most if arguments.most >= 0 else now.most,
    )
    check_limits(after, found.target.title)
    if after == now and found.before_pause is None:
        message = text("{hpa} has these limits already.", hpa=shown(found.target))
        return Nothing(target=found.target, message=message)
    back = ("set", f"--min={now.least}", f"--max={now.most}")
    made = LimitChange(
        found=found, after=after, mark=None, back=back, label=text("Back to {limits}", limits=Code(str(now)))
    )
    summary = text("Set the limits of {hpa}", hpa=Code(found.target.title))
    pinned = _pinned(arguments, found.target) | {"least": after.least, "most": after.most}
    return await _against_keepers(cluster, found, limits_plan(made, summary, arguments, pinned), arguments)


@hpa.change("pause", rights=RIGHTS, example="hpa pause app")
async def pause(cluster: Reader, arguments: PauseArguments) -> Plan | Nothing:
    """Hold an autoscaler at the pods that there are: its minimum and maximum become that number.

    Its limits are kept in an annotation of it, and `hpa resume` brings them back.
    """
    found = await _one(cluster, arguments.targets, arguments.namespace)
    if found.before_pause is not None and arguments.at in (-1, found.limits.least):
        message = text("{hpa} is paused at {count} already.", hpa=shown(found.target), count=found.limits.least)
        return Nothing(target=found.target, message=message)
    at = arguments.at if arguments.at >= 0 else found.replicas
    if at == 0 or found.replicas == 0:
        raise Refused(
            text("{hpa} scales nothing: there are no pods.", hpa=shown(found.target)),
            target=found.target.title,
            why=text("At 0 an autoscaler is off by itself, and it cannot be held there."),
            next=text("Ask for at least one pod: {command}.", command=Code(f"hpa pause {found.target.name} --at=1"))
            if found.replicas
            else text("Scale what it follows to at least one pod first."),
        )
    after = Limits(least=at, most=at)
    check_limits(after, found.target.title)
    mark = found.before_pause or found.limits
    made = LimitChange(found=found, after=after, mark=mark, back=("resume",), label=text("Resume"))
    summary = text("Pause {hpa}", hpa=Code(found.target.title))
    plan = limits_plan(made, summary, arguments, _pinned(arguments, found.target) | {"at": at})
    return await _against_keepers(cluster, found, plan, arguments)


@hpa.change("resume", rights=RIGHTS, example="hpa resume app")
async def resume(cluster: Reader, arguments: HpaArguments) -> Plan | Nothing:
    """Give a paused autoscaler its limits back."""
    found = await _one(cluster, arguments.targets, arguments.namespace)
    after = found.before_pause
    if after is None:
        raise Refused(
            text("{hpa} was not paused here.", hpa=shown(found.target)),
            target=found.target.title,
            why=text("It has no note of the limits before."),
            next=text("Set them: {command}.", command=Code(f"hpa set hpa/{found.target.name} --min=COUNT --max=COUNT")),
        )
    check_limits(after, found.target.title)
    back = ("pause", f"--at={found.limits.least}")
    made = LimitChange(found=found, after=after, mark=None, back=back, label=text("Pause again"))
    summary = text("Resume {hpa}", hpa=Code(found.target.title))
    plan = limits_plan(made, summary, arguments, _pinned(arguments, found.target))
    return await _against_keepers(cluster, found, plan, arguments)


@hpa.change("remove", rights=(*LOOK, Right("delete", HPA), *KEEPERS), example="hpa remove app")
async def remove(cluster: Reader, arguments: HpaArguments) -> Plan | Nothing:
    """Delete an autoscaler: its workload keeps the pods that it has now."""
    found = await _one(cluster, arguments.targets, arguments.namespace)
    wait = Wait(id="step-2", condition="deleted", target=found.target, deadline=60, arguments={"uid": found.seen.uid})
    call = Call(
        id="step-1",
        verb="delete",
        target=found.target,
        body={"propagationPolicy": "Background"},
        uid=found.seen.uid,
        preconditions=found.seen.holds("/spec/minReplicas", "/spec/maxReplicas", "/spec/scaleTargetRef"),
    )
    plan = Plan(
        summary=text("Delete the autoscaler {hpa}", hpa=Code(found.target.title)),
        steps=(call, wait),
        pinned=_pinned(arguments, found.target),
        before=text("{value}", value=Code(str(found.limits))),
        after=text("{count} pods, until somebody changes it", count=found.replicas),
        destructive=True,
    )
    return await _against_keepers(cluster, found, plan, arguments)


@autoscaling.change(
    "autoscale",
    rights=(*LOOK[1:], *FOLLOW, Right("list", HPA), Right("create", HPA)),
    example="autoscale deploy/app --min=2 --max=8 --cpu=70%",
)
async def autoscale(cluster: Reader, arguments: AutoscaleArguments) -> Plan | Nothing:
    """Make an autoscaler for a workload (kubectl autoscale).

    A second one for the same workload is refused: the two would fight.
    """
    refuse_dry_run(arguments.dry_run)
    limits = Limits(least=1 if arguments.least < 0 else arguments.least, most=arguments.most)
    check_limits(limits, "")
    metrics = read_metrics(cpu=arguments.cpu, memory=arguments.memory, cpu_percent=arguments.cpu_percent)
    targets = await find_targets(cluster, arguments.targets, arguments.namespace, SCALABLE)
    if len(targets) > 1:
        raise NotUnderstood(
            text("One workload at a time."), next=text("Ask for {target} first.", target=Code(targets[0].reference))
        )
    scaled, every = await asyncio.gather(
        read_workload(cluster, targets[0]), cluster.list(HPA, arguments.namespace, Autoscaler)
    )
    target = Target(kind=HPA, name=arguments.name or scaled.target.name, namespace=arguments.namespace)
    body = autoscaler_body(target, scaled.target, limits, metrics, least=arguments.least >= 0)
    if (so := already_there(every, arguments, target=target, scaled=scaled, limits=limits)) is not None:
        return so
    found = Found(seen=scaled, live=Autoscaler(), scaled=scaled)
    wait = limits_wait(found, limits)
    impact = limits_impact(scaled.replicas, limits)
    return Plan(
        summary=text("Autoscale {target}", target=Code(scaled.target.title)),
        steps=(Call(id="step-1", verb="create", target=target, body=body), *((wait,) if wait is not None else ())),
        pinned=pinned_arguments(arguments, targets=[scaled.target.reference], name=target.name),
        before=text("{count} pods", count=scaled.replicas),
        after=text("{value}", value=Bold(f"{limits} pods")),
        facts=(Fact(target=scaled.target, pointer="/metadata/uid", value=scaled.uid, uid=scaled.uid),),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=autoscale_warnings(scaled, metrics),
        back=Back(
            command_line=command_line(arguments, "hpa", "remove", f"hpa/{target.name}"),
            label=text("Delete {hpa}", hpa=shown(target)),
        ),
    )


async def _against_keepers(cluster: Reader, found: Found, plan: Plan, arguments: HpaArguments) -> Plan:
    return await against_keepers(cluster, plan, [found.seen], pause_sync=arguments.pause_sync)


async def _one(cluster: Reader, words: tuple[str, ...], namespace: str) -> Found:
    targets = await find_targets(cluster, words, namespace, (HPA,))
    if len(targets) > 1:
        raise NotUnderstood(
            text("One autoscaler at a time."), next=text("Ask for {target} first.", target=Code(targets[0].reference))
        )
    return await read_autoscaler(cluster, targets[0])


def _pinned(arguments: HpaArguments, target: Target) -> dict[str, Any]:
    return pinned_arguments(arguments, targets=[target.reference])
