"""`set`: images, variables and resources of the containers of Deployments, StatefulSets and DaemonSets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from bot.errors import NotUnderstood
from bot.operations import sync_pauses
from bot.operations.argo import twins
from bot.operations.argo.rollout import Seen as Rollout
from bot.operations.arguments import Flag, PauseSync, Words, WorkloadArguments
from bot.operations.environment import read_variables, shown_variables, variable_call, variable_fields
from bot.operations.images import (
    EVERY,
    Fields,
    as_fields,
    container_call,
    image_fields,
    image_warnings,
    no_container,
    read_pairs,
)
from bot.operations.kinds import CONTROLLER_REVISION, PDB, REPLICASET, ROLLABLE
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Nothing, Plan
from bot.operations.quantities import canonical_quantity
from bot.operations.reader import Reader
from bot.operations.revisions import live_revision, read_history
from bot.operations.rollbacks import back_from_undo, undo_of_all
from bot.operations.surroundings import Surroundings
from bot.operations.template_changes import Changed, after_call, look_around_all, plan_of, read_workloads
from bot.operations.templates import GROUPS, containers, images, split_image
from bot.operations.workloads import DryRun, Seen, command_line, many, pinned_arguments, refuse_dry_run
from bot.text import Bold, Code, Text, text

RESOURCE: Final = re.compile(r"[a-z0-9]([a-z0-9./\-]{0,250}[a-z0-9])?")
RIGHTS: Final = (
    *(Right("get", kind) for kind in ROLLABLE),
    *(Right("patch", kind) for kind in ROLLABLE),
    Right("list", PDB),
    *twins.BESIDE,
    *sync_pauses.LOOK,
    *sync_pauses.PAUSE,
)
image = Family("set", text("Set images, variables or resources of a workload's containers"))


class ImageArguments(WorkloadArguments):
    """As `kubectl set image` takes them."""

    images: Annotated[tuple[str, ...], Words("CONTAINER=IMAGE", text("the new image; * means every container"))] = ()
    dry_run: DryRun = "none"
    pause_sync: PauseSync = False


class EnvironmentArguments(WorkloadArguments):
    """As `kubectl set env` takes them."""

    variables: Annotated[tuple[str, ...], Words("NAME=TEXT", text("the new value; NAME- takes it away"))] = ()
    containers: Annotated[str, Flag("--containers", "-c", "CONTAINER", text("this one; * means every container"))] = "*"
    dry_run: DryRun = "none"
    pause_sync: PauseSync = False


class ResourcesArguments(WorkloadArguments):
    """As `kubectl set resources` takes them."""

    containers: Annotated[str, Flag("--containers", "-c", "CONTAINER", text("this one; * means every container"))] = "*"
    limits: Annotated[tuple[str, ...], Flag("--limits", "", "RESOURCE=QUANTITY", text("cpu=500m,memory=256Mi"))] = ()
    requests: Annotated[tuple[str, ...], Flag("--requests", "", "RESOURCE=QUANTITY", text("cpu=100m,memory=1Gi"))] = ()
    dry_run: DryRun = "none"
    pause_sync: PauseSync = False


@image.change(
    "image", short=("image",), rights=(*RIGHTS, *twins.LOOK), example="set image deploy/app app=registry/app:v2"
)
async def set_image(cluster: Reader, arguments: ImageArguments) -> Plan | Nothing:
    """Set the images of containers and roll them out (kubectl set image).

    A container that is not there refuses the whole; kubectl would send the rest.
    """
    refuse_dry_run(arguments.dry_run)
    wanted = read_pairs(arguments.images)
    reading = read_workloads(cluster, arguments.targets, arguments.namespace)
    workloads = await twins.unless_rollout(reading, cluster, arguments, targets=arguments.targets, verb="set image")
    rollouts = await twins.told_apart(cluster, arguments, workloads=workloads, verb="set image")
    fields = [image_fields(each, wanted) for each in workloads]
    changed = [(each, found) for each, found in zip(workloads, fields, strict=True) if found]
    if not changed:
        return Nothing(
            target=workloads[0].target,
            message=text("{target} has this image already.", target=_names(workloads)),
        )
    changes = await _changes(cluster, changed, rollouts, ("image",))
    only = changes[0] if len(workloads) == 1 else None
    return plan_of(
        changes,
        summary=text("Set the image of {target}", target=Code(", ".join(each.seen.target.title for each in changes))),
        pinned=pinned_arguments(arguments, targets=[each.target.reference for each in workloads]),
        back=_image_back(only, arguments) if only else _back_of_all(changes, workloads, arguments),
        warnings=image_warnings(wanted),
        pause_sync=arguments.pause_sync,
    )


@image.change(
    "env",
    short=("env",),
    rights=(*RIGHTS, Right("list", REPLICASET), Right("list", CONTROLLER_REVISION)),
    example="set env deploy/app LOG_LEVEL=debug",
)
async def set_env(cluster: Reader, arguments: EnvironmentArguments) -> Plan | Nothing:
    """Set or take away variables of containers and roll them out (kubectl set env).

    A value that looks like a secret is refused: it would stay in the chat. Values that were there are never shown.
    """
    refuse_dry_run(arguments.dry_run)
    wanted = read_variables(arguments.variables)
    workloads = await read_workloads(cluster, arguments.targets, arguments.namespace)
    rollouts = await twins.told_apart(cluster, arguments, workloads=workloads, verb="set env")
    found = [(each, variable_fields(each, arguments.containers, wanted)) for each in workloads]
    changed = [(each, fields) for each, fields in found if fields]
    if not changed:
        message = text("{target} has these variables already.", target=_names(workloads))
        return Nothing(target=workloads[0].target, message=message)
    around = await look_around_all(cluster, [seen for seen, _ in changed], rollouts)
    changes = [
        Changed(seen=seen, around=near, call=variable_call(seen, fields))
        for (seen, fields), near in zip(changed, around, strict=True)
    ]
    only = changes[0] if len(workloads) == 1 else None
    live = live_revision(only.seen, await read_history(cluster, only.seen)) if only is not None else None
    plan = plan_of(
        changes,
        summary=text("Set variables of {target}", target=Code(", ".join(each.seen.target.title for each in changes))),
        pinned=pinned_arguments(arguments, targets=[each.target.reference for each in workloads]),
        back=back_from_undo(only, live, arguments) if only else _back_of_all(changes, workloads, arguments),
        pause_sync=arguments.pause_sync,
    )
    return msgspec.structs.replace(plan, after=text("{value}", value=Bold(shown_variables(wanted))))


@image.change(
    "resources", short=("resources",), rights=RIGHTS, example="set resources deploy/app -c app --limits=memory=512Mi"
)
async def set_resources(cluster: Reader, arguments: ResourcesArguments) -> Plan | Nothing:
    """Set the requests and limits of containers and roll them out (kubectl set resources)."""
    refuse_dry_run(arguments.dry_run)
    wanted = {"limits": read_resources(arguments.limits), "requests": read_resources(arguments.requests)}
    wanted = {name: values for name, values in wanted.items() if values}
    if not wanted:
        raise NotUnderstood(
            text("you must specify an update to requests or limits (in the form of --requests/--limits)"),
            next=text("Write it like {example}.", example=Code("--limits=cpu=500m,memory=256Mi")),
        )
    workloads = await read_workloads(cluster, arguments.targets, arguments.namespace)
    rollouts = await twins.told_apart(cluster, arguments, workloads=workloads, verb="set resources")
    fields = [resource_fields(each, arguments.containers, wanted) for each in workloads]
    changed = [(each, found) for each, found in zip(workloads, fields, strict=True) if found]
    if not changed:
        return Nothing(
            target=workloads[0].target,
            message=text("{target} has these resources already.", target=_names(workloads)),
        )
    changes = await _changes(cluster, changed, rollouts, *_resource_paths(wanted))
    plan = plan_of(
        changes,
        summary=text("Set resources of {target}", target=Code(", ".join(each.seen.target.title for each in changes))),
        pinned=pinned_arguments(arguments, targets=[each.target.reference for each in workloads]),
        back=_resources_back(changes[0], wanted, arguments)
        if len(workloads) == 1
        else _back_of_all(changes, workloads, arguments),
        pause_sync=arguments.pause_sync,
    )
    before, after = _resource_words(changes[0], arguments.containers, wanted)
    return plan if len(workloads) > 1 else msgspec.structs.replace(plan, before=before, after=after, note=None)


def read_resources(words: Sequence[str]) -> dict[str, str]:
    """`cpu=500m` words, quantities in the API server's form. Raises `NotUnderstood`."""
    found: dict[str, str] = {}
    for word in words:
        name, _, quantity = word.partition("=")
        if not RESOURCE.fullmatch(name) or not quantity:
            raise NotUnderstood(
                text("{word} is no resource with a quantity.", word=Code(ascii(word[:80])[1:-1])),
                next=text("Write it like {example}.", example=Code("cpu=500m,memory=256Mi")),
            )
        found[name] = canonical_quantity(quantity)
    return found


