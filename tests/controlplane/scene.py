"""What is there when something did not come: the pods of a namespace, the nodes, and what kwok said of them.

A failure on a machine that nobody can look at again is told by this or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.controlplane.api import Api, Object

LAST = 12
"""Lines of kwok's log."""


def scene(admin: Api, namespace: str, *, kwok_log: Path) -> str:
    """A line for each pod, node and line of kwok's about this namespace. Raises `ApiError`."""
    pods = admin.items(f"/api/v1/namespaces/{namespace}/pods")
    nodes = admin.items("/api/v1/nodes")
    lines = [*map(_pod, pods), *map(_node, nodes), *_said(kwok_log, namespace)]
    return "\n".join(lines)


def _pod(pod: Object) -> str:
    meta, status = pod["metadata"], pod["status"]
    going = f" going since {meta['deletionTimestamp']}" if "deletionTimestamp" in meta else ""
    states = [list(each.get("state", {})) for each in status.get("containerStatuses", ())]
    conditions = {each["type"]: each["status"] for each in status.get("conditions", ())}
    node = pod["spec"].get("nodeName", "no node")
    made, phase = meta["creationTimestamp"], status["phase"]
    return f"pod {meta['name']} of {made}{going} on {node}: {phase} {conditions} {states}"


def _node(node: Object) -> str:
    ready = next((each for each in node["status"].get("conditions", ()) if each["type"] == "Ready"), {})
    spec, beat = node["spec"], (ready.get("status"), ready.get("reason"), ready.get("lastTransitionTime"))
    taints = [each["key"] for each in spec.get("taints", ())]
    return f"node {node['metadata']['name']}: Ready {beat} unschedulable {spec.get('unschedulable', False)} {taints}"


def _said(log: Path, namespace: str) -> Iterator[str]:
    about = [line for line in log.read_text().splitlines() if f'"{namespace}/' in line]
    for line in about[-LAST:]:
        said = json.loads(line)
        yield f"kwok {said['time']} {said['msg']} {said.get('pod', '')} {said.get('stage', '')} {said.get('err', '')}"
