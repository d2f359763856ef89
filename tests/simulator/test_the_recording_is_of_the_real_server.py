"""The recorded answers are those that the real API server gives today."""

from __future__ import annotations

import json

import pytest

from tests.controlplane.control_plane import ControlPlane
from tests.simulator.probes import RECORDED, ask_all

pytestmark = pytest.mark.cluster


def test_it_still_answers_so(control_plane: ControlPlane) -> None:
    """Run it first on a fresh control plane: the questions need their namespaces for themselves."""
    found = ask_all(control_plane.admin)
    assert {name for name, answer in json.loads(RECORDED.read_text()).items() if found[name] != answer} == set()
