"""A slip of the finger is answered with the whole line as it was meant."""

from __future__ import annotations

import pytest

from tests.commandline.refusals import offered, refusal

SLIPS = {
    "roleout undo app -n prod": "rollout undo app -n prod",
    "kubectl rollout undoo deploy/app --to-revision=3": "rollout undo deploy/app --to-revision=3",
    "unod app": "undo app",
    "stauts app": "status app",
    "undo app --to-revison 3 -n prod": "rollout undo app --to-revision 3 -n prod",
    "undo app --to-rev=3": "rollout undo app --to-revision=3",
    "undo app --namspace=prod": "rollout undo app --namespace=prod",
    "undo app -namespace=prod": "rollout undo app --namespace=prod",
    "logs x -follow": "logs x --follow",
    "sacle app --replicas=3": "scale app --replicas=3",
    "velero rollout undo app": "rollout undo app",
    "kubectl backup create full": "backup create full",
    "kubectl whoami": "whoami",
    "undo app -o name": "rollout undo app",
    "undo app --output=yaml -n prod": "rollout undo app -n prod",
    "undo --record app": "rollout undo app",
    "undo --dry-run app --record": "",
}


@pytest.mark.parametrize("typed", SLIPS)
def test_the_corrected_line_is_the_first_choice(typed: str) -> None:
    assert [*offered(typed), ""][0] == SLIPS[typed]


@pytest.mark.parametrize("typed", ["rollout", "ROLLOUT", "kubectl rollout", "rollout app"])
def test_a_family_alone_offers_its_commands(typed: str) -> None:
    rest = " app" if typed.endswith("app") else ""
    assert offered(typed) == [f"rollout {verb}{rest}" for verb in ("restart", "status", "undo")]


@pytest.mark.parametrize("typed", ["frobnicate", "日本語", "rm -rf", ".", "…"])
def test_a_word_like_no_other_offers_help_only(typed: str) -> None:
    assert offered(typed) == ["help"]


def test_nothing_is_corrected_silently() -> None:
    assert "is not a command" in str(refusal("undp app"))
