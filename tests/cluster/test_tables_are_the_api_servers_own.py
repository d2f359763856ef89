"""The API server prints tables itself for kubectl. Ours, made from lean objects, have the same columns and cells.

Covered: every kind that `get` serves, wide and not, with objects in odd states. Left out: columns of ages, which
differ by the second.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot.kubernetes.decoding import decode
from bot.operations.kinds import KINDS, QUOTA, Kind, find_kind
from bot.operations.printers.tables import PRINTERS, Layout, print_table
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster

EVERYTHING = Path(__file__).parent.parent / "reading" / "objects" / "everything.yaml"
AGES = frozenset({"AGE", "DURATION", "LAST SEEN", "FIRST SEEN", "LAST SCHEDULE", "RESTARTS"})
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def create_everything(shop: Shop, control_plane: ControlPlane) -> None:
    """The quota last: pods without limits are refused as soon as the API server has noticed it."""
    objects = list(yaml.safe_load_all(EVERYTHING.read_text()))
    for each in [one for one in objects if one["kind"] != "ResourceQuota"]:
        kind = find_kind(each["kind"])
        assert kind is not None
        control_plane.admin.create(kind.path(shop.namespace), each)
    deployments = f"/apis/apps/v1/namespaces/{shop.namespace}/deployments/web"
    control_plane.admin.wait(deployments, lambda found: found["status"].get("readyReplicas") == 2)
    for each in [one for one in objects if one["kind"] == "ResourceQuota"]:
        control_plane.admin.create(QUOTA.path(shop.namespace), each)


def printed(control_plane: ControlPlane, kind: Kind, namespace: str) -> tuple[list[Any], list[dict[str, Any]]]:
    """The server's columns, and its rows with their whole objects."""
    api = dataclasses.replace(control_plane.admin, headers=(("Accept", TABLE),))
    path = kind.path(namespace if kind.namespaced else "")
    table = json.loads(api.ask("GET", path, query={"includeObject": "Object"}).text)
    assert table["kind"] == "Table"
    return table["columnDefinitions"], table["rows"] or []


def test_every_cell_is_the_servers(shop: Shop, control_plane: ControlPlane) -> None:
    create_everything(shop, control_plane)
    empty, wrong = [], []
    for kind in KINDS:
        columns, rows = printed(control_plane, kind, shop.namespace)
        empty += [] if rows else [kind.plural]
        objects = [decode(msgspec.json.encode(row["object"]), PRINTERS[kind].model) for row in rows]
        for wide in (False, True):
            kept = [index for index, each in enumerate(columns) if wide or not each["priority"]]
            titles = [columns[index]["name"].upper() for index in kept]
            ours = print_table(kind, objects, datetime.now(UTC), Layout(wide=wide))
            assert list(ours.columns) == titles, kind.plural
            for row, cells in zip(rows, ours.rows, strict=True):
                theirs = [shown(row["cells"][index]) for index in kept]
                compared = [index for index, title in enumerate(titles) if title not in AGES]
                wrong += [(titles[at], cells[at], theirs[at]) for at in compared if cells[at] != theirs[at]]
    assert not wrong, "\n".join(map(str, wrong))
    assert empty == []


def shown(cell: Any) -> str:
    return " ".join(("" if cell is None else str(cell)).split())
