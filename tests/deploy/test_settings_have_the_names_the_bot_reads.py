"""Environment, ports, probes and folders of `deploy/kubernetes` and the Dockerfile are those that the program knows.

A misspelt variable would not fail: the bot would start with the default instead.
"""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
import yaml

from bot.clock import SystemClock, SystemTokens
from bot.observability.health import Health
from bot.settings import Settings, load_config
from bot.web.server import build_web
from tests.deploy.generated import DEPLOY, ROOT

KNOWN: Final = frozenset(
    str(field.validation_alias or f"KAJITORI_{name.upper()}") for name, field in Settings.model_fields.items()
)
DOCUMENTS: Final[list[dict[str, Any]]] = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "kajitori.yaml").read_text()))
DEPLOYMENT: Final = next(each for each in DOCUMENTS if each["kind"] == "Deployment")
POD: Final = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINER: Final = POD["containers"][0]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()
IMAGE: Final = dict(re.findall(r"\b([A-Z_]+)=(\S+)", DOCKERFILE[DOCKERFILE.index("\nENV ") :]))


def test_every_variable_is_a_setting() -> None:
    named = {each["name"] for each in CONTAINER["env"]} | {name for name in IMAGE if name.startswith("KAJITORI_")}
    assert named <= KNOWN


def test_secrets_come_from_a_secret() -> None:
    assert [each["name"] for each in CONTAINER["env"] if "secretKeyRef" not in each["valueFrom"]] == []


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_probes_ask_what_is_served(probe: str) -> None:
    application = build_web(health=Health(clock=SystemClock()), tokens=SystemTokens())
    served = {resource.canonical for resource in application.router.resources()}
    assert CONTAINER[probe]["httpGet"]["path"] in served
    assert CONTAINER[probe]["httpGet"]["port"] in {port["name"] for port in CONTAINER["ports"]}


def test_the_port_is_the_one_it_listens_on() -> None:
    port = Settings.model_fields["http_port"].default
    assert [each["containerPort"] for each in CONTAINER["ports"]] == [port]
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f"127.0.0.1:{port}/healthz" in DOCKERFILE


def test_its_folders_are_mounted_and_only_they_can_be_written() -> None:
    mounts = {each["mountPath"]: each for each in CONTAINER["volumeMounts"]}
    assert IMAGE["KAJITORI_DATA"] in mounts
    assert IMAGE["KAJITORI_CONFIG"].rpartition("/")[0] in mounts
    assert CONTAINER["securityContext"]["readOnlyRootFilesystem"] is True
    assert sorted(path for path, each in mounts.items() if not each.get("readOnly")) == ["/data", "/tmp"]


def test_the_embedded_database_has_one_process() -> None:
    assert DEPLOYMENT["spec"]["replicas"] == 1
    assert DEPLOYMENT["spec"]["strategy"] == {"type": "Recreate"}


def test_it_runs_under_the_account_that_the_role_is_bound_to() -> None:
    bound = [each for each in yaml.safe_load_all((DEPLOY / "rbac" / "bot.yaml").read_text()) if "subjects" in each]
    wanted = {"kind": "ServiceAccount", "name": POD["serviceAccountName"], "namespace": "kajitori"}
    assert [each["subjects"] for each in bound] == [[wanted]]
    assert load_config(DEPLOY / "config.yaml").own.namespace == "kajitori"


def test_the_readme_names_every_variable() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in sorted(KNOWN) if f"`{name}`" not in readme] == []
