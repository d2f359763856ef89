"""`canary`: a new version on a few pods of a second Deployment, by numbers of pods.

The model. A stable Deployment `app` and a second one beside it, `app-canary` (or `--canary=NAME`), have pods that the
same Services select. Every Service that sends to the stable pods must send to the canary's too; each of them then
spreads its connections evenly over ready pods, so that the weight is the canary's share of the pods. Both together keep
their number: what one gets the other loses, and always first more, then less, with a wait between until the new pods
are ready, get the traffic and keep it. A weight is rounded to whole pods; the real share is shown, also as it is among
the endpoints.

`start` makes the second Deployment: the stable one's spec with another image, and `track: canary` among its pods'
labels and in its selector, which tells them apart. It takes none of the stable one's own labels and annotations over,
for a GitOps tool that found its mark there would delete it as a stranger. One that is left from before, with no pods,
is used again. Where the stable selector has no `track`, it takes the canary's pods too: the ReplicaSets' owners keep
the two apart, but budgets count them together, which is said.

`promote` gives the stable Deployment the canary's images and all pods, and the canary none; `abort` gives all pods back
to the old version. Neither deletes: the way back stays, and the next `start` finds the object.

An autoscaler on either of the two sets these numbers itself, so it is refused. A Deployment that is paused is neither
copied nor promoted to: its template is not what runs.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec

from bot.errors import NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.arguments import Arguments, ChangeArguments, Flag, PauseSync, Words
from bot.operations.canaries import (
    CANARY,
    Pair,
    pods_for,
    read_pair,
    share,
    shown_images,
)
from bot.operations.canary_checks import check_makeable, check_numbers, check_pair, check_unpaused
from bot.operations.canary_plans import abort_plan, promote_plan, start_plan, weight_plan, with_rest
from bot.operations.conditions import declare_condition
from bot.operations.conditions.endpoints import shared
from bot.operations.images import image_fields, image_warnings, read_pairs
from bot.operations.keepers import against_keepers
from bot.operations.kinds import DEPLOYMENT, ENDPOINT_SLICE, HPA, POD, SERVICE, Target
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing, Plan
from bot.operations.progress import Beside, Condition, pods_of_service
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of
from bot.operations.services import Backend, read_endpoints, slices_of
from bot.operations.targets import find_targets
from bot.operations.templates import images
from bot.operations.view import Action, Table, View
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Code, text

SHARED: Final = declare_condition(
    Condition(
        name="shared",
        evaluate=shared,
        pods=pods_of_service,
        beside=(Beside(kind=ENDPOINT_SLICE, labels=slices_of),),
    )
)
LOOK: Final = (Right("get", DEPLOYMENT), Right("list", SERVICE), Right("list", HPA))
FOLLOW: Final = (Right("list", ENDPOINT_SLICE), Right("watch", ENDPOINT_SLICE), Right("watch", SERVICE))
CHANGE: Final = (*LOOK, *FOLLOW, Right("patch", DEPLOYMENT, "scale"), *sync_pauses.LOOK, *sync_pauses.PAUSE)
MOST: Final = 1_000
"""Pods of both together that one command may ask for."""

canary = Family("canary", text("Try a new version on some of the pods, by a second Deployment"), cli="")

Second = Annotated[str, Flag("--canary", "", "NAME", text("the second Deployment; else NAME-canary"))]


class CanaryArguments(ChangeArguments):
    """The stable Deployment, and what the second one is called."""

    targets: Annotated[tuple[str, ...], Words("DEPLOYMENT", text("the stable Deployment"), ("deployment",))] = ()
    canary: Second = ""
    pause_sync: PauseSync = False


class StatusArguments(Arguments):
    """The same, to look at."""

    targets: Annotated[tuple[str, ...], Words("DEPLOYMENT", text("the stable Deployment"), ("deployment",))] = ()
    canary: Second = ""


class StartArguments(CanaryArguments):
    """`pods` is set when the plan is pinned."""

    images: Annotated[tuple[str, ...], Words("CONTAINER=IMAGE", text("the new image; * means every container"))] = ()
    weight: Annotated[int, Flag("--weight", "", "PERCENT", text("its share of the pods; 10 if nothing is said"))] = 10
    pods: int = -1


class WeightArguments(CanaryArguments):
    """A share in percent, or as a number of pods."""

    weight: Annotated[int, Flag("--weight", "", "PERCENT", text("the canary's share of the pods, 0 to 100"))] = -1
    pods: Annotated[int, Flag("--pods", "", "COUNT", text("the same as a number of pods"))] = -1
    total: Annotated[int, Flag("--total", "", "COUNT", text("pods of both together; else as many as now"))] = -1


@canary.read(
    "status",
    rights=(*LOOK, Right("list", ENDPOINT_SLICE), Right("list", POD)),
    example="canary status app",
)
async def status(cluster: Reader, arguments: StatusArguments) -> View:
    """Show the weight of a canary, by pods and by the Services' ready endpoints."""
    pair = await _pair(cluster, arguments)
    running = pair.running
    namespace = pair.stable.target.namespace
    targets = [Target(kind=SERVICE, name=each.metadata.name, namespace=namespace) for each in pair.services]
    own = selector_of(running.live.spec.selector)
    pods = {each.metadata.uid for each in await cluster.list(POD, namespace, Backend, labels=own)}
    lines = [text("{share} are the canary's.", share=share(pair.pods, pair.total))]
    endpoints = await asyncio.gather(*(read_endpoints(cluster, each) for each in targets))
    for aim, found in zip(targets, endpoints, strict=True):
        by_endpoints = share(len(found & pods), len(found))
        lines.append(text("{service}: {share} by ready endpoints.", service=Code(aim.reference), share=by_endpoints))
    rows = tuple(
        (name, each.target.name, shown_images(each), str(each.replicas), str(each.live.status.ready_replicas))
        for name, each in (("stable", pair.stable), (CANARY, running))
    )
    words = (pair.stable.target.reference, f"--canary={pair.canary_target.name}")
    verbs = (("promote", text("Promote")), ("abort", text("Abort"))) if pair.pods else ()
    return View(
        title=text("Canary of {stable}", stable=Code(pair.stable.target.title)),
        lines=tuple(lines),
        table=Table(columns=("TRACK", "DEPLOYMENT", "IMAGES", "PODS", "READY"), rows=rows),
        actions=tuple(
            Action(label=label, command_line=command_line(arguments, CANARY, verb, *words)) for verb, label in verbs
        ),
        warnings=tuple(
            text("{hpa} sets these numbers too.", hpa=Code(f"hpa/{each.metadata.name}")) for each in pair.autoscalers
        ),
    )


