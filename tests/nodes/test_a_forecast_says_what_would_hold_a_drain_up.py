"""`disruption`: flags that a drain would need, and budgets that let no pod go, before anyone asks."""

from __future__ import annotations

from bot.operations.view import View
from tests.nodes.made import DS, budget, pod, world
from tests.parity.planning import ask
from tests.parity.world import World


async def shown(there: World, line: str) -> View:
    found = await ask(there, line)
    assert isinstance(found, View)
    return found


async def test_of_one_node_it_names_pods_owners_flags_and_budgets() -> None:
    view = await shown(world(pod("a"), pod("b", owner=DS), budget()), "disruption node-a")
    assert [str(each) for each in view.lines] == [
        "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): shop/b",
        "pdb/app lets none go now: needs 2, has 2. It holds shop/a.",
    ]
    assert view.table is not None
    assert view.table.rows == (
        ("shop/a", "replicaset/app-1", "-", "pdb/app"),
        ("shop/b", "daemonset/agent", "--ignore-daemonsets", "-"),
    )
    assert [each.command_line for each in view.actions] == ["drain node-a --ignore-daemonsets"]


async def test_flags_that_lose_something_are_for_a_person_to_type() -> None:
    view = await shown(world(pod(local=True)), "disruption node-a")
    assert "use --delete-emptydir-data" in str(view.lines[0])
    assert view.actions == ()


async def test_a_node_that_nothing_holds_up() -> None:
    view = await shown(world(pod()), "disruption node-a")
    assert [str(each) for each in view.lines] == ["Nothing would hold it up."]
    assert [each.command_line for each in view.actions] == ["drain node-a"]


async def test_of_all_nodes_it_is_one_row_each() -> None:
    view = await shown(world(pod("a"), pod("b", node="node-x"), budget()), "disruption")
    assert view.table is not None
    assert view.table.rows == (("node-a", "Schedulable", "1", "-", "shop/app"),)


async def test_budgets_that_may_not_be_listed_are_said_to_be_unseen() -> None:
    there = world(pod(), forbidden=frozenset({"PodDisruptionBudget"}))
    for line in ("disruption", "disruption node-a"):
        assert "were not checked" in str((await shown(there, line)).warnings[0])
