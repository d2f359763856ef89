"""A tool that left no mark is known by its field manager; which of its objects keeps this one is not taken on trust.

Argo CD up to 2.x tracks by the label `app.kubernetes.io/instance`, which charts write on whatever they like.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import Refused
from bot.operations.gitops import APPLICATION, HELM_RELEASE, KUSTOMIZATION, keeper_of
from bot.operations.kinds import DEPLOYMENT, Kind, Target
from tests.gitops.keeping import MARKS
from tests.gitops.test_pausing_comes_first_and_is_watched import syncer, warnings
from tests.parity.planning import ask, plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world
from tests.parity.world import World

TARGET = Target(kind=DEPLOYMENT, name="app", namespace="shop")
UNDO = "rollout undo deployment/deployment -n shop"
INSTANCE = "app.kubernetes.io/instance"
RELEASE = "meta.helm.sh/release-name"
SPEC = {"f:spec": {"f:template": {"f:spec": {"f:containers": {}}}}}
UNKNOWN = (
    "Argo CD applied it last (2026-11-25 03:00:00 UTC) and may put this back; which Application keeps it is not known."
)


def entry(manager: str, at: str = "2026-11-25T03:00:00Z", **more: Any) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "time": at, "fieldsV1": SPEC, **more}


def written(*entries: Any, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "app", "namespace": "shop", "managedFields": list(entries), **metadata}}


@pytest.mark.parametrize("operation", ["Update", "Apply"])
@pytest.mark.parametrize(
    ("manager", "metadata", "kind", "name", "namespace"),
    [
        ("argocd-controller", {"labels": {INSTANCE: "pay"}}, APPLICATION, "pay", ""),
        ("argocd-controller", {"labels": {INSTANCE: "team-a_pay"}}, APPLICATION, "pay", "team-a"),
        ("argocd-controller", {}, APPLICATION, "", ""),
        ("argocd-application-controller", {"labels": {INSTANCE: "pay"}}, APPLICATION, "pay", ""),
        ("kustomize-controller", {"labels": {INSTANCE: "pay"}}, KUSTOMIZATION, "", ""),
        ("helm-controller", {"annotations": {RELEASE: "pay"}, "labels": {INSTANCE: "x"}}, HELM_RELEASE, "pay", ""),
        ("helm-controller", {"labels": {INSTANCE: "pay"}}, HELM_RELEASE, "pay", ""),
        ("helm", {"labels": {INSTANCE: "pay"}}, None, "pay", ""),
        ("helm", {}, None, "", ""),
    ],
)
def test_each_by_its_field_manager(
    manager: str, metadata: dict[str, Any], kind: Kind | None, name: str, namespace: str, operation: str
) -> None:
    keeper = keeper_of(TARGET, written(entry("kubectl"), entry(manager, operation=operation), **metadata))
    assert keeper is not None
    assert (keeper.kind, keeper.name, keeper.namespace) == (kind, name, namespace)
    assert str(keeper.applied) == "2026-11-25 03:00:00+00:00"


@pytest.mark.parametrize(
    "found",
    [
        entry("argocd-controller", subresource="status"),
        entry("argocd-controller", subresource="scale"),
        entry("argocd-controller", fieldsV1={"f:status": {}}),
        entry("argocd-controller", fieldsV1={"f:metadata": {"f:labels": {}}}),
        entry("argocd-controller", fieldsV1=None),
        entry("argocd-controller", at="soon"),
        entry("argocd-server"),
        entry("helmet"),
        entry("kube-controller-manager"),
        "odd",
    ],
)
def test_whoever_owns_no_field_of_the_spec_keeps_nothing(found: Any) -> None:
    assert keeper_of(TARGET, written(found, labels={INSTANCE: "pay"})) is None


def test_a_label_alone_that_charts_write_too_says_nothing() -> None:
    assert keeper_of(TARGET, written(entry("kubectl"), labels={INSTANCE: "pay"})) is None


def test_the_one_that_wrote_last_keeps_it() -> None:
    moved = written(entry("helm"), entry("argocd-controller", "2026-11-25T04:00:00Z"), annotations={RELEASE: "pay"})
    back = written(entry("argocd-controller"), entry("helm", "2026-11-25T04:00:00Z"), annotations={RELEASE: "pay"})
    assert [each.tool for each in (keeper_of(TARGET, moved), keeper_of(TARGET, back)) if each] == ["Argo CD", "Helm"]


def test_a_mark_says_more_than_what_was_written() -> None:
    keeper = keeper_of(TARGET, written(entry("argocd-controller"), labels={f"{KUSTOMIZATION.group}/name": "apps"}))
    assert keeper is not None
    assert (keeper.tool, keeper.applied) == ("Flux", None)


def test_an_application_is_not_kept_by_what_its_own_controller_wrote() -> None:
    target = Target(kind=APPLICATION, name="pay", namespace="argocd")
    labels = {INSTANCE: "pay"}
    assert keeper_of(target, written(entry("argocd-application-controller"), labels=labels)) is None
    assert keeper_of(target, written(entry("argocd-controller"), labels={INSTANCE: "root"})) is not None


def unmarked(name: str = "git", manager: str = "argocd-controller") -> World:
    """The world in which `git` keeps the Deployment, known by what it wrote and this label only."""
    world = kept_world()
    live = next(each for each in world.objects if each["metadata"]["name"] == "deployment")
    labels = {key: value for key, value in live["metadata"]["labels"].items() if key not in MARKS.values()}
    live["metadata"]["labels"] = {**labels, **({INSTANCE: name} if name else {})}
    live["metadata"]["managedFields"] = [entry("kubectl"), entry(manager)]
    return world


async def test_the_application_that_lists_it_is_paused_first() -> None:
    assert warnings(await plan(unmarked(), UNDO)) == warnings(await plan(kept_world(), UNDO))
    planned = await plan(unmarked(), f"{UNDO} --pause-sync")
    assert planned.calls[0].path == "/apis/argoproj.io/v1alpha1/namespaces/tools/applications/git"
    status = await plan(unmarked(), "gitops pause deployment/deployment -n shop")
    assert status.calls[0].path == planned.calls[0].path


@pytest.mark.parametrize("name", ["other", ""])
async def test_one_that_is_not_found_is_said_not_to_be_known(name: str) -> None:
    world = unmarked(name)
    assert UNKNOWN in warnings(await plan(world, UNDO))
    with pytest.raises(Refused, match="cannot be paused") as refused:
        await ask(world, f"{UNDO} --pause-sync")
    assert str(refused.value.why) == UNKNOWN


async def test_one_that_does_not_list_it_is_not_known_either() -> None:
    world = unmarked()
    syncer(world, "Application")["status"]["resources"] = []
    assert UNKNOWN in warnings(await plan(world, UNDO))
    with pytest.raises(Refused, match="cannot be paused"):
        await ask(world, f"{UNDO} --pause-sync")
    with pytest.raises(Refused, match="does not list"):
        await ask(world, "gitops pause deployment/deployment -n shop")


async def test_without_a_name_it_has_to_be_named() -> None:
    with pytest.raises(Refused, match="What keeps deployment/deployment as git has it is not known") as refused:
        await ask(unmarked(""), "gitops pause deployment/deployment -n shop")
    assert str(refused.value.why) == UNKNOWN
    assert str(refused.value.next) == "Name it itself, if that is what you mean: application/NAME"


@pytest.mark.parametrize(
    ("manager", "said"),
    [
        (
            "kustomize-controller",
            "Flux applied it last (2026-11-25 03:00:00 UTC) and may put this back; which Kustomization",
        ),
        ("helm-controller", "Flux applied it last (2026-11-25 03:00:00 UTC) and may put this back; which HelmRelease"),
        ("helm", "Helm applied it last (2026-11-25 03:00:00 UTC): its next upgrade brings its own version back."),
    ],
)
async def test_flux_and_helm_are_said_too(manager: str, said: str) -> None:
    assert any(each.startswith(said) for each in warnings(await plan(unmarked("x", manager), UNDO)))
