"""A weight becomes numbers of pods of two Deployments; what is added serves before anything is taken away."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.canaries import pods_for
from bot.operations.conditions.weights import Weighed
from bot.operations.patches import apply_patch
from bot.operations.plan import Call, Plan, Wait
from bot.operations.ways_back import back_matches
from tests.canary.pairs import CANARY, STABLE, canary, stable, world
from tests.parity.planning import REGISTRY, again, digest_of, nothing, plan, said


def told(made: Plan) -> list[tuple[int, str]]:
    """Each step in a few words, with its group."""
    return [(each.group, _call(each) if isinstance(each, Call) else _wait(each)) for each in made.steps]


def _call(call: Call) -> str:
    body: Any = call.body
    number = body[1]["value"] if isinstance(body, list) else body["spec"]["replicas"]
    return f"{call.verb} {call.target.name}{'/scale' if call.subresource else ''} {number}"


def _wait(wait: Wait) -> str:
    number = wait.arguments.get("replicas", wait.arguments.get("pods", ""))
    return f"{wait.condition} {wait.target.kind.singular}/{wait.target.name} {number}".strip()


@pytest.mark.parametrize(
    ("weight", "total", "pods"),
    [(0, 10, 0), (1, 10, 1), (14, 10, 1), (15, 10, 2), (50, 10, 5), (99, 10, 9), (100, 10, 10), (50, 3, 2), (50, 2, 1)],
)
def test_a_weight_is_the_nearest_number_of_pods_and_never_none_or_all_by_rounding(
    weight: int, total: int, pods: int
) -> None:
    assert pods_for(weight, total) == pods


async def test_more_for_the_canary() -> None:
    made = world(stable(9), canary(1))
    planned = await plan(made, "canary set-weight web --weight=30 -n shop")
    assert told(planned) == [
        (0, "patch web-canary/scale 3"),
        (1, "scaled deployment/web-canary 3"),
        (1, "shared service/web 3"),
        (2, "patch web/scale 7"),
        (3, "scaled deployment/web 7"),
    ]
    (share,) = (each for each in planned.steps if isinstance(each, Wait) and each.condition == "shared")
    assert share.arguments == {
        "selector": STABLE,
        "pods": 3,
        "labels": CANARY,
        **Weighed(beside=9, new=True).argument,
    }
    assert share.steady == 5
    assert (str(planned.before), str(planned.after)) == ("1 of 10 pods (10 %)", "3 of 10 pods (30 %)")
    assert [each.id for each in planned.steps] == [f"step-{n}" for n in range(1, 6)]


async def test_less_for_the_canary() -> None:
    planned = await plan(world(stable(7), canary(3)), "canary set-weight web --weight=10 -n shop")
    assert told(planned) == [
        (0, "patch web/scale 9"),
        (1, "scaled deployment/web 9"),
        (1, "shared service/web 9"),
        (2, "patch web-canary/scale 1"),
        (3, "scaled deployment/web-canary 1"),
    ]
    (share,) = (each for each in planned.steps if isinstance(each, Wait) and each.condition == "shared")
    assert share.arguments == {
        "selector": STABLE,
        "pods": 9,
        "labels": STABLE,
        "without": CANARY,
        **Weighed(beside=3, beside_new=True).argument,
    }


async def test_the_way_back_is_the_numbers_before() -> None:
    made = world(stable(9), canary(1))
    planned = await plan(made, "canary set-weight web --weight=30 -n shop")
    assert planned.back is not None
    line = "canary set-weight deployment/web --canary=web-canary --pods=1 --total=10 -n shop"
    assert planned.back.command_line == line
    made.send(planned.calls)
    back = await plan(made, line)
    assert back_matches(planned.back, back.calls)


async def test_what_was_meant_is_pinned_and_done_is_nothing_to_do() -> None:
    made = world(stable(9), canary(1))
    planned = await plan(made, "canary set-weight web --weight=30 -n shop")
    assert {key: planned.pinned[key] for key in ("weight", "pods", "total", "canary")} == {
        "weight": -1,
        "pods": 3,
        "total": 10,
        "canary": "web-canary",
    }
    second = await again(made, REGISTRY["canary set-weight"], planned)
    assert isinstance(second, Plan)
    assert digest_of(second, "c") == digest_of(planned, "c")
    made.send(planned.calls)
    assert str((await nothing(made, "canary set-weight web --weight=30 -n shop")).message).startswith("It has 3 of 10")


async def test_a_half_done_weight_goes_on_with_the_total_that_was_meant() -> None:
    planned = await plan(world(stable(9), canary(3)), "canary set-weight web --pods=3 --total=10 -n shop")
    assert told(planned) == [(0, "patch web/scale 7"), (1, "scaled deployment/web 7")]
    assert "Both together have 12 pods now and 10 afterwards." in said(planned)


@pytest.mark.parametrize(
    ("stable_pods", "canary_pods", "kept"),
    [(10, 2, 10), (8, 2, 10), (9, 3, 10), (12, 2, 14), (3, 1, 4)],
    ids=["started halfway", "started", "given more halfway", "scaled up by hand", "scaled down by hand"],
)
async def test_in_the_middle_the_total_is_the_one_that_it_was_started_with(
    stable_pods: int, canary_pods: int, kept: int
) -> None:
    marks = {"kajitori.dev/canary-of": "web", "kajitori.dev/canary-total": "10"}
    made = world(stable(stable_pods), canary(canary_pods, annotations=marks))
    made.send((await plan(made, "canary abort web -n shop")).calls)
    numbers = {each["metadata"]["name"]: each["spec"].get("replicas") for each in made.objects}
    assert (numbers["web"], numbers["web-canary"]) == (kept, 0)


async def test_the_images_of_both_and_the_service_are_facts() -> None:
    planned = await plan(world(stable(9), canary(1)), "canary set-weight web --weight=30 -n shop")
    assert {(each.target.reference, each.pointer): each.value for each in planned.facts} == {
        ("deployment/web", "/spec/template/spec/containers/0/image"): "web:v1",
        ("deployment/web-canary", "/spec/template/spec/containers/0/image"): "web:v2",
        ("service/web", "/spec/selector"): STABLE,
    }


async def test_it_is_started_beside_the_stable_one() -> None:
    made = world(stable(10, argo=True, annotations={"x": "y"}))
    planned = await plan(made, "canary start web app=web:v2 --weight=20 -n shop")
    assert told(planned) == [
        (0, "create web-canary 2"),
        (1, "rolled-out deployment/web-canary"),
        (1, "shared service/web 2"),
        (2, "patch web/scale 8"),
        (3, "scaled deployment/web 8"),
    ]
    body = planned.calls[0].body
    assert isinstance(body, dict)
    expected = stable(2, image="web:v2", labels=CANARY)
    spec = {key: value for key, value in expected["spec"].items() if key != "paused"}
    assert body == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web-canary",
            "namespace": "shop",
            "labels": {"track": "canary"},
            "annotations": {"kajitori.dev/canary-of": "web", "kajitori.dev/canary-total": "10"},
        },
        "spec": spec,
    }
    assert "budgets count the canary's pods with its own" in said(planned)
    assert "Argo CD keeps it (application/shop)" in said(planned)
    assert planned.back is not None
    assert planned.back.command_line == "canary abort deployment/web --canary=web-canary -n shop"
    assert planned.back.calls == ()


async def test_what_shares_a_volume_is_told() -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}}]
    planned = await plan(world(stable(volumes=volumes)), "canary start web app=web:v2 -n shop")
    assert "Both versions use the same volumes: web-data." in said(planned)


async def test_one_that_is_left_from_before_is_used_again() -> None:
    made = world(stable(10, level="debug"), canary(0, image="web:old"))
    planned = await plan(made, "canary start web app=web:v2 --weight=10 -n shop")
    assert told(planned)[0] == (0, "patch web-canary 1")
    call = planned.calls[0]
    live = next(each for each in made.objects if each["metadata"]["name"] == "web-canary")
    after = apply_patch(call.body, call.content_type, live)
    template = stable(10, level="debug", image="web:v2", labels=CANARY)["spec"]["template"]
    assert after["spec"] == {**live["spec"], "replicas": 1, "template": template}
    assert {each.pointer for each in call.preconditions} == {
        "/spec/template",
        "/spec/replicas",
        "/spec/selector",
        "/spec/paused",
        "/metadata/annotations/kajitori.dev~1canary-total",
        "/metadata/annotations/kajitori.dev~1canary-of",
    }
    made.send(planned.calls)
    assert planned.back is not None
    assert back_matches(planned.back, (await plan(made, planned.back.command_line)).calls)


async def test_started_again_with_what_was_pinned_it_is_the_same_or_nothing() -> None:
    made = world(stable(10), canary(0))
    planned = await plan(made, "canary start web app=web:v2 --weight=20 -n shop")
    second = await again(made, REGISTRY["canary start"], planned)
    assert isinstance(second, Plan)
    assert digest_of(second, "c") == digest_of(planned, "c")
    made.send(planned.calls)
    assert not isinstance(await again(made, REGISTRY["canary start"], planned), Plan)


async def test_promoting_gives_the_stable_one_images_and_pods_in_one_patch() -> None:
    made = world(stable(7), canary(3))
    planned = await plan(made, "canary promote web -n shop")
    assert told(planned) == [
        (0, "patch web 10"),
        (1, "rolled-out deployment/web"),
        (1, "shared service/web 10"),
        (2, "patch web-canary/scale 0"),
        (3, "scaled deployment/web-canary 0"),
    ]
    assert planned.calls[0].body == {
        "spec": {
            "template": {
                "spec": {
                    "$setElementOrder/containers": [{"name": "app"}],
                    "containers": [{"name": "app", "image": "web:v2"}],
                }
            },
            "replicas": 10,
        }
    }
    assert (str(planned.before), str(planned.after)) == ("v1", "v2")
    made.send(planned.calls)
    assert planned.back is not None
    assert planned.back.command_line == "set image deployment/web app=web:v1 -n shop"
    assert back_matches(planned.back, (await plan(made, planned.back.command_line)).calls)
    assert str((await nothing(made, "canary promote web -n shop")).message).endswith("images already.")


async def test_what_else_the_canary_has_is_not_promoted_and_told() -> None:
    planned = await plan(world(stable(9), canary(1, level="debug")), "canary promote web -n shop")
    assert "which is not taken over: also: env" in said(planned)


async def test_aborting_gives_all_pods_back_and_is_a_recovery() -> None:
    made = world(stable(7), canary(3, ready=0))
    planned = await plan(made, "canary abort web -n shop")
    assert planned.recovery
    assert [words for _, words in told(planned) if words.startswith("patch")] == [
        "patch web/scale 10",
        "patch web-canary/scale 0",
    ]
    made.send(planned.calls)
    assert planned.back is not None
    assert back_matches(planned.back, (await plan(made, planned.back.command_line)).calls)
    assert str((await nothing(made, "canary abort web -n shop")).message) == "The canary has no pods."


async def test_all_for_the_canary_leaves_the_stable_one_none() -> None:
    planned = await plan(world(stable(9), canary(1)), "canary set-weight web --weight=100 -n shop")
    assert [words for _, words in told(planned) if words.startswith("patch")] == [
        "patch web-canary/scale 10",
        "patch web/scale 0",
    ]
