"""A tool that writes over what was sent is named with its Application or the like, and to which version it is back.

The field managers are as a real Argo CD 3.3 leaves them.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.conditions import condition_of
from bot.operations.gitops import HELM_RELEASE, KUSTOMIZATION
from bot.operations.progress import Observation
from bot.operations.standing import TEMPLATE
from tests.parity.world import NOW

TEMPLATES = {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': {"f:image": {}}}}}}
REPLICAS: dict[str, Any] = {"f:replicas": {}}
INSTANCE = {"argocd.argoproj.io/instance": "pay"}
EARLIER, LATER = "2026-11-25T03:08:00Z", "2026-11-25T03:08:01Z"


def written(manager: str, at: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "time": at, "fieldsV1": {"f:spec": fields}}


def deployment(*managed: dict[str, Any], labels: dict[str, str], images: tuple[str, ...] = ("app:v2.4.1",)) -> Any:
    containers = [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]
    return {
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "shop", "labels": labels, "managedFields": list(managed)},
        "spec": {"replicas": 2, "template": {"spec": {"containers": containers}}},
        "status": {},
    }


def failed(condition: str, target: Any, **arguments: Any) -> str:
    seen = Observation(target=target, pods=(), arguments=arguments, now=NOW)
    return str(condition_of(condition).evaluate(seen).failed)


def overtaken(target: Any) -> str:
    return failed("rolled-out", target, **{TEMPLATE: "another"})


@pytest.mark.parametrize(
    ("manager", "labels", "by"),
    [
        ("argocd-controller", INSTANCE, "Argo CD (application/pay)"),
        ("kustomize-controller", {f"{KUSTOMIZATION.group}/name": "pay"}, "Flux (kustomization/pay)"),
        ("helm-controller", {f"{HELM_RELEASE.group}/name": "pay"}, "Flux (helmrelease/pay)"),
    ],
)
def test_a_template_with_the_version_that_it_is_back_to(manager: str, labels: dict[str, str], by: str) -> None:
    sent = written("kajitori-7-step-1", EARLIER, TEMPLATES)
    said = overtaken(deployment(sent, written(manager, LATER, TEMPLATES), labels=labels))
    assert said == f"{by} put it back to v2.4.1, so what was sent here is no longer what runs"


def test_within_one_second_what_is_not_ours_came_later() -> None:
    """Field managers tell whole seconds, and Argo CD heals within one."""
    managed = [written(each, LATER, TEMPLATES) for each in ("kajitori-7-step-1", "argocd-controller")]
    for each in (managed, managed[::-1]):
        assert "Argo CD (application/pay) put it back to v2.4.1" in overtaken(deployment(*each, labels=INSTANCE))


def test_without_a_version_where_its_containers_have_several() -> None:
    target = deployment(
        written("argocd-controller", LATER, TEMPLATES), labels=INSTANCE, images=("app:v2.4.1", "proxy:v7")
    )
    assert overtaken(target) == ("Argo CD (application/pay) put it back, so what was sent here is no longer what runs")


@pytest.mark.parametrize(
    ("manager", "labels"),
    [
        ("argocd-controller", {}),
        ("argocd-controller", {f"{KUSTOMIZATION.group}/name": "pay"}),
        ("kubectl-edit", INSTANCE),
    ],
)
def test_whoever_is_not_its_keeper_is_called_by_the_name_of_the_field_manager(
    manager: str, labels: dict[str, str]
) -> None:
    said = overtaken(deployment(written(manager, LATER, TEMPLATES), labels=labels))
    assert said == f"{manager} changed its template meanwhile, so what was sent here is no longer what runs"


def test_a_number_of_pods() -> None:
    sent, healed = written("kajitori-7-step-1", EARLIER, REPLICAS), written("argocd-controller", LATER, REPLICAS)
    assert failed("scaled", deployment(sent, healed, labels=INSTANCE), replicas=3) == (
        "Argo CD (application/pay) set it back to 2"
    )
    scaler = written("kube-controller-manager", LATER, REPLICAS)
    template = written("argocd-controller", LATER, TEMPLATES)
    assert failed("scaled", deployment(template, scaler, labels=INSTANCE), replicas=3) == "something else set it to 2"
