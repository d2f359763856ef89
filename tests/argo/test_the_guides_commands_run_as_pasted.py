"""Rows 16 to 19 of the catalogue, as they are pasted, and as people shorten them."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from bot.commandline.own import OWN
from bot.operations.registry import build_registry, installed_families
from tests.argo.rollouts import REGISTRY

EVERYTHING = build_registry([*installed_families(), OWN])


@pytest.mark.parametrize("verb", ["promote", "abort", "status", "history"])
@pytest.mark.parametrize(
    "before", ["kubectl argo rollouts", "kubectl-argo-rollouts", "argo rollouts", "rollouts", "k argo rollouts"]
)
def test_each_way_to_type_it_is_the_same(verb: str, before: str) -> None:
    parsed = parse(f"{before} {verb} app-rollout", EVERYTHING)
    assert parsed.operation.name == f"argo rollouts {verb}"
    assert parsed.arguments.targets == ("app-rollout",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("kubectl argo rollouts get rollout app -w", "argo rollouts get rollout"),
        ("kubectl argo rollouts list rollouts -A", "argo rollouts list rollouts"),
        ("kubectl argo rollouts retry rollout app", "argo rollouts retry rollout"),
        ("kubectl argo rollouts set image app app=app:v3", "argo rollouts set image"),
        ("kubectl argo rollouts undo app --to-revision=3", "argo rollouts undo"),
        ("kubectl argo rollouts promote app --full", "argo rollouts promote"),
        ("kubectl argo rollouts restart app --in 10s", "argo rollouts restart"),
        ("kubectl argo rollouts terminate analysisrun check", "argo rollouts terminate analysisrun"),
        ("kubectl -n shop argo rollouts promote app", "argo rollouts promote"),
        ("kubectl get rollouts", "get"),
        ("kubectl rollout undo deploy/app", "rollout undo"),
    ],
)
def test_the_plugins_other_lines_are_understood(line: str, name: str) -> None:
    assert parse(line, EVERYTHING).operation.name == name


def test_every_operation_is_of_the_plugin_by_its_tool() -> None:
    assert {each.cli for each in REGISTRY} == {"kubectl argo rollouts"}
