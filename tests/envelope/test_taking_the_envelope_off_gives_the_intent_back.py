"""The vote binds the intent; the envelope adds only what is known at sending. Covers every verb and content type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Bug
from bot.execution.envelope import same, unwrap, violated, wrap
from bot.operations.evict import Member, eviction_body
from bot.operations.json import canonical, resolve
from bot.operations.kinds import DEPLOYMENT, POD, Target
from bot.operations.plan import Call, ContentType, Precondition

TARGET = Target(kind=DEPLOYMENT, name="app", namespace="shop")
OBSERVED: dict[str, Any] = {
    "metadata": {"name": "app", "uid": "u-1", "resourceVersion": "77", "annotations": {"a/b": "c"}},
    "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "app", "image": "app:v2"}]}}},
}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
patches = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["replace", "add", "remove"]), "path": st.just("/spec/template"), "value": values}
    ),
    min_size=1,
    max_size=4,
)
bodies = st.dictionaries(st.sampled_from(["spec", "status", "data"]), values, min_size=1)


POINTERS = ["/spec/template", "/spec/paused", "/metadata/annotations/a~1b"]


@given(body=patches, pointers=st.lists(st.sampled_from(POINTERS)))
def test_of_a_json_patch(body: list[Any], pointers: list[str]) -> None:
    call = Call(
        id="step-1",
        verb="patch",
        target=TARGET,
        content_type=ContentType.JSON_PATCH,
        body=body,
        uid="u-1",
        preconditions=tuple(Precondition(pointer=each, value=resolve(OBSERVED, each)) for each in pointers),
    )
    envelope = wrap(call, OBSERVED, manager="m", timeout=5)
    assert canonical(unwrap(call, envelope)) == canonical(body)
    assert isinstance(envelope.body, list)
    assert envelope.body[:2] == [
        {"op": "test", "path": "/metadata/uid", "value": "u-1"},
        {"op": "test", "path": "/metadata/resourceVersion", "value": "77"},
    ]


@given(body=bodies, kind=st.sampled_from([ContentType.MERGE_PATCH, ContentType.STRATEGIC]))
def test_of_a_merge_or_strategic_patch(body: dict[str, Any], kind: ContentType) -> None:
    call = Call(id="step-1", verb="patch", target=TARGET, content_type=kind, body=body, uid="u-1")
    envelope = wrap(call, OBSERVED, manager="m", timeout=5)
    assert canonical(unwrap(call, envelope)) == canonical(body)
    assert resolve(envelope.body, "/metadata/resourceVersion") == "77"


def test_of_a_delete_which_is_pinned_to_uid_and_version() -> None:
    pod = Target(kind=POD, name="app-1", namespace="shop")
    call = Call(id="step-1", verb="delete", target=pod, body={"propagationPolicy": "Background"}, uid="u-1")
    envelope = wrap(call, OBSERVED, manager="m", timeout=5, dry_run=True)
    assert envelope.body == {
        "propagationPolicy": "Background",
        "preconditions": {"uid": "u-1", "resourceVersion": "77"},
        "dryRun": ["All"],
    }
    assert unwrap(call, envelope) == {"propagationPolicy": "Background"}


def test_a_dry_run_is_asked_for_in_the_query_and_nowhere_else() -> None:
    body: dict[str, Any] = {"spec": {"replicas": 2}}
    call = Call(id="s", verb="patch", target=TARGET, content_type=ContentType.MERGE_PATCH, body=body)
    dry, real = (wrap(call, OBSERVED, manager="m", timeout=5, dry_run=flag) for flag in (True, False))
    assert dry.body == real.body
    assert dry.query == {"timeout": "5s", "fieldManager": "m", "dryRun": "All"}
    assert real.query == {"timeout": "5s", "fieldManager": "m"}


def test_another_object_of_the_same_name_violates_the_plan() -> None:
    call = Call(id="s", verb="patch", target=TARGET, body={}, uid="u-0")
    assert violated(call, OBSERVED) == ["/metadata/uid"]


def test_absent_null_and_empty_are_the_same_and_nothing_else_is() -> None:
    assert same({"a": None, "b": {}}, {})
    assert not same({"a": 0}, {})
    assert not same({"a": ""}, {})
    assert not same([], [None])
    assert not same(1, True)


@given(grace=st.integers(-1, 600), dry_run=st.booleans())
def test_of_an_eviction(grace: int, dry_run: bool) -> None:
    member = Member(namespace="shop", name="app-1", uid="u-1", holder="rs")
    body = eviction_body(member, grace)
    call = Call(id="step-2-1", verb="create", target=member.target, subresource="eviction", body=body, uid="u-1")
    envelope = wrap(call, None, manager="m", timeout=5, dry_run=dry_run)
    assert canonical(unwrap(call, envelope)) == canonical(body)
    assert resolve(envelope.body, "/deleteOptions/preconditions") == {"uid": "u-1"}
    assert envelope.query == {"timeout": "5s", **({"dryRun": "All"} if dry_run else {})}


@pytest.mark.parametrize(
    ("uid", "body"),
    [
        ("", {"deleteOptions": {}}),
        ("u-1", {}),
        ("u-1", {"deleteOptions": {"preconditions": {"uid": "another"}}}),
        ("u-1", {"deleteOptions": {"dryRun": []}}),
    ],
)
def test_what_is_no_plain_eviction_of_one_pod_is_not_wrapped(uid: str, body: dict[str, Any]) -> None:
    target = Target(kind=POD, name="app-1", namespace="shop")
    call = Call(id="step-2-1", verb="create", target=target, subresource="eviction", body=body, uid=uid)
    with pytest.raises(Bug):
        wrap(call, None, manager="m", timeout=5)
