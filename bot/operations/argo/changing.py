"""The plans that change a pod template: `set image` and `undo`, on the Rollout or on the workload it refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import NonNegativeInt

from bot.operations.argo.arguments import RolloutChangeArguments, as_workload, find_rollout, twin_warnings
from bot.operations.argo.calls import after
from bot.operations.argo.revisions import (
    find_past,
    history_of,
    is_current,
    owner_facts,
    read_owner,
    replica_sets,
    restore_call,
)
from bot.operations.argo.rollout import HEALTHY, Seen, phase_of
from bot.operations.argo.templates import follow, image_call, impact_of, standing_warnings
from bot.operations.arguments import Flag, PauseSync, Words
from bot.operations.images import changed_images, image_warnings, read_pairs
from bot.operations.json import Object
from bot.operations.keepers import against_keepers
from bot.operations.plan import Back, Bound, Call, Fact, Impact, Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.revisions import Past
from bot.operations.template_changes import after_call
from bot.operations.templates import also_changed, before_and_after, images, split_image
from bot.operations.workloads import Seen as Work
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Bold, Code, Text, text

EXAMPLE: Final = "argo rollouts set image app app=registry/app:v2"


class ImageArguments(RolloutChangeArguments):
    """As `kubectl argo rollouts set image` takes them."""

    images: Annotated[tuple[str, ...], Words("CONTAINER=IMAGE", text("the new image; * means every container"))] = ()
    pause_sync: PauseSync = False


class UndoArguments(RolloutChangeArguments):
    """As `kubectl argo rollouts undo` takes them. `template_hash` is set when the plan is pinned."""

    to_revision: Annotated[NonNegativeInt, Flag("--to-revision", "", "N", text("0 means the previous one"))] = 0
    pause_sync: PauseSync = False
    template_hash: str = ""


async def plan_image(cluster: Reader, arguments: ImageArguments) -> Plan | Nothing:
    """New images, where the template stands. All containers are looked for before anything is planned."""
    wanted = read_pairs(arguments.images, example=EXAMPLE)
    found = await find_rollout(cluster, arguments, "set image")
    owner = await read_owner(cluster, found)
    old = _template(found, owner)
    changed = changed_images(old, wanted, target=found.target)
    if not changed:
        message = text("{target} has this image already.", target=Code(found.target.reference))
        return Nothing(target=found.target, message=message)
    call = image_call(found, owner, changed)
    later, later_owner = _after(found, owner, call)
    new = _template(later, later_owner)
    before, comes = before_and_after(old, new) or (None, None)
    back = {name: image for name, image in images(old).items() if name in changed}
    words = [f"{name}={image}" for name, image in back.items()]
    tags = {split_image(image)[1] for image in back.values()}
    impact = impact_of(found)
    plan = Plan(
        summary=text("Set the image of {target}", target=Code(found.target.title)),
        steps=(call, follow(found, 2, left=owner is not None)),
        pinned=pinned_arguments(arguments, targets=[found.target.reference]),
        before=before,
        after=comes,
        note=also_changed(old, new),
        facts=owner_facts(found, owner),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*image_warnings(wanted), *_warnings(found, owner), *await twin_warnings(cluster, found)),
        back=Back(
            command_line=command_line(arguments, "argo", "rollouts", "set", "image", found.target.name, *words),
            label=text("Back to {version}", version=Code(tags.pop()))
            if len(tags) == 1
            else text("Back to the old images"),
            calls=(image_call(later, later_owner, back),),
        ),
    )
    return await against_keepers(cluster, plan, [_kept(found, owner)], pause_sync=arguments.pause_sync)


async def plan_undo(cluster: Reader, arguments: UndoArguments) -> Plan | Nothing:
    """The template of an earlier ReplicaSet. "Previous" is resolved once, to its hash."""
    found = await find_rollout(cluster, arguments, "undo")
    owner = await read_owner(cluster, found)
    history = history_of(await replica_sets(cluster, found))
    past = find_past(found, history, arguments.to_revision, template_hash=arguments.template_hash)
    if is_current(found, past):
        message = text(
            "skipped rollback (current template already matches revision {revision})", revision=past.revision
        )
        return Nothing(target=found.target, message=message)
    call = restore_call(found, owner, past)
    current = next((each for each in history if is_current(found, each)), None)
    shown = before_and_after(_template(found, owner), past.template) or (_revision(current), _revision(past))
    impact = _undo_impact(found, past)
    title, number = Code(found.target.title), Bold(str(past.revision))
    plan = Plan(
        summary=text("Roll {target} back to revision {revision}", target=title, revision=number),
        steps=(call, follow(found, 2, left=owner is not None)),
        pinned=pinned_arguments(
            arguments, targets=[found.target.reference], to_revision=past.revision, template_hash=past.hash
        ),
        before=shown[0],
        after=shown[1],
        note=_how(found, past),
        facts=(
            Fact(target=past.held_by, pointer="/metadata/name", value=past.meta.name, uid=past.meta.uid),
            *owner_facts(found, owner),
        ),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*_warnings(found, owner), *await twin_warnings(cluster, found)),
        back=_undo_back(found, owner, call, current, arguments) if current is not None else None,
        recovery=_recovers(found, past, current),
    )
    return await against_keepers(cluster, plan, [_kept(found, owner)], pause_sync=arguments.pause_sync)


def _template(found: Seen, owner: Work | None) -> Object:
    return found.template if owner is None else owner.template


def _after(found: Seen, owner: Work | None, call: Call) -> tuple[Seen, Work | None]:
    return (after(found, call), None) if owner is None else (found, after_call(owner, call))


def _revision(past: Past | None) -> Text | None:
    return text("revision {revision}", revision=past.revision) if past is not None else None


def _recovers(found: Seen, past: Past, current: Past | None) -> bool:
    """To what was promoted in full, or to something older while what runs now is not healthy."""
    if past.hash == found.live.status.stable_rs:
        return True
    phase, _ = phase_of(found)
    return current is not None and past.revision < current.revision and phase != HEALTHY


def _undo_impact(found: Seen, past: Past) -> Impact:
    """Back to the stable version only the new pods go; to any other one it is an update like any."""
    return impact_of(found, found.live.status.updated_replicas if past.hash == found.live.status.stable_rs else None)


def _how(found: Seen, past: Past) -> Text | None:
    """Whether it goes at once or through the steps."""
    if past.hash == found.live.status.stable_rs:
        return text("It is the stable version: no step is waited for.")
    if found.steps:
        return text("It goes through all {steps} steps, with their pauses.", steps=len(found.steps))
    return None


def _warnings(found: Seen, owner: Work | None) -> tuple[Text, ...]:
    standing = standing_warnings(found)
    if owner is None:
        return standing
    where = text("The template stands in {workload}, which is what is changed.", workload=Code(owner.target.reference))
    return (*standing, where)


def _kept(found: Seen, owner: Work | None) -> Work:
    """What is changed, and may be put back."""
    return owner or as_workload(found)


def _undo_back(found: Seen, owner: Work | None, call: Call, current: Past, arguments: UndoArguments) -> Back:
    """Back to what is asked for now: its revision keeps its number until it runs again."""
    later, later_owner = _after(found, owner, call)
    words: Sequence[str] = ("argo", "rollouts", "undo", found.target.name, f"--to-revision={current.revision}")
    return Back(
        command_line=command_line(arguments, *words),
        label=text("Back to revision {revision}", revision=current.revision),
        calls=(restore_call(later, later_owner, current),),
    )
