"""A share that no number of pods can have, a pair that others set, a name that is taken: refused, and why."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError, NotFound, Refused
from bot.operations.view import View
from tests.bluegreen.colours import endpoints
from tests.canary.pairs import CANARY, STABLE, autoscaler, canary, service, stable, world
from tests.parity.planning import ask
from tests.parity.world import NOW, World

WEIGHT = "canary set-weight web --weight=30"
START = "canary start web app=web:v2"
TRACKED = {"app": "web", "track": "stable"}


async def refusal(made: World, line: str) -> str:
    with pytest.raises(KajitoriError) as refused:
        await ask(made, f"{line} -n shop")
    return str(refused.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("canary set-weight web --weight=-1", "A weight is said in percent, or as a number of pods."),
        ("canary set-weight web --weight=101", "A weight is 0 to 100 percent, not 101."),
        ("canary set-weight web --weight=many", "takes a whole number"),
        ("canary set-weight web", "A weight is said in percent"),
        ("canary set-weight web --weight=10 --pods=1", "A weight is said in percent"),
        ("canary set-weight web --pods=11", "11 of 10 pods cannot be."),
        ("canary set-weight web --pods=1 --total=0", "1 of 0 pods cannot be."),
        ("canary set-weight web --pods=1 --total=5000", "at most 1000"),
        ("canary set-weight web other --weight=10", "more than one"),
        ("canary set-weight sts/web --weight=10", "not supported for statefulsets"),
        ("canary set-weight web --weight=10 --canary=web", "cannot be its own canary"),
        ("canary set-weight web --weight=10 --canary=nosuch", "There is no deployment/nosuch."),
        ("canary start web app=web:v3", "A canary runs already: 1 of 10 pods (10 %)."),
        ("canary start web", "at least one image update is required"),
    ],
)
async def test_bad_input(line: str, why: str) -> None:
    if why == "more than one":
        line, why = line.replace("web other", "deploy/web deploy/other"), "One workload at a time."
    assert why in await refusal(world(stable(9), canary(1)), line)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"{START} --weight=0", "A weight is 1 to 100 percent, not 0."),
        (f"{START} --weight=101", "A weight is 1 to 100 percent, not 101."),
        ("canary start web app=web:v1", "deployment/web has this image already."),
        ("canary start web nosuch=web:v2", "unable to find container named nosuch"),
        (WEIGHT, "deployment/web has no canary. There is no deployment/web-canary."),
        ("canary promote web", "deployment/web has no canary."),
        ("canary abort web", "deployment/web has no canary."),
        ("canary status web", "deployment/web has no canary."),
    ],
)
async def test_without_a_canary(line: str, why: str) -> None:
    assert why in await refusal(world(stable()), line)


async def test_one_pod_cannot_be_shared() -> None:
    assert "1 pods cannot be shared. Scale it first: scale deployment/web --replicas=2." in await refusal(
        world(stable(1)), START
    )


@pytest.mark.parametrize("whose", ["web", "web-canary"])
@pytest.mark.parametrize("line", [WEIGHT, "canary promote web", "canary abort web"])
async def test_an_autoscaler_on_either_is_noticed(whose: str, line: str) -> None:
    told = await refusal(world(stable(9), canary(1), autoscaler(whose)), line)
    assert f"hpa/{whose} sets how many pods deployment/{whose} has. It would fight every weight" in told


async def test_an_autoscaler_is_noticed_at_the_start_and_another_ones_is_no_matter() -> None:
    assert "hpa/web sets how many pods" in await refusal(world(stable(), autoscaler("web")), START)
    await ask(world(stable(), autoscaler("other")), f"{START} -n shop")


@pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "Service"])
async def test_what_may_not_be_seen_is_not_taken_for_absent(kind: str) -> None:
    made = world(stable(9), canary(1))
    made.forbidden = frozenset({kind})
    with pytest.raises(Refused):
        await ask(made, f"{WEIGHT} -n shop")


@pytest.mark.parametrize("line", [START, "canary promote web"])
async def test_a_paused_deployment_is_neither_copied_nor_promoted_to(line: str) -> None:
    found = (stable(9, paused=True), *((canary(1),) if "promote" in line else ()))
    told = await refusal(world(*found), line)
    assert "deployment/web is paused." in told
    assert "Resume it first: rollout resume deployment/web." in told


async def test_the_pods_of_a_paused_pair_can_still_be_given_back() -> None:
    await ask(world(stable(9, paused=True), canary(1, paused=True)), "canary abort web -n shop")


@pytest.mark.parametrize(
    ("objects", "line", "why"),
    [
        ([stable()], START, "No Service sends to deployment/web."),
        (
            [stable(labels=TRACKED), service(TRACKED)],
            START,
            "service/web would send nothing to the canary. It sends to pods with track=stable only.",
        ),
        (
            [
                stable(),
                service(STABLE),
                service(STABLE, "more", **{"argo-rollouts.argoproj.io/managed-by-rollouts": "x"}),
            ],
            START,
            "service/more belongs to a Rollout.",
        ),
        (
            [stable(9), canary(1, selector={"matchLabels": STABLE}), service(STABLE)],
            WEIGHT,
            "takes the pods of deployment/web too",
        ),
        (
            [stable(selector={"matchExpressions": [{"key": "track", "operator": "DoesNotExist"}]}), service(STABLE)],
            START,
            "does not let a canary be told apart. Its selector says something else about track.",
        ),
        ([stable(), canary(0, annotations={}), service(STABLE)], START, "deployment/web-canary was not made here."),
        (
            [stable(), canary(0, selector={"matchLabels": {"old": "label"}}), service(STABLE)],
            START,
            "The selector of deployment/web-canary would not take the new pods.",
        ),
        ([stable(8), canary(2, ready=1), service(STABLE)], "canary promote web", "1 of 2 canary pods are available."),
    ],
)
async def test_a_pair_that_does_not_fit(objects: list[Any], line: str, why: str) -> None:
    assert why in await refusal(World(objects=objects, now=NOW), line)


async def test_other_containers_are_not_promoted() -> None:
    other = canary(1)
    other["spec"]["template"]["spec"]["containers"].append({"name": "more", "image": "more:v1"})
    assert "The two have other containers: more." in await refusal(world(stable(9), other), "canary promote web")


async def test_a_deployment_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        await ask(world(), f"{WEIGHT} -n shop")


def pod(name: str, labels: dict[str, str]) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "uid": name, "labels": labels},
        "status": status,
    }


async def test_the_weight_is_seen_by_pods_and_by_ready_endpoints() -> None:
    pods = [pod("c1", CANARY), pod("s1", STABLE), pod("s2", STABLE), pod("s3", STABLE)]
    found = endpoints(STABLE, pods)
    found["metadata"]["labels"] = {"kubernetes.io/service-name": "web"}
    view = await ask(world(stable(9), canary(1), *pods, found), "canary status web -n shop")
    assert isinstance(view, View)
    assert [str(each) for each in view.lines] == [
        "1 of 10 pods (10 %) are the canary's.",
        "service/web: 1 of 4 pods (25 %) by ready endpoints.",
    ]
    assert view.table is not None
    assert view.table.rows == (("stable", "web", "web:v1", "9", "9"), ("canary", "web-canary", "web:v2", "1", "1"))
    assert [each.command_line for each in view.actions] == [
        "canary promote deployment/web --canary=web-canary -n shop",
        "canary abort deployment/web --canary=web-canary -n shop",
    ]
