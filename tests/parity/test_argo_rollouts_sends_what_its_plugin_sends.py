"""The same command line as the plugin's, on the world it was recorded in, plans the request that the plugin sent.

Covers every recording of `kubectl argo rollouts`. Compared are method, path, content type and body; the query and the
preconditions are the envelope's. Meant differences, each asserted below with its reason:

- set image sets the images; the plugin reads the whole object and puts it back, with whatever changed in between;
- promote on a step that runs is refused unless `--skip-current-step` says so: the plugin skips the analysis silently;
- promote on what is paused by hand ends that pause alone: the plugin skips a step by it, or sends what has no effect;
- promote and abort are bound to the version that was shown: the plugin's patches are blind;
- history exists.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import KajitoriError
from bot.operations.patches import apply_patch, same
from bot.operations.plan import ContentType, Nothing, Plan
from bot.operations.registry import build_registry
from bot.operations.view import Live, View
from commands.argo_rollouts import argo_rollouts
from tests.parity.world import GOLDEN, Recorded, recorded, sent, was_sent

REGISTRY = build_registry([argo_rollouts])
ALL = sorted(each.stem for each in GOLDEN.glob("argo-*.json"))
EXACT = [
    "argo-abort",
    "argo-bluegreen-abort",
    "argo-bluegreen-promote-at-pause",
    "argo-bluegreen-promote-full-before-pause",
    "argo-bluegreen-undo",
    "argo-pause",
    "argo-promote-at-pause",
    "argo-promote-full",
    "argo-promote-skip-current-step",
    "argo-retry",
    "argo-terminate-analysisrun",
    "argo-undo",
]
REFUSED = {
    "argo-get-rollout-not-found": "rollouts.argoproj.io nope not found",
    "argo-promote-not-found": "rollouts.argoproj.io nope not found",
    "argo-undo-only-one-revision": "no revision found for rollout app",
    "argo-undo-revision-not-found": "unable to find specified revision 9 in history",
}
IMAGES = ["argo-set-image", "argo-set-image-star"]
READS = [
    "argo-get-rollout",
    "argo-history-does-not-exist",
    "argo-list-rollouts",
    "argo-status-healthy",
    "argo-status-paused-nowatch",
    "argo-status-timeout",
]
OTHER = [
    "argo-promote-full-healthy",
    "argo-promote-running-analysis",
    "argo-promote-unpause",
    "argo-promote-unpause-at-pause-step",
    "argo-restart",
    "argo-set-image-workloadref",
]


async def run(golden: Recorded) -> Plan | Nothing | View | Live:
    parsed = parse(" ".join(golden.command), REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(golden.world(), parsed.arguments)
    assert isinstance(outcome, Plan | Nothing | View | Live)
    return outcome


async def planned(golden: Recorded) -> list[dict[str, Any]]:
    plan = await run(golden)
    assert isinstance(plan, Plan)
    return [sent(call) for call in plan.calls]


async def view(name: str) -> View:
    outcome = await run(recorded(name))
    assert isinstance(outcome, View)
    return outcome


def rollout_in(golden: Recorded) -> dict[str, Any]:
    return next(each for each in golden.objects if each["kind"] == "Rollout")


def test_every_recording_is_compared() -> None:
    assert sorted([*EXACT, *REFUSED, *IMAGES, *READS, *OTHER]) == ALL


@pytest.mark.parametrize("name", EXACT)
async def test_to_the_byte(name: str) -> None:
    golden = recorded(name)
    assert await planned(golden) == [was_sent(each) for each in golden.changes]


async def test_restart_but_for_the_moment() -> None:
    golden = recorded("argo-restart")
    (request,) = map(was_sent, golden.changes)
    assert await planned(golden) == [{**request, "body": {"spec": {"restartAt": "2026-11-25T03:08:00Z"}}}]


@pytest.mark.parametrize("name", IMAGES)
async def test_set_image_sets_what_the_plugin_puts_back_with_the_whole(name: str) -> None:
    golden = recorded(name)
    (request,) = golden.changes
    (ours,) = await planned(golden)
    assert (request["method"], ours["method"]) == ("PUT", "PATCH")
    assert ours["path"] == request["path"]
    assert all(each["path"].endswith("/image") and each["op"] == "replace" for each in ours["body"])
    after = apply_patch(ours["body"], ContentType.JSON_PATCH, rollout_in(golden))
    assert same(after["spec"], request["body"]["spec"])


async def test_set_image_of_a_rollout_that_refers_to_a_deployment_sets_it_there() -> None:
    golden = recorded("argo-set-image-workloadref")
    (request,) = golden.changes
    (ours,) = await planned(golden)
    assert (ours["method"], ours["path"]) == ("PATCH", request["path"])
    deployment = next(each for each in golden.objects if each["kind"] == "Deployment")
    after: Any = apply_patch(ours["body"], ContentType.STRATEGIC, deployment)
    assert same(after["spec"], request["body"]["spec"])


async def test_a_step_that_runs_is_skipped_only_where_that_was_said() -> None:
    golden = recorded("argo-promote-running-analysis")
    assert golden.changes[0]["body"] == {"status": {"pauseConditions": None, "currentStepIndex": 2}}
    with pytest.raises(KajitoriError) as refused:
        await run(golden)
    assert "would skip this step while it runs" in str(refused.value.next)
    skip = next(each for each in refused.value.choices if "--skip-current-step" in each.command_line)
    parsed = parse(skip.command_line, REGISTRY)
    assert parsed.operation.run is not None
    plan = await parsed.operation.run(golden.world(), parsed.arguments)
    assert isinstance(plan, Plan)
    (call,) = plan.calls
    assert (call.subresource, call.body) == ("status", {"status": {"currentStepIndex": 2}})


async def test_a_pause_by_hand_is_ended_and_no_step_is_skipped_by_it() -> None:
    golden = recorded("argo-promote-unpause")
    status, spec = golden.changes
    assert status["body"]["status"]["currentStepIndex"] == 1, "the plugin goes past a step that never ran"
    assert await planned(golden) == [was_sent(spec)]


async def test_at_a_pause_step_only_the_pause_by_hand_ends_as_it_did_for_the_plugin() -> None:
    golden = recorded("argo-promote-unpause-at-pause-step")
    status, spec = golden.changes
    assert status["body"] == {"status": {"pauseConditions": None}}
    assert await planned(golden) == [was_sent(spec)], "the first of the plugin's two had no effect: the index stayed"


async def test_what_is_healthy_is_not_said_to_be_promoted() -> None:
    golden = recorded("argo-promote-full-healthy")
    outcome = await run(golden)
    assert not golden.changes
    assert "fully promoted" in golden.stdout
    assert isinstance(outcome, Nothing)
    assert str(outcome.message) == "rollout/app is fully promoted: nothing waits."


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
async def test_a_refusal_plans_nothing_and_gives_the_plugins_reason(name: str, reason: str) -> None:
    golden = recorded(name)
    assert not golden.changes
    with pytest.raises(KajitoriError) as refused:
        await run(golden)
    assert str(refused.value.what) == reason
    assert reason.replace("rollouts.argoproj.io ", "") in golden.stderr.replace('"', "")


async def test_the_tree_is_the_plugins_own() -> None:
    golden = recorded("argo-get-rollout")
    made = pods_of(golden)
    parsed = parse(" ".join(golden.command), REGISTRY)
    assert parsed.operation.run is not None
    world = golden.world()
    world.objects += made
    shown = await parsed.operation.run(world, parsed.arguments)
    assert isinstance(shown, View)
    assert without_ages(shown.output) == without_ages(golden.stdout)


def pods_of(golden: Recorded) -> list[dict[str, Any]]:
    """Its pods, which the recording names in what was printed only."""
    owners = {each["metadata"]["name"]: each["metadata"]["uid"] for each in golden.objects}
    names = [word for word in golden.stdout.split() if word.rsplit("-", 1)[0] in owners and word not in owners]
    status = {"phase": "Running", "containerStatuses": [{"name": "app", "ready": True, "state": {"running": {}}}]}
    return [
        {
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": golden.namespace,
                "labels": {"app": "app"},
                "ownerReferences": [{"uid": owners[name.rsplit("-", 1)[0]], "controller": True}],
            },
            "spec": {"containers": [{"name": "app"}]},
            "status": status,
        }
        for name in names
    ]


def without_ages(printed: str) -> list[list[str]]:
    """Words of each line; an age is when it was looked at."""
    rows = [line.split() for line in printed.strip().splitlines()]
    return [[word for word in row if word != "<unknown>" and not word.rstrip("smhd").isdigit()] for row in rows]


async def test_the_list_has_the_plugins_columns() -> None:
    golden, shown = recorded("argo-list-rollouts"), await view("argo-list-rollouts")
    assert shown.table is not None
    printed = [line.split() for line in golden.stdout.strip().splitlines()]
    assert [list(shown.table.columns), *map(list, shown.table.rows)] == printed


async def test_a_pause_is_said_with_its_weight() -> None:
    assert recorded("argo-status-paused-nowatch").stdout == "Paused - CanaryPauseStep\n"
    assert [str(each) for each in (await view("argo-status-paused-nowatch")).lines] == ["holding at 25 %"]


@pytest.mark.parametrize(("name", "seconds"), [("argo-status-timeout", 4), ("argo-status-healthy", 0)])
async def test_status_is_followed(name: str, seconds: int) -> None:
    outcome = await run(recorded(name))
    assert isinstance(outcome, Live)
    assert (outcome.condition, outcome.target.name) == ("rollout-settled", "app")
    assert outcome.deadline == seconds if seconds else outcome.deadline >= 600


async def test_history_exists() -> None:
    assert "unknown command" in recorded("argo-history-does-not-exist").stderr
    table = (await view("argo-history-does-not-exist")).table
    assert table is not None
    assert [row[:3] for row in table.rows] == [
        ("1", "stable", "registry.local/app:v1"),
        ("2", "canary", "registry.local/app:v2"),
    ]