def resource_fields(seen: Seen, selected: str, wanted: dict[str, dict[str, str]]) -> Fields:
    """What changes, by container; resources that are not named stay. Raises `Refused` for a container not there."""
    found: Fields = {}
    matched = False
    for each in (each for group in GROUPS for each in containers(seen.template, group)):
        name = str(each.get("name"))
        if selected not in (EVERY, "", name):
            continue
        matched = True
        have = each.get("resources") or {}
        changes = {
            kind: {key: value for key, value in values.items() if (have.get(kind) or {}).get(key) != value}
            for kind, values in wanted.items()
        }
        if any(changes.values()):
            found[name] = {"resources": {kind: values for kind, values in changes.items() if values}}
    if not matched:
        raise no_container(seen.template, selected, target=seen.target)
    return found


async def _changes(
    cluster: Reader, changed: Sequence[tuple[Seen, Fields]], rollouts: Sequence[Rollout], *fields: tuple[str, ...]
) -> list[Changed]:
    around: list[Surroundings] = await look_around_all(cluster, [seen for seen, _ in changed], rollouts)
    return [
        Changed(seen=seen, around=near, call=container_call(seen, found, *fields))
        for (seen, found), near in zip(changed, around, strict=True)
    ]


def _image_back(changed: Changed, arguments: ImageArguments) -> Back:
    old, new = images(changed.seen.template), images(changed.after.template)
    pairs = {name: reference for name, reference in old.items() if new.get(name) != reference}
    call = container_call(after_call(changed.seen, changed.call), as_fields(pairs), ("image",))
    words = [f"{name}={reference}" for name, reference in pairs.items()]
    tags = {split_image(reference)[1] for reference in pairs.values()}
    return Back(
        command_line=command_line(arguments, "set", "image", changed.seen.target.reference, *words),
        label=text("Back to {version}", version=Code(tags.pop())) if len(tags) == 1 else text("Back to the old images"),
        calls=(call,),
    )


