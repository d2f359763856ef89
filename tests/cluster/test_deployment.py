"""`deploy/` on the real API server, in a namespace that enforces Pod Security `restricted`: taken without a warning."""

from __future__ import annotations

import copy
from secrets import token_hex

import pytest
import yaml

from tests.controlplane.api import Object
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.manifests import apply
from tests.deploy.generated import DEPLOY

pytestmark = pytest.mark.cluster


def documents(*names: str) -> list[Object]:
    return [each for name in names for each in yaml.safe_load_all((DEPLOY / name).read_text()) if each]


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    """Labelled as `deploy/kubernetes/namespace.yaml` labels it, under a name of this test."""
    [found] = documents("kubernetes/namespace.yaml")
    found["metadata"]["name"] = f"kajitori-{token_hex(3)}"
    apply(control_plane.admin, [found])
    return str(found["metadata"]["name"])


def moved(found: Object, namespace: str) -> Object:
    """The same object in the test's namespace."""
    there = copy.deepcopy(found)
    if there["metadata"].get("namespace"):
        there["metadata"]["namespace"] = namespace
    for subject in there.get("subjects", []):
        if subject["kind"] == "ServiceAccount":
            subject["namespace"] = namespace
    return there


def test_everything_is_taken_without_a_warning(control_plane: ControlPlane, namespace: str) -> None:
    names = ("rbac/bot.yaml", "kubernetes/configuration.yaml", "kubernetes/kajitori.yaml")
    wanted = [moved(each, namespace) for each in documents(*names)]
    answers = apply(control_plane.admin, wanted, dry_run=True)
    assert [answer.headers.get("Warning") for answer in answers] == [None] * len(wanted)


def test_its_pod_may_start_where_restricted_is_enforced(control_plane: ControlPlane, namespace: str) -> None:
    """A Deployment is taken even where none of its pods would be; and the check bites."""
    wanted = [moved(each, namespace) for each in documents("rbac/bot.yaml", "kubernetes/kajitori.yaml")]
    account = next(each for each in wanted if each["kind"] == "ServiceAccount")
    apply(control_plane.admin, [account])
    template = next(each for each in wanted if each["kind"] == "Deployment")["spec"]["template"]
    pod: Object = {"metadata": {"name": "kajitori", "labels": template["metadata"]["labels"]}, "spec": template["spec"]}
    path, query = f"/api/v1/namespaces/{namespace}/pods", {"dryRun": "All", "fieldValidation": "Strict"}
    answer = control_plane.admin.ask("POST", path, pod, query=query)
    assert (answer.status, answer.headers.get("Warning")) == (201, None)
    del template["spec"]["containers"][0]["securityContext"]
    assert control_plane.admin.ask("POST", path, pod, query=query).status == 403


@pytest.mark.parametrize("file", ["bot.yaml", "bot-constrained.yaml", "teams.yaml"])
def test_the_roles_are_taken(control_plane: ControlPlane, namespace: str, file: str) -> None:
    answers = apply(control_plane.admin, [moved(each, namespace) for each in documents(f"rbac/{file}")], dry_run=True)
    assert {answer.headers.get("Warning") for answer in answers} == {None}
