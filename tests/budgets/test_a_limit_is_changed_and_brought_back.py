"""Another limit: one request, on condition of what was decided by; followed; and the limit before as the way back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import Call, Plan, Wait
from bot.operations.ways_back import back_matches
from tests.budgets.covered import budget, pods, world
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said

GIT = {"argocd.argoproj.io/instance": "git"}


@pytest.mark.parametrize(
    ("old", "flag", "spec", "back"),
    [
        ({"minAvailable": 3}, "--min-available=50%", {"minAvailable": "50%"}, "--min-available=3"),
        (
            {"minAvailable": "90%"},
            "--max-unavailable=1",
            {"minAvailable": None, "maxUnavailable": 1},
            "--min-available=90%",
        ),
        (
            {"maxUnavailable": 0},
            "--min-available=1",
            {"maxUnavailable": None, "minAvailable": 1},
            "--max-unavailable=0",
        ),
    ],
)
async def test_one_takes_the_others_place_and_the_way_back_is_the_one_that_was_voted_on(
    old: dict[str, Any], flag: str, spec: dict[str, Any], back: str
) -> None:
    made = world(*pods(3), budget(**old))
    planned = await plan(made, f"set pdb app {flag} -n shop")
    call, wait = planned.steps
    assert isinstance(call, Call)
    assert isinstance(wait, Wait)
    assert (call.method, call.content_type, call.body, call.uid) == (
        "PATCH",
        "application/strategic-merge-patch+json",
        {"spec": spec},
        "b-app",
    )
    held = {each.pointer: each.value for each in call.preconditions}
    assert held.pop("/spec/selector") == {"matchLabels": {"app": "app"}}
    assert {key: value for key, value in held.items() if value is not None} == {
        f"/spec/{key}": value for key, value in old.items()
    }
    assert wait.arguments == {**dict.fromkeys(("minAvailable", "maxUnavailable")), **spec}
    assert planned.back is not None
    assert planned.back.command_line == f"set pdb app {back} -n shop"
    made.send(planned.calls)
    returning = await plan(made, planned.back.command_line)
    assert back_matches(planned.back, returning.calls)
    made.send(returning.calls)
    (left,) = (each for each in made.objects if each["kind"] == "PodDisruptionBudget")
    assert left["spec"] == budget(**old)["spec"]


async def test_who_changes_it_meanwhile_takes_the_way_back_out_of_the_vote() -> None:
    made = world()
    planned = await plan(made, "set pdb app --min-available=1 -n shop")
    made.send(planned.calls)
    made.send((await plan(made, "set pdb app --min-available=2 -n shop")).calls)
    assert planned.back is not None
    assert not back_matches(planned.back, (await plan(made, planned.back.command_line)).calls)


async def test_a_drain_that_it_holds_now_is_told_to_go_on() -> None:
    told = said(await plan(world(), "set pdb app --min-available=2 -n shop"))
    assert told == "It lets no pod go now: a drain that waits for it may go on at once."
    assert "may go on" not in said(await plan(world(), "set pdb app --max-unavailable=0 -n shop"))
    free = world(*pods(3), budget(allowed=1, minAvailable=2))
    assert said(await plan(free, "set pdb app --min-available=1 -n shop")) == ""


async def test_what_git_keeps_is_told_and_paused_first_if_asked() -> None:
    held = budget()
    held["metadata"]["labels"] = GIT
    own = {"group": "policy", "kind": "PodDisruptionBudget", "namespace": "shop", "name": "app"}
    syncer = {
        "kind": "Application",
        "metadata": {"name": "git", "namespace": "argocd", "uid": "u"},
        "spec": {"syncPolicy": {"automated": {"selfHeal": True}}},
        "status": {"resources": [own]},
    }
    made = world(*pods(3), held, syncer)
    line = "set pdb app --min-available=1 -n shop"
    assert "Argo CD (application/git) puts this back within seconds" in said(await plan(made, line))
    planned = await plan(made, f"{line} --pause-sync")
    assert "puts this back" not in said(planned)
    assert [each.target.kind.kind for each in planned.steps] == [
        *("Application", "Application", "PodDisruptionBudget", "PodDisruptionBudget")
    ]
    assert planned.includes == ("gitops pause",)


async def test_an_operator_that_made_it_is_named() -> None:
    owned = budget()
    owned["metadata"]["ownerReferences"] = [{"kind": "Kafka", "name": "main", "uid": "k", "controller": True}]
    told = said(await plan(world(*pods(3), owned), "set pdb app --min-available=1 -n shop"))
    assert "kafka/main made it, and may put it back." in told


async def test_planned_again_it_is_the_same() -> None:
    made, making = world(), "create pdb web --selector=app=app --min-available=1"
    for line in ("set pdb app --max-unavailable=1", "delete pdb app", making):
        operation = " ".join(line.split()[:2])
        planned = await plan(made, f"{line} -n shop")
        other = await again(made, REGISTRY[operation], planned)
        assert isinstance(other, Plan)
        assert digest_of(other, operation) == digest_of(planned, operation)


async def test_a_budget_without_a_limit_gets_one_and_has_no_way_back() -> None:
    bare = budget()
    bare["spec"].pop("minAvailable")
    planned = await plan(world(*pods(3), bare), "set pdb app --min-available=1 -n shop")
    assert planned.back is None


async def test_what_is_so_already_is_nothing_to_do() -> None:
    found = await nothing(world(), "set pdb pdb/app --min-available=3 -n shop")
    assert "has minAvailable 3 already" in str(found.message)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("set pdb app", "one of min-available or max-unavailable must be specified"),
        ("set pdb app --min-available=1 --max-unavailable=1", "cannot be both specified"),
        ("set pdb --min-available=1", "exactly one NAME is required"),
        ("set pdb deploy/app --min-available=1", "not supported for deployments"),
        ("set pdb app web --min-available=1", "does not take the word web"),
        ("set pdb ../app --min-available=1", "doesn't have a resource type .."),
        ("set pdb nosuch --min-available=1", "nosuch not found"),
        ("set pdb app --min-available=1 --dry-run=server", "Every change is tried"),
        ("kubectl set pdb app --min-available=1", "set pdb"),
        ("set pdb app --min-available=١", "not an ASCII one"),
    ],
)
async def test_refusals(line: str, why: str) -> None:
    made = world()
    with pytest.raises(KajitoriError) as refused:
        await ask(made, f"{line} -n shop")
    assert why in f"{refused.value} {refused.value.next}"
