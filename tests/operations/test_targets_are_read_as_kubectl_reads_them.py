"""Words become objects as in kubectl's resource builder; nothing that can be typed breaks it or leaves the path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KajitoriError, NotUnderstood
from bot.operations.kinds import DAEMONSET, DEPLOYMENT, ROLLABLE, STATEFULSET, Kind
from bot.operations.targets import Named, read_targets

APP = Named(kind=DEPLOYMENT, name="app")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("deploy/app", [(DEPLOYMENT, "app")]),
        ("Deployment/App", [(DEPLOYMENT, "app")]),
        ("deployments.apps/app", [(DEPLOYMENT, "app")]),
        ("deployment.v1.apps/app", [(DEPLOYMENT, "app")]),
        ("deployment app other", [(DEPLOYMENT, "app"), (DEPLOYMENT, "other")]),
        ("deploy/a sts/b ds/c", [(DEPLOYMENT, "a"), (STATEFULSET, "b"), (DAEMONSET, "c")]),
        ("deploy,sts a", [(DEPLOYMENT, "a"), (STATEFULSET, "a")]),
        ("app", [(None, "app")]),
        ("app deploy/b", [(None, "app"), (DEPLOYMENT, "b")]),
        ("app.v2 other", [(None, "app.v2"), (None, "other")]),
        ("deploy/app deploy/app", [(DEPLOYMENT, "app")]),
    ],
)
def test_of_kubectls_forms(typed: str, meant: list[tuple[Kind | None, str]]) -> None:
    assert read_targets(tuple(typed.split()), ROLLABLE) == tuple(Named(kind=kind, name=name) for kind, name in meant)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "required resource not specified"),
        ("deployment", "resource(s) were provided, but no name was specified"),
        ("deployment deploy/app", "there is no need to specify a resource type as a separate argument"),
        ("deploy/a/b", "arguments in resource/name form may not have more than one slash"),
        ("deploy/", "arguments in resource/name form must have a single resource and name"),
        ("/app", "arguments in resource/name form must have a single resource and name"),
        ("deplyoment/app", "the server doesn't have a resource type deplyoment"),
        ("pods/app", "this is not supported for pods"),
        ("deploy/..", ".. cannot be the name of an object"),
        ("deploy/a%2fb", "a%2fb cannot be the name of an object"),
        ("deploy/a?x=1", "a?x=1 cannot be the name of an object"),
        ("deploy/Ａpp", "cannot be the name of an object"),
        (" ".join(f"deploy/a{n}" for n in range(21)), "More than 20 objects at once"),
    ],
)
def test_refusals_give_kubectls_reason_and_a_next_step(typed: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_targets(tuple(typed.split()), ROLLABLE)
    assert reason in str(refused.value)
    assert refused.value.next is not None


@given(st.lists(st.text(max_size=12) | st.sampled_from(["deploy", "deploy/", "/", "sts/a", "a,b", "deploy,x"])))
def test_no_text_crashes_it_and_every_name_is_safe_in_a_path(words: list[str]) -> None:
    try:
        found = read_targets(tuple(words), ROLLABLE)
    except KajitoriError:
        return
    for each in found:
        assert each.name.isascii()
        assert not set(each.name) & set("/%?#\\ ")
        assert ".." not in each.name
