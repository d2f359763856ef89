"""The same command line as kubectl's, on the world it was recorded in, plans the request that kubectl sent.

Covers every recording of rollout undo, restart, pause, resume, set image, set resources, scale and delete pod, those
included in which kubectl refuses or sends nothing. Compared are method, path, content type and body; the query
(`fieldManager`) and preconditions are the envelope's.

Meant differences, each asserted below:
- undo of a Deployment sets annotations one by one; kubectl replaces all of them (plans.md §2);
- scale with --current-replicas patches as without it, under a precondition; kubectl puts the whole scale;
- a container that is not there refuses the whole command; kubectl sends the rest;
- pause of what is paused is "nothing to do" and not an error, so that a second ask for the same is harmless;
- --dry-run is refused: every plan is one.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import KajitoriError
from bot.operations.patches import apply_patch, same
from bot.operations.plan import ContentType, Nothing, Plan
from bot.operations.registry import build_registry
from commands.image import image
from commands.pods import pods
from commands.rollout import rollout
from commands.scale import scale
from tests.parity.world import GOLDEN, Recorded, World, recorded, sent, was_sent

REGISTRY = build_registry([rollout, image, scale, pods])
FAMILIES = (
    "rollout-undo",
    "rollout-restart",
    "rollout-pause",
    "rollout-resume",
    "kubectl-set-",
    "kubectl-scale",
    "delete-pod",
)
ALL = sorted(each.stem for each in GOLDEN.glob("kubectl-*.json") if any(word in each.stem for word in FAMILIES))
EXACT = [
    "kubectl-delete-pod",
    "kubectl-delete-pod-force-nowait",
    "kubectl-rollout-pause",
    "kubectl-rollout-resume",
    "kubectl-rollout-undo-daemonset",
    "kubectl-scale",
    "kubectl-scale-statefulset",
    "kubectl-scale-zero",
    "kubectl-set-image",
    "kubectl-set-image-daemonset",
    "kubectl-set-image-star",
    "kubectl-set-resources",
]
RESTARTS = [
    "kubectl-rollout-restart-daemonset",
    "kubectl-rollout-restart-deployment",
    "kubectl-rollout-restart-statefulset",
]
UNDOS = ["kubectl-rollout-undo", "kubectl-rollout-undo-annotations", "kubectl-rollout-undo-to-revision"]
REFUSED = {
    "kubectl-rollout-undo-paused": "you cannot rollback a paused deployment; resume it first",
    "kubectl-rollout-undo-revision-not-found": "unable to find specified revision 7 in history",
    "kubectl-set-image-unknown-container": "unable to find container named web",
    "kubectl-scale-not-found": "deployments.apps nope not found",
    "kubectl-rollout-undo-dry-run-client": "Every change is tried and shown before it is sent.",
}
OTHER = ["kubectl-rollout-pause-already-paused", "kubectl-scale-current-replicas-match"]


async def run(golden: Recorded, world: World) -> Plan | Nothing:
    parsed = parse(" ".join(golden.command), REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(world, parsed.arguments)
    assert isinstance(outcome, Plan | Nothing)
    return outcome


async def planned(golden: Recorded) -> list[dict[str, Any]]:
    plan = await run(golden, golden.world())
    assert isinstance(plan, Plan)
    return [sent(call) for call in plan.calls]


def test_every_recording_is_compared() -> None:
    assert sorted([*EXACT, *RESTARTS, *UNDOS, *REFUSED, *OTHER]) == ALL


@pytest.mark.parametrize("name", EXACT)
async def test_to_the_byte(name: str) -> None:
    golden = recorded(name)
    assert golden.exit_code == 0
    assert await planned(golden) == [was_sent(each) for each in golden.changes]


@pytest.mark.parametrize("name", RESTARTS)
async def test_restart_but_for_the_moment(name: str) -> None:
    golden = recorded(name)
    at = "kubectl.kubernetes.io/restartedAt"
    (request,) = map(was_sent, golden.changes)
    request["body"]["spec"]["template"]["metadata"]["annotations"][at] = "2026-11-25T03:08:00Z"
    assert await planned(golden) == [request]


@pytest.mark.parametrize("name", UNDOS)
async def test_undo_of_a_deployment_but_for_annotations_that_the_revision_did_not_have(name: str) -> None:
    golden = recorded(name)
    (request,) = map(was_sent, golden.changes)
    (ours,) = await planned(golden)
    assert {**ours, "body": None} == {**request, "body": None}
    assert ours["body"][0] == request["body"][0]
    live = next(each for each in golden.objects if each["kind"] == "Deployment")
    theirs = request["body"][1]["value"]
    after: Any = apply_patch(ours["body"], ContentType.JSON_PATCH, live)
    kept = {key: value for key, value in live["metadata"]["annotations"].items() if key not in theirs}
    assert same(after["metadata"]["annotations"], {**theirs, **kept})


async def test_an_annotation_that_was_added_since_survives_our_undo_and_not_kubectls() -> None:
    golden = recorded("kubectl-rollout-undo-annotations")
    live = next(each for each in golden.objects if each["kind"] == "Deployment")
    lost = live["metadata"]["annotations"].keys() - golden.changes[0]["body"][1]["value"].keys()
    assert lost
    (ours,) = await planned(golden)
    assert not any(each["path"] == "/metadata/annotations" for each in ours["body"])
    assert not any(each["path"].endswith(key) for each in ours["body"] for key in lost)


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
async def test_a_refusal_plans_nothing_and_gives_kubectls_reason(name: str, reason: str) -> None:
    golden = recorded(name)
    assert not golden.changes
    world = golden.world()
    with pytest.raises(KajitoriError) as refused:
        await run(golden, world)
    assert str(refused.value.what) == reason
    if golden.exit_code:
        assert reason.split(";")[0] in golden.stderr.replace('"', "")
    else:
        assert world.looked == []


async def test_pause_of_what_is_paused_is_nothing_to_do() -> None:
    golden = recorded("kubectl-rollout-pause-already-paused")
    outcome = await run(golden, golden.world())
    assert not golden.changes
    assert isinstance(outcome, Nothing)
    assert "is already paused" in golden.stderr
    assert "is already paused" in str(outcome.message)


async def test_a_condition_on_the_number_is_a_precondition_and_not_a_put() -> None:
    golden = recorded("kubectl-scale-current-replicas-match")
    (request,) = golden.changes
    plan = await run(golden, golden.world())
    assert isinstance(plan, Plan)
    (call,) = plan.calls
    assert (request["method"], call.method) == ("PUT", "PATCH")
    assert call.path == request["path"]
    assert same(call.body, {"spec": request["body"]["spec"]})
    assert [(each.pointer, each.value) for each in call.preconditions] == [("/spec/replicas", 3)]
