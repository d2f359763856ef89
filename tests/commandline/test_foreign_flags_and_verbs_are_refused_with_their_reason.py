"""What kubectl and others know and this does not is refused with the reason, never ignored."""

from __future__ import annotations

import pytest

from tests.commandline.refusals import offered, refusal

REASONS = {
    "undo app --kubeconfig /tmp/x": "configured",
    "kubectl --kubeconfig=/tmp/x rollout undo app": "configured",
    "kubectl --kubeconfig /tmp/x rollout undo app": "configured",
    "kubectl --server https://evil rollout undo app": "configured",
    "undo app --as=system:admin": "as themselves",
    "undo app --as-group system:masters": "as themselves",
    "undo app --token abc": "as themselves",
    "undo -f app.yaml": "no files",
    "undo app --dry-run=client": "rehearsed",
    "undo --all": "named",
    "undo -l app=x": "named",
    "kubectl exec -it x -- sh": "terminal",
    "port-forward x 80": "terminal",
    "kubectl apply -f x.yaml": "do not have it",
}


@pytest.mark.parametrize("typed", REASONS)
def test_the_reason_is_given(typed: str) -> None:
    assert REASONS[typed] in str(refusal(typed))


@pytest.mark.parametrize("typed", [line for line in REASONS if "undo" in line])
def test_a_flag_that_changes_who_where_or_what_is_never_offered_without_it(typed: str) -> None:
    assert offered(typed) == []


@pytest.mark.parametrize("typed", ["helm install x y", "aws iam create-role", "eksctl utils x", "helm rollback app"])
def test_a_tool_without_commands_says_so(typed: str) -> None:
    assert f"no commands of {typed.split()[0]} yet" in str(refusal(typed))


def test_a_command_that_declares_the_flag_takes_it() -> None:
    assert "-f" in "logs -f x"
    with pytest.raises(pytest.fail.Exception):
        refusal("logs -f x")
