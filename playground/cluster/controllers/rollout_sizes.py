"""How many pods the canary and the stable version get, without traffic routing: pure arithmetic.

`CalculateReplicaCountsForBasicCanary` of argo-rollouts `utils/replicaset/canary.go`.
"""

from __future__ import annotations

import math

from playground.cluster.controllers.rollout_view import View, available, size
from playground.cluster.wire import Json


def canary_sizes(view: View) -> tuple[int, int]:
    """Of the new set and of the stable one, as far as they may be now."""
    most, _ = view.fenceposts
    new, stable = view.new, view.stable
    if stable is None or stable is new or stable["metadata"]["uid"] == new["metadata"]["uid"]:
        stable, (wanted_new, wanted_stable) = None, (view.wanted, 0)
    else:
        wanted_new, wanted_stable = approximate(view.wanted, view.weight, surge=most > 0)
    others = sum(size(each) for each in view.others)
    room = view.wanted + most - others - size(new) - (size(stable) if stable else 0)
    new_size, stable_size = size(new), size(stable) if stable else 0
    if stable is not None and stable_size < wanted_stable and room > 0:
        grown = min(wanted_stable, stable_size + room)
        room -= grown - stable_size
        stable_size = grown
    if new_size < wanted_new and room > 0:
        new_size = min(wanted_new, new_size + room)
    if others > 0:  # they go first
        return new_size, stable_size
    return _smaller(view, (new_size, stable_size), (wanted_new, wanted_stable), stable)


def _smaller(view: View, sizes: tuple[int, int], wanted: tuple[int, int], stable: Json | None) -> tuple[int, int]:
    most, fewest = view.fenceposts
    least, allowed = view.wanted - fewest, view.wanted + most
    grows = wanted[0] >= size(view.new)
    droppable = _counted(view.new, whole=not grows) + _counted(stable, whole=grows) - least
    if droppable <= 0:
        return sizes
    if not grows:
        drained = _drained(view.new, wanted[0], droppable, sizes[0])
        return _within(view.new, stable, (drained, sizes[1]), allowed=allowed, least=least)
    if stable is None:
        return sizes
    drained = _drained(stable, wanted[1], droppable, sizes[1])
    stable_size, new_size = _within(stable, view.new, (drained, sizes[0]), allowed=allowed, least=least)
    return new_size, stable_size


def _counted(found: Json | None, *, whole: bool) -> int:
    """The set that shrinks counts as a whole, the other one by its available pods (`GetReplicasForScaleDown`)."""
    if found is None:
        return 0
    return size(found) if whole or size(found) < available(found) else available(found)


def _drained(found: Json, wanted: int, droppable: int, current: int) -> int:
    return max(wanted, size(found) - droppable) if size(found) > wanted else current


def _within(drained: Json, other: Json | None, sizes: tuple[int, int], *, allowed: int, least: int) -> tuple[int, int]:
    """Keep the other set within what is allowed, and enough pods available (`adjustReplicaWithinLimits`)."""
    drained_size, other_size = sizes
    if other is None:
        return sizes
    over = max(0, drained_size + other_size - allowed)
    other_size -= over
    there = min(available(drained), drained_size) + min(available(other), other_size)
    spare = max(0, available(other) - other_size)
    return drained_size, other_size + min(spare, max(0, least - there))


def approximate(replicas: int, weight: int, *, surge: bool) -> tuple[int, int]:
    """Canary and stable pods that come nearest to a weight; one pod more in all where it helps and is allowed."""
    if replicas == 0:
        return 0, 0
    up, down = math.ceil(replicas * weight / 100), replicas * weight // 100
    zero = weight in (0, 100) or (replicas == 1 and not surge)
    options: list[tuple[int, int]] = []
    if up < replicas or zero:
        options.append((up, replicas))
    if not _tied(weight, replicas) and (down or zero):
        options.append((down, replicas))
    if surge:
        options.append((up, replicas + 1))
        if not _tied(weight, replicas + 1) and (down or zero):
            options.append((down, replicas + 1))
    if not options:
        return 0, replicas
    canary, whole = min(options, key=lambda each: abs(each[0] * 100 / each[1] - weight))
    return canary, whole - canary


def _tied(weight: int, replicas: int) -> bool:
    return (replicas * weight) % 100 == 50
