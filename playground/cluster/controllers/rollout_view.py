"""What one look at a Rollout sees: its ReplicaSets by their parts, its steps, and what was decided in the look.

Rules of all `rollout_*` files: argoproj/argo-rollouts v1.10 `rollout/*.go`, `utils/replicaset`, `utils/conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, final

import msgspec

from playground.cluster.budgets import rounded
from playground.cluster.controllers.ownership import SAFE, hashed
from playground.cluster.wire import Json, annotations_of

PREFIX: Final = "rollout.argoproj.io/"
REVISION: Final = f"{PREFIX}revision"
DESIRED: Final = f"{PREFIX}desired-replicas"
HASH: Final = "rollouts-pod-template-hash"
QUARTER: Final = "25%"
CANARY_PAUSE: Final = "CanaryPauseStep"
BLUE_GREEN_PAUSE: Final = "BlueGreenPause"


@final
@dataclass(kw_only=True)
class View:
    """`new` has the template of the spec, `stable` is what was last promoted; all others are `others`."""

    found: Json
    sets: list[Json]
    new: Json
    add: set[str] = field(default_factory=set)
    """Reasons for which it pauses from now on."""
    remove: set[str] = field(default_factory=set)
    clear: bool = False
    unabort: bool = False

    @property
    def name(self) -> str:
        return str(self.found["metadata"]["name"])

    @property
    def spec(self) -> Json:
        return dict(self.found["spec"])

    @property
    def status(self) -> Json:
        return self.found.get("status") or {}

    @property
    def wanted(self) -> int:
        return int(self.spec.get("replicas", 1))

    @property
    def revision(self) -> int:
        return revision_of(self.found)

    @property
    def new_hash(self) -> str:
        return hashed(self.new, HASH)

    @property
    def stable(self) -> Json | None:
        return self.by_hash(self.status.get("stableRS", ""))

    @property
    def others(self) -> list[Json]:
        stable = self.stable
        kept = {self.new["metadata"]["uid"], stable["metadata"]["uid"] if stable else ""}
        return [each for each in self.sets if each["metadata"]["uid"] not in kept]

    def by_hash(self, name_hash: str) -> Json | None:
        return next((each for each in self.sets if name_hash and hashed(each, HASH) == name_hash), None)

    @property
    def canary(self) -> Json | None:
        found: Json | None = self.spec["strategy"].get("canary")
        return found

    @property
    def blue_green(self) -> Json:
        return dict(self.spec["strategy"].get("blueGreen") or {})

    @property
    def steps(self) -> list[Json]:
        return list((self.canary or {}).get("steps") or ())

    @property
    def index(self) -> int:
        return int(self.status.get("currentStepIndex") or 0)

    @property
    def step(self) -> Json | None:
        """The one that is being done; None when all are, or there are none."""
        return self.steps[self.index] if self.index < len(self.steps) else None

    @property
    def weight(self) -> int:
        """What the steps so far ask for (`GetCurrentSetWeight`)."""
        if self.status.get("promoteFull") or not self.status.get("stableRS") or self.promoted:
            return 100
        if self.status.get("abort"):
            return 0
        if self.step is None:
            return 100
        weights = [int(each["setWeight"]) for each in self.steps[: self.index + 1] if "setWeight" in each]
        return weights[-1] if weights else 0

    @property
    def promoted(self) -> bool:
        current = str(self.status.get("currentPodHash", ""))
        return bool(current) and current == self.status.get("stableRS")

    @property
    def aborted(self) -> bool:
        return bool(self.status.get("abort")) and not self.unabort

    def pause(self, reason: str) -> Json | None:
        return next((each for each in self.status.get("pauseConditions") or () if each["reason"] == reason), None)

    @property
    def fenceposts(self) -> tuple[int, int]:
        """How many pods may be too many and too few; with neither one may be missing."""
        rules = self.canary or {}
        most = rounded(rules.get("maxSurge", QUARTER), self.wanted, up=True)
        fewest = rounded(rules.get("maxUnavailable", QUARTER), self.wanted, up=False)
        return most, min(fewest or (0 if most else 1), self.wanted)

    @property
    def template_changed(self) -> bool:
        known = self.status.get("currentPodHash", "")
        return bool(known) and known != self.new_hash

    @property
    def returns_to_stable(self) -> bool:
        return str(self.status.get("stableRS", "")) == self.new_hash


def size(found: Json) -> int:
    return int(found["spec"]["replicas"])


def available(found: Json) -> int:
    return int(found["status"].get("availableReplicas") or 0)


def total(sets: list[Json], key: str) -> int:
    return sum(int(each["status"].get(key) or 0) for each in sets)


def revision_of(found: Json) -> int:
    return int(annotations_of(found).get(REVISION, "0"))


def steps_hash(steps: list[Json]) -> str:
    """As Go's: FNV-1a of the steps' JSON in letters that make no words."""
    number = 2166136261
    for byte in msgspec.json.encode(steps):
        number = ((number ^ byte) * 16777619) & 0xFFFFFFFF
    return "".join(SAFE[ord(digit) % len(SAFE)] for digit in str(number))
