"""Where a pod goes: the node with the fewest pods that takes it, and why none does."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from playground.cluster.quantities import parse_quantity
from playground.cluster.resources import NODES, PODS
from playground.cluster.store import Store
from playground.cluster.wire import Json, labels_of


def fitting(store: Store, pod: Json) -> tuple[str | None, str]:
    """A node's name, or None and the scheduler's sentence."""
    nodes = store.list(NODES)
    placed = [each for each in store.list(PODS) if each["spec"].get("nodeName")]
    counts = Counter(each["spec"]["nodeName"] for each in placed)
    reasons: Counter[str] = Counter()
    taking = []
    for node in nodes:
        why = refusal(node, pod, [each for each in placed if each["spec"]["nodeName"] == node["metadata"]["name"]])
        if why:
            reasons[why] += 1
        else:
            taking.append(node["metadata"]["name"])
    if taking:
        return min(taking, key=lambda name: (counts[name], name)), ""
    listed = ", ".join(f"{count} {why}" for why, count in sorted(reasons.items()))
    return None, f"0/{len(nodes)} nodes are available: {listed}." if nodes else "no nodes available to schedule pods"


def refusal(node: Json, pod: Json, placed: list[Json]) -> str:
    """Why this node does not take this pod; empty if it does."""
    spec = pod["spec"]
    taints = list(node["spec"].get("taints") or ())
    if node["spec"].get("unschedulable"):
        taints.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
    for taint in taints:
        if taint["effect"] != "PreferNoSchedule" and not tolerates(spec.get("tolerations") or (), taint):
            if taint["key"] == "node.kubernetes.io/unschedulable":
                return "node(s) were unschedulable"
            return f"node(s) had untolerated taint(s) {{{taint['key']}: {taint.get('value', '')}}}"
    labels = labels_of(node)
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return "node(s) didn't match Pod's node affinity/selector"
    allocatable = (node.get("status") or {}).get("allocatable") or {}
    for name in ("cpu", "memory"):
        used = sum((requested(each, name) for each in placed), Decimal())
        if name in allocatable and used + requested(pod, name) > parse_quantity(allocatable[name]):
            return f"Insufficient {name}"
    if len(placed) + 1 > parse_quantity(allocatable.get("pods", "110")):
        return "Too many pods"
    return ""


def requested(pod: Json, name: str) -> Decimal:
    found = Decimal()
    for each in pod["spec"].get("containers") or ():
        written = ((each.get("resources") or {}).get("requests") or {}).get(name)
        found += parse_quantity(written) if written else Decimal()
    return found


def tolerates(tolerations: list[Json] | tuple[Json, ...], taint: Json) -> bool:
    for each in tolerations:
        if each.get("effect") not in (None, "", taint["effect"]):
            continue
        if each.get("operator") == "Exists" and each.get("key") in (None, "", taint["key"]):
            return True
        if each.get("key") == taint["key"] and (each.get("value") or "") == (taint.get("value") or ""):
            return True
    return False
