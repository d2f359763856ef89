"""`delete pod`: so that its controller makes a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from bot.errors import NotUnderstood, Refused
from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.json import Object
from bot.operations.kinds import PDB, POD, Target
from bot.operations.models import Budget, Pod
from bot.operations.operation import Family, Right
from bot.operations.plan import Bound, Call, Impact, Nothing, Plan, Precondition, Wait
from bot.operations.reader import Reader
from bot.operations.selectors import selects
from bot.operations.surroundings import unchecked
from bot.operations.targets import read_targets
from bot.operations.template_changes import named
from bot.operations.workloads import DryRun, many, pinned_arguments, refuse_dry_run
from bot.text import Code, Text, text

MIRROR: Final = "kubernetes.io/config.mirror"
STOP: Final = 30
"""Seconds a pod is given to stop where it says nothing (`terminationGracePeriodSeconds`' default)."""

pods = Family("delete", text("Delete pods, so that new ones are made"))


class DeletePodArguments(ChangeArguments):
    """As `kubectl delete pod` takes them; a grace period of -1 means the pod's own."""

    names: Annotated[tuple[str, ...], Words("POD", text("the pod"), ("pod",))] = ()
    grace_period: Annotated[int, Flag("--grace-period", "", "SECONDS", text("time to stop; 0 only with --force"))] = -1
    now: Annotated[bool, Flag("--now", "", "", text("the same as --grace-period=1"))] = False
    force: Annotated[bool, Flag("--force", "", "", text("do not wait for the node to confirm"))] = False
    wait: Annotated[bool, Flag("--wait", "", "", text("follow it until it is gone; on by default"))] = True
    dry_run: DryRun = "none"


@pods.change(
    "pod",
    short=("delete pods", "delete po"),
    rights=(Right("get", POD), Right("list", PDB), Right("delete", POD)),
    example="delete pod app-7b76dfb7bb-x2x9p",
)
async def delete_pod(cluster: Reader, arguments: DeletePodArguments) -> Plan | Nothing:
    """Delete one or several pods by name (kubectl delete pod).

    Exactly these pods: one that has the name by the time of sending but is another pod is left alone.
    """
    refuse_dry_run(arguments.dry_run)
    grace = grace_period(arguments)
    targets = tuple(
        Target(kind=POD, name=each.name, namespace=arguments.namespace)
        for each in read_targets(_words(arguments.names), (POD,))
    )
    found = await asyncio.gather(*(cluster.get(POD, each.name, each.namespace, Pod) for each in targets))
    wanted = [
        (target, pod)
        for target, pod in zip(targets, found, strict=True)
        if not pod.metadata.terminating or arguments.force
    ]
    if not wanted:
        return Nothing(
            target=targets[0], message=text("{targets} is being deleted already.", targets=Code(many(targets)))
        )
    budgets = await _budgets(cluster, arguments.namespace)
    calls = tuple(delete_call(target, pod, grace=grace, step=f"step-{n}") for n, (target, pod) in enumerate(wanted, 1))
    waits = tuple(
        Wait(
            id=f"step-{len(calls) + number}",
            condition="deleted",
            target=target,
            deadline=2 * STOP + max(STOP, grace),
            arguments={"uid": pod.metadata.uid},
        )
        for number, (target, pod) in enumerate(wanted, 1)
    )
    return Plan(
        summary=text("Delete {target}", target=Code(", ".join(target.title for target, _ in wanted))),
        steps=(*calls, *(waits if arguments.wait else ())),
        pinned=pinned_arguments(arguments, names=[each.reference for each in targets]),
        note=_who_recreates(wanted),
        bound=Bound(pods=len(wanted)),
        impact=Impact(pods=len(wanted), unavailable=len(wanted), seconds=max(1, grace if grace >= 0 else STOP)),
        warnings=tuple(_all_warnings(wanted, budgets, force=arguments.force)),
        destructive=True,
    )


def delete_call(target: Target, pod: Pod, *, grace: int, step: str) -> Call:
    """The deletion of this very pod; who recreates it was part of the decision."""
    owner = pod.metadata.controller
    return Call(
        id=step,
        verb="delete",
        target=target,
        body=delete_body(grace),
        uid=pod.metadata.uid,
        preconditions=(Precondition(pointer="/metadata/ownerReferences/0/uid", value=owner.uid),)
        if owner is not None and (pod.metadata.owner_references or ())[0] == owner
        else (),
    )


def delete_body(grace: int) -> Object:
    """DeleteOptions as kubectl v1.36 sends them; a negative grace period is left out."""
    options: Object = {"propagationPolicy": "Background"}
    return options if grace < 0 else {"gracePeriodSeconds": grace, **options}


def grace_period(arguments: DeletePodArguments) -> int:
    """Seconds, -1 for the pod's own. From kubectl v1.36 `pkg/cmd/delete/delete.go`, reasons too.

    Zero without --force becomes one there as here: forced deletion is asked for by name.
    """
    if arguments.now and arguments.grace_period != -1:
        raise NotUnderstood(text("--now and --grace-period cannot be specified together"))
    if arguments.force and (arguments.grace_period > 0 or arguments.now):
        raise NotUnderstood(text("--force and --grace-period greater than 0 cannot be specified together"))
    if arguments.grace_period < -1:
        raise NotUnderstood(text("--grace-period must be 0 or more seconds"))
    if arguments.force:
        return 0
    if arguments.now or arguments.grace_period == 0:
        return 1
    return arguments.grace_period


def _words(names: Sequence[str]) -> tuple[str, ...]:
    """Names after `delete pod` are pods, whatever they are called; `pod/NAME` is understood too."""
    return tuple(word if "/" in word else f"pod/{word}" for word in names if word)


async def _budgets(cluster: Reader, namespace: str) -> list[Budget] | None:
    try:
        return await cluster.list(PDB, namespace, Budget)
    except Refused:
        return None


def _who_recreates(wanted: Sequence[tuple[Target, Pod]]) -> Text | None:
    owners = {
        f"{owner.kind.lower()}/{owner.name}" for _, pod in wanted if (owner := pod.metadata.controller) is not None
    }
    return text("{owner} makes a new one.", owner=Code(", ".join(sorted(owners)))) if owners else None


def _all_warnings(wanted: Sequence[tuple[Target, Pod]], budgets: list[Budget] | None, *, force: bool) -> list[Text]:
    found: list[Text] = []
    for target, pod in wanted:
        each = _warnings(pod, force=force)
        found += [named(target, warning) if len(wanted) > 1 else warning for warning in each]
    if budgets is None:
        found.append(unchecked(PDB))
    for budget in budgets or ():
        hit = sum(
            1
            for _, pod in wanted
            if pod.ready and budget.spec.selector is not None and selects(budget.spec.selector, pod.metadata.labels)
        )
        if hit > budget.status.disruptions_allowed:
            found.append(
                text(
                    "{pdb} allows {allowed} pods down now; deleting does not ask it.",
                    pdb=Code(f"pdb/{budget.metadata.name}"),
                    allowed=budget.status.disruptions_allowed,
                )
            )
    return found


def _warnings(pod: Pod, *, force: bool) -> list[Text]:
    found: list[Text] = []
    owner = pod.metadata.controller
    if owner is None:
        found.append(text("No controller makes a new one: what it was is gone."))
    elif MIRROR in (pod.metadata.annotations or {}):
        found.append(text("It is a static pod: its node keeps it running."))
    if force:
        found.append(text("It may go on running on its node: the deletion does not wait for it."))
        if owner is not None and owner.kind == "StatefulSet":
            found.append(text("Two pods of one name may then write to the same volume."))
    return found
