"""The same meaning has the same line, and the line has that meaning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commandline.grammar import parse
from bot.commandline.line import line_of
from bot.commandline.validation import validated
from bot.errors import Ambiguous, NotUnderstood
from tests.commandline.families import REGISTRY

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), exclude_characters="－"), max_size=20)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)


@given(
    targets=st.lists(ASCII, max_size=3),
    revision=st.integers(0, 2**63 - 1),
    reason=VALUES,
    namespace=st.one_of(st.just(""), NAMES),
)
def test_any_arguments_survive_their_own_line(targets: list[str], revision: int, reason: str, namespace: str) -> None:
    operation = REGISTRY["rollout undo"]
    arguments = validated(
        operation,
        {"targets": tuple(targets), "to_revision": str(revision), "reason": reason, "namespace": namespace},
    )
    line = line_of(operation, arguments)
    parsed = parse(line, REGISTRY)
    assert (parsed.operation, parsed.arguments, parsed.line) == (operation, arguments, line)


@given(
    name=NAMES,
    namespaces=st.lists(NAMES, max_size=3),
    labels=st.lists(ASCII, max_size=3),
    order=st.sampled_from(["", "old-first", "new-first"]),
)
def test_lists_and_choices_survive_too(name: str, namespaces: list[str], labels: list[str], order: str) -> None:
    operation = REGISTRY["backup create"]
    raw = {"name": name, "include_namespaces": tuple(namespaces), "labels": tuple(labels), "order": order}
    arguments = validated(operation, raw)
    assert parse(line_of(operation, arguments), REGISTRY).arguments == arguments


VERBS = (
    "kubectl argo rollouts velero helm /eks $ rollout undo status rollback set image logs get backup create help use"
)
FLAGS = "-n -nprod --namespace=prod --namespace --to-revision=3 --to-revision -- - -f -fp --follow=false --help -h -A"
OTHER = "prod -1 app deploy/app app=img:v2 KEY- --reason=why --kubeconfig -o . … — «a» 'b \\ --replicas=010 аpp <@U1>"
PIECES = st.sampled_from(f"{VERBS} {FLAGS} {OTHER}".split())


@settings(max_examples=600)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map(" ".join)))
def test_any_text_is_understood_or_refused_and_what_is_understood_is_a_fixed_point(typed: str) -> None:
    try:
        parsed = parse(typed, REGISTRY)
    except (NotUnderstood, Ambiguous) as refused:
        for choice in refused.choices:
            assert choice.command_line
        return
    again = parse(parsed.line, REGISTRY)
    assert (again.operation, again.arguments, again.line) == (parsed.operation, parsed.arguments, parsed.line)


SAME = [
    "rollout undo deploy/app --namespace=prod --to-revision=3",
    "/eks rollout undo deploy/app -n prod --to-revision 3",
    "/eks $ kubectl -n prod rollout undo deploy/app --to-revision=3",
    "$ kubectl --namespace prod rollout undo --to-revision 3 deploy/app",
    "kubectl rollout -n=prod undo deploy/app --to-revision=3",
    "UNDO deploy/app -nprod —to-revision=3.",
    "Rollback deploy/app -nprod --to_revision=3",
    "kubectl rollout undo \\\n  deploy/app \\\n  -n “prod” --to-revision=‘3’",
    "rollout undo -n staging deploy/app -n prod --to-revision=1 --to-revision=3",
    "undo --to-revision=3 -n prod -- deploy/app",
    "undo　deploy/app　-n　prod　--to-revision=３",
]


@pytest.mark.parametrize("typed", SAME)
def test_ways_to_say_the_same_have_one_line(typed: str) -> None:
    assert parse(typed, REGISTRY).line == SAME[0]
