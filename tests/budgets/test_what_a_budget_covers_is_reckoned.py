"""How many pods may go by a limit, before it is set: the disruption controller's arithmetic, and what to fear of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.budget_limits import Field, Limit
from tests.budgets.covered import AGENT, OF_THREE, budget, pods, workload, world
from tests.nodes.made import pod
from tests.parity.planning import plan, said
from tests.parity.world import World


async def after(flag: str, *objects: dict[str, Any], replicas: int = 3) -> str:
    made = world(*(objects or pods(3)), budget(minAvailable=9), replicas=replicas)
    return str((await plan(made, f"set pdb app {flag} -n shop")).after)


@pytest.mark.parametrize(("field", "value", "allowed"), OF_THREE)
async def test_of_three_ready_pods(field: Field, value: int | str, allowed: int) -> None:
    assert (await after(Limit(field=field, value=value).flag)).endswith(f", {allowed} may go now")


async def test_pods_that_are_not_ready_or_go_already_do_not_count_as_healthy() -> None:
    found = [*pods(2, 1), pod("app-1-z", going=True)]
    assert (await after("--min-available=1", *found)).endswith(", 1 may go now")
    assert (await after("--max-unavailable=1", *found)).endswith(", 0 may go now")


async def test_shares_are_of_what_is_wanted_and_numbers_stand_for_themselves() -> None:
    assert (await after("--max-unavailable=1", *pods(3), replicas=10)).endswith(", 0 may go now")
    assert (await after("--min-available=1", *pods(3), replicas=10)).endswith(", 2 may go now")


async def test_a_replica_set_of_its_own_and_a_stateful_set_have_their_own_number() -> None:
    metadata = {"namespace": "shop", "uid": "own", "name": "own"}
    for kind in ("ReplicaSet", "StatefulSet"):
        owner = {"kind": kind, "name": "own", "uid": "own", "controller": True}
        found = [*pods(2, owner=owner), {"kind": kind, "metadata": metadata, "spec": {"replicas": 4}}]
        assert (await after("--max-unavailable=3", *found)).endswith(", 1 may go now")


async def test_what_cannot_be_told_is_not_said() -> None:
    unknown = {"kind": "Cassandra", "name": "own", "uid": "own", "controller": True}
    assert await after("--max-unavailable=1", *pods(2, owner=unknown)) == "maxUnavailable 1"
    assert (await after("--min-available=1", *pods(2, owner=unknown))).endswith(", 1 may go now")
    gone = {"kind": "StatefulSet", "name": "gone", "uid": "gone", "controller": True}
    assert await after("--min-available=50%", *pods(2, owner=gone)) == "minAvailable 50%"


async def warnings(line: str, *objects: dict[str, Any], **more: Any) -> str:
    return said(await plan(world(*objects, **more), f"{line} -n shop"))


MAKE = "create pdb web --selector=app=app"


@pytest.mark.parametrize(
    "flag", ["--min-available=3", "--min-available=4", "--max-unavailable=0", "--min-available=90%"]
)
async def test_a_limit_by_which_no_drain_ever_ends_is_told(flag: str) -> None:
    assert "It never lets a pod go" in await warnings(f"{MAKE} {flag}", *pods(3))


async def test_a_limit_that_lets_none_go_only_now_is_told_as_that() -> None:
    told = await warnings(f"{MAKE} --min-available=2", *pods(2, 1))
    assert told == "It lets no pod go now: 2 are ready."
    assert await warnings(f"{MAKE} --min-available=2", *pods(3)) == ""


async def test_a_limit_that_holds_nothing_is_told_and_asks_for_the_votes_of_a_deletion() -> None:
    assert "It holds nothing back" in await warnings(f"{MAKE} --min-available=0", *pods(3))
    for flag, destructive in (("--max-unavailable=100%", True), ("--min-available=1", False)):
        planned = await plan(world(), f"set pdb app {flag} -n shop")
        assert planned.destructive is destructive


async def test_a_budget_without_pods_is_judged_by_what_it_says() -> None:
    for flag, destructive in (
        ("--max-unavailable=1", False),
        ("--max-unavailable=100%", True),
        ("--min-available=0", True),
    ):
        assert (await plan(world(budget()), f"set pdb app {flag} -n shop")).destructive is destructive, flag


async def test_a_selector_that_matches_no_pod_is_told() -> None:
    planned = await plan(world(*pods(3)), "create pdb web --selector=app=wbe --min-available=1 -n shop")
    assert "Its selector matches no pod" in said(planned)
    assert str(planned.note) == "its selector app=wbe matches no pod"


async def test_pods_under_two_budgets_are_told_for_nobody_can_evict_them() -> None:
    told = await warnings(f"{MAKE} --min-available=1", *pods(3), budget())
    assert "3 of its pods are under another budget too (pdb/app): the API server evicts none of these." in told
    others = budget("api", selector={"matchLabels": {"app": "api"}})
    assert await warnings(f"{MAKE} --min-available=1", *pods(3), others) == ""


async def test_a_share_of_pods_that_have_no_replicas_lets_none_go_and_a_number_works() -> None:
    told = await warnings(f"{MAKE} --max-unavailable=1", *pods(3, owner=AGENT))
    assert told.startswith("Pods of a DaemonSet have no replicas to reckon by: it lets none go.")
    assert await warnings(f"{MAKE} --min-available=2", *pods(3, owner=AGENT)) == ""


async def test_whoever_may_not_list_budgets_is_told_what_was_not_checked() -> None:
    class Blind(World):
        async def list(self, kind: Any, *rest: Any, **more: Any) -> Any:
            forbidden = frozenset({"PodDisruptionBudget"})
            self.forbidden = forbidden if kind.kind in forbidden else frozenset()
            return await super().list(kind, *rest, **more)

    blind = Blind(objects=[*pods(3), *workload()])
    told = said(await plan(blind, f"{MAKE} --min-available=1 -n shop"))
    assert told == "You may not list poddisruptionbudgets, so these were not checked."