def _back_of_all(changes: Sequence[Changed], workloads: Sequence[Seen], arguments: WorkloadArguments) -> Back | None:
    """None where one of them is so already: undone with the others it would go to what ran before."""
    return undo_of_all(changes, arguments) if len(changes) == len(workloads) else None


def _names(workloads: Sequence[Seen]) -> Code:
    return Code(many(tuple(each.target for each in workloads)))


def _resource_paths(wanted: dict[str, dict[str, str]]) -> list[tuple[str, ...]]:
    return [("resources", kind, name) for kind in wanted for name in wanted[kind]]


def _resources_back(changed: Changed, wanted: dict[str, dict[str, str]], arguments: ResourcesArguments) -> Back | None:
    """Back by the same command, if one set of values was there before in every container touched."""
    before = _resources_before(changed, arguments.containers, wanted)
    if len(before) != 1 or any(value is None for values in before[0].values() for value in values.values()):
        return None
    old = {kind: {name: str(value) for name, value in values.items()} for kind, values in before[0].items()}
    after = after_call(changed.seen, changed.call)
    fields = resource_fields(after, arguments.containers, old)
    flags = [f"--{kind}=" + ",".join(f"{name}={value}" for name, value in old[kind].items()) for kind in old]
    words = ("set", "resources", changed.seen.target.reference, "-c", arguments.containers or EVERY, *flags)
    return Back(
        command_line=command_line(arguments, *words),
        label=text("Back to the old resources"),
        calls=(container_call(after, fields, *_resource_paths(old)),),
    )


def _resources_before(
    changed: Changed, selected: str, wanted: dict[str, dict[str, str]]
) -> list[dict[str, dict[str, str | None]]]:
    """The distinct values before, among the containers that the command selects."""
    found: list[dict[str, dict[str, str | None]]] = []
    for each in (each for group in GROUPS for each in containers(changed.seen.template, group)):
        if selected not in (EVERY, "", each.get("name")):
            continue
        have = each.get("resources") or {}
        values = {kind: {key: (have.get(kind) or {}).get(key) for key in wanted[kind]} for kind in wanted}
        if values not in found:
            found.append(values)
    return found


def _resource_words(changed: Changed, selected: str, wanted: dict[str, dict[str, str]]) -> tuple[Text, Text]:
    """What was and what will be; the names stand once, with the new values, for a push line is short."""
    before = _resources_before(changed, selected, wanted)
    then = "; ".join(", ".join(value or "none" for each in was.values() for value in each.values()) for was in before)
    return text("{value}", value=Code(then)), text("{value}", value=Bold(_written(wanted)))


def _written(values: dict[str, dict[str, str]]) -> str:
    return ", ".join(f"{kind} {name} {value}" for kind, each in values.items() for name, value in each.items())
