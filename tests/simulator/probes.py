"""All questions, asked of the real API server and recorded, or of the simulated one and compared.

`python -m tests.simulator.probes URL TOKEN AUTHORITY` records the answers of a running, fresh server anew.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import yaml

from tests.controlplane.api import Api
from tests.controlplane.binaries import built_argo_cd
from tests.simulator.probing import ask
from tests.simulator.questions import PROBES, SETUP
from tests.simulator.questions_of_applications import APPLICATIONS
from tests.simulator.questions_of_custom_kinds import DEFINITION, ROLLOUTS

RECORDED: Final = Path(__file__).parent / "recorded" / "answers.json"
SETTLE: Final = 1.0
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PATIENCE: Final = 30
"""Seconds until a kind that was defined must be served."""


def ask_all(api: Api) -> dict[str, Any]:
    """Every probe's answer by its name, masked, in their order."""
    answers: dict[str, Any] = {}
    if api.url.startswith("https"):
        define(api)
    for each in SETUP:
        found = api.ask(each[0], each[1], each[2])
        assert found.status < 300, found.text
    time.sleep(SETTLE if api.url.startswith("https") else 0)  # the real authorizer hears of bindings a moment later
    for probe in PROBES:
        answers[probe.name] = ask(api, probe)
    return answers


def define(api: Api) -> None:
    """Teach a real server the custom kinds, which the simulated one serves as it is. Raises `NotBuilt`."""
    (application,) = (each for each in built_argo_cd().definitions if each.name == "application-crd.yaml")
    for each in (DEFINITION, yaml.safe_load(application.read_text())):
        found = api.ask("POST", DEFINITIONS, each)
        assert found.status == 201, found.text
    deadline = time.monotonic() + PATIENCE
    while any(api.ask("GET", each).status != 200 for each in (ROLLOUTS, APPLICATIONS)):
        assert time.monotonic() < deadline, "a custom kind is not served"
        time.sleep(0.1)


def main() -> None:
    url, token, authority = sys.argv[1:]
    answers = ask_all(Api(url=url, authority=Path(authority), token=token))
    RECORDED.write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
