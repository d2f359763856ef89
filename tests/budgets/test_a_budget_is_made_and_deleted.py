"""Making and deleting a budget: each is the other's way back, as far as a command line can say it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import REQUEST_LABEL, Wait
from bot.operations.ways_back import back_matches
from tests.budgets.covered import Object, budget, pods, world
from tests.parity.planning import ask, nothing, plan, said

MAKE = "create pdb web --selector=app=app --min-available=1"


async def test_what_was_made_is_deleted_by_the_label_of_its_request() -> None:
    made = world(*pods(3))
    planned = await plan(made, f"{MAKE} -n shop")
    assert [each.condition for each in planned.steps if isinstance(each, Wait)] == ["budget-observed"]
    assert planned.back is not None
    assert planned.back.command_line == "delete pdb web -n shop"
    made.send(planned.calls)
    (there,) = (each for each in made.objects if each["kind"] == "PodDisruptionBudget")
    there["metadata"] |= {"uid": "new", "labels": {REQUEST_LABEL: "7"}}
    deletion = await plan(made, planned.back.command_line)
    assert deletion.calls[0].uid == "new"
    assert back_matches(planned.back, deletion.calls, request=7)
    assert not back_matches(planned.back, deletion.calls, request=8)


def kept(**metadata: Any) -> Object:
    found = budget(maxUnavailable="50%", unhealthyPodEvictionPolicy="AlwaysAllow")
    found["metadata"] |= metadata
    return found


async def test_what_was_deleted_is_made_again_with_its_labels_and_annotations() -> None:
    labels, annotations = {"tier": "web", "team": "shop"}, {"note": "held back, für das Audit", "empty": ""}
    made = world(*pods(3), kept(labels=labels, annotations=annotations))
    planned = await plan(made, "delete pdb app -n shop")
    assert planned.destructive
    assert [each.body for each in planned.calls] == [{"propagationPolicy": "Background"}]
    assert planned.back is not None
    made.send(planned.calls)
    again = await plan(made, planned.back.command_line)
    assert back_matches(planned.back, again.calls)
    made.send(again.calls)
    (there,) = (each for each in made.objects if each["kind"] == "PodDisruptionBudget")
    assert there["spec"] == kept()["spec"]
    assert (there["metadata"]["labels"], there["metadata"]["annotations"]) == (labels, annotations)


async def test_what_the_way_back_leaves_out_is_told() -> None:
    marks = {"app.kubernetes.io/managed-by": "Helm", REQUEST_LABEL: "3"}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": "{}\n", "password": "hunter2", "long": "x" * 600}
    owner = [{"kind": "Kafka", "name": "main", "uid": "k", "controller": True}]
    made = world(*pods(3), kept(labels=marks, annotations=applied, ownerReferences=owner))
    planned = await plan(made, "delete pdb app -n shop")
    left = (
        "The way back makes it without app.kubernetes.io/managed-by, "
        "kubectl.kubernetes.io/last-applied-configuration, password, long, ownerReferences."
    )
    assert left in said(planned)
    assert planned.back is not None
    assert "hunter2" not in planned.back.command_line
    made.send(planned.calls)
    assert back_matches(planned.back, (await plan(made, planned.back.command_line)).calls)


@pytest.mark.parametrize("spec", [{"selector": {}, "minAvailable": 1}, {"minAvailable": 1}, {"selector": {"a": "b"}}])
async def test_a_budget_that_no_command_line_can_make_has_no_way_back(spec: dict[str, Any]) -> None:
    planned = await plan(world(*pods(3), {**budget(), "spec": spec}), "delete pdb app -n shop")
    assert planned.back is None
    assert "It cannot be made again from here" in said(planned)


async def test_deleting_says_what_becomes_of_its_pods_and_of_a_drain_that_waits() -> None:
    told = said(await plan(world(), "delete pdb app -n shop"))
    assert told == (
        "It lets no pod go now: a drain that waits for it may go on at once. | All 3 pods may then be evicted at once."
    )
    other = said(await plan(world(*pods(3), budget(allowed=1), budget("web")), "delete pdb app -n shop"))
    assert other == ""


async def test_what_is_on_its_way_out_or_there_just_so_is_nothing_to_do() -> None:
    going = budget()
    going["metadata"]["deletionTimestamp"] = "2026-11-25T03:08:00Z"
    assert "is being deleted already" in str((await nothing(world(going), "delete pdb app -n shop")).message)
    line = "create pdb app --selector=app=app --min-available=3 -n shop"
    assert "there already" in str((await nothing(world(), line)).message)


async def test_another_one_of_that_name_is_refused_with_the_change_that_would_make_it_so() -> None:
    for selector, offered in (("app=app", ["set pdb app --min-available=1 -n shop"]), ("app=web", [])):
        with pytest.raises(KajitoriError, match="already exists") as refused:
            await ask(world(), f"create pdb app --selector={selector} --min-available=1 -n shop")
        assert [each.command_line for each in refused.value.choices] == offered


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("create pdb", "exactly one NAME is required, got 0"),
        ("create pdb web --min-available=1", "a selector must be specified"),
        ("create pdb web --selector=app!=app --min-available=1", "unable to parse requirement app!=app"),
        ("create pdb web --selector=app=app", "one of min-available or max-unavailable must be specified"),
        (f"{MAKE} --max-unavailable=1", "cannot be both specified"),
        (f"{MAKE} --unhealthy-pod-eviction-policy=Never", "AlwaysAllow"),
        (f"{MAKE} --label=argocd.argoproj.io/instance=git", "is not changed from a chat"),
        (f"{MAKE} --annotation=password=hunter2", "looks like a secret"),
        (f"{MAKE} --label=tier-", "tier needs a value."),
        (f"{MAKE} --label=tier=a=b", "invalid label spec"),
        (f"{MAKE} --dry-run=client", "Every change is tried"),
        ("create pdb Über --selector=app=app --min-available=1", "not an ASCII one"),
        ("create pdb web_1 --selector=app=app --min-available=1", "cannot be the name of an object"),
        ("delete pdb", "exactly one NAME is required, got 0"),
        ("delete pdb nosuch", "nosuch not found"),
        ("delete pdb app web", "does not take the word web"),
        ("delete pdb --all", "--all"),
        ("delete pdb -l app=app", "-l"),
    ],
)
async def test_refusals(line: str, why: str) -> None:
    with pytest.raises(KajitoriError) as refused:
        await ask(world(), f"{line} -n shop")
    assert why in f"{refused.value} {refused.value.why} {refused.value.next}"
