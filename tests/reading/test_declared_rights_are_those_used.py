"""Covered: what each reading operation asks of a cluster, over lives that reach every branch, is what it declares:
nothing undeclared is asked, and nothing is declared that is never asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import Refused
from bot.operations.kinds import known_kinds
from bot.operations.operation import Family
from bot.operations.registry import installed_families
from commands import access, describe, diff, events, logs, overview, reading, top
from tests.reading.conftest import RecordingReader, pod

installed_families()  # from here on every kind is known
KINDS = known_kinds()
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
LIVES: list[tuple[Family, str, list[dict[str, Any]]]] = [
    (
        reading.reading,
        "get",
        [
            *({"resources": (kind.plural,)} for kind in KINDS),
            *({"resources": (kind.plural, "app")} for kind in KINDS),
            {"resources": ("all",), "output": "yaml"},
        ],
    ),
    (
        describe.describing,
        "describe",
        [
            *({"resources": (f"{kind.plural}/app",)} for kind in KINDS),
            *({"resources": (kind.plural,)} for kind in KINDS),
            {"resources": ("app",)},
            {"resources": ("po/nope",)},
        ],
    ),
    (
        logs.container_logs,
        "logs",
        [
            {"targets": ("app",)},
            {"targets": ("nope",)},
            {"selector": "app=app"},
            *({"targets": (f"{kind.lower()}/{name}",)} for kind in WORKLOADS for name in ("app", "nope")),
        ],
    ),
    (events.happenings, "events", [{}, {"about": "deploy/app"}]),
    (
        diff.comparing,
        "diff",
        [{"targets": (f"{kind}/app",)} for kind in ("deploy", "sts", "ds")],
    ),
    (overview.looking_over, "overview", [{}]),
    (top.top, "top pods", [{}, {"names": ("app",)}, {"all_namespaces": True}]),
    (top.top, "top nodes", [{}, {"names": ("app",)}]),
    (access.authorization, "auth can-i", [{"words": ("get", "pods")}]),
]


def world() -> list[dict[str, Any]]:
    """One object of every kind, all named app."""
    found = [
        {
            "kind": kind.kind,
            "metadata": {"name": "app", "namespace": "shop" if kind.namespaced else ""},
            "spec": {"selector": {"matchLabels": {"app": "app"}}},
        }
        for kind in KINDS
        if kind.kind not in ("Pod", "Service")
    ]
    service = {"kind": "Service", "metadata": {"name": "app", "namespace": "shop"}, "spec": {}}
    return [*found, service, pod("app")]


@pytest.mark.parametrize(("family", "name", "lives"), LIVES, ids=[each[1] for each in LIVES])
async def test_what_is_used_is_declared_and_what_is_declared_is_used(
    cluster: Callable[..., RecordingReader], family: Family, name: str, lives: list[dict[str, Any]]
) -> None:
    operation = family.operations[name]
    assert operation.run is not None
    reader = cluster(*world())
    for each in lives:
        with contextlib.suppress(Refused):
            await operation.run(reader, operation.arguments(namespace="shop", **each))
    declared = {(right.verb, right.kind.plural, right.subresource) for right in operation.rights}
    assert {asked for asked in reader.asked if asked[0] != "review"} == declared
    assert all(right[0] in ("get", "list", "watch") for right in declared)


def test_every_family_of_reads_has_a_life_here() -> None:
    modules = (access, describe, diff, events, logs, overview, reading, top)
    families = [value for module in modules for value in vars(module).values() if isinstance(value, Family)]
    assert {operation for family in families for operation in family.operations} == {name for _, name, _ in LIVES}
