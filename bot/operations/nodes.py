"""A node as a plan sees it, and the calls that cordon and uncordon it.

From kubectl v1.36 `pkg/drain/cordon.go`: a strategic merge patch of the one field. Uncordoning takes the field away
(null), which is how the API server itself writes a node that takes pods.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.operations.json import Object, resolve
from bot.operations.kinds import NODE, Target
from bot.operations.models import Node
from bot.operations.plan import Call, ContentType, Precondition
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.text import Code, text

FIELD = "/spec/unschedulable"


@dataclass(frozen=True, kw_only=True)
class SeenNode:
    """One node as it was read."""

    target: Target
    whole: Object
    live: Node

    @property
    def name(self) -> str:
        return self.target.name

    @property
    def uid(self) -> str:
        return self.live.metadata.uid

    @property
    def cordoned(self) -> bool:
        return self.live.spec.unschedulable


def node_targets(words: tuple[str, ...]) -> tuple[Target, ...]:
    """The nodes that words name: after these verbs every word is a node; `node/NAME` is understood too."""
    slashed = tuple(word if "/" in word else f"node/{word}" for word in words if word)
    return tuple(Target(kind=NODE, name=each.name) for each in read_targets(slashed, (NODE,)))


async def read_node(cluster: Reader, target: Target) -> SeenNode:
    """Read one node whole. Raises `NotFound`, `Refused`, `Unavailable`."""
    whole: Object = await cluster.get(NODE, target.name, "", Object)
    return SeenNode(target=target, whole=whole, live=msgspec.convert(whole, Node))


def cordon_call(seen: SeenNode, step: str) -> Call:
    return _call(seen, step, cordon=True)


def uncordon_call(seen: SeenNode, step: str) -> Call:
    return _call(seen, step, cordon=False)


def after(call: Call, *, cordoned: bool) -> Call:
    """A call of the way back, whose precondition is what the change leaves."""
    left = Precondition(pointer=FIELD, value=True if cordoned else None)
    return msgspec.structs.replace(call, preconditions=(left,))


def _call(seen: SeenNode, step: str, *, cordon: bool) -> Call:
    node = Code(seen.name)
    return Call(
        id=step,
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body={"spec": {"unschedulable": True if cordon else None}},
        uid=seen.uid,
        preconditions=(Precondition(pointer=FIELD, value=resolve(seen.whole, FIELD)),),
        effect=text("cordon {node}", node=node) if cordon else text("uncordon {node}", node=node),
    )
