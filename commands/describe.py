"""`describe`: what matters of an object, in kubectl's order, with its events. Values of variables are not shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations import kinds
from bot.operations.ages import age
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.containers import container_names, container_now, describe_state
from bot.operations.describers.objects import describe_object
from bot.operations.describers.sheet import Sheet
from bot.operations.json import Object, resolve
from bot.operations.kinds import EVENT, NODE, POD, REPLICASET, ROLLABLE, Kind, Target
from bot.operations.models import Selector
from bot.operations.operation import EveryKind, Family
from bot.operations.printers.around import Event
from bot.operations.printers.listed import Pod, Workload
from bot.operations.printers.pods import summarize
from bot.operations.printers.surroundings import event_count, event_seen
from bot.operations.queries import label_query
from bot.operations.reader import Reader
from bot.operations.resources import Asked, not_found, read_resources
from bot.operations.revisions import REVISION
from bot.operations.selectors import selector_of
from bot.operations.targets import find_targets
from bot.operations.view import Action, File, View
from bot.operations.workloads import command_line
from bot.text import Bold, Code, Text, text

describing = Family("", text("Look closer"))

BARE: Final = (*ROLLABLE, POD, kinds.SERVICE)
"""Kinds among which a bare name is looked up."""
MOST: Final = 5
EVENTS: Final = 15
OUTPUT: Final = 3_000
SETS: Final = 6


class DescribeArguments(Arguments):
    """As `kubectl describe` takes them; a bare name is looked up too."""

    resources: Annotated[tuple[str, ...], Words("KIND/NAME", text("the object"))] = ()
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("those with these labels"))] = ""


@describing.read(
    "describe",
    rights=(EveryKind("get"), EveryKind("list")),
    example="describe deploy/app",
)
async def describe(cluster: Reader, arguments: DescribeArguments) -> View:
    """Show an object with its conditions, containers and events (kubectl describe).

    Values of variables and config maps are not shown, only where they come from.
    """
    targets = await _targets(cluster, arguments)
    if not targets:
        nothing = text("No resources found in {namespace} namespace.", namespace=Code(arguments.namespace))
        return View(title=text("Nothing to describe"), lines=(nothing,), sensitive=True)
    shown = targets[:MOST]
    parts = await asyncio.gather(*(_describe(cluster, each, arguments) for each in shown))
    output = "\n\n".join("\n".join(sheet.lines) for sheet, _ in parts)
    lines = [line for _, said in parts for line in said][:8]
    if len(targets) > MOST:
        lines.append(text("Only the first {shown} are shown; name those you want.", shown=MOST))
    title = text("{targets}", targets=Bold(", ".join(each.reference for each in shown)))
    return _fitted(title, lines, output, shown, arguments)


def _fitted(title: Text, lines: list[Text], output: str, shown: Sequence[Target], arguments: DescribeArguments) -> View:
    file = None
    if len(output) > OUTPUT:
        name = f"{shown[0].kind.singular}-{shown[0].name}"
        file = File(name=f"{name}.txt", title=title, content=output.encode())
        output = output[:OUTPUT].rpartition("\n")[0]
        lines.append(text("This is the beginning; the file has all."))
    actions = _actions(shown[0], arguments) if len(shown) == 1 else ()
    return View(title=title, lines=tuple(lines), output=output, file=file, actions=actions, sensitive=True)


async def _targets(cluster: Reader, arguments: DescribeArguments) -> list[Target]:
    try:
        asked = read_resources(arguments.resources, "describe")
    except NotUnderstood:
        if len(arguments.resources) != 1 or "/" in arguments.resources[0] or "," in arguments.resources[0]:
            raise
        return list(await find_targets(cluster, arguments.resources, arguments.namespace, BARE))
    named = [_target(each.kind, name, arguments) for each in asked for name in each.names]
    if named and arguments.selector:
        raise NotUnderstood(
            text("name cannot be provided when a selector is specified"), next=text("Leave out one of the two.")
        )
    if named:
        return named
    found = await asyncio.gather(*(_selected(cluster, each, arguments) for each in asked))
    return [target for each in found for target in each]


async def _selected(cluster: Reader, asked: Asked, arguments: DescribeArguments) -> list[Target]:
    namespace = arguments.namespace if asked.kind.namespaced else ""
    labels = label_query(arguments.selector)
    found = await cluster.list(asked.kind, namespace, Workload, labels=labels, limit=MOST + 1)
    return [_target(asked.kind, each.metadata.name, arguments) for each in found]


def _target(kind: Kind, name: str, arguments: DescribeArguments) -> Target:
    return Target(kind=kind, name=name, namespace=arguments.namespace if kind.namespaced else "")


async def _describe(cluster: Reader, target: Target, arguments: DescribeArguments) -> tuple[Sheet, list[Text]]:
    try:
        whole: Object = await cluster.get(target.kind, target.name, target.namespace, Object)
    except NotFound:
        raise await not_found(cluster, target.kind, target.name, arguments, "describe") from None
    sheet = describe_object(target.kind, whole, cluster.now)
    if target.kind == kinds.DEPLOYMENT:
        await _replica_sets(cluster, sheet, whole, target)
    if target.kind == NODE:
        await _pods_on(cluster, sheet, target)
    await _events(cluster, sheet, whole, target)
    return sheet, _headline(cluster, target, whole)


async def _replica_sets(cluster: Reader, sheet: Sheet, whole: Object, target: Target) -> None:
    """New and old ReplicaSets with their revision; left out where they may not be listed."""
    labels = selector_of(msgspec.convert(resolve(whole, "/spec/selector") or {}, Selector))
    try:
        found = await cluster.list(REPLICASET, target.namespace, Workload, labels=labels)
    except Refused:
        sheet.put("ReplicaSets", "you may not list them")
        return
    uid = resolve(whole, "/metadata/uid")
    live = resolve(whole, "/metadata/annotations/deployment.kubernetes.io~1revision")
    own = [each for each in found if (owner := each.metadata.controller) is not None and owner.uid == uid]
    words = {each.metadata.name: _set_words(each) for each in own}
    new = [each for each in own if (each.metadata.annotations or {}).get(REVISION) == live]
    old = [each for each in own if each not in new and (each.spec.replicas or each.status.replicas)]
    sheet.items("OldReplicaSets", [words[each.metadata.name] for each in old[:SETS]] or ["<none>"])
    sheet.items("NewReplicaSet", [words[each.metadata.name] for each in new] or ["<none>"])


def _set_words(found: Workload) -> str:
    return f"{found.metadata.name} ({found.status.replicas}/{found.spec.replicas} replicas created)"


async def _pods_on(cluster: Reader, sheet: Sheet, target: Target) -> None:
    fields = f"spec.nodeName={target.name},status.phase!=Succeeded,status.phase!=Failed"
    try:
        found = await cluster.list(POD, "", Pod, fields=fields)
    except Refused:
        sheet.put("Non-terminated Pods", "you may not list them")
        return
    rows = [(each.metadata.namespace, each.metadata.name, summarize(each).status) for each in found]
    sheet.table(f"Non-terminated Pods ({len(found)} in total)", ("NAMESPACE", "NAME", "STATUS"), rows)


async def _events(cluster: Reader, sheet: Sheet, whole: Object, target: Target) -> None:
    """The newest events of exactly this object (by UID, as kubectl asks)."""
    fields = [f"involvedObject.name={target.name}"]
    fields += [f"involvedObject.namespace={target.namespace}"] if target.namespace else []
    fields += [f"involvedObject.kind={target.kind.kind}"]
    uid = resolve(whole, "/metadata/uid")
    if target.kind != NODE and isinstance(uid, str):
        fields.append(f"involvedObject.uid={uid}")
    try:
        found = await cluster.list(EVENT, target.namespace, Event, fields=",".join(fields))
    except Refused:
        sheet.put("Events", "you may not list them")
        return
    found.sort(key=lambda each: seen.timestamp() if (seen := event_seen(each)) else 0.0)
    rows = []
    for each in found[-EVENTS:]:
        count = event_count(each)
        first = each.first_timestamp or each.event_time
        seen = age(event_seen(each), cluster.now)
        when = f"{seen} (x{count} over {age(first, cluster.now)})" if count > 1 else seen
        rows.append((each.type, each.reason, when, each.message))
    sheet.table("Events", ("TYPE", "REASON", "AGE", "MESSAGE"), rows)


def _headline(cluster: Reader, target: Target, whole: Object) -> list[Text]:
    """What one wants to know first: of a pod its status and how its containers ended."""
    if target.kind != POD:
        return []
    pod = msgspec.convert(whole, Pod)
    summary = summarize(pod)
    lines = [
        text(
            "{pod} is {status}, {ready}/{total} ready, {restarts} restarts.",
            pod=Code(target.name),
            status=Bold(summary.status),
            ready=str(summary.ready),
            total=str(summary.total),
            restarts=summary.restarts,
        )
    ]
    for name in container_names(pod):
        now = container_now(pod, name)
        if now is None or not (now.ready or (now.state.terminated and now.state.terminated.exit_code == 0)):
            lines.extend(describe_state(pod, name, cluster.now))
    return lines


def _actions(target: Target, arguments: DescribeArguments) -> tuple[Action, ...]:
    events = ("events", "--for", target.reference)
    found = [Action(label=text("Events"), command_line=command_line(arguments, *events))]
    if target.kind in (POD, *ROLLABLE):
        logs = command_line(arguments, "logs", target.reference)
        found.insert(0, Action(label=text("Logs"), command_line=logs))
    if target.kind in ROLLABLE:
        status = command_line(arguments, "rollout", "status", target.reference)
        found.insert(0, Action(label=text("Status"), command_line=status))
    return tuple(found)
