"""Autoscalers, budgets, GitOps, strategies: each warning in the situation that it is about, and not otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parity.planning import ask, plan, said
from tests.parity.world import World, recorded

LINE = " ".join(recorded("kubectl-rollout-undo").command)
NAMESPACE = "g-kubectl-rollout-undo"
AUTOSCALER: dict[str, Any] = {
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "app", "namespace": NAMESPACE, "uid": "h-1"},
    "spec": {
        "minReplicas": 2,
        "maxReplicas": 10,
        "scaleTargetRef": {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"},
    },
}
BUDGET: dict[str, Any] = {
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "app", "namespace": NAMESPACE},
    "spec": {"selector": {"matchLabels": {"app": "app"}}},
    "status": {"disruptionsAllowed": 0},
}


def world(*more: dict[str, Any], forbidden: frozenset[str] = frozenset()) -> World:
    made = recorded("kubectl-rollout-undo").world()
    made.objects += more
    made.forbidden = forbidden
    return made


def deployment(made: World) -> Any:
    return next(each for each in made.objects if each["kind"] == "Deployment")


async def test_nothing_to_warn_of() -> None:
    assert said(await plan(world(), LINE)) == ""


async def test_an_autoscaler_has_no_say_in_which_pods_run_and_is_neither_warning_nor_fact() -> None:
    made = await plan(world(AUTOSCALER), LINE)
    assert said(made) == ""
    assert [each for each in made.facts if each.target.kind.kind == "HorizontalPodAutoscaler"] == []


async def test_a_budget_that_allows_less_than_the_strategy() -> None:
    made = world(BUDGET)
    deployment(made)["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 1
    assert said(await plan(made, LINE)) == "pdb/app allows 0 pods down now; a roll-out does not ask it."
    elsewhere = {**BUDGET, "spec": {"selector": {"matchLabels": {"app": "b"}}}}
    assert said(await plan(world(elsewhere), LINE)) == ""


@pytest.mark.parametrize(
    ("field", "key", "warning"),
    [
        (
            "labels",
            "argocd.argoproj.io/instance",
            "Argo CD keeps it (application/x) and may put this back; I cannot see whether.",
        ),
        (
            "labels",
            "kustomize.toolkit.fluxcd.io/name",
            "Flux keeps it (kustomization/x) and may put this back; I cannot see whether.",
        ),
        (
            "annotations",
            "meta.helm.sh/release-name",
            "Helm made it (release x): its next upgrade brings its own version back.",
        ),
        (
            "annotations",
            "kubectl.kubernetes.io/last-applied-configuration",
            "It was made with kubectl apply: the next one brings its own version back.",
        ),
    ],
)
async def test_who_will_revert_it(field: str, key: str, warning: str) -> None:
    made = world()
    deployment(made)["metadata"].setdefault(field, {})[key] = "x"
    assert said(await plan(made, LINE)) == warning


async def test_one_pod_or_recreate_means_downtime() -> None:
    made = world()
    deployment(made)["spec"]["strategy"] = {"type": "Recreate"}
    planned = await plan(made, LINE)
    assert said(planned) == "All pods may be down at once."
    assert planned.impact.unavailable == 3
    made = world()
    deployment(made)["spec"]["replicas"] = 1
    deployment(made)["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 0, "maxUnavailable": "25%"}
    assert said(await plan(made, LINE)) == "All pods may be down at once."


async def test_on_delete_is_followed_by_nothing() -> None:
    golden = recorded("kubectl-rollout-undo-daemonset")
    made = golden.world()
    next(each for each in made.objects if each["kind"] == "DaemonSet")["spec"]["updateStrategy"] = {"type": "OnDelete"}
    planned = await plan(made, " ".join(golden.command))
    assert said(planned) == "The strategy is OnDelete: no pod changes until someone deletes it."
    assert len(planned.steps) == 1
    assert planned.impact.pods == 0


async def test_kinds_that_may_not_be_listed_are_said_to_be_unchecked() -> None:
    made = world(forbidden=frozenset({"PodDisruptionBudget"}))
    assert said(await plan(made, LINE)) == ("You may not list poddisruptionbudgets, so these were not checked.")


async def test_an_ordered_statefulset_with_broken_pods_needs_a_hand() -> None:
    made = statefulset_world()
    assert "must be deleted by hand" in said(await plan(made, "rollout undo statefulset/db -n shop"))
    made.objects[0]["spec"]["podManagementPolicy"] = "Parallel"
    assert "by hand" not in said(await plan(made, "rollout undo statefulset/db -n shop"))


def statefulset_world() -> World:
    """A StatefulSet whose second revision never became ready."""

    def template(image: str) -> dict[str, Any]:
        return {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "db", "image": image}]}}

    def revision(number: int, image: str) -> dict[str, Any]:
        return {
            "kind": "ControllerRevision",
            "metadata": {
                "name": f"db-{number}",
                "namespace": "shop",
                "uid": f"r-{number}",
                "labels": {"app": "db"},
                "ownerReferences": [{"kind": "StatefulSet", "name": "db", "uid": "s-1", "controller": True}],
            },
            "data": {"spec": {"template": {"$patch": "replace", **template(image)}}},
            "revision": number,
        }

    live = {
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop", "uid": "s-1", "generation": 2},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "db"}},
            "template": template("db:v2"),
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        },
        "status": {"observedGeneration": 2, "replicas": 2, "readyReplicas": 1, "updatedReplicas": 1},
    }
    return World(objects=[live, revision(1, "db:v1"), revision(2, "db:v2")])


async def test_undo_of_a_statefulset_goes_back_a_revision() -> None:
    planned = await plan(statefulset_world(), "rollout undo sts/db -n shop")
    assert (str(planned.before), str(planned.after), planned.recovery) == ("v2", "v1", True)
    assert planned.calls[0].path == "/apis/apps/v1/namespaces/shop/statefulsets/db"
    assert await ask(statefulset_world(), "rollout history sts/db -n shop")
