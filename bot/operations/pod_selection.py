"""The labels by which a pod is selected: changing one takes it from its controller, its Services or its budgets.

Its controller would make another pod beside it, and a Service would send requests to a pod that was not meant, or to
none. That is not a label for a note, so it is not changed from a chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from bot.errors import Refused
from bot.operations.json import Object, resolve
from bot.operations.kinds import DAEMONSET, JOB, PDB, REPLICASET, SERVICE, STATEFULSET, Kind, Target
from bot.operations.models import Owner
from bot.operations.reader import Reader
from bot.operations.workloads import Seen
from bot.text import Code, text

CONTROLLERS: Final[Mapping[str, Kind]] = {kind.kind: kind for kind in (REPLICASET, STATEFULSET, DAEMONSET, JOB)}


async def check_not_selected(cluster: Reader, pod: Seen, wanted: Mapping[str, object]) -> None:
    """Raise `Refused` for the first key by which something in the pod's namespace selects pods.

    Also where that cannot be read: Services and budgets that are not seen may select it. Raises `Unavailable`.
    """
    services, budgets, controller = await asyncio.gather(
        cluster.list(SERVICE, pod.target.namespace, Object),
        cluster.list(PDB, pod.target.namespace, Object),
        _controller(cluster, pod),
    )
    found: dict[str, str] = {}
    for kind, objects in ((SERVICE, services), (PDB, budgets)):
        for each in objects:
            found |= dict.fromkeys(selector_keys(each), f"{kind.singular}/{resolve(each, '/metadata/name')}")
    if controller is not None:
        owner, whole = controller
        found |= dict.fromkeys(selector_keys(whole), f"{owner.kind.lower()}/{owner.name}")
    taken = next((key for key in wanted if key in found), None)
    if taken is not None:
        raise _selected(pod.target, taken, found[taken])


def selector_keys(found: Object) -> set[str]:
    """Every key that a selector asks for: a Service's plain map, or labels and expressions."""
    selector = resolve(found, "/spec/selector")
    if not isinstance(selector, dict):
        return set()
    if not selector.keys() & {"matchLabels", "matchExpressions"}:
        return set(selector)
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    asked = [str(resolve(each, "/key")) for each in expressions] if isinstance(expressions, list) else []
    return {*(labels if isinstance(labels, dict) else ()), *asked}


async def _controller(cluster: Reader, pod: Seen) -> tuple[Owner, Object] | None:
    owner = pod.live.metadata.controller
    if owner is None:
        return None
    kind = CONTROLLERS.get(owner.kind)
    if kind is None:
        raise Refused(
            text(
                "{target} belongs to {owner}.", target=Code(pod.target.title), owner=Code(f"{owner.kind}/{owner.name}")
            ),
            why=text("I do not know by which labels that selects its pods."),
            next=text("Change its label with your own tools."),
        )
    whole: Object = await cluster.get(kind, owner.name, pod.target.namespace, Object)
    return owner, whole


def _selected(pod: Target, key: str, by: str) -> Refused:
    return Refused(
        text("{by} selects pods by {key}.", by=Code(by), key=Code(key)),
        target=pod.title,
        why=text("With another value the pod would be left out of it, or come into it."),
        next=text("Change the labels of the pod template, or take another key."),
    )
