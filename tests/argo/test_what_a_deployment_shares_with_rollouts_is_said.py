"""A name that is a Deployment and a Rollout is asked back; a template that a Rollout takes is known to be taken."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import Ambiguous, Choice
from bot.operations.plan import Nothing, Plan
from bot.operations.registry import build_registry
from bot.operations.view import Live, View
from bot.slack.desk.lines import with_whole_lines
from commands.argo_rollouts import argo_rollouts
from commands.image import image
from commands.rollout import rollout
from commands.scale import scale
from tests.argo.rollouts import canary, deployment, healthy, said, template
from tests.parity.world import World

REGISTRY = build_registry([argo_rollouts, rollout, image, scale])
REFERENCE = {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "template": {}}
Json = dict[str, Any]


def workload(kind: str = "Deployment", name: str = "app", *, replicas: int = 0, paused: bool = False) -> Json:
    """With two revisions, so that there is one to go back to."""
    found = deployment(name)
    found["kind"] = kind
    found["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "2"}
    found["spec"] |= {"replicas": replicas, "paused": paused}
    return found


def revision(name: str, number: int) -> Json:
    """Of a Deployment."""
    owner = {"kind": "Deployment", "name": name, "uid": f"u-deployment-{name}", "controller": True}
    metadata = {
        "name": f"{name}-{number}",
        "namespace": "shop",
        "uid": f"r-{number}",
        "labels": {"app": "app", "pod-template-hash": str(number)},
        "annotations": {"deployment.kubernetes.io/revision": str(number)},
        "ownerReferences": [owner],
    }
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"template": template(f"app:v{number}"), "replicas": 0}}


def both(kind: str = "Deployment", **hidden: frozenset[str]) -> World:
    return World(objects=[canary(), workload(kind), revision("app", 1), revision("app", 2)], **hidden)


def taken(found: Json | None = None, **options: Any) -> World:
    """A Rollout that takes its template from `deployment/web`."""
    taker = found or canary(spec=REFERENCE)
    return World(objects=[taker, workload(name="web", **options), revision("web", 1), revision("web", 2)])


async def ask(found: World, line: str) -> Plan | Nothing | View | Live:
    parsed = parse(f"{line} -n shop", REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(found, parsed.arguments)
    assert isinstance(outcome, Plan | Nothing | View | Live)
    return outcome


async def plan(found: World, line: str) -> Plan:
    outcome = await ask(found, line)
    assert isinstance(outcome, Plan), outcome
    return outcome


async def question(found: World, line: str) -> tuple[Choice, ...]:
    """What is asked back, as its buttons run it."""
    with pytest.raises(Ambiguous, match="app is more than one thing") as asked:
        await ask(found, line)
    return with_whole_lines(asked.value, parse(f"{line} -n shop", REGISTRY)).choices


LINES = [
    ("rollout undo app", "rollout undo deployment/app", "argo rollouts undo app"),
    (
        "undo app --to-revision=1",
        "rollout undo deployment/app --to-revision=1",
        "argo rollouts undo app --to-revision=1",
    ),
    ("undo App", "rollout undo deployment/app", "argo rollouts undo app"),
    (
        "restart app --reason=stuck",
        "rollout restart deployment/app --reason=stuck",
        "argo rollouts restart app --reason=stuck",
    ),
    ("rollout pause app", "rollout pause deployment/app", "argo rollouts pause app"),
    ("rollout resume app", "rollout resume deployment/app", "argo rollouts resume app"),
    (
        "rollout status app --watch=false",
        "rollout status deployment/app --watch=false",
        "argo rollouts status app --watch=false",
    ),
    ("rollout history app", "rollout history deployment/app", "argo rollouts history app"),
    (
        "set image app app=registry/app --pause-sync",
        "set image deployment/app app=registry/app --pause-sync",
        "argo rollouts set image app app=registry/app --pause-sync",
    ),
    ("scale app --replicas=4", "scale deployment/app --replicas=4", "argo rollouts get rollout app"),
    ("set env app LEVEL=debug", "set env deployment/app LEVEL=debug", "argo rollouts get rollout app"),
    (
        "set resources app --limits=cpu=1",
        "set resources deployment/app --limits=cpu=1",
        "argo rollouts get rollout app",
    ),
]


@pytest.mark.parametrize(("line", "workload_line", "rollout_line"), LINES)
async def test_a_bare_name_that_is_both_is_asked_back(line: str, workload_line: str, rollout_line: str) -> None:
    """Each button is a whole command of its kind; where Argo Rollouts has no such command, it shows the Rollout."""
    lines = [each.command_line for each in await question(both(), line)]
    wanted = [f"{each} -n shop" for each in (workload_line, rollout_line)]
    assert [parsed(each) for each in lines] == [parsed(each) for each in wanted]


def parsed(line: str) -> tuple[str, Any]:
    found = parse(line, REGISTRY)
    return found.operation.name, found.arguments


async def test_the_question_names_both_and_comes_before_anything_else() -> None:
    with pytest.raises(Ambiguous) as asked:
        await ask(both(), "set image app nothere=app:v3")
    assert str(asked.value.why) == "deployment/app and rollout/app have this name."


async def test_a_statefulset_is_told_from_a_rollout_as_well() -> None:
    workload_line, rollout_line = await question(both("StatefulSet"), "rollout restart app")
    assert (workload_line.label, rollout_line.label) == ("statefulset/app", "argo rollouts restart app")


async def test_of_several_names_the_rollout_is_only_shown() -> None:
    found = both()
    found.objects.append(workload(name="web"))
    workloads, shown = await question(found, "rollout restart web app")
    assert workloads.command_line == "rollout restart web deployment/app --namespace=shop"
    assert shown.command_line == "argo rollouts get rollout app -n shop"


@pytest.mark.parametrize(
    "line",
    [
        "rollout undo deploy/app",
        "rollout restart deploy/app",
        "rollout pause deploy/app",
        "set image deploy/app app=app:v3",
        "set env deploy/app LEVEL=debug",
        "set resources deploy/app --limits=cpu=1",
        "scale deploy/app --replicas=4",
    ],
)
async def test_whoever_names_the_kind_is_not_asked_but_told(line: str) -> None:
    assert "rollout/app has the same name and is not touched." in said(await plan(both(), line))


@pytest.mark.parametrize("hidden", ["forbidden", "unknown"])
@pytest.mark.parametrize("line", [line for line, _, _ in LINES if "resume" not in line])
async def test_who_may_see_no_rollouts_or_has_none_is_served_as_before(line: str, hidden: str) -> None:
    outcome = await ask(both(**{hidden: frozenset({"Rollout"})}), line)
    assert isinstance(outcome, Plan | View | Live)
    assert "ollout/app" not in (said(outcome) if isinstance(outcome, Plan) else "")


@pytest.mark.parametrize("line", ["rollout undo {}", "set image {} app=app:v3", "scale {} --replicas=4"])
async def test_it_costs_one_look_and_none_for_another_kind(line: str) -> None:
    looks = {}
    for name in ("deploy/web", "web", "sts/db"):
        found = World(
            objects=[workload(name="web"), workload("StatefulSet", "db"), revision("web", 1), revision("web", 2)]
        )
        try:
            await ask(found, line.format(name))
        except Exception as error:
            assert name == "sts/db", error
        looks[name] = [each for each in found.looked if each[1] == "Rollout"]
    assert looks == {"deploy/web": [("list", "Rollout")], "web": [("list", "Rollout")], "sts/db": []}


@pytest.mark.parametrize(
    "line",
    [
        "rollout undo deploy/web",
        "rollout restart deploy/web",
        "set image deploy/web app=app:v3",
        "set env deploy/web LEVEL=debug",
        "set resources deploy/web --limits=cpu=1",
    ],
)
async def test_a_template_that_a_rollout_takes_begins_its_update(line: str) -> None:
    made = await plan(taken(), line)
    assert (
        "rollout/app takes its template from it: this begins its update. Follow it with argo rollouts status app."
        in said(made)
    )
    assert "It has no pods of its own now." in said(made)
    assert (made.impact.pods, made.bound.pods) == (5, 5), "they are the Rollout's"
    assert [(each.pointer, each.uid) for each in made.facts if each.target.reference == "rollout/app"] == [
        ("/spec/workloadRef", "u-app")
    ]


async def test_the_update_that_it_began_is_followed_by_a_button() -> None:
    (row,) = (await plan(taken(), "set image deploy/web app=app:v3 --context=main")).afterwards
    assert str(row.line) == "rollout/app is updated as its own strategy says."
    assert row.action is not None
    assert row.action.command_line == "argo rollouts status app --namespace=shop --context=main"
    assert (await plan(taken(), "rollout pause deploy/web")).afterwards == ()


async def test_what_holds_the_rollout_back_is_said() -> None:
    held = canary(spec={**REFERENCE, "paused": True})
    made = await plan(taken(held, paused=True), "set image deploy/web app=app:v3")
    assert "rollout/app: It is paused by hand: the new template waits until it is resumed." in said(made)
    assert "While deployment/web is paused, no pod of its own changes." in said(made)


async def test_a_pause_of_the_deployment_holds_no_rollout() -> None:
    made = await plan(taken(), "rollout pause deploy/web")
    assert "rollout/app takes its template from it, paused or not." in said(made)
    assert "begins its update" not in said(made)
    assert made.impact.pods == 0


async def test_pods_of_a_deployment_whose_template_is_taken_run_beside_the_rollouts() -> None:
    wanted = "rollout/app takes its template from it: these pods run beside its own, and its steps hold none of them."
    assert wanted in said(await plan(taken(), "scale deploy/web --replicas=4"))
    assert "beside its own" not in said(await plan(taken(replicas=4), "scale deploy/web --replicas=0"))


async def test_a_rollout_that_takes_another_template_is_no_matter() -> None:
    other = canary(spec={**REFERENCE, "workloadRef": {**REFERENCE["workloadRef"], "name": "other"}})
    made = await plan(taken(other), "set image deploy/web app=app:v3")
    assert "rollout" not in said(made)
    assert made.impact.pods == 0


@pytest.mark.parametrize("watch", ["", " --watch=false"])
async def test_status_says_where_the_rollout_stands(watch: str) -> None:
    view = await ask(taken(), f"rollout status deploy/web{watch}")
    assert isinstance(view, View)
    assert str(view.lines[-1]) == "rollout/app takes its template from it: holding at 20 %"
    assert [each.command_line.split(" --at")[0] for each in view.actions] == ["argo rollouts promote app"]
    done = await ask(
        taken(healthy() | {"spec": {**healthy()["spec"], **REFERENCE}}), f"rollout status deploy/web{watch}"
    )
    assert isinstance(done, View)
    assert str(done.lines[-1]) == "rollout/app takes its template from it: healthy"


async def test_a_deployment_with_pods_of_its_own_is_followed_and_the_rollout_named() -> None:
    live = await ask(taken(replicas=2), "rollout status deploy/web")
    assert isinstance(live, Live)
    assert "rollout/app" in str(live.title)
