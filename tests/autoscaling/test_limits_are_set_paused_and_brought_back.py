"""Limits change as one merge patch of what differs; a pause is minimum = maximum, and remembers what was."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import ContentType, Plan, Wait
from bot.operations.view import View
from bot.operations.ways_back import back_matches
from tests.autoscaling.scalers import deployment, scaler, world
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World

NOTE = "kajitori.dev/limits-before-pause"
PAUSED = {NOTE: "2-10"}


async def only(made: World, line: str) -> Plan:
    return await plan(made, f"{line} -n shop")


async def refusal(made: World, line: str) -> str:
    with pytest.raises(KajitoriError) as refused:
        await ask(made, f"{line} -n shop")
    return str(refused.value)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("hpa set app --max=20", {"spec": {"maxReplicas": 20}}),
        ("hpa set app --min=3", {"spec": {"minReplicas": 3}}),
        ("hpa set hpa/app --min=3 --max=20", {"spec": {"minReplicas": 3, "maxReplicas": 20}}),
        ("hpa set app --min=2 --max=4", {"spec": {"maxReplicas": 4}}),
        ("hpa pause app", {"metadata": {"annotations": PAUSED}, "spec": {"minReplicas": 5, "maxReplicas": 5}}),
        ("hpa pause app --at=7", {"metadata": {"annotations": PAUSED}, "spec": {"minReplicas": 7, "maxReplicas": 7}}),
    ],
)
async def test_the_body_is_what_changes(line: str, body: dict[str, Any]) -> None:
    (call,) = (await only(world(), line)).calls
    assert call.body == body
    assert (call.content_type, call.subresource, call.uid) == (ContentType.MERGE_PATCH, "", "h-1")
    aim = {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"}
    assert {each.pointer: each.value for each in call.preconditions} == {
        "/spec/minReplicas": 2,
        "/spec/maxReplicas": 10,
        "/spec/scaleTargetRef": aim,
        "/metadata/annotations/kajitori.dev~1limits-before-pause": None,
    }


async def test_it_is_resumed_with_the_limits_before() -> None:
    made = world(deployment(), scaler(5, 5, annotations=PAUSED))
    (call,) = (await only(made, "hpa resume app")).calls
    assert call.body == {"metadata": {"annotations": {NOTE: None}}, "spec": {"minReplicas": 2, "maxReplicas": 10}}


@pytest.mark.parametrize(
    ("line", "back", "annotations", "limits"),
    [
        ("hpa set app --max=4", "hpa set hpa/app --min=2 --max=10 -n shop", {}, (2, 10)),
        ("hpa pause app", "hpa resume hpa/app -n shop", {}, (2, 10)),
        ("hpa resume app", "hpa pause hpa/app --at=5 -n shop", PAUSED, (5, 5)),
    ],
)
async def test_the_way_back(line: str, back: str, annotations: dict[str, str], limits: tuple[int, int]) -> None:
    made = world(deployment(), scaler(*limits, annotations=annotations))
    planned = await only(made, line)
    assert planned.back is not None
    assert planned.back.command_line == back
    made.send(planned.calls)
    taken = await plan(made, back)
    assert back_matches(planned.back, taken.calls)
    made.send(taken.calls)
    found = next(each for each in made.objects if each["kind"] == "HorizontalPodAutoscaler")
    assert (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) == limits
    assert {key: value for key, value in found["metadata"]["annotations"].items() if value} == annotations


@pytest.mark.parametrize(
    ("line", "pods", "fate"), [("--max=4", 1, "removed"), ("--min=8", 3, "added"), ("--max=20", 0, "removed")]
)
async def test_pods_that_are_outside_at_once_are_counted_and_followed(line: str, pods: int, fate: str) -> None:
    planned = await only(world(), f"hpa set app {line}")
    assert (planned.impact.pods, planned.impact.fate) == (pods, fate)
    waits = [each for each in planned.steps if isinstance(each, Wait)]
    assert [(each.condition, each.target.reference) for each in waits] == (
        [("within-limits", "deployment/app")] if pods else []
    )


async def test_what_was_meant_is_pinned() -> None:
    made = world()
    planned = await only(made, "hpa pause app")
    assert planned.pinned["at"] == 5
    second = await again(made, REGISTRY["hpa pause"], planned)
    assert isinstance(second, Plan)
    assert digest_of(second, "h") == digest_of(planned, "h")
    made.send(planned.calls)
    assert not isinstance(await again(made, REGISTRY["hpa pause"], planned), Plan)


async def test_limits_that_are_set_end_a_pause() -> None:
    made = world(deployment(), scaler(5, 5, annotations=PAUSED))
    (call,) = (await only(made, "hpa set app --max=5")).calls
    assert call.body == {"metadata": {"annotations": {NOTE: None}}}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("hpa set app", "Which limits?"),
        ("hpa set app --min=11", "--max=MAXPODS must be larger or equal to --min=MINPODS, max: 10, min: 11"),
        ("hpa set app --max=1", "max: 1, min: 2"),
        ("hpa set app --max=0 --min=0", "must be at least 1, max: 0"),
        ("hpa set app --max=5000", "5000 pods are more than 1000."),
        ("hpa set app --max=many", "takes a whole number"),
        ("hpa set nosuch --max=5", "There is no nosuch"),
        ("hpa set deploy/app --max=5", "not supported for deployments"),
        ("hpa set hpa/app hpa/b --max=5", "One autoscaler at a time."),
        ("hpa pause app --at=0", "scales nothing"),
        ("hpa pause app --at=5000", "more than 1000"),
        ("hpa resume app", "hpa/app was not paused here."),
    ],
)
async def test_bad_input(line: str, why: str) -> None:
    assert why in await refusal(world(), line)


@pytest.mark.parametrize("note", ["", "2", "-1-5", "2-10-3", "10-2", "9999999-9999999", "٢-٩"])
async def test_a_note_that_was_written_by_hand_is_not_believed(note: str) -> None:
    made = world(deployment(), scaler(5, 5, annotations={NOTE: note}))
    told = await refusal(made, "hpa resume app")
    assert "was not paused here" in told or "must be larger or equal" in told


async def test_what_has_no_pods_is_off_already() -> None:
    made = world(deployment(0), scaler())
    assert "At 0 an autoscaler is off by itself" in await refusal(made, "hpa pause app")
    assert "off until someone sets 1 or more" in said(await only(made, "hpa set app --max=20"))


async def test_already_so_is_nothing_to_do() -> None:
    assert "has these limits already" in str((await nothing(world(), "hpa set app --max=10 -n shop")).message)
    made = world(deployment(), scaler(5, 5, annotations=PAUSED))
    assert "is paused at 5 already" in str((await nothing(made, "hpa pause app -n shop")).message)


async def test_what_it_scales_may_be_of_another_kind() -> None:
    made = world(scaler(2, 10, kind="Rollout", aim="web"))
    planned = await only(made, "hpa set app --max=4")
    assert [each for each in planned.steps if isinstance(each, Wait)] == []
    assert "What it scales could not be looked at." in said(planned)


async def test_deleting_leaves_the_pods_and_is_destructive() -> None:
    planned = await only(world(), "hpa remove app")
    (call,) = planned.calls
    assert (call.verb, call.body, call.uid, planned.destructive) == (
        "delete",
        {"propagationPolicy": "Background"},
        "h-1",
        True,
    )
    assert planned.back is None


async def test_what_is_seen() -> None:
    conditions = [
        {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale", "message": "ok"},
        {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": "no metrics"},
        {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "message": "at the maximum"},
    ]
    made = world(deployment(), scaler(5, 5, annotations=PAUSED, conditions=conditions))
    view = await ask(made, "hpa status app -n shop")
    assert isinstance(view, View)
    assert [str(each) for each in view.lines] == [
        "5 pods, 6 wanted; between 5 and 5.",
        "It is paused; its limits were 2-10.",
    ]
    assert [str(each) for each in view.warnings] == [
        "ScalingActive: FailedGetResourceMetric: no metrics",
        "ScalingLimited: TooManyReplicas: at the maximum",
    ]
    assert [each.command_line for each in view.actions] == ["hpa resume hpa/app -n shop"]
    every = await ask(made, "hpa status -n shop")
    assert isinstance(every, View)
    assert every.table is not None
    assert every.table.rows[0][:2] == ("app", "Deployment/app")
    assert "There is none." in str(await ask(world(deployment()), "hpa status -n shop"))


@pytest.mark.parametrize(
    ("desired", "limited", "lines", "warnings"),
    [
        (2, "TooFewReplicas", ["2 pods, 2 wanted; between 2 and 4.", "Its load needs no more than its minimum."], []),
        (4, "TooManyReplicas", ["2 pods, 4 wanted; between 2 and 4."], ["ScalingLimited: TooManyReplicas: so it is"]),
        (0, "", ["2 pods, how many it wants is not known yet; between 2 and 4."], []),
    ],
)
async def test_a_small_load_is_no_trouble_and_what_was_not_reckoned_yet_is_not_nothing(
    desired: int, limited: str, lines: list[str], warnings: list[str]
) -> None:
    """As the real controller says it: `desiredReplicas: 0` until it had metrics once, and at the minimum "limited"."""
    conditions = [{"type": "ScalingLimited", "status": "True", "reason": limited, "message": "so it is"}]
    found = scaler(2, 4, conditions=conditions if limited else [])
    found["status"] |= {"currentReplicas": 2, "desiredReplicas": desired}
    view = await ask(world(deployment(), found), "hpa status app -n shop")
    assert isinstance(view, View)
    assert [str(each) for each in view.lines] == lines
    assert [str(each) for each in view.warnings] == warnings
