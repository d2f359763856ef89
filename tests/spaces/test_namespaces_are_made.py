"""`create namespace`: what kubectl sends, a level for its pods where one is named, and names that are taken or none."""

from __future__ import annotations

import pytest

from commands.namespaces import namespace_body
from tests.spaces.planning import ENFORCE, plan, refused, said, shop


async def test_as_pasted_it_is_what_kubectl_sends() -> None:
    made = await plan(shop(), "kubectl create namespace argo-rollouts")
    (call,) = made.calls
    assert (call.method, call.path, call.body) == ("POST", "/api/v1/namespaces", namespace_body("argo-rollouts"))
    assert "No Pod Security level is named" in said(made)
    assert made.back is None
    assert "not taken back from here" in str(made.note)
    assert made.pinned["namespace"] == "argo-rollouts"


async def test_with_a_level_it_has_its_label() -> None:
    made = await plan(shop(), "create ns argo-rollouts --pod-security=restricted")
    assert made.calls[0].body == {
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {"name": "argo-rollouts", "labels": {ENFORCE: "restricted"}},
        "spec": {},
        "status": {},
    }
    assert not made.warnings


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("create namespace", "exactly one NAME is required, got 0"),
        ("create namespace shop", "namespaces shop already exists"),
        ("create namespace Shop", "a lowercase RFC 1123 label must consist of"),
        ("create namespace a_b", "a lowercase RFC 1123 label must consist of"),
        (f"create namespace {'a' * 64}", "at most 63"),
        ("create namespace kube-mine", "Kubernetes' own"),
        ("create namespace a b", "does not take the word b"),
        ("create namespace a --pod-security=strict", "must be one of privileged, baseline, restricted"),
        ("create namespace a --dry-run=client", "Every change is tried"),
    ],
)
async def test_bad_input_is_refused(line: str, why: str) -> None:
    assert why in await refused(shop(), line)


async def test_who_may_not_look_is_not_told_whether_it_exists() -> None:
    assert "may not" in await refused(shop(forbidden=frozenset({"Namespace"})), "create namespace a")
