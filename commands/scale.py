"""`scale`: the number of pods of Deployments, StatefulSets and ReplicaSets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

import msgspec

from bot.errors import Choice, NotFound, NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.argo import twins
from bot.operations.argo.sharing import sharing_of
from bot.operations.arguments import ChangeArguments, Flag, PauseSync, Words
from bot.operations.keepers import keeper_warnings
from bot.operations.kinds import HPA, PDB, QUOTA, SCALABLE
from bot.operations.models import Autoscaler, Quota
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Bound, Impact, Nothing, Plan
from bot.operations.quotas import quota_warnings
from bot.operations.reader import Reader
from bot.operations.rollouts import seconds_a_pod
from bot.operations.scaling import scale_after, scale_call, scale_wait
from bot.operations.surroundings import Surroundings, facts_of, look_around, unchecked, unseen_warnings, watched_for
from bot.operations.targets import find_targets
from bot.operations.template_changes import named, total_impact
from bot.operations.workloads import DryRun, Seen, command_line, many, pinned_arguments, read_workload, refuse_dry_run
from bot.text import Bold, Code, Text, text

MOST: Final = 1_000
"""Pods that one command may ask for: a slip of the finger should not fill a cluster with nodes."""

scale = Family("", text("Change how many pods a workload has"))


class ScaleArguments(ChangeArguments):
    """As `kubectl scale` takes them; -1 means not said."""

    targets: Annotated[
        tuple[str, ...], Words("KIND/NAME", text("the workload"), ("deployment", "statefulset", "replicaset"))
    ] = ()
    replicas: Annotated[int, Flag("--replicas", "", "COUNT", text("how many pods"))] = -1
    current_replicas: Annotated[int, Flag("--current-replicas", "", "COUNT", text("only if it has this many now"))] = -1
    pause_sync: PauseSync = False
    dry_run: DryRun = "none"


@scale.change(
    "scale",
    rights=(
        *(Right("get", kind) for kind in SCALABLE),
        *(Right("patch", kind, "scale") for kind in SCALABLE),
        *(Right("list", kind) for kind in (HPA, PDB, QUOTA)),
        *twins.BESIDE,
        *sync_pauses.LOOK,
        *sync_pauses.PAUSE,
    ),
    example="scale deploy/app --replicas=5",
)
async def scale_workloads(cluster: Reader, arguments: ScaleArguments) -> Plan | Nothing:
    """Change how many pods a workload has (kubectl scale).

    --current-replicas makes it conditional. The number that was shown is a condition anyway: if it has changed, nothing
    is sent.
    """
    _check(arguments)
    targets = await find_targets(cluster, arguments.targets, arguments.namespace, SCALABLE)
    workloads = list(await asyncio.gather(*(read_workload(cluster, each) for each in targets)))
    rollouts = await twins.told_apart(cluster, arguments, workloads=workloads, verb="scale", kinds=SCALABLE)
    wanted = [each for each in workloads if each.replicas != arguments.replicas]
    if not wanted:
        return Nothing(
            target=workloads[0].target,
            message=text("{target} has {count} already.", target=Code(many(targets)), count=arguments.replicas),
        )
    for each in wanted:
        _check_current(each, arguments.current_replicas)
    looks = await asyncio.gather(*(look_around(cluster, each) for each in wanted))
    around = [
        replace(near, sharing=sharing_of(each.target, rollouts)) for each, near in zip(wanted, looks, strict=True)
    ]
    for each, near in zip(wanted, around, strict=True):
        _check_autoscaler(each, near, arguments)
    quotas = await _quotas(cluster, arguments.namespace)
    calls = tuple(scale_call(each, arguments.replicas, f"step-{n}") for n, each in enumerate(wanted, 1))
    waits = tuple(
        msgspec.structs.replace(
            scale_wait(each, arguments.replicas, f"step-{n}", autoscaler=_name(near.autoscaler)),
            steady=0 if arguments.pause_sync else watched_for(near),
        )
        for n, (each, near) in enumerate(zip(wanted, around, strict=True), len(calls) + 1)
    )
    impact = total_impact([_impact(each, arguments.replicas) for each in wanted])
    plan = Plan(
        summary=text("Scale {target}", target=Code(", ".join(each.target.title for each in wanted))),
        steps=(*calls, *waits),
        pinned=pinned_arguments(arguments, targets=[each.reference for each in targets]),
        before=text("{value}", value=Code(", ".join(str(each.replicas) for each in wanted))),
        after=text("{value}", value=Bold(str(arguments.replicas))),
        facts=tuple(fact for each, near in zip(wanted, around, strict=True) for fact in facts_of(each, near)),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=_all_warnings(wanted, around, arguments, quotas),
        back=_back(wanted, arguments),
    )
    return sync_pauses.pausing_first(plan, around) if arguments.pause_sync else plan


def _check(arguments: ScaleArguments) -> None:
    refuse_dry_run(arguments.dry_run)
    if arguments.replicas < 0:
        raise NotUnderstood(
            text("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"),
            next=text("Write it like {example}.", example=Code("scale deployment/app --replicas=3")),
        )
    if arguments.replicas > MOST:
        raise Refused(
            text("{count} pods are more than {most}.", count=arguments.replicas, most=MOST),
            why=text("A slip of the finger should not fill a cluster with nodes."),
            next=text("Ask for at most {most}.", most=MOST),
        )
    if arguments.current_replicas < -1:
        raise NotUnderstood(text("The --current-replicas must specify an integer of -1 or greater"))


def _check_current(seen: Seen, expected: int) -> None:
    if expected not in (-1, seen.replicas):
        raise Refused(
            text("Expected replicas to be {expected}, was {actual}", expected=expected, actual=seen.replicas),
            target=seen.target.title,
            next=text("Look at it again, then name the number it has."),
        )


def _check_autoscaler(seen: Seen, around: Surroundings, arguments: ScaleArguments) -> None:
    """Raise `Refused` for a number that an autoscaler forces back at once (operations.md §5), with the limit to change.

    Zero is another thing: it turns the autoscaler off.
    """
    scaler, replicas = around.autoscaler, arguments.replicas
    if scaler is None or replicas == 0 or scaler.minimum <= replicas <= scaler.spec.max_replicas:
        return
    flag = f"--max={replicas}" if replicas > scaler.spec.max_replicas else f"--min={replicas}"
    line = command_line(arguments, "hpa", "set", f"hpa/{scaler.metadata.name}", flag)
    raise Refused(
        text(
            "{hpa} keeps {target} between {least} and {most} pods.",
            hpa=Code(f"hpa/{scaler.metadata.name}"),
            target=Code(seen.target.reference),
            least=scaler.minimum,
            most=scaler.spec.max_replicas,
        ),
        target=seen.target.title,
        why=text("{count} would be set back within seconds.", count=replicas),
        next=text("Change its limit instead: {command}.", command=Code(line)),
        choices=(Choice(label=line, command_line=line),),
    )


def _name(scaler: Autoscaler | None) -> str:
    return scaler.metadata.name if scaler is not None else ""


def _impact(seen: Seen, replicas: int) -> Impact:
    """Pods added or removed; only scaling to nothing makes it unavailable on purpose."""
    return Impact(
        pods=abs(replicas - seen.replicas),
        unavailable=seen.replicas if replicas == 0 else 0,
        seconds=seconds_a_pod(seen) if replicas > seen.replicas else 0,
        fate="added" if replicas > seen.replicas else "removed",
    )


async def _quotas(cluster: Reader, namespace: str) -> list[Quota] | None:
    try:
        return await cluster.list(QUOTA, namespace, Quota)
    except NotFound:
        return []
    except Refused:
        return None


def _all_warnings(
    wanted: Sequence[Seen], around: Sequence[Surroundings], arguments: ScaleArguments, quotas: list[Quota] | None
) -> tuple[Text, ...]:
    replicas = arguments.replicas
    found: list[Text] = []
    for seen, near in zip(wanted, around, strict=True):
        kept = keeper_warnings(seen, near, pause_sync=arguments.pause_sync)
        each = [*_warnings(seen, near, replicas), *kept, *unseen_warnings(near)]
        each += quota_warnings(quotas or (), seen.template, replicas - seen.replicas)
        found += [named(seen.target, warning) if len(wanted) > 1 else warning for warning in each]
    if quotas is None and any(replicas > each.replicas for each in wanted):
        found.append(unchecked(QUOTA))
    return tuple(found)


def _warnings(seen: Seen, around: Surroundings, replicas: int) -> list[Text]:
    found = [*around.sharing.name_warnings, *(around.sharing.pod_warnings if replicas else ())]
    if replicas == 0:
        found.append(text("Nothing of it runs afterwards."))
    elif replicas == 1 and seen.replicas > 1:
        found.append(text("One pod means downtime whenever it is replaced."))
    if around.autoscaler is None:
        return found
    scaler = around.autoscaler
    named_ = Code(f"hpa/{scaler.metadata.name}")
    if replicas == 0:
        found.append(text("{hpa} stays off until someone sets 1 or more.", hpa=named_))
    else:
        found.append(
            text(
                "{hpa} sets the number again within seconds, between {least} and {most}; {command} holds it.",
                hpa=named_,
                least=scaler.minimum,
                most=scaler.spec.max_replicas,
                command=Code(f"hpa pause {named_.value} --at={replicas}"),
            )
        )
    return found


def _back(wanted: Sequence[Seen], arguments: ScaleArguments) -> Back | None:
    """Back to the number before, if it is one number."""
    counts = {each.replicas for each in wanted}
    if len(counts) != 1:
        return None
    old = counts.pop()
    calls = [scale_call(each, old, f"step-{number}") for number, each in enumerate(wanted, 1)]
    references = (each.target.reference for each in wanted)
    return Back(
        command_line=command_line(arguments, "scale", *references, f"--replicas={old}"),
        label=text("Back to {count}", count=old),
        calls=tuple(scale_after(call, arguments.replicas) for call in calls),
    )
