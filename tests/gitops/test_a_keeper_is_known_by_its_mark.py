"""Argo CD, Flux and Helm are known by the marks that they leave; one that was copied from another object is none."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.gitops import APPLICATION, HELM_RELEASE, KUSTOMIZATION, keeper_of
from bot.operations.kinds import DEPLOYMENT, Kind, Target

TARGET = Target(kind=DEPLOYMENT, name="app", namespace="shop")
TRACKING = "argocd.argoproj.io/tracking-id"


def marked(**metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "app", "namespace": "shop", **metadata}}


@pytest.mark.parametrize(
    ("metadata", "kind", "name", "namespace"),
    [
        ({"annotations": {TRACKING: "pay:apps/Deployment:shop/app"}}, APPLICATION, "pay", ""),
        ({"annotations": {TRACKING: "team-a_pay:apps/Deployment:shop/app"}}, APPLICATION, "pay", "team-a"),
        ({"labels": {"argocd.argoproj.io/instance": "pay"}}, APPLICATION, "pay", ""),
        (
            {"labels": {f"{KUSTOMIZATION.group}/name": "apps", f"{KUSTOMIZATION.group}/namespace": "flux-system"}},
            KUSTOMIZATION,
            "apps",
            "flux-system",
        ),
        ({"labels": {f"{HELM_RELEASE.group}/name": "pay"}}, HELM_RELEASE, "pay", ""),
        ({"annotations": {"meta.helm.sh/release-name": "pay"}}, None, "pay", ""),
    ],
)
def test_each_by_its_own(metadata: dict[str, Any], kind: Kind | None, name: str, namespace: str) -> None:
    keeper = keeper_of(TARGET, marked(**metadata))
    assert keeper is not None
    assert (keeper.kind, keeper.name, keeper.namespace) == (kind, name, namespace)


def test_helm_under_flux_is_kept_by_flux_which_acts_sooner() -> None:
    keeper = keeper_of(
        TARGET,
        marked(labels={f"{HELM_RELEASE.group}/name": "pay"}, annotations={"meta.helm.sh/release-name": "pay"}),
    )
    assert keeper is not None
    assert keeper.tool == "Flux"


@pytest.mark.parametrize(
    "tracking",
    [
        "pay:apps/Deployment:shop/other",
        "pay:apps/Deployment:elsewhere/app",
        "pay:apps/StatefulSet:shop/app",
        ":apps/Deployment:shop/app",
        "pay",
        "",
    ],
)
def test_a_tracking_id_of_another_object_is_none(tracking: str) -> None:
    assert keeper_of(TARGET, marked(annotations={TRACKING: tracking})) is None


@pytest.mark.parametrize("metadata", [{}, {"labels": None}, {"labels": ["odd"]}, {"annotations": {TRACKING: 7}}])
def test_an_object_without_marks_is_kept_by_nothing(metadata: dict[str, Any]) -> None:
    assert keeper_of(TARGET, marked(**metadata)) is None
