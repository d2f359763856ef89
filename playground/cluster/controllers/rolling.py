"""The arithmetic of a rolling update, without any act (`deployment/rolling.go`, `util/deployment_util.go`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from playground.cluster.budgets import rounded
from playground.cluster.wire import Json, annotations_of

Change = Callable[[Json], Any]
MOST = "deployment.kubernetes.io/max-replicas"


def fenceposts(found: Json) -> tuple[int, int]:
    """How many pods may be too many and too few; both zero by rounding means that one may be missing."""
    spec = found["spec"]
    if spec["strategy"]["type"] != "RollingUpdate":
        return 0, 0
    rolling = spec["strategy"].get("rollingUpdate") or {}
    most = rounded(rolling.get("maxSurge", "25%"), spec["replicas"], up=True)
    fewest = rounded(rolling.get("maxUnavailable", "25%"), spec["replicas"], up=False)
    if most == 0 and fewest == 0:
        fewest = 1
    return most, min(fewest, spec["replicas"])


def surge(found: Json) -> int:
    return fenceposts(found)[0]


def new_replicas(found: Json, sets: list[Json], new: Json | None) -> int:
    """How large the new set should be now (`NewRSNewReplicas`)."""
    wanted = int(found["spec"]["replicas"])
    size = int(new["spec"]["replicas"]) if new else 0
    if found["spec"]["strategy"]["type"] == "Recreate":
        return size if new else (0 if any(each["spec"]["replicas"] for each in sets) else wanted)
    if size > wanted:
        return wanted
    total = sum(each["spec"]["replicas"] for each in sets)
    room = wanted + surge(found) - total
    return size if room <= 0 else size + min(room, wanted - size)


def old_replicas(found: Json, new: Json, old: list[Json]) -> Iterator[tuple[Json, int]]:
    """Which old sets become smaller now: first their unhealthy pods, then as many as may be missing."""
    running = [each for each in old if each["spec"]["replicas"] > 0]
    if not running:
        return
    wanted, fewest = found["spec"]["replicas"], fenceposts(found)[1]
    least = wanted - fewest
    total = sum(each["spec"]["replicas"] for each in (*old, new))
    missing = new["spec"]["replicas"] - new["status"].get("availableReplicas", 0)
    droppable = total - least - missing
    if droppable <= 0:
        return
    sizes = {each["metadata"]["name"]: int(each["spec"]["replicas"]) for each in running}
    running.sort(key=lambda each: (each["metadata"]["creationTimestamp"], int(each["metadata"]["resourceVersion"])))
    cleaned = 0
    for each in running:
        unhealthy = sizes[each["metadata"]["name"]] - each["status"].get("availableReplicas", 0)
        dropped = min(max(unhealthy, 0), droppable - cleaned)
        cleaned += dropped
        sizes[each["metadata"]["name"]] -= dropped
    available = sum(each["status"].get("availableReplicas", 0) for each in (*old, new))
    spare = max(available - least, 0)
    for each in running:
        dropped = min(sizes[each["metadata"]["name"]], spare)
        spare -= dropped
        sizes[each["metadata"]["name"]] -= dropped
    for each in running:
        if sizes[each["metadata"]["name"]] != each["spec"]["replicas"]:
            yield each, sizes[each["metadata"]["name"]]


def proportions(found: Json, sets: list[Json]) -> list[tuple[Json, int]]:
    """The sizes of all sets when somebody scales (`scale`, `GetReplicaSetProportion`)."""
    wanted = int(found["spec"]["replicas"])
    active = [each for each in sets if each["spec"]["replicas"] > 0]
    if len(active) <= 1:
        target = active[0] if active else _newest(sets)
        return [(target, wanted)] if target is not None else []
    total = sum(each["spec"]["replicas"] for each in active)
    allowed = wanted + surge(found) if wanted else 0
    add = allowed - total
    active.sort(key=lambda each: -each["spec"]["replicas"])
    result: list[tuple[Json, int]] = []
    added = 0
    for each in active:
        size = int(each["spec"]["replicas"])
        part = _share(found, each, add, added) if wanted else -size
        added += part
        result.append((each, size + part))
    largest, size = result[0]
    return [(largest, max(size + add - added, 0)), *result[1:]]


def _share(found: Json, target: Json, add: int, added: int) -> int:
    if add in (0, added):
        return 0
    before = int(annotations_of(target).get(MOST, found["spec"]["replicas"])) or 1
    size = target["spec"]["replicas"]
    share = round(size * (found["spec"]["replicas"] + surge(found)) / before) - size
    left = add - added
    return int(min(share, left) if add > 0 else max(share, left))


def _newest(sets: list[Json]) -> Json | None:
    return max(
        sets, key=lambda each: int(annotations_of(each).get("deployment.kubernetes.io/revision", 0)), default=None
    )


def is_complete(found: Json, new: Json, old: list[Json]) -> bool:
    """Whether nothing is left to do (`DeploymentComplete`)."""
    wanted, status = found["spec"]["replicas"], new["status"]
    return (
        new["spec"]["replicas"] == wanted
        and status.get("replicas", 0) == wanted
        and status.get("availableReplicas", 0) >= wanted
        and not any(each["spec"]["replicas"] or each["status"].get("replicas") for each in old)
    )
