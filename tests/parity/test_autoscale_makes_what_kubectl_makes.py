"""`kubectl autoscale`, pasted: the same autoscaler.

Meant differences: kubectl's typed client sends protobuf with an empty status, which the API server ignores; here JSON
goes out without it. A second autoscaler of one workload is refused, where kubectl makes it and the two fight. The
recording has no object before it (`before` is empty), so its Deployment is put there.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import Wait
from tests.autoscaling.scalers import deployment, scaler, world
from tests.parity.planning import ask, nothing, plan, said
from tests.parity.world import recorded, sent, was_sent

LINE = "autoscale deployment/app --min=2 --max=8 --cpu=70%"


async def test_but_for_the_empty_status_it_is_the_same_object() -> None:
    golden = recorded("kubectl-autoscale")
    made = golden.world()
    app = deployment()
    made.objects.append({**app, "metadata": {**app["metadata"], "namespace": golden.namespace}})
    (request,) = map(was_sent, golden.changes)
    assert request["body"].pop("status") == {"desiredReplicas": 0, "currentMetrics": None}
    planned = await plan(made, " ".join(golden.command))
    assert [sent(each) for each in planned.calls] == [{**request, "content_type": "application/json"}]


async def metrics(flags: str) -> Any:
    (call,) = (await plan(world(deployment()), f"autoscale deploy/app --max=8 {flags} -n shop")).calls
    assert isinstance(call.body, dict)
    return call.body["spec"]


async def test_the_forms_of_a_metric() -> None:
    assert await metrics("") == {
        "scaleTargetRef": {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"},
        "maxReplicas": 8,
    }
    share = {"type": "Utilization", "averageUtilization": 70}
    amount = {"type": "AverageValue", "averageValue": "500m"}
    for flags, expected in (
        ("--cpu=70%", [("cpu", share)]),
        ("--cpu-percent=70", [("cpu", share)]),
        ("--cpu=0.5", [("cpu", amount)]),
        ("--cpu=70% --memory=256Mi", [("cpu", share), ("memory", {"type": "AverageValue", "averageValue": "256Mi"})]),
    ):
        found = (await metrics(flags))["metrics"]
        assert [(each["resource"]["name"], each["resource"]["target"]) for each in found] == expected, flags


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("autoscale deploy/app", "--max=MAXPODS is required and must be at least 1, max: -1"),
        ("autoscale deploy/app --min=9 --max=8", "must be larger or equal to --min=MINPODS, max: 8, min: 9"),
        ("autoscale deploy/app --max=8 --cpu=0%", "is no percentage of what is requested"),
        ("autoscale deploy/app --max=8 --cpu=lots", "lots"),
        ("autoscale deploy/app --max=8 --cpu=1 --cpu-percent=5", "cannot be specified together"),
        ("autoscale ds/app --max=8", "not supported for daemonsets"),
        ("autoscale deploy/nosuch --max=8", "nosuch"),
        ("autoscale deploy/app deploy/b --max=8", "One workload at a time."),
        ("autoscale deploy/app --max=8 --dry-run=server", "Every change is tried"),
        (LINE, "hpa/other is there: it scales deployment/app. Two autoscalers of one workload would fight."),
        (f"{LINE.replace('deployment/app', 'deployment/web')} --name=other", "Choose another name with --name=NAME"),
    ],
)
async def test_refusals(line: str, why: str) -> None:
    made = world(deployment(), deployment(name="web"), scaler(2, 10, name="other"))
    with pytest.raises(KajitoriError) as refused:
        await ask(made, f"{line} -n shop")
    assert why in str(refused.value)


async def test_the_other_one_is_offered_in_the_same_place() -> None:
    with pytest.raises(KajitoriError) as refused:
        await ask(world(deployment(), scaler(2, 10, name="other")), f"{LINE} -n shop")
    assert [each.command_line for each in refused.value.choices] == ["hpa set hpa/other --min=2 --max=8 -n shop"]


async def test_what_is_there_already_is_nothing_to_do() -> None:
    assert "has these limits already" in str(
        (await nothing(world(deployment(), scaler(2, 8)), f"{LINE} -n shop")).message
    )


async def test_pods_outside_of_the_limits_are_followed_and_what_it_cannot_measure_is_told() -> None:
    planned = await plan(world(deployment(12)), f"{LINE} -n shop")
    assert planned.impact.pods == 4
    assert [each.condition for each in planned.steps if isinstance(each, Wait)] == ["within-limits"]
    assert said(planned) == "app has no requests to take a percentage of: it will not scale."
    assert said(await plan(world(deployment(requests={"cpu": "100m"})), f"{LINE} -n shop")) == ""
    assert planned.back is not None
    assert planned.back.command_line == "hpa remove hpa/app -n shop"
