"""Helm's recordings: none of them is sent from here, and nothing of them in part.

A release is a chart with all its values; to take a Deployment out of one would leave Helm's own record of it untrue.
Until there is a family that speaks Helm's record (`sh.helm.release.v1`), the tool is refused by its name.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.commandline.own import OWN
from bot.errors import NotUnderstood
from bot.operations.registry import build_registry, installed_families
from tests.parity.world import GOLDEN

REGISTRY = build_registry([*installed_families(), OWN])
RECORDED = sorted(GOLDEN.glob("helm-*.json"))


def test_there_are_those_that_changed_something() -> None:
    assert sorted(each.stem for each in RECORDED) == [
        "helm-install",
        "helm-rollback",
        "helm-uninstall",
        "helm-upgrade",
        "helm-upgrade-reuse-values",
    ]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: each.stem)
def test_it_is_refused_as_it_was_typed(recorded: Any) -> None:
    with pytest.raises(NotUnderstood) as error:
        parse(shlex.join(json.loads(recorded.read_text())["command"]), REGISTRY)
    assert str(error.value.what) == "I have no commands of helm yet."
    assert "Nothing was done." in str(error.value.next)
