"""A label by which a NetworkPolicy lets traffic through is refused; what could not be looked at is said."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from bot.errors import Refused
from bot.operations.kinds import Kind
from bot.operations.pod_selection import policy_keys
from bot.text import text
from tests.parity.world import World
from tests.spaces.planning import plan, refused, said, shop, thing

T = TypeVar("T")
LINE = "label pod/app-1-x {}=yes --overwrite"
POD = {"matchLabels": {"role": "db"}}
ASKS = {"matchExpressions": [{"key": "seen", "operator": "Exists"}]}


class Bounded(World):
    """Policies may be listed in their own namespace, not in all of them."""

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        if kind.kind == "NetworkPolicy" and not namespace:
            raise Refused(text("may not list {kind}", kind=kind.plural))
        return await super().list(kind, namespace, model, labels=labels, fields=fields, limit=limit)


def policy(name: str = "wall", *, namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    return thing("NetworkPolicy", name, metadata={"namespace": namespace}, spec={"podSelector": {}, **spec})


@pytest.mark.parametrize(
    "spec",
    [
        {"podSelector": {"matchLabels": {"seen": "yes"}}},
        {"podSelector": ASKS},
        {"ingress": [{"from": [{"podSelector": ASKS}]}]},
        {"egress": [{}, {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"podSelector": ASKS}]}]},
        {"ingress": [{"from": [{"namespaceSelector": {}, "podSelector": ASKS}]}]},
    ],
)
@pytest.mark.parametrize("change", [LINE, "label pod/app-1-x {}-"])
async def test_what_a_policy_of_the_namespace_asks_for_is_refused(spec: dict[str, Any], change: str) -> None:
    pod = thing("Pod", "app-1-x", metadata={"labels": {"seen": "no"}})
    told = await refused(shop(pod, policy(**spec)), change.format("seen"))
    assert "networkpolicy/wall selects pods by seen" in told


async def test_a_policy_of_another_namespace_that_lets_these_pods_in_is_refused_too() -> None:
    other = policy(namespace="vault", ingress=[{"from": [{"namespaceSelector": {}, "podSelector": ASKS}]}])
    assert "networkpolicy/wall in vault selects pods by seen" in await refused(shop(other), LINE.format("seen"))


async def test_what_a_policy_of_another_namespace_asks_of_its_own_pods_is_not() -> None:
    other = policy(namespace="vault", podSelector=ASKS, ingress=[{"from": [{"podSelector": ASKS}]}])
    assert (await plan(shop(other), LINE.format("seen"))).calls


async def test_where_all_could_be_looked_at_nothing_is_said() -> None:
    assert "network policies" not in said(await plan(shop(policy(podSelector=POD)), LINE.format("seen")))


async def test_where_others_could_not_be_looked_at_it_is_said_and_its_own_count() -> None:
    world = Bounded(objects=shop(policy(podSelector=POD)).objects)
    assert "I did not see the network policies of other namespaces" in said(await plan(world, LINE.format("seen")))
    assert "networkpolicy/wall selects pods by role" in await refused(world, LINE.format("role"))


async def test_what_is_no_pod_is_selected_by_none() -> None:
    assert (await plan(shop(policy(podSelector=ASKS)), "label deployment/app seen=yes")).calls


@pytest.mark.parametrize(
    "spec", [None, {}, {"podSelector": None, "ingress": None}, {"ingress": [{"from": None}, None]}]
)
def test_what_a_policy_leaves_out_asks_for_nothing(spec: Any) -> None:
    assert policy_keys({"spec": spec}, own=True) == set()
