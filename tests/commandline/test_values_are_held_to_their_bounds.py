"""A value that the model does not take is refused by name, with the bound."""

from __future__ import annotations

import pytest

from tests.commandline.refusals import refusal

BAD = {
    "undo app --to-revision=-1": "--to-revision is at least 0, not -1.",
    "undo app --to-revision -1": "--to-revision is at least 0, not -1.",
    "scale app --replicas=9999": "--replicas is at most 1000, not 9999.",
    "undo app --to-revision=99999999999999999999": "--to-revision cannot be as large as 99999999999999999999.",
    "undo app --to-revision=three": "--to-revision takes a whole number, not three.",
    "undo app --to-revision=": "--to-revision takes a whole number, not .",
    "scale app --replicas=010": "--replicas takes a whole number, not 010.",
    "scale app --replicas=1_0": "--replicas takes a whole number, not 1_0.",
    "scale app --replicas=3.0": "--replicas takes a whole number, not 3.0.",
    "scale app --replicas=0x10": "--replicas takes a whole number, not 0x10.",
    "scale app --replicas=1e3": "--replicas takes a whole number, not 1e3.",
    "scale app": "--replicas is missing.",
    "logs": "KIND/NAME is missing.",
    "logs a b": "logs does not take the word b.",
    "logs x --follow=maybe": "--follow is true or false, not maybe.",
    "backup create x --order=oldest": "--order is one of old-first, new-first, not oldest.",
    "undo app -n": "--namespace needs a value.",
    "undo app --reason --namespace=prod": "--reason needs a value.",
    "undo app -n --": "--namespace needs a value.",
    "undo app -n Prod": "Prod cannot be a --namespace.",
    "undo app -n ../kube-system": "../kube-system cannot be a --namespace.",
    "undo app --namespace=*": "* cannot be a --namespace.",
    f"undo app -n {'a' * 64}": f"{'a' * 59}… cannot be a --namespace.",
    "use prod/x/y": "prod/x/y cannot be a [CLUSTER/]NAMESPACE.",
}


@pytest.mark.parametrize("typed", BAD)
def test_the_sentence_names_flag_bound_and_value(typed: str) -> None:
    assert str(refusal(typed).what) == BAD[typed]


def test_an_enormous_number_is_refused_at_once() -> None:
    assert "cannot be as large" in str(refusal(f"scale app --replicas={'9' * 3900}"))
