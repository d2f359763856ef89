"""What a drain asks people to agree to: a rule, a bound, what they should know; and what it refuses to plan."""

from __future__ import annotations

import msgspec
import pytest

from bot.errors import NotUnderstood, Refused
from bot.operations.draining import choose_members, outside
from bot.operations.evict import Holder, Rule
from bot.operations.intent import plan_digest
from bot.operations.plan import Plan
from bot.requests.drift import drift
from tests.nodes.made import DS, bare_step, budget, node, pod, seen, step, world
from tests.parity.planning import REGISTRY, again, nothing, plan, said
from tests.parity.world import World

LINE = "drain node-a"


async def test_the_bound_is_how_many_pods_and_whose() -> None:
    made = await plan(world(pod("a"), pod("b"), pod("c", node="node-b")), LINE)
    found = step(made)
    assert found.most == 2
    assert found.holders == (Holder(namespace="shop", kind="ReplicaSet", name="app-1", uid="rs"),)
    assert [each.name for each in found.expected] == ["a", "b"]
    assert [each.id for each in made.steps] == ["step-1", "step-2"]
    assert (found.deadline, made.impact.pods, made.impact.fate) == (900, 2, "evicted")


async def test_no_vote_binds_to_the_pods_that_happen_to_be_there() -> None:
    one = await plan(world(pod("a"), pod("b")), LINE)
    other = await plan(world(pod("c"), pod("d")), LINE)
    assert digest(one) == digest(other)
    fewer = await plan(world(pod("a")), LINE)
    assert digest(one) != digest(fewer)


async def test_the_policy_is_asked_about_the_node_and_every_namespace_whose_pods_go() -> None:
    made = await plan(world(pod("a"), pod("b", namespace="other")), LINE)
    assert made.namespaces == ("", "other", "shop")


@pytest.mark.parametrize(
    ("flags", "objects", "destructive"),
    [
        ("", [pod()], False),
        ("--force", [pod()], False),
        ("--force", [pod(owner=None)], True),
        ("--delete-emptydir-data", [pod(local=True)], True),
        ("--delete-emptydir-data", [pod(local=True, phase="Succeeded")], False),
        ("--ignore-daemonsets", [pod(owner=DS)], False),
    ],
)
async def test_what_cannot_be_made_anew_makes_it_destructive(flags: str, objects: list, destructive: bool) -> None:
    assert (await plan(world(*objects), f"{LINE} {flags}")).destructive is destructive


async def test_a_budget_that_holds_pods_is_said_before_the_vote() -> None:
    assert "pdb/app lets none go now: needs 2, has 2. It holds shop/app-1-a." in said(
        await plan(world(pod(), budget()), LINE)
    )


async def test_budgets_that_may_not_be_listed_are_not_taken_for_none() -> None:
    made = await plan(world(pod(), forbidden=frozenset({"PodDisruptionBudget"})), LINE)
    assert "You may not list poddisruptionbudgets, so these were not checked." in said(made)


async def test_all_refusals_and_their_flags_are_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        await plan(world(pod("a", owner=DS), pod("b", local=True), pod("c", owner=None)), LINE)
    error = refused.value
    assert str(error.what) == "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): shop/a"
    assert "local storage (use --delete-emptydir-data to override): shop/b; cannot delete Pods that" in str(error.why)
    assert "Say --ignore-daemonsets --delete-emptydir-data --force if that is what you want." in str(error.next)


async def test_a_daemon_set_made_anew_under_its_name_is_not_the_owner() -> None:
    old = {**DS, "uid": "old"}
    with pytest.raises(Refused, match="whose DaemonSet is gone"):
        await plan(world(pod(owner=old)), f"{LINE} --ignore-daemonsets")
    assert step(await plan(world(pod(owner=old)), f"{LINE} --force")).holders[0].uid == "old"


async def test_a_cordoned_node_is_only_emptied_and_no_way_back_is_promised() -> None:
    made = await plan(world(pod(), cordoned=True), LINE)
    assert made.calls == ()
    assert step(made).id == "step-1"
    assert made.back is None
    assert "It is cordoned already and stays so." in str(made.note)


async def test_an_empty_and_cordoned_node_is_done() -> None:
    outcome = await nothing(world(cordoned=True), LINE)
    assert str(outcome.message) == "node-a is cordoned and holds no pod to evict."


@pytest.mark.parametrize(
    ("flags", "error", "what"),
    [
        ("--timeout=soon", NotUnderstood, "soon is no duration"),
        ("--timeout=3h", Refused, "2 hours at most"),
        ("--grace-period=-2", NotUnderstood, "must be 0 or more"),
        ("--disable-eviction", Refused, "past their disruption budgets"),
        ("--dry-run=server", Refused, "tried and shown"),
        ("node-b", Refused, "One node at a time"),
        ("--force=perhaps", NotUnderstood, "force"),
    ],
)
async def test_bad_input_is_refused_with_its_reason(flags: str, error: type[Exception], what: str) -> None:
    with pytest.raises(error, match=what):
        await plan(world(pod()), f"{LINE} {flags}")


