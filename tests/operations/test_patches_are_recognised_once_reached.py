"""A patch that was applied is seen to be applied, and one that was not is not. Covers all types of a change's body."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Bug
from bot.operations.json import canonical
from bot.operations.patches import add, apply_patch, differences, reached, remove, replace
from bot.operations.plan import ContentType

scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3)
keys = st.sampled_from(["a", "b", "c/d", "e~f", "spec"])
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
objects = st.dictionaries(keys, trees, max_size=4)
containers = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("xyz")}, optional={"image": st.text("ab", max_size=3)}),
    max_size=3,
    unique_by=lambda each: each["name"],
)
workloads = st.fixed_dictionaries(
    {"spec": st.fixed_dictionaries({"containers": containers}, optional={"paused": st.booleans(), "extra": trees})}
)


@given(body=objects, observed=objects, kind=st.sampled_from([ContentType.MERGE_PATCH, ContentType.STRATEGIC]))
def test_a_merge_is_reached_after_it(body: dict[str, Any], observed: dict[str, Any], kind: ContentType) -> None:
    assert reached(body, kind, apply_patch(body, kind, observed))


@given(body=workloads, observed=workloads)
def test_a_strategic_merge_of_containers_is_reached_after_it(body: dict[str, Any], observed: dict[str, Any]) -> None:
    after = apply_patch(body, ContentType.STRATEGIC, observed)
    assert reached(body, ContentType.STRATEGIC, after)
    names = [each["name"] for each in after["spec"]["containers"]]  # type: ignore[index,call-overload]
    assert set(names) == {each["name"] for each in [*observed["spec"]["containers"], *body["spec"]["containers"]]}


@given(observed=objects, values=st.dictionaries(st.sampled_from(["/a", "/b", "/c~1d", "/e~0f"]), trees, max_size=4))
def test_a_json_patch_of_fields_is_reached_after_it(observed: dict[str, Any], values: dict[str, Any]) -> None:
    body: list[Any] = [add(path, value) for path, value in values.items()]
    before = canonical(observed)
    after = apply_patch(body, ContentType.JSON_PATCH, observed)
    assert reached(body, ContentType.JSON_PATCH, after)
    assert canonical(observed) == before
    gone: list[Any] = [remove(path) for path in values]
    assert reached(gone, ContentType.JSON_PATCH, apply_patch(gone, ContentType.JSON_PATCH, after))


def test_what_is_not_there_is_not_reached() -> None:
    observed: dict[str, Any] = {"spec": {"replicas": 3, "template": {"a": 1}}}
    assert not reached({"spec": {"replicas": 4}}, ContentType.MERGE_PATCH, observed)
    assert not reached([replace("/spec/template", {"a": 2})], ContentType.JSON_PATCH, observed)
    assert not reached([remove("/spec/template")], ContentType.JSON_PATCH, observed)
    assert not reached([add("/metadata/annotations/x", "1")], ContentType.JSON_PATCH, observed)
    assert not reached([remove("/spec/list/0")], ContentType.JSON_PATCH, {"spec": {"list": [1]}})


def test_null_in_a_strategic_patch_means_absent() -> None:
    body: dict[str, Any] = {"spec": {"paused": None}}
    assert reached(body, ContentType.STRATEGIC, {"spec": {}})
    assert not reached(body, ContentType.STRATEGIC, {"spec": {"paused": True}})


def test_a_replaced_template_loses_what_is_not_named() -> None:
    body: dict[str, Any] = {"spec": {"template": {"$patch": "replace", "spec": {"a": 1}}}}
    after = apply_patch(body, ContentType.STRATEGIC, {"spec": {"template": {"metadata": {"x": "y"}}, "replicas": 2}})
    assert after == {"spec": {"template": {"spec": {"a": 1}}, "replicas": 2}}
    assert not reached(body, ContentType.STRATEGIC, {"spec": {"template": {"spec": {"a": 1}, "metadata": {"x": "y"}}}})


@pytest.mark.parametrize("body", [{}, None, [{"op": "move", "path": "/a"}], [{"op": "add"}], [1]])
def test_a_body_that_is_no_json_patch_is_a_bug(body: Any) -> None:
    with pytest.raises(Bug):
        apply_patch(body, ContentType.JSON_PATCH, {"a": 1})


def test_differences_name_fields_and_leave_the_servers_own_out() -> None:
    before: dict[str, Any] = {
        "metadata": {"resourceVersion": "1", "generation": 1, "annotations": {"a/b": "x"}},
        "spec": {"containers": [{"name": "app", "image": "v1"}, {"name": "gone"}], "args": ["a", "b"]},
    }
    after: dict[str, Any] = {
        "metadata": {"resourceVersion": "2", "generation": 2, "annotations": {"a/b": "y"}, "managedFields": [1]},
        "spec": {"containers": [{"name": "new"}, {"name": "app", "image": "v2"}], "args": ["a", "c"], "empty": {}},
    }
    found = {each.pointer: (each.before, each.after) for each in differences(before, after)}
    assert found == {
        "/metadata/annotations/a~1b": ("x", "y"),
        "/spec/containers/0": (None, {"name": "new"}),
        "/spec/containers/1/image": ("v1", "v2"),
        "/spec/containers/1": ({"name": "gone"}, None),
        "/spec/args/1": ("b", "c"),
    }


@given(observed=objects)
def test_an_object_does_not_differ_from_itself(observed: dict[str, Any]) -> None:
    assert differences(observed, observed) == []
