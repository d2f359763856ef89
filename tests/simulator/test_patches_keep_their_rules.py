"""JSON Patch, merge patch and strategic merge patch: what their rules promise of any value (RFC 6902, RFC 7386)."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.cluster.json_patch import PatchFailed, apply_json_patch
from playground.cluster.merge_patch import apply_merge_patch
from playground.cluster.strategic import apply_strategic
from playground.cluster.wire import equal

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~0", max_size=3)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.text("ab/~", max_size=2), VALUES, max_size=4)


def differences(before: Any, after: Any, path: str = "") -> list[dict[str, Any]]:
    """A JSON Patch from one value to another."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in before.keys() | after.keys():
            at = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in after:
                found.append({"op": "remove", "path": at})
            elif key not in before:
                found.append({"op": "add", "path": at, "value": after[key]})
            else:
                found += differences(before[key], after[key], at)
        return found
    return [] if equal(before, after) else [{"op": "replace", "path": path, "value": after}]


def merge_between(before: Any, after: Any) -> Any:
    """A merge patch from one object to another; it cannot set null."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    changed = {key: merge_between(before.get(key), value) for key, value in after.items()}
    return {**dict.fromkeys(before.keys() - after.keys()), **changed}


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(each) for key, each in value.items() if each is not None}
    return value


@given(OBJECTS, OBJECTS)
def test_a_json_patch_leads_from_any_value_to_any_other(before: Any, after: Any) -> None:
    original = copy.deepcopy(before)
    assert equal(apply_json_patch(before, differences(before, after)), after)
    assert before == original


@given(OBJECTS, OBJECTS)
def test_tests_of_a_json_patch_are_all_or_nothing(before: Any, other: Any) -> None:
    operations = [{"op": "add", "path": "/new", "value": 1}, {"op": "test", "path": "", "value": {**other, "new": 1}}]
    if equal({**before, "new": 1}, {**other, "new": 1}):
        assert apply_json_patch(before, operations)["new"] == 1
    else:
        with pytest.raises(PatchFailed):
            apply_json_patch(before, operations)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "x", "value": 1},
        {"op": "add", "path": "/a/~2", "value": 1},
        {"op": "add", "path": "/list/5", "value": 1},
        {"op": "add", "path": "/list/01", "value": 1},
        {"op": "remove", "path": "/none/x"},
        {"op": "remove", "path": ""},
        {"op": "move", "from": "/a", "path": "/a/b"},
        {"op": "copy", "from": "/none", "path": "/b"},
        {"op": "test", "path": "/list/-", "value": 1},
        {"op": "merge", "path": "/a", "value": 1},
        {"path": "/a"},
        "add",
    ],
)
def test_a_malformed_operation_is_refused(operation: Any) -> None:
    with pytest.raises(PatchFailed):
        apply_json_patch({"a": {}, "list": [1, 2]}, [operation])


POINTERS = st.lists(st.text("ab/~01-", max_size=2), max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": POINTERS},
    optional={"from": POINTERS, "value": VALUES},
)


@given(VALUES, st.lists(OPERATIONS | VALUES, max_size=3))
def test_any_json_patch_is_applied_or_refused_and_changes_nothing_that_was_given(before: Any, patch: list[Any]) -> None:
    original = copy.deepcopy((before, patch))
    with contextlib.suppress(PatchFailed):
        apply_json_patch(before, patch)
    assert equal([before, patch], list(original))


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        ({"op": "remove", "path": "/absent"}, {"list": [1, 2]}),
        ({"op": "replace", "path": "/absent", "value": 3}, {"list": [1, 2], "absent": 3}),
        ({"op": "test", "path": "/absent", "value": None}, {"list": [1, 2]}),
        ({"op": "test", "path": "/absent"}, {"list": [1, 2]}),
        ({"op": "add", "path": "/absent"}, {"list": [1, 2], "absent": None}),
        ({"op": "replace", "path": "/list/-1", "value": 3}, {"list": [1, 3]}),
        ({"op": "remove", "path": "/list/-2"}, {"list": [2]}),
        ({"op": "copy", "from": "/list/-1", "path": "/last"}, {"list": [1, 2], "last": 2}),
    ],
)
def test_where_the_api_server_leaves_the_rfc_so_do_we(operation: Any, after: Any) -> None:
    assert equal(apply_json_patch({"list": [1, 2]}, [operation]), after)


@pytest.mark.parametrize("value", [1.0, True, "1"])
def test_a_tested_number_is_compared_as_it_is_written(value: Any) -> None:
    with pytest.raises(PatchFailed):
        apply_json_patch({"replicas": 1}, [{"op": "test", "path": "/replicas", "value": value}])


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_leads_from_any_object_to_any_other_without_nulls(before: Any, after: Any) -> None:
    before, after = without_null(before), without_null(after)
    assert apply_merge_patch(before, merge_between(before, after)) == after


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_twice_is_a_merge_patch_once(before: Any, patch: Any) -> None:
    once = apply_merge_patch(before, patch)
    assert apply_merge_patch(once, patch) == once


@given(st.permutations(["a", "b", "c"]), st.sampled_from(["a", "b", "c"]))
def test_containers_merge_by_their_name_and_keep_their_order(names: list[str], changed: str) -> None:
    before = {"spec": {"containers": [{"name": each, "image": "old"} for each in names]}}
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": each} for each in names],
            "containers": [{"name": changed, "image": "new"}],
        }
    }
    after = apply_strategic(before, patch)["spec"]["containers"]
    assert [each["name"] for each in after] == list(names)
    assert {each["name"]: each["image"] for each in after} == {n: "new" if n == changed else "old" for n in names}
