"""All questions, asked of the real API server and recorded, or of the simulated one and compared.

`python -m tests.simulator.probes URL TOKEN AUTHORITY` records the answers of a running, fresh server anew.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from tests.controlplane.api import Api
from tests.simulator.probing import ask
from tests.simulator.questions import PROBES, SETUP

RECORDED: Final = Path(__file__).parent / "recorded" / "answers.json"
SETTLE: Final = 1.0


def ask_all(api: Api) -> dict[str, Any]:
    """Every probe's answer by its name, masked, in their order."""
    answers: dict[str, Any] = {}
    for each in SETUP:
        found = api.ask(each[0], each[1], each[2])
        assert found.status < 300, found.text
    time.sleep(SETTLE if api.url.startswith("https") else 0)  # the real authorizer hears of bindings a moment later
    for probe in PROBES:
        answers[probe.name] = ask(api, probe)
    return answers


def main() -> None:
    url, token, authority = sys.argv[1:]
    answers = ask_all(Api(url=url, authority=Path(authority), token=token))
    RECORDED.write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