@canary.change(
    "start",
    rights=(*CHANGE, Right("create", DEPLOYMENT), Right("patch", DEPLOYMENT)),
    example="canary start app app=registry/app:v3 --weight=10",
)
async def start(cluster: Reader, arguments: StartArguments) -> Plan | Nothing:
    """Run a new version on some of the pods, in a second Deployment that is made for it.

    It gets as many pods as its weight, and the stable one has as many fewer once the new ones get traffic.
    """
    wanted = read_pairs(arguments.images)
    pair = await _pair(cluster, arguments)
    check_unpaused(pair)
    fields = image_fields(pair.stable, wanted)
    if not fields:
        raise Refused(
            text("{stable} has this image already.", stable=Code(pair.stable.target.reference)),
            target=pair.stable.target.title,
            next=text("Name the image that shall be tried."),
        )
    new = {name: str(each["image"]) for name, each in fields.items()}
    pinned = pinned_arguments(arguments, targets=[pair.stable.target.reference], canary=pair.canary_target.name)
    if (so := _already(pair, new, arguments)) is not None:
        return so
    check_pair(pair)
    check_makeable(pair)
    pods = arguments.pods if arguments.pods >= 0 else _pods(pair, arguments.weight, pair.total, least=1)
    plan = start_plan(pair, new, pods, arguments, {**pinned, "pods": pods})
    plan = msgspec.structs.replace(plan, warnings=(*image_warnings(new), *plan.warnings))
    return await _against_keepers(cluster, pair, plan, arguments)


@canary.change("set-weight", rights=CHANGE, example="canary set-weight app --weight=30")
async def set_weight(cluster: Reader, arguments: WeightArguments) -> Plan | Nothing:
    """Give the canary another share of the pods.

    Both together keep their number: first there are more of the one, then, once they get traffic, fewer of the other.
    """
    if (arguments.weight < 0) is (arguments.pods < 0):
        raise NotUnderstood(
            text("A weight is said in percent, or as a number of pods."),
            next=text("Write it like {example}.", example=Code("canary set-weight app --weight=30")),
        )
    pair = await _pair(cluster, arguments)
    running = pair.running
    check_pair(pair)
    total = arguments.total if arguments.total >= 0 else pair.kept
    pods = arguments.pods if arguments.pods >= 0 else _pods(pair, arguments.weight, total)
    if not 0 < total <= MOST or pods > total:
        raise Refused(
            text("{pods} of {total} pods cannot be.", pods=pods, total=total),
            target=pair.stable.target.title,
            why=text("Both together have at least one pod and at most {most}.", most=MOST),
            next=text("Ask for 1 to {most} pods together, and for no more of them as canary.", most=MOST),
        )
    pinned = _pinned(arguments, pair) | {"weight": -1, "pods": pods, "total": total}
    plan = weight_plan(pair, total, pods, arguments, pinned)
    if plan is None:
        return Nothing(target=running.target, message=text("It has {share} already.", share=share(pods, total)))
    return await _against_keepers(cluster, pair, plan, arguments)


