"""Disruption budgets: what they allow now, and eviction, which they may refuse."""

from __future__ import annotations

import math
from typing import Any, Final

from playground.cluster.problems import Problem, too_many
from playground.cluster.resources import (
    BUDGETS,
    DEPLOYMENTS,
    PODS,
    REPLICA_SETS,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.selection import matches_selector
from playground.cluster.store import Store
from playground.cluster.wire import Json, controller_of, labels_of
from playground.cluster.writes import Writer, Writes

UNSCALED: Final = {"DaemonSet": "daemonsets.apps", "Job": "jobs.batch"}
"""Controllers of pods that have no scale."""


def is_ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def rounded(value: Any, whole: int, *, up: bool) -> int:
    """A number, or a percentage of a whole."""
    if isinstance(value, str):
        share = whole * int(value.rstrip("%")) / 100
        return math.ceil(share) if up else math.floor(share)
    return int(value)


def budget_status(store: Store, budget: Json, at: str) -> Json:
    """What the disruption controller writes at a moment. Of pods whose controller has no scale it can reckon no share,
    and then lets none go (`disruption.go`: failSafe).
    """
    namespace, spec = budget["metadata"]["namespace"], budget.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    pods = [each for each in store.list(PODS, namespace) if matches_selector(spec.get("selector"), labels_of(each))]
    unscaled = next((UNSCALED[owner["kind"]] for owner in _owners(pods) if owner["kind"] in UNSCALED), "")
    if unscaled and (most is not None or isinstance(least, str)):
        return _failed(budget, f"{unscaled} does not implement the scale subresource", at)
    expected = _expected(store, namespace, pods)
    healthy = sum(is_ready(each) and not each["metadata"].get("deletionTimestamp") for each in pods)
    if most is not None:
        desired = max(expected - rounded(most, expected, up=True), 0)
    elif least is not None:
        desired = rounded(least, expected, up=True)
        expected = expected if isinstance(least, str) else len(pods)
    else:
        desired = expected = 0
    allowed = max(healthy - desired, 0) if expected else 0
    generation = budget["metadata"]["generation"]
    reason = "SufficientPods" if allowed else "InsufficientPods"
    condition = _condition(budget, generation, at, allowed=allowed > 0, reason=reason)
    return {
        "observedGeneration": generation,
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "expectedPods": expected,
        "conditions": [condition],
    }


def _condition(budget: Json, generation: int, at: str, *, allowed: bool, reason: str, message: str = "") -> Json:
    """Its time is that of its last change to the other status."""
    status = "True" if allowed else "False"
    before: Json = next(iter((budget.get("status") or {}).get("conditions") or ()), {})
    return {
        "type": "DisruptionAllowed",
        "status": status,
        "observedGeneration": generation,
        "lastTransitionTime": before.get("lastTransitionTime", at) if before.get("status") == status else at,
        "reason": reason,
        "message": message,
    }


def _failed(budget: Json, message: str, at: str) -> Json:
    """The status before, of the generation before, but that none may go."""
    before = budget.get("status") or {}
    generation = before.get("observedGeneration", 0)
    condition = _condition(budget, generation, at, allowed=False, reason="SyncFailed", message=message)
    return {**before, "disruptionsAllowed": 0, "conditions": [condition]}


def _owners(pods: list[Json]) -> list[Json]:
    return [owner for each in pods if (owner := controller_of(each)) is not None]


def _expected(store: Store, namespace: str, pods: list[Json]) -> int:
    """The sum of the replicas that the pods' controllers want."""
    wanted: dict[str, int] = {}
    for pod in pods:
        owner = controller_of(pod)
        if owner is None:
            continue
        found = _controller(store, namespace, owner)
        if found is not None:
            wanted[found["metadata"]["uid"]] = (found.get("spec") or {}).get("replicas", 1)
    return sum(wanted.values())


def _controller(store: Store, namespace: str, owner: Json) -> Json | None:
    resource: Resource | None = {"ReplicaSet": REPLICA_SETS, "StatefulSet": STATEFUL_SETS}.get(owner["kind"])
    found = store.get(resource, namespace, owner["name"]) if resource else None
    above = controller_of(found) if found else None
    if above is not None and above["kind"] == "Deployment":
        return store.get(DEPLOYMENTS, namespace, above["name"])
    return found


def evict(writes: Writes, namespace: str, name: str, body: Json, *, dry_run: bool) -> Json:
    """Raises `Problem` 429 where a budget does not allow it.

    A dry run is refused by a budget that allows none, and takes nothing from one that allows some: so each of several
    is told yes where one may go (`eviction.go`; plans.md §4, live).
    """
    pod = writes.current(PODS, namespace, name)
    options = body.get("deleteOptions") or {}
    dry_run = dry_run or "All" in (options.get("dryRun") or ())
    budgets = [
        each
        for each in writes.store.list(BUDGETS, namespace)
        if matches_selector((each.get("spec") or {}).get("selector"), labels_of(pod))
    ]
    ended = pod["status"].get("phase") in ("Pending", "Succeeded", "Failed") or pod["metadata"].get("deletionTimestamp")
    if budgets and not ended:
        if len(budgets) > 1:
            message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            raise Problem(500, "InternalError", message)
        _take(writes, budgets[0], pod)
    writes.delete(PODS, namespace, name, options, dry_run=dry_run)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _take(writes: Writes, budget: Json, pod: Json) -> None:
    status = budget_status(writes.store, budget, writes.pace.stamp())
    name = budget["metadata"]["name"]
    # An unready pod of a healthy application may always go, or any unready one (unhealthyPodEvictionPolicy).
    always = budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow"
    if not is_ready(pod) and (always or status["currentHealthy"] >= status["desiredHealthy"] > 0):
        return
    if status["disruptionsAllowed"] > 0:
        return
    cause = {
        "reason": "DisruptionBudget",
        "message": f"The disruption budget {name} needs {status['desiredHealthy']} healthy pods and has "
        f"{status['currentHealthy']} currently",
    }
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    raise too_many(message, retry_after=0, causes=[cause])


def write_status(
    writes: Writes, resource: Resource, found: Json, status: Json, *, manager: str = Writer().manager
) -> None:
    """Write a status if it is another one."""
    if found.get("status") == status:
        return
    metadata = found["metadata"]

    def change(it: Json) -> None:
        it["status"] = status

    writes.change(resource, metadata.get("namespace", ""), metadata["name"], change, Writer(manager=manager), "status")
