"""The labels by which a pod is selected: changing one takes it from its controller, Services, budgets or policies.

Its controller would make another pod beside it, a Service would send requests to a pod that was not meant, or to none,
and a NetworkPolicy would let in what it kept out. That is not a label for a note, so it is not changed from a chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from bot.errors import Refused
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import DAEMONSET, JOB, PDB, REPLICASET, SERVICE, STATEFULSET, Kind, Target, declare_kind
from bot.operations.models import Owner
from bot.operations.reader import Reader
from bot.operations.workloads import Seen
from bot.text import Code, text

CONTROLLERS: Final[Mapping[str, Kind]] = {kind.kind: kind for kind in (REPLICASET, STATEFULSET, DAEMONSET, JOB)}
NETWORK_POLICY: Final = declare_kind(
    Kind(kind="NetworkPolicy", plural="networkpolicies", group="networking.k8s.io", short=("netpol",))
)
UNSEEN: Final = text(
    "I did not see the network policies of other namespaces, for you may not list them: one of them may select pods by "
    "this label."
)
"""The warning where `check_not_selected` answers no."""


async def check_not_selected(cluster: Reader, pod: Seen, wanted: Mapping[str, object]) -> bool:
    """Raise `Refused` for the first key by which something in the pod's namespace, or a policy of any, selects pods.

    Also where that cannot be read: what is not seen there may select it. Returns whether the policies of other
    namespaces were seen too. Raises `Unavailable`.
    """
    services, budgets, (policies, everywhere), controller = await asyncio.gather(
        cluster.list(SERVICE, pod.target.namespace, Object),
        cluster.list(PDB, pod.target.namespace, Object),
        _policies(cluster, pod.target.namespace),
        _controller(cluster, pod),
    )
    found: dict[str, str] = {}
    for kind, objects in ((SERVICE, services), (PDB, budgets)):
        for each in objects:
            found |= dict.fromkeys(selector_keys(each), f"{kind.singular}/{resolve(each, '/metadata/name')}")
    for each in policies:
        where, name = resolve(each, "/metadata/namespace"), resolve(each, "/metadata/name")
        own = where == pod.target.namespace
        title = f"networkpolicy/{name}" if own else f"networkpolicy/{name} in {where}"
        found |= dict.fromkeys(policy_keys(each, own=own), title)
    if controller is not None:
        owner, whole = controller
        found |= dict.fromkeys(selector_keys(whole), f"{owner.kind.lower()}/{owner.name}")
    taken = next((key for key in wanted if key in found), None)
    if taken is not None:
        raise _selected(pod.target, taken, found[taken])
    return everywhere


def selector_keys(found: Object) -> set[str]:
    """Every key that `spec.selector` asks for."""
    return _keys(resolve(found, "/spec/selector"))


def policy_keys(policy: Object, *, own: bool) -> set[str]:
    """Every key by which a NetworkPolicy selects pods of this namespace, be it for them or as peers.

    `own`: it is a policy of this namespace. One of another namespace reaches further only by peers with a
    `namespaceSelector`, which is taken to choose any namespace (networking/v1 `NetworkPolicyPeer`).
    """
    asked = _keys(resolve(policy, "/spec/podSelector")) if own else set()
    for peer in _peers(policy):
        if own or peer.get("namespaceSelector") is not None:
            asked |= _keys(peer.get("podSelector"))
    return asked


def _peers(policy: Object) -> Iterator[Object]:
    for direction, side in (("ingress", "from"), ("egress", "to")):
        rules = resolve(policy, f"/spec/{direction}")
        for rule in rules if isinstance(rules, list) else ():
            peers = rule.get(side) if isinstance(rule, dict) else None
            if isinstance(peers, list):
                yield from (each for each in peers if isinstance(each, dict))


async def _policies(cluster: Reader, namespace: str) -> tuple[list[Object], bool]:
    """All that the person may see, and whether that is those of every namespace."""
    try:
        return await cluster.list(NETWORK_POLICY, "", Object), True
    except Refused:
        return await cluster.list(NETWORK_POLICY, namespace, Object), False


def _keys(selector: JSON) -> set[str]:
    """A Service's plain map, or labels and expressions."""
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
