"""`bluegreen`: which colour of pods gets a Service's traffic, by the Service's selector.

A colour is the set of pods that have one value of one label (`version=green`) and everything else that the selector
says. A switch changes that label in the selector. It is sent only while enough pods of the new colour are available by
the *complete* new selector, and it is done when the ready endpoints are those pods alone and stay so for a while
(operations.md §2). The way back is the other colour.

`kubectl patch service` is how people write it: `commands/patches.py`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from bot.errors import Choice, NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.arguments import Arguments, ChangeArguments, Flag, PauseSync, Words
from bot.operations.colours import Colour, by_colour, keys_of, read_colour, read_pods
from bot.operations.conditions import declare_condition
from bot.operations.conditions.endpoints import switched
from bot.operations.kinds import (
    DAEMONSET,
    ENDPOINT_SLICE,
    POD,
    REPLICASET,
    SERVICE,
    STATEFULSET,
    Target,
)
from bot.operations.operation import Family, Right
from bot.operations.plan import ContentType, Nothing, Plan
from bot.operations.progress import Beside, Condition, pods_of_service
from bot.operations.reader import Reader
from bot.operations.selector_patches import (
    LABEL_VALUE,
    selector_body,
)
from bot.operations.services import Backend, Service, read_endpoints, slices_of
from bot.operations.switches import Switch, read_service, written
from bot.operations.switching import plan_switch
from bot.operations.targets import find_targets
from bot.operations.view import Action, Row, Table, View
from bot.operations.workloads import DryRun, command_line, pinned_arguments, refuse_dry_run
from bot.text import Bold, Code, Text, text

SWITCHED: Final = declare_condition(
    Condition(
        name="switched",
        evaluate=switched,
        pods=pods_of_service,
        beside=(Beside(kind=ENDPOINT_SLICE, labels=slices_of),),
    )
)
MAKERS: Final = tuple(Right("get", kind) for kind in (REPLICASET, STATEFULSET, DAEMONSET))
LOOK: Final = (Right("get", SERVICE), Right("list", POD), Right("list", ENDPOINT_SLICE), *MAKERS)
RIGHTS: Final = (
    *(*LOOK, Right("watch", ENDPOINT_SLICE), Right("patch", SERVICE)),
    *(*sync_pauses.LOOK, *sync_pauses.PAUSE),
)
SHOWN: Final = 12
"""Services of a namespace that one answer shows."""

bluegreen = Family("bluegreen", text("Switch a Service's traffic from one colour of pods to another"), cli="")

Enough = Annotated[
    int, Flag("--at-least", "", "COUNT", text("pods that must be available; else as many as get traffic now"))
]


class SwitchArguments(ChangeArguments):
    """The colour by its label's value; the label is found where only one can be meant."""

    targets: Annotated[tuple[str, ...], Words("SERVICE", text("the Service"), ("service",))] = ()
    to: Annotated[str, Flag("--to", "", "COLOUR", text("the label's new value, for example green"))] = ""
    key: Annotated[str, Flag("--key", "", "LABEL", text("the label, where several tell colours apart"))] = ""
    at_least: Enough = -1
    pause_sync: PauseSync = False
    dry_run: DryRun = "none"


class StatusArguments(Arguments):
    """One Service, or all of the namespace that have colours."""

    targets: Annotated[tuple[str, ...], Words("SERVICE", text("the Service; all without it"), ("service",))] = ()


@bluegreen.change("switch", rights=RIGHTS, example="bluegreen switch app-service --to=green")
async def switch(cluster: Reader, arguments: SwitchArguments) -> Plan | Nothing:
    """Send a Service's traffic to the pods of another colour.

    It is refused unless enough of them are available: as many as get the traffic now, or --at-least.
    """
    refuse_dry_run(arguments.dry_run)
    if not arguments.to or LABEL_VALUE.fullmatch(arguments.to) is None:
        raise NotUnderstood(
            text("{colour} is no colour to switch to.", colour=Code(ascii(arguments.to[:80])[1:-1] or "-")),
            next=text("Write it like {example}.", example=Code("bluegreen switch app-service --to=green")),
        )
    target = await _only_one(cluster, arguments.targets, arguments.namespace)
    seen, service = await read_service(cluster, target)
    key = arguments.key or await _key(cluster, service, target, arguments)
    if key not in service.selector:
        raise Refused(
            text("{service} does not select by {key}.", service=Code(target.reference), key=Code(key)),
            target=target.title,
            next=text("It selects {selector}.", selector=Code(written(service.selector))),
        )
    asked = Switch(
        seen=seen,
        service=service,
        body=selector_body(service.selector, {**service.selector, key: arguments.to}),
        content_type=ContentType.STRATEGIC,
        at_least=arguments.at_least,
    )
    pinned = pinned_arguments(arguments, targets=[target.reference], key=key)
    return await plan_switch(cluster, asked, arguments, pinned, pause_sync=arguments.pause_sync)


