"""A restart of all pods: older ones are evicted, a few at a time, as budgets allow (`rollout/restart.go`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from playground.cluster.budgets import evict
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.ownership import is_going, owned_by
from playground.cluster.controllers.rollout_view import View, size
from playground.cluster.problems import Problem
from playground.cluster.resources import PODS
from playground.cluster.wire import Json
from playground.cluster.writes import Writes

AGAIN: Final = 30.0
"""Seconds until it looks again for pods that could not go yet."""

TOO_MANY: Final = 429


@final
@dataclass(frozen=True, kw_only=True)
class Restart:
    """`done`: the time of a restart after which no pod is older. `again`: seconds after which to look again."""

    done: str = ""
    again: float | None = None
    evicted: int = 0


@final
class Restarts:
    def __init__(self, writes: Writes, kubelet: Kubelet) -> None:
        self._writes, self._kubelet = writes, kubelet

    def go_on(self, view: View) -> Restart:
        asked = view.spec.get("restartAt")
        if not asked or asked == view.status.get("restartedAt"):
            return Restart()
        ahead = (datetime.fromisoformat(asked) - self._writes.pace.clock.now()).total_seconds()
        if ahead > 0:
            return Restart(again=ahead * self._writes.pace.speed)
        pods = [pod for each in self._ordered(view) for pod in owned_by(self._writes.store, PODS, each)]
        old = [each for each in pods if _moment(each["metadata"]["creationTimestamp"]) < _moment(asked)]
        restarted = self._evict(view, pods, old)
        if restarted == len(old):
            return Restart(done=asked, evicted=restarted)
        return Restart(again=AGAIN, evicted=restarted)

    def _ordered(self, view: View) -> list[Json]:
        first = [each for each in (view.stable, view.new) if each is not None]
        return [*{each["metadata"]["uid"]: each for each in (*first, *view.others)}.values()]

    def _evict(self, view: View, pods: list[Json], old: list[Json]) -> int:
        ready = sum(self._kubelet.ready_for(each) is not None and not is_going(each) for each in pods)
        most = max(view.wanted, sum(size(each) for each in view.sets))
        can = ready - (most - max(view.fenceposts[1], 1))
        restarted = 0
        for each in old:
            if can <= 0 or is_going(each):
                continue
            try:
                evict(self._writes, each["metadata"]["namespace"], each["metadata"]["name"], {}, dry_run=False)
            except Problem as problem:
                if problem.code != TOO_MANY:
                    raise
                continue  # a budget does not allow it yet
            can -= 1
            restarted += 1
        return restarted


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