@canary.change("promote", rights=(*CHANGE, Right("patch", DEPLOYMENT)), example="canary promote app")
async def promote(cluster: Reader, arguments: CanaryArguments) -> Plan | Nothing:
    """Give the stable Deployment the canary's images and all of the pods; then the canary has none."""
    pair = await _pair(cluster, arguments)
    running = pair.running
    check_pair(pair)
    check_unpaused(pair)
    theirs, ours = images(running.template), images(pair.stable.template)
    if theirs.keys() != ours.keys():
        raise Refused(
            text("The two have other containers: {names}.", names=Code(", ".join(sorted(theirs.keys() ^ ours.keys())))),
            target=pair.stable.target.title,
            next=text("Change the stable one by itself."),
        )
    fields = image_fields(pair.stable, theirs)
    if not fields and not pair.pods:
        message = text("{stable} has the canary's images already.", stable=Code(pair.stable.target.reference))
        return Nothing(target=pair.stable.target, message=message)
    if pair.pods and running.available < pair.pods:
        raise Refused(
            text("{available} of {pods} canary pods are available.", available=running.available, pods=pair.pods),
            target=pair.stable.target.title,
            why=text("What does not run on a few pods is not given all of them."),
            next=text("Look at it: {command}.", command=Code(f"rollout status {running.target.reference}")),
        )
    plan = with_rest(pair, promote_plan(pair, fields, arguments, _pinned(arguments, pair)))
    return await _against_keepers(cluster, pair, plan, arguments)


@canary.change("abort", rights=CHANGE, example="canary abort app")
async def abort(cluster: Reader, arguments: CanaryArguments) -> Plan | Nothing:
    """Give all pods back to the stable version; then the canary has none."""
    pair = await _pair(cluster, arguments)
    running = pair.running
    check_numbers(pair)  # whoever must go back is not kept from it by a Service that is gone
    if not pair.pods:
        return Nothing(target=running.target, message=text("The canary has no pods."))
    plan = abort_plan(pair, arguments, _pinned(arguments, pair))
    return await _against_keepers(cluster, pair, plan, arguments)


async def _pair(cluster: Reader, arguments: CanaryArguments | StatusArguments) -> Pair:
    """The pair that the line names. Raises `NotUnderstood`, `NotFound`, `Refused`."""
    targets = await find_targets(cluster, arguments.targets, arguments.namespace, (DEPLOYMENT,))
    if len(targets) > 1:
        raise NotUnderstood(
            text("One workload at a time."), next=text("Ask for {target} first.", target=Code(targets[0].reference))
        )
    return await read_pair(cluster, targets[0], arguments.canary.removeprefix("deployment/").removeprefix("deploy/"))


async def _against_keepers(cluster: Reader, pair: Pair, plan: Plan, arguments: CanaryArguments) -> Plan:
    """A canary that was made here has no keeper; another one may have one of its own."""
    return await against_keepers(cluster, plan, pair.both, pause_sync=arguments.pause_sync)


def _pinned(arguments: CanaryArguments, pair: Pair) -> dict[str, Any]:
    return pinned_arguments(arguments, targets=[pair.stable.target.reference], canary=pair.canary_target.name)


def _pods(pair: Pair, weight: int, total: int, *, least: int = 0) -> int:
    """The number of pods that a weight means. Raises `Refused` for one that no number of pods can have."""
    if not least <= weight <= 100:
        raise Refused(
            text("A weight is {least} to 100 percent, not {weight}.", least=least, weight=weight),
            target=pair.stable.target.title,
            next=text("Write it like {example}.", example=Code("--weight=30")),
        )
    if total < 2 and 0 < weight < 100:
        raise Refused(
            text("{total} pods cannot be shared.", total=total),
            target=pair.stable.target.title,
            next=text("Scale it first: {command}.", command=Code(f"scale {pair.stable.target.reference} --replicas=2")),
        )
    return pods_for(weight, total)


def _already(pair: Pair, new: dict[str, str], arguments: StartArguments) -> Nothing | None:
    """Whether the canary that was asked for runs: then there is nothing to do."""
    if pair.canary is None or arguments.pods < 0 or pair.pods != arguments.pods:
        return None
    have = images(pair.canary.template)
    if any(have.get(name) != image for name, image in new.items()):
        return None
    return Nothing(
        target=pair.canary.target, message=text("It has {share} already.", share=share(pair.pods, pair.total))
    )