@bluegreen.read("status", rights=(*LOOK, Right("list", SERVICE)), example="bluegreen status app-service")
async def status(cluster: Reader, arguments: StatusArguments) -> View:
    """Show which colour gets a Service's traffic, and how ready each colour is."""
    if not arguments.targets:
        return await _every(cluster, arguments)
    target = await _only_one(cluster, arguments.targets, arguments.namespace)
    _, service = await read_service(cluster, target)
    pods, serving = await asyncio.gather(read_pods(cluster, target.namespace, {}), read_endpoints(cluster, target))
    keys = keys_of(service.selector, pods)
    title = text("Colours behind {service}", service=Code(target.title))
    if not keys:
        only = text(
            "{service} selects {selector}: no other colour is there.",
            service=Code(target.reference),
            selector=Code(written(service.selector)),
        )
        return View(title=title, lines=(only, _traffic(len(serving))))
    colours = {
        (key, value): await read_colour(cluster, target.namespace, found)
        for key in keys
        for value, found in sorted(by_colour(service.selector, pods, key).items())
    }
    return View(
        title=title,
        lines=(_traffic(len(serving)),),
        table=Table(
            columns=("COLOUR", "TRAFFIC", "AVAILABLE", "IMAGES", "MADE BY"),
            rows=tuple(_cells(f"{key}={value}", found, serving) for (key, value), found in colours.items()),
        ),
        actions=tuple(
            _button(target, arguments, key, value)
            for (key, value), found in colours.items()
            if service.selector[key] != value and found.available
        )[:3],
    )


def _cells(name: str, colour: Colour, serving: frozenset[str]) -> tuple[str, ...]:
    return (
        name,
        str(sum(pod.metadata.uid in serving for pod in colour.pods)),
        f"{colour.available}/{len(colour.pods)}",
        ", ".join(colour.images),
        ", ".join(each.reference for each in colour.workloads) or "-",
    )


def _traffic(endpoints: int) -> Text:
    return text("{count} endpoints get its traffic.", count=endpoints)


def _button(target: Target, arguments: Arguments, key: str, value: str) -> Action:
    words = ("bluegreen", "switch", target.reference, f"--to={value}", f"--key={key}")
    return Action(label=text("Switch to {colour}", colour=Code(value)), command_line=command_line(arguments, *words))


async def _every(cluster: Reader, arguments: StatusArguments) -> View:
    """The Services of a namespace that have colours, one line each."""
    services, pods = await asyncio.gather(
        cluster.list(SERVICE, arguments.namespace, Service), read_pods(cluster, arguments.namespace, {})
    )
    rows = [
        _row(each, key, by_colour(each.selector, pods, key), arguments)
        for each in sorted(services, key=lambda each: each.metadata.name)
        if not each.rollout
        for key in keys_of(each.selector, pods, usual=True)
    ]
    lines = () if rows else (text("No Service in {namespace} has colours.", namespace=Code(arguments.namespace)),)
    title = text("Colours in {namespace}", namespace=Code(arguments.namespace))
    return View(title=title, lines=lines, rows=tuple(rows[:SHOWN]))


def _row(service: Service, key: str, colours: dict[str, list[Backend]], arguments: StatusArguments) -> Row:
    name, now = service.metadata.name, service.selector[key]
    counts = {value: f"{sum(pod.ready for pod in found)}/{len(found)}" for value, found in sorted(colours.items())}
    line = text(
        "{service} sends to {colour}, {ready} ready; beside it {others}",
        service=Code(name),
        colour=Bold(now),
        ready=counts.get(now, "0/0"),
        others=Code(", ".join(f"{value} {count}" for value, count in counts.items() if value != now)),
    )
    look = command_line(arguments, "bluegreen", "status", f"service/{name}")
    return Row(line=line, action=Action(label=text("Status"), command_line=look))


async def _only_one(cluster: Reader, words: tuple[str, ...], namespace: str) -> Target:
    targets = await find_targets(cluster, words, namespace, (SERVICE,))
    if len(targets) > 1:
        raise NotUnderstood(
            text("One Service at a time."), next=text("Ask for {target} first.", target=Code(targets[0].reference))
        )
    return targets[0]


async def _key(cluster: Reader, service: Service, target: Target, arguments: SwitchArguments) -> str:
    """The label by which there are pods of the colour that is asked for. Raises `Refused` if none or several are."""
    pods = await read_pods(cluster, target.namespace, {})
    keys = keys_of(service.selector, pods, to=arguments.to)
    if len(keys) == 1:
        return keys[0]
    if not keys:
        have = sorted(
            {value for key in keys_of(service.selector, pods) for value in by_colour(service.selector, pods, key)}
        )
        raise Refused(
            text("No pods behind {service} are {colour}.", service=Code(target.reference), colour=Code(arguments.to)),
            target=target.title,
            why=text("It selects {selector}.", selector=Code(written(service.selector))),
            next=text("There are {colours}.", colours=Code(", ".join(have)))
            if have
            else text("Say which label it is with {flag}.", flag=Code("--key=LABEL")),
        )
    words = ("bluegreen", "switch", target.reference, f"--to={arguments.to}")
    raise Refused(
        text("{colour} can be a value of {keys}.", colour=Code(arguments.to), keys=Code(", ".join(keys))),
        target=target.title,
        next=text("Say which label you mean."),
        choices=tuple(Choice(label=key, command_line=command_line(arguments, *words, f"--key={key}")) for key in keys),
    )
