"""A node with pods of an application on it, and people who may cordon and drain nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.controlplane.shop import AppWorld
from tests.installation.world import World

CORE: Final = [""]
REPLICAS: Final = 6
PEOPLE: Final = ("alice", "bob", "carol", "dave")
NODE_RULES: Final[list[dict[str, Any]]] = [
    {"apiGroups": CORE, "resources": ["nodes"], "verbs": ["get", "list", "patch"]},
    {"apiGroups": CORE, "resources": ["pods"], "verbs": ["get", "list"]},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["list"]},
    {"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": ["get"]},
]

EVICTING: Final[list[dict[str, Any]]] = [{"apiGroups": CORE, "resources": ["pods/eviction"], "verbs": ["create"]}]


@dataclass(frozen=True, kw_only=True)
class Drained:
    """`node` holds `pods` of the applications, labelled as this story's: a real node holds others too."""

    world: World
    apps: tuple[AppWorld, ...]
    node: str
    pods: tuple[dict[str, Any], ...]
    before: int = 0

    @property
    def line(self) -> str:
        """The drain of this node, of this story's pods only."""
        return f"drain {self.node} --pod-selector=story={self.world.namespace}"

    @property
    def names(self) -> list[str]:
        return sorted(each["metadata"]["name"] for each in self.pods)

    def cordoned(self) -> bool:
        found = self.world.shop.admin.get(f"/api/v1/nodes/{self.node}")
        return bool(found["spec"].get("unschedulable"))

    async def left(self) -> list[str]:
        """Names of those pods that are still there, and not on their way."""
        kept = {each["metadata"]["name"] for app in self.apps for each in await app.pods()}
        return [each for each in self.names if each in kept]

    def of(self, app: str) -> list[str]:
        """Names of the pods of one application on this node."""
        return sorted(each["metadata"]["name"] for each in self.pods if each["metadata"]["labels"]["app"] == app)

    def sent(self) -> list[str]:
        """Every change in the story's namespace and of nodes by people, refused ones with their status."""
        return [*self.patches(), *self.world.sent()]

    def patches(self) -> list[str]:
        """Who changed this node in this story: others have drained it before."""
        return _patches(self.world, self.node)[self.before :]

    def evicted(self) -> list[str]:
        """The pods whose eviction the API server took, each as often as it took it."""
        return sorted(
            line.removeprefix("kajitori:alice create pods/").removesuffix("/eviction")
            for line in self.world.sent()
            if line.endswith("/eviction")
        )


async def drained(
    world: World,
    *,
    budget: int | None = None,
    beside: str = "",
    app: str = "app",
    people: tuple[str, ...] = PEOPLE,
) -> Drained:
    """A node to drain. `budget` is the `minAvailable` of a budget of `app`; `beside` is an application without one.

    `people` may look at everything and patch nodes; developers may evict in the story's namespace.
    """
    names = [app, *([beside] if beside else [])]
    labels = {"story": world.namespace}
    apps = [await world.app("app:v1", name=each, replicas=REPLICAS, labels=labels) for each in names]
    if budget is not None:
        await world.shop.apply([budget_of(app, budget)])
        path = f"/apis/policy/v1/namespaces/{world.namespace}/poddisruptionbudgets/{app}"
        await world.shop.until(path, lambda found: found.get("status", {}).get("expectedPods") == REPLICAS)
    for person in people:
        await world.shop.allow_everywhere(NODE_RULES, user=f"kajitori:{person}")
    await world.shop.allow(EVICTING, group="kajitori:developers")
    by_node: dict[str, list[dict[str, Any]]] = {}
    for each in apps:
        for pod in await each.pods():
            by_node.setdefault(pod["spec"]["nodeName"], []).append(pod)
    full = {node: pods for node, pods in by_node.items() if _apps(pods) == set(names)}
    node, pods = max(full.items(), key=lambda each: (len(each[1]), each[0]))
    before = len(_patches(world, node))
    return Drained(world=world, apps=tuple(apps), node=node, pods=tuple(pods), before=before)


def _patches(world: World, node: str) -> list[str]:
    return [
        f"{each['impersonatedUser']['username']} patch nodes"
        for each in world.shop.control_plane.audit_entries(verbs={"patch"})
        if each["objectRef"]["resource"] == "nodes"
        and each["objectRef"].get("name") == node
        and "impersonatedUser" in each
        and "dryRun" not in each["requestURI"]
        and each["responseStatus"].get("code", 200) < 300
    ]


def _apps(pods: list[dict[str, Any]]) -> set[str]:
    return {each["metadata"]["labels"]["app"] for each in pods}


def budget_of(app: str, least: int, name: str = "") -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name or app},
        "spec": {"minAvailable": least, "selector": {"matchLabels": {"app": app}}},
    }


async def allow_more(world: World, app: str, least: int) -> None:
    """Somebody lowers the budget."""
    path = f"/apis/policy/v1/namespaces/{world.namespace}/poddisruptionbudgets/{app}"
    await asyncio.to_thread(world.shop.admin.merge, path, {"spec": {"minAvailable": least}})


@contextmanager
def opened_again(found: Drained) -> Iterator[None]:
    """The node takes pods again afterwards, for other stories use it too."""
    try:
        yield
    finally:
        found.world.shop.admin.merge(f"/api/v1/nodes/{found.node}", {"spec": {"unschedulable": None}})
