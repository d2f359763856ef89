"""The recorded answers are those that the real API server gives today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.controlplane.control_plane import ControlPlane
from tests.simulator.probes import RECORDED, ask_all

pytestmark = pytest.mark.cluster


def test_it_still_answers_so(tmp_path: Path) -> None:
    """On a control plane of its own: the questions need their namespaces, and their own definition of a Rollout."""
    with ControlPlane(tmp_path) as plane:
        found = ask_all(plane.admin)
    assert {name for name, answer in json.loads(RECORDED.read_text()).items() if found[name] != answer} == set()
