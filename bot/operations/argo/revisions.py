"""The revisions of a Rollout: its ReplicaSets. Found as the plugin's undo finds them (`cmd/undo/undo.go`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import NotFound, Refused
from bot.operations.argo.place import unobserved
from bot.operations.argo.rollout import HASH, Seen
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT, REPLICASET, Kind, Target
from bot.operations.models import Workload
from bot.operations.patches import replace
from bot.operations.plan import Call, ContentType, Fact, Precondition
from bot.operations.reader import Reader
from bot.operations.revisions import Past
from bot.operations.selectors import selector_of
from bot.operations.workloads import Seen as Work
from bot.operations.workloads import read_workload
from bot.text import Code, text

REVISION: Final = "rollout.argoproj.io/revision"


async def replica_sets(cluster: Reader, found: Seen) -> list[Workload]:
    """Those that the Rollout owns. Raises `Refused`, `Unavailable`."""
    labels = selector_of(found.live.spec.selector)
    listed = await cluster.list(REPLICASET, found.target.namespace, Workload, labels=labels)
    return [each for each in listed if each.metadata.controller and each.metadata.controller.uid == found.uid]


def history_of(sets: Sequence[Workload]) -> tuple[Past, ...]:
    """The revisions, oldest number first."""
    numbered = [_past(each) for each in sets]
    return tuple(sorted((each for each in numbered if each is not None), key=lambda each: each.revision))


def _past(found: Workload) -> Past | None:
    said = (found.metadata.annotations or {}).get(REVISION, "")
    if not (said.isascii() and said.isdigit()):
        return None
    return Past(
        revision=int(said),
        hash=(found.metadata.labels or {}).get(HASH, ""),
        template=_without_hash(found.spec.template),
        held_by=Target(kind=REPLICASET, name=found.metadata.name, namespace=found.metadata.namespace),
        meta=found.metadata,
    )


def _without_hash(template: Object) -> Object:
    metadata = template.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(labels, dict):
        return template
    kept = {key: value for key, value in labels.items() if key != HASH}
    return {**template, "metadata": {**metadata, "labels": kept}}


def find_past(found: Seen, history: Sequence[Past], number: int, *, template_hash: str = "") -> Past:
    """The revision that is meant: by its hash if it is known already, else by number; 0 is the second newest.

    Raises `NotFound` with the plugin's reasons, and `Refused` for "the previous" while the last change is not observed.
    """
    if template_hash:
        past = next((each for each in history if each.hash == template_hash), None)
    elif number > 0:
        past = next((each for each in history if each.revision == number), None)
    else:
        if not found.observed:
            raise unobserved(found)
        if len(history) < 2:
            raise NotFound(
                text("no revision found for rollout {name}", name=Code(found.target.name)),
                target=found.target.title,
                next=text("There is only one revision: set another image."),
            )
        past = history[-2]
    if past is None:
        raise NotFound(
            text("unable to find specified revision {number} in history", number=number),
            target=found.target.title,
            next=text("See what there is: {command}.", command=Code(f"argo rollouts history {found.target.name}")),
        )
    return past


def is_current(found: Seen, past: Past) -> bool:
    """Whether that is the version which is asked for now."""
    return found.observed and past.hash == found.live.status.current_pod_hash


async def read_owner(cluster: Reader, found: Seen) -> Work | None:
    """The Deployment whose template the Rollout takes; `None` if it has its own. Raises `Refused`, `NotFound`."""
    reference = found.live.spec.workload_ref
    if reference is None:
        return None
    kind: Kind | None = DEPLOYMENT if reference.kind == DEPLOYMENT.kind else None
    if kind is None:
        raise Refused(
            text(
                "{target} takes its template from a {kind}.",
                target=Code(found.target.reference),
                kind=Code(reference.kind),
            ),
            target=found.target.title,
            why=text("I change templates of Deployments and of Rollouts only."),
            next=text("Change it where it stands: {name}.", name=Code(f"{reference.kind}/{reference.name}")),
        )
    return await read_workload(cluster, Target(kind=kind, name=reference.name, namespace=found.target.namespace))


async def released_facts(cluster: Reader, found: Seen) -> tuple[Fact, ...]:
    """What the end of a pause lets loose where the template stands in a Deployment: that one.

    Of another kind the hash of the version is all that says so. Raises `Refused`, `NotFound`.
    """
    reference = found.live.spec.workload_ref
    if reference is None or reference.kind != DEPLOYMENT.kind:
        return ()
    target = Target(kind=DEPLOYMENT, name=reference.name, namespace=found.target.namespace)
    owner = await read_workload(cluster, target)
    return (Fact(target=target, pointer="/spec/template", value=owner.template, uid=owner.uid),)


def restore_call(found: Seen, owner: Work | None, past: Past) -> Call:
    """The JSON Patch that brings a template back, where the template stands."""
    target, uid = (found.target, found.uid) if owner is None else (owner.target, owner.uid)
    return Call(
        id="step-1",
        verb="patch",
        target=target,
        content_type=ContentType.JSON_PATCH,
        body=[replace("/spec/template", past.template)],
        uid=uid,
        preconditions=_guards(found, owner),
        effect=text("template of revision {revision}", revision=past.revision),
    )


def _guards(found: Seen, owner: Work | None) -> tuple[Precondition, ...]:
    if owner is not None:
        return owner.holds("/spec/template", "/spec/selector")
    return found.holds("/spec/template", "/spec/selector", "/spec/workloadRef", "/spec/strategy", "/spec/paused")


def owner_facts(found: Seen, owner: Work | None) -> tuple[Fact, ...]:
    """What the choice relied on when the template stands elsewhere: that the Rollout still takes it from there."""
    if owner is None:
        return ()
    return tuple(
        Fact(target=found.target, pointer=each.pointer, value=each.value, uid=found.uid)
        for each in found.holds("/spec/workloadRef", "/spec/strategy", "/spec/paused")
    )
