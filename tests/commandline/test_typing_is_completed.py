"""The next word, from what is declared and what is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commandline.completion import LIMIT, complete
from tests.commandline.families import REGISTRY

NAMES = {"namespace": ["prod", "payments"], "context": ["tokyo"], "deployment": ["app", "api"], "pod": ["app-1"]}
TYPED = {
    "roll": ["rollback", "rollout", "rollouts"],
    "rollout ": ["restart", "status", "undo"],
    "/eks kubectl rollout u": ["undo"],
    "kubectl argo rollouts ": ["promote", "undo"],
    "velero ": ["backup"],
    "undo app --to": ["--to-revision"],
    "undo app --namespace=prod --na": [],
    "undo app -n p": ["prod", "payments"],
    "undo app --namespace=pa": ["--namespace=payments"],
    "undo app --context ": ["tokyo"],
    "undo deploy": ["deployment/app", "deployment/api"],
    "undo deploy ap": ["app", "api"],
    "logs p": ["pod/app-1"],
    "backup create x --order ": ["old-first", "new-first"],
    "nonsense ": [],
    "undo 'open": [],
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_so_far_goes_on_with(typed: str) -> None:
    assert [suggestion.word for suggestion in complete(typed, REGISTRY, NAMES)] == TYPED[typed]


def test_nothing_typed_offers_the_first_words() -> None:
    words = [suggestion.word for suggestion in complete("", REGISTRY, NAMES)]
    assert {"rollout", "logs", "help"} <= set(words)
    assert len(words) == len(set(words))


def test_a_command_is_offered_with_what_it_does() -> None:
    (undo,) = complete("rollout und", REGISTRY, {})
    assert undo.about == "Roll a workload back to an earlier revision"


@given(st.text(max_size=40))
def test_any_text_has_suggestions_or_none(typed: str) -> None:
    assert len(complete(typed, REGISTRY, NAMES)) <= LIMIT
