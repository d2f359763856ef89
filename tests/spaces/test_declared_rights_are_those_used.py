"""Each operation declares every right that its looks, its probes and its calls need, and none that it never uses."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import Plan, Wait
from tests.spaces.planning import ENFORCE, REGISTRY, ask, cron_job, shop, thing

OWNERS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job")
KINDS = ("deployment/a", "statefulset/a", "daemonset/a", "cronjob/a", "service/a", "pod/a", "namespace/shop")
LINES = {
    "label": [*(f"label {each} seen=1" for each in (*KINDS, *(f"pod/of-{owner.lower()}" for owner in OWNERS)))],
    "annotate": [f"annotate {each} seen=1" for each in KINDS],
    "create namespace": ["create namespace other"],
    "podsecurity": ["podsecurity", "podsecurity shop"],
    "podsecurity check": ["podsecurity check shop"],
    "podsecurity set": ["podsecurity set shop --enforce=baseline"],
    "create job": ["create job run --from=cronjob/nightly"],
    "delete job": ["delete job by-hand"],
    "cronjob suspend": ["cronjob suspend nightly"],
    "cronjob resume": ["cronjob resume stopped"],
}


def objects() -> list[dict[str, object]]:
    kinds = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Service", "Pod", "ReplicaSet", "Job")
    found = [thing(kind, "a", spec={}) for kind in kinds]
    for kind in OWNERS:
        owner = {"kind": kind, "name": "a", "uid": "u", "controller": True}
        found.append(thing("Pod", f"of-{kind.lower()}", metadata={"ownerReferences": [owner]}))
    hand = {"labels": {"kajitori.dev/request": "1"}, "annotations": {"cronjob.kubernetes.io/instantiate": "manual"}}
    stopped = {**cron_job(suspend=True), "metadata": {"name": "stopped", "namespace": "shop", "uid": "s"}}
    return [*found, thing("Job", "by-hand", metadata=hand, spec={}), stopped]


def test_every_operation_is_looked_at() -> None:
    assert set(LINES) == set(REGISTRY.operations)


@pytest.mark.parametrize("name", LINES)
async def test_declared_and_used_are_the_same(name: str) -> None:
    used: set[tuple[str, str, str]] = set()
    for line in LINES[name]:
        world = shop(*objects())
        outcome = await ask(world, line)
        if isinstance(outcome, Plan):
            used |= {(each.verb, each.target.kind.kind, each.subresource) for each in outcome.calls}
        used |= {(verb, kind, "") for verb, kind in world.looked}
    assert used == {(each.verb, each.kind.kind, each.subresource) for each in REGISTRY[name].rights}


async def test_a_pasted_level_needs_no_other_right() -> None:
    world = shop()
    await ask(world, f"label namespace shop {ENFORCE}=restricted")
    declared = {(each.verb, each.kind.kind) for each in REGISTRY["label"].rights}
    assert set(world.looked) <= declared


async def test_what_is_waited_for_is_of_a_kind_that_is_changed() -> None:
    outcome = await ask(shop(), "create job run --from=cronjob/nightly")
    assert isinstance(outcome, Plan)
    waits = [each for each in outcome.steps if isinstance(each, Wait)]
    assert [each.target.kind.kind for each in waits] == ["Job"]


async def test_a_refusal_uses_no_more() -> None:
    world = shop()
    with pytest.raises(KajitoriError):
        await ask(world, "label deployment/app deployment.kubernetes.io/revision=1")
    assert world.looked == []
