"""Scale: one number, conditional on the one that was shown; autoscalers, quotas and slips of the finger are told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.execution.envelope import violated, wrap
from bot.operations.patches import reached
from bot.operations.plan import Plan, Wait
from bot.operations.ways_back import back_matches
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World, recorded

GOLDEN = recorded("kubectl-scale")


def world(*more: dict[str, Any], forbidden: frozenset[str] = frozenset()) -> World:
    made = GOLDEN.world()
    made.objects += [{**each, "metadata": {**each["metadata"], "namespace": GOLDEN.namespace}} for each in more]
    made.forbidden = forbidden
    return made


def line(flags: str, target: str = "deployment/app") -> str:
    return f"scale {target} {flags} -n {GOLDEN.namespace}"


def autoscaler(least: int | None, most: int) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"}
    spec = {"minReplicas": least, "maxReplicas": most, "scaleTargetRef": target}
    return {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "app", "uid": "h-1"}, "spec": spec}


def quota(**hard_and_used: tuple[str, str]) -> dict[str, Any]:
    values = {name.replace("_", "."): pair for name, pair in hard_and_used.items()}
    status = {
        "hard": {name: hard for name, (hard, _) in values.items()},
        "used": {name: used for name, (_, used) in values.items()},
    }
    return {"kind": "ResourceQuota", "metadata": {"name": "team"}, "status": status}


async def test_the_number_that_was_shown_is_the_condition_on_the_workload_itself() -> None:
    made = world()
    planned = await plan(made, line("--replicas=5"))
    (call,) = planned.calls
    (live,) = made.objects
    assert (str(planned.before), str(planned.after)) == ("3", "5")
    assert violated(call, live) == []
    assert violated(call, {**live, "spec": {**live["spec"], "replicas": 4}}) == ["/spec/replicas"]
    assert not reached(call.body, call.content_type, live)
    version = live["metadata"]["resourceVersion"]
    envelope = wrap(call, live, manager="m", timeout=5)
    assert envelope.body == {"spec": {"replicas": 5}, "metadata": {"resourceVersion": version}}
    assert call.path.endswith("/deployments/app/scale")


async def test_it_is_followed_until_as_many_are_ready() -> None:
    planned = await plan(world(), line("--replicas=5"))
    wait = planned.steps[-1]
    assert isinstance(wait, Wait)
    assert (wait.condition, wait.arguments) == ("scaled", {"replicas": 5})
    assert (planned.impact.pods, planned.impact.unavailable) == (2, 0)


async def test_already_so_is_nothing_to_do() -> None:
    assert str((await nothing(world(), line("--replicas=3"))).message) == "deployment/app has 3 already."


async def test_pinned_gives_the_same_and_done_gives_nothing() -> None:
    made = world()
    planned = await plan(made, line("--replicas=5", "app"))
    second = await again(made, REGISTRY["scale"], planned)
    assert isinstance(second, Plan)
    assert digest_of(second, "s") == digest_of(planned, "s")
    made.send(planned.calls)
    assert not isinstance(await again(made, REGISTRY["scale"], planned), Plan)


async def test_the_way_back() -> None:
    made = world()
    planned = await plan(made, line("--replicas=5"))
    assert planned.back is not None
    assert planned.back.command_line == f"scale deployment/app --replicas=3 -n {GOLDEN.namespace}"
    made.send(planned.calls)
    back = await plan(made, planned.back.command_line)
    assert back_matches(planned.back, back.calls)
    assert back.calls == planned.back.calls


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ("", "The --replicas=COUNT flag is required"),
        ("--replicas=-1", "COUNT must be greater than or equal to 0"),
        ("--replicas=1001", "1001 pods are more than 1000"),
        ("--replicas=5 --current-replicas=-7", "must specify an integer of -1 or greater"),
        ("--replicas=5 --current-replicas=2", "Expected replicas to be 2, was 3"),
        ("--replicas=5 --dry-run=server", "Every change is tried"),
    ],
)
async def test_refusals(flags: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        await ask(world(), line(flags))


async def test_a_daemonset_has_no_number() -> None:
    with pytest.raises(NotUnderstood, match="this is not supported for daemonsets"):
        await ask(world(), line("--replicas=1", "daemonset/agent"))


@pytest.mark.parametrize(
    ("replicas", "limits", "warning"),
    [
        (0, None, "Nothing of it runs afterwards."),
        (1, None, "One pod means downtime whenever it is replaced."),
        (
            5,
            (2, 10),
            "hpa/app sets the number again within seconds, between 2 and 10; hpa pause hpa/app --at=5 holds it.",
        ),
        (0, (2, 10), "Nothing of it runs afterwards. | hpa/app stays off until someone sets 1 or more."),
    ],
)
async def test_what_is_warned_of(replicas: int, limits: tuple[int | None, int] | None, warning: str) -> None:
    made = world(autoscaler(*limits)) if limits else world()
    assert said(await plan(made, line(f"--replicas={replicas}"))) == warning


@pytest.mark.parametrize(
    ("replicas", "limits", "least", "flag"),
    [(20, (2, 10), 2, "--max=20"), (20, (None, 10), 1, "--max=20"), (1, (2, 10), 2, "--min=1")],
)
async def test_a_number_that_an_autoscaler_forces_back_is_refused_and_its_limit_offered(
    replicas: int, limits: tuple[int | None, int], least: int, flag: str
) -> None:
    with pytest.raises(Refused) as refused:
        await ask(world(autoscaler(*limits)), line(f"--replicas={replicas}"))
    error = refused.value
    assert f"hpa/app keeps deployment/app between {least} and 10 pods. {replicas} would be set back" in str(error)
    assert [each.command_line for each in error.choices] == [f"hpa set hpa/app {flag} -n {GOLDEN.namespace}"]


@pytest.mark.parametrize(
    ("limits", "warning"),
    [
        ({"pods": ("10", "9")}, "quota/team leaves room for 1 more pods."),
        ({"pods": ("10", "5")}, ""),
        ({"requests_cpu": ("1", "900m")}, "quota/team leaves room for 1 more pods."),
        ({"requests_memory": ("1Gi", "1Gi"), "pods": ("10", "0")}, "quota/team leaves room for 0 more pods."),
        ({"services": ("1", "1")}, ""),
        ({"pods": ("odd", "1")}, ""),
    ],
)
async def test_what_a_quota_leaves_room_for(limits: dict[str, tuple[str, str]], warning: str) -> None:
    made = world(quota(**limits))
    container = made.objects[0]["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "100m", "memory": "64Mi"}}
    assert said(await plan(made, line("--replicas=5"))) == warning
    assert said(await plan(made, line("--replicas=2"))) == ""


async def test_what_could_not_be_looked_at_is_said() -> None:
    made = world(forbidden=frozenset({"ResourceQuota"}))
    assert "resourcequotas" in said(await plan(made, line("--replicas=5")))