@pytest.mark.parametrize("line", ["drain", "cordon", "uncordon", "drain pod/a", "cordon ../../etc", "cordon a/b/c"])
async def test_what_names_no_node_is_not_understood(line: str) -> None:
    with pytest.raises(NotUnderstood):
        await plan(world(pod()), line)


@pytest.mark.parametrize("word", ["node-a", "node/node-a", "nodes/node-a", "no/node-a"])
async def test_a_node_is_named_as_kubectl_takes_it(word: str) -> None:
    assert (await plan(world(), f"cordon {word}")).target.path == "/api/v1/nodes/node-a"


async def test_several_nodes_are_cordoned_together_and_those_that_are_stay_out() -> None:
    both = World(objects=[node("node-a"), node("node-b", cordoned=True), node("node-c")])
    made = await plan(both, "cordon node-a node-b node-c")
    assert [each.target.name for each in made.calls] == ["node-a", "node-c"]
    assert made.back is not None
    assert made.back.command_line == "uncordon node-a node-c"


async def test_the_way_back_of_a_drain_is_the_uncordoning_that_would_be_planned() -> None:
    made = await plan(world(pod()), LINE)
    assert made.back is not None
    fresh = await plan(world(cordoned=True), "uncordon node-a")
    (voted,), (call,) = made.back.calls, fresh.calls
    assert (voted.path, voted.body, voted.preconditions) == (call.path, call.body, call.preconditions)
    assert fresh.recovery


async def test_the_same_plan_comes_of_its_pinned_arguments() -> None:
    there = world(pod("a"), pod("b", owner=DS))
    made = await plan(there, "drain node/node-a --ignore-daemonsets --timeout=5m --grace-period=7")
    assert await again(there, REGISTRY["drain"], made) == made
    assert step(made).rule == Rule(ignore_daemonsets=True, grace_period=7)
    assert step(made).deadline == 300


async def drifted(*objects: dict, voted: Plan) -> list[str]:
    fresh = await again(world(*objects), REGISTRY["drain"], voted)
    assert isinstance(fresh, Plan)
    return [str(each) for each in drift(voted, fresh)]


async def test_fewer_pods_and_exchanged_ones_are_no_difference() -> None:
    voted = await plan(world(pod("a"), pod("b")), LINE)
    assert await drifted(pod("c"), voted=voted) == []
    assert await drifted(pod("c"), pod("d"), voted=voted) == []


async def test_more_pods_and_another_owners_are_a_difference() -> None:
    voted = await plan(world(pod("a")), LINE)
    more = await drifted(pod("a"), pod("b"), voted=voted)
    assert "it would evict 2 pods; voted on: 1 at most" in more
    other = {"kind": "ReplicaSet", "name": "web-1", "uid": "other", "controller": True}
    assert await drifted(pod("a", owner=other), voted=voted) == ["pods of shop/replicaset/web-1 are on node-a now"]


async def test_the_members_are_held_to_the_bound() -> None:
    voted = step(await plan(world(pod("a"), pod("b")), LINE))
    members, why = choose_members(voted, [seen(pod("c")), seen(pod("b"))])
    assert ([each.name for each in members], why) == (["b", "c"], None)
    _, why = choose_members(voted, [seen(pod(name)) for name in "abc"])
    assert str(why) == "3 pods on it now; voted on: 2 at most"
    _, why = choose_members(voted, [seen(pod("a", owner=None))])
    assert "declare no controller" in str(why)


async def test_a_pod_that_is_terminating_is_waited_for_and_counts_in_no_bound() -> None:
    made = await plan(world(pod("a"), pod("b"), pod("going", going=True)), LINE)
    voted = step(made)
    assert (voted.most, made.impact.pods, [each.name for each in voted.expected]) == (2, 2, ["a", "b"])
    assert str(made.note) == "Terminating already, and waited for: shop/going."
    assert await drifted(pod("a", going=True), pod("b"), pod("c"), voted=made) == []
    members, why = choose_members(voted, [seen(pod("a", going=True)), seen(pod("b")), seen(pod("c"))])
    assert ([each.name for each in members], why) == (["a", "b", "c"], None)
    _, why = choose_members(voted, [seen(pod("a", going=True)), *(seen(pod(name)) for name in "bcd")])
    assert str(why) == "3 pods on it now; voted on: 2 at most"


async def test_a_node_where_all_are_terminating_is_waited_for_without_an_eviction() -> None:
    made = await plan(world(pod("a", going=True), cordoned=True), LINE)
    found = step(made)
    assert (found.most, found.expected, made.impact.pods) == (0, (), 0)
    assert str(made.note) == "It is cordoned already and stays so. Terminating already, and waited for: shop/a."


def test_a_pod_is_held_to_it_once_more_before_it_goes() -> None:
    voted = msgspec.structs.replace(
        bare_step(), holders=(Holder(namespace="shop", kind="ReplicaSet", name="app-1", uid="rs"),)
    )
    assert outside(voted, seen(pod())) is None
    assert "is not on node-a" in str(outside(voted, seen(pod(node="node-b"))))
    assert "nobody voted on that" in str(outside(voted, seen(pod(namespace="other"))))
    assert "not among the pods" in str(outside(voted, seen(pod(mirror=True))))


def digest(made: Plan) -> str:
    return plan_digest(made, cluster="test", namespace="", operation="drain")
