"""Delete pod: this very pod, who makes a new one, what budgets say, and kubectl's rules about grace and force."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError, NotFound, NotUnderstood
from bot.operations.plan import Plan, Wait
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World

BUDGET: dict[str, Any] = {
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "app", "namespace": "shop"},
    "spec": {"selector": {"matchLabels": {"app": "app"}}},
    "status": {"disruptionsAllowed": 1},
}


def pod(name: str, owner: str = "ReplicaSet", **metadata: Any) -> dict[str, Any]:
    owners = [{"kind": owner, "name": "app-1", "uid": "o-1", "controller": True}] if owner else []
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "labels": {"app": "app"},
            "ownerReferences": owners,
            **metadata,
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def world(*objects: dict[str, Any]) -> World:
    return World(objects=list(objects) or [pod("a"), pod("b")])


async def test_a_pod_is_deleted_and_followed_by_its_uid() -> None:
    made = await plan(world(), "delete pod a -n shop")
    (call,) = made.calls
    assert (call.method, call.path, call.uid) == ("DELETE", "/api/v1/namespaces/shop/pods/a", "u-a")
    wait = made.steps[-1]
    assert isinstance(wait, Wait)
    assert (wait.condition, wait.arguments) == ("deleted", {"uid": "u-a"})
    assert made.destructive
    assert str(made.note) == "replicaset/app-1 makes a new one."
    assert said(made) == ""


@pytest.mark.parametrize("words", ["a b", "pod/a pod/b", "pod/a b", "a b a"])
async def test_several_pods_in_kubectls_forms(words: str) -> None:
    made = await plan(world(), f"delete pod {words} -n shop")
    assert [call.target.name for call in made.calls] == ["a", "b"]
    assert (made.impact.pods, made.bound.pods) == (2, 2)


async def test_a_pod_may_be_called_like_a_kind() -> None:
    made = await plan(world(pod("deployment")), "delete pod deployment -n shop")
    assert made.calls[0].target.name == "deployment"


async def test_one_that_does_not_exist_refuses_all() -> None:
    with pytest.raises(NotFound):
        await ask(world(), "delete pod a nope -n shop")


async def test_pinned_gives_the_same_and_another_pod_of_that_name_differs() -> None:
    made_in = world(pod("db-0", "StatefulSet"))
    made = await plan(made_in, "delete pod db-0 -n shop")
    second = await again(made_in, REGISTRY["delete pod"], made)
    assert isinstance(second, Plan)
    assert digest_of(second, "d") == digest_of(made, "d")
    made_in.objects[0]["metadata"]["uid"] = "u-new"
    third = await again(made_in, REGISTRY["delete pod"], made)
    assert isinstance(third, Plan)
    assert digest_of(third, "d") != digest_of(made, "d")


async def test_one_that_is_stopping_is_nothing_to_do_unless_forced() -> None:
    stopping = world(pod("a", deletionTimestamp="2026-11-25T03:00:00Z"))
    assert "is being deleted already" in str((await nothing(stopping, "delete pod a -n shop")).message)
    assert isinstance(await ask(stopping, "delete pod a --force -n shop"), Plan)


@pytest.mark.parametrize(
    ("flags", "body"),
    [
        ("", {"propagationPolicy": "Background"}),
        ("--grace-period=7", {"gracePeriodSeconds": 7, "propagationPolicy": "Background"}),
        ("--grace-period=0", {"gracePeriodSeconds": 1, "propagationPolicy": "Background"}),
        ("--now", {"gracePeriodSeconds": 1, "propagationPolicy": "Background"}),
        ("--force", {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}),
        ("--force --grace-period=0", {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}),
    ],
)
async def test_grace_as_kubectl_has_it(flags: str, body: dict[str, Any]) -> None:
    assert (await plan(world(), f"delete pod a {flags} -n shop")).calls[0].body == body


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ("--now --grace-period=3", "--now and --grace-period cannot be specified together"),
        ("--force --grace-period=3", "--force and --grace-period greater than 0 cannot be specified together"),
        ("--grace-period=-2", "--grace-period must be 0 or more seconds"),
    ],
)
async def test_contradictions_are_refused_before_anything_is_read(flags: str, reason: str) -> None:
    made = world()
    with pytest.raises(NotUnderstood, match=reason):
        await ask(made, f"delete pod a {flags} -n shop")
    assert made.looked == []


@pytest.mark.parametrize(
    ("given", "flags", "warning"),
    [
        (pod("a", ""), "", "No controller makes a new one: what it was is gone."),
        (
            pod("a", "Node", annotations={"kubernetes.io/config.mirror": "x"}),
            "",
            "It is a static pod: its node keeps it running.",
        ),
        (pod("a"), "--force", "It may go on running on its node: the deletion does not wait for it."),
        (
            pod("a", "StatefulSet"),
            "--force",
            "It may go on running on its node: the deletion does not wait for it."
            " | Two pods of one name may then write to the same volume.",
        ),
    ],
)
async def test_what_is_warned_of(given: dict[str, Any], flags: str, warning: str) -> None:
    assert said(await plan(world(given), f"delete pod a {flags} -n shop")) == warning


async def test_a_budget_is_not_asked_by_the_api_server_so_we_say_it() -> None:
    assert said(await plan(world(pod("a"), BUDGET), "delete pod a -n shop")) == ""
    made = await plan(world(pod("a"), pod("b"), BUDGET), "delete pod a b -n shop")
    assert said(made) == "pdb/app allows 1 pods down now; deleting does not ask it."


async def test_without_waiting_it_is_only_sent() -> None:
    assert len((await plan(world(), "delete pod a --wait=false -n shop")).steps) == 1


@pytest.mark.parametrize("words", ["", "deployment/a", "../x", "--all", "a/b/c"])
async def test_nothing_else_is_deleted(words: str) -> None:
    made = world()
    with pytest.raises(KajitoriError):
        await ask(made, f"delete pod {words} -n shop")
    assert made.looked == []
