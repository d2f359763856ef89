"""Canaries, switches, autoscalers, numbers of pods, Rollouts: what keeps each is told, and can be paused first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import Refused
from bot.operations.json import Object
from bot.operations.plan import Call, Plan
from bot.operations.registry import build_registry
from commands.argo_rollouts import argo_rollouts
from tests.argo.rollouts import canary as rollout
from tests.argo.rollouts import world as rollouts
from tests.autoscaling.scalers import deployment, scaler
from tests.autoscaling.scalers import world as scaled
from tests.bluegreen.colours import world as two_colours
from tests.canary.pairs import pair
from tests.gitops.keeping import keep
from tests.parity.planning import FAMILIES
from tests.parity.world import World

REGISTRY = build_registry([*FAMILIES, argo_rollouts])
HEALS = "Argo CD (application/git) puts this back within seconds, unless you add --pause-sync."


@dataclass(frozen=True)
class Case:
    """A line, and the object that is kept in the world where it is said."""

    line: str
    kind: str
    name: str
    objects: Callable[[], World]

    def world(self, **more: Any) -> World:
        return keep(self.objects(), self.kind, self.name, **more)


def beside() -> World:
    return World(objects=pair("web", 1, made=True))


def alone() -> World:
    return World(objects=pair("web", 0, made=False))


def argo() -> World:
    return rollouts(rollout())


def paused() -> World:
    return scaled(deployment(5), scaler(5, 5, annotations={"kajitori.dev/limits-before-pause": "2-10"}))


CASES = [
    Case("canary start web app=web:v2 --weight=50", "Deployment", "web", alone),
    Case("canary set-weight web --weight=50", "Deployment", "web", beside),
    Case("canary promote web", "Deployment", "web", beside),
    Case("canary abort web", "Deployment", "web", beside),
    Case("bluegreen switch app --to=green", "Service", "app", two_colours),
    Case("""patch service app -p '{"spec":{"selector":{"version":"green"}}}'""", "Service", "app", two_colours),
    Case("hpa set app --max=6", "HorizontalPodAutoscaler", "app", scaled),
    Case("hpa pause app", "HorizontalPodAutoscaler", "app", scaled),
    Case("hpa resume app", "HorizontalPodAutoscaler", "app", paused),
    Case("hpa remove app", "HorizontalPodAutoscaler", "app", scaled),
    Case("scale deploy/app --replicas=6", "Deployment", "app", lambda: scaled(deployment(5))),
    Case("set env deploy/app LEVEL=debug", "Deployment", "app", lambda: scaled(deployment(5))),
    Case("argo rollouts set image app app=app:v3", "Rollout", "app", argo),
    Case("argo rollouts undo app", "Rollout", "app", argo),
]
every_family = pytest.mark.parametrize("case", CASES, ids=[each.line.partition(" -p")[0] for each in CASES])


async def planned(world: World, line: str) -> Plan:
    parsed = parse(f"{line} -n shop", REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(world, parsed.arguments)
    assert isinstance(outcome, Plan), outcome
    return outcome


def sent(calls: tuple[Call, ...]) -> list[tuple[str, str, Any]]:
    return [(each.method, each.path, each.body) for each in calls]


def warnings(made: Plan) -> list[str]:
    return [str(each) for each in made.warnings]


@every_family
async def test_what_will_become_of_it_is_said_and_the_flag_is_named(case: Case) -> None:
    made = await planned(case.world(), case.line)
    assert warnings(made).count(HEALS) == 1
    assert not any("application" in each.path for each in made.calls)
    assert any(each.target.reference == "application/git" for each in made.facts)


@every_family
async def test_its_sync_is_paused_and_watched_and_then_the_same_is_sent(case: Case) -> None:
    plain = await planned(case.world(), case.line)
    made = await planned(case.world(), f"{case.line} --pause-sync")
    first, *rest = made.calls
    body: Object = {"spec": {"syncPolicy": {"automated": None}}}
    assert sent((first,)) == [("PATCH", "/apis/argoproj.io/v1alpha1/namespaces/tools/applications/git", body)]
    assert sent(tuple(rest)) == sent(plain.calls)
    assert [each.group for each in made.steps[2:]] == [each.group + 2 for each in plain.steps]
    assert [each.id for each in made.steps] == [f"step-{n}" for n in range(1, len(made.steps) + 1)]
    (row,) = made.afterwards
    assert row.action is not None
    assert row.action.command_line == "gitops resume application/git -n tools --self-heal"
    assert "gitops pause" in made.includes
    assert (made.back, made.bound, made.destructive) == (plain.back, plain.bound, plain.destructive)


@every_family
async def test_a_keeper_that_cannot_be_seen_is_not_paused(case: Case) -> None:
    world = case.world()
    world.forbidden = frozenset({"Application"})
    with pytest.raises(Refused, match=r"The sync of application/git cannot be paused"):
        await planned(world, f"{case.line} --pause-sync")
    assert any("I cannot see whether" in each for each in warnings(await planned(world, case.line)))


@every_family
async def test_what_is_paused_already_is_left_alone(case: Case) -> None:
    made = await planned(case.world(automated={"enabled": False}), f"{case.line} --pause-sync")
    assert not any("application" in each.path for each in made.calls)
    assert made.afterwards == ()


async def test_two_deployments_of_one_application_are_told_of_once_and_paused_once() -> None:
    world = keep(beside(), "Deployment", "web")
    listed = world.objects[-1]["status"]["resources"]
    listed.append({**listed[0], "name": "web-canary"})
    canary = next(each for each in world.objects if each["metadata"]["name"] == "web-canary")
    canary["metadata"]["labels"] = {"argocd.argoproj.io/instance": "git"}
    assert warnings(await planned(world, "canary abort web")).count(HEALS) == 1
    made = await planned(world, "canary abort web --pause-sync")
    assert sum("application" in each.path for each in made.calls) == 1


async def test_a_canary_that_somebody_elses_application_keeps_is_paused_with_it() -> None:
    world = keep(beside(), "Deployment", "web-canary")
    made = await planned(world, "canary abort web --pause-sync")
    assert made.calls[0].path.endswith("/applications/git")


@pytest.mark.parametrize("flag", ["", " --pause-sync"])
async def test_what_is_paused_first_is_not_told_to_be_put_back(flag: str) -> None:
    made = await planned(CASES[4].world(), f"{CASES[4].line}{flag}")
    assert (HEALS in warnings(made)) is (not flag)
