"""What a measurement gives: the figures of both sides, and each target with what was measured against it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

import msgspec


class Bound(StrEnum):
    """Which way a target is a bound."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison. Times in milliseconds, memory in MB (10⁶ bytes), `cpu` in cores; absent: not measured.

    `count` is how many single measurements the percentiles are of.
    """

    name: str
    count: int = 0
    p50: float | None = None
    p99: float | None = None
    per_second: float | None = None
    memory: float | None = None
    cpu: float | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One target of design §11 and what came out."""

    what: str
    measured: float
    bound: Bound
    wanted: float
    unit: str = "ms"

    @property
    def met(self) -> bool:
        """A measurement that is no number meets nothing."""
        if self.bound is Bound.AT_MOST:
            return self.measured <= self.wanted
        return self.measured >= self.wanted


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One measure. `how` says in a sentence what was done to what; `notes` what a reader must know of this run."""

    name: str
    how: str
    sides: tuple[Side, ...]
    targets: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was measured, none in between. Raises `ValueError` without samples."""
    if not samples:
        raise ValueError("there is no percentile of nothing")
    if not 0 < share <= 1:
        raise ValueError(f"a share is above 0 and at most 1, not {share}")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def side(name: str, seconds: Sequence[float], *, per_second: float | None = None, cpu: float | None = None) -> Side:
    """A side from single times in seconds. Raises `ValueError` without any."""
    return Side(
        name=name,
        count=len(seconds),
        p50=percentile(seconds, 0.5) * 1e3,
        p99=percentile(seconds, 0.99) * 1e3,
        per_second=per_second,
        cpu=cpu,
    )


def at_most(what: str, measured: float, wanted: float, unit: str = "ms") -> Target:
    """A target that is an upper bound."""
    return Target(what=what, measured=measured, bound=Bound.AT_MOST, wanted=wanted, unit=unit)


def at_least(what: str, measured: float, wanted: float, unit: str = "/s") -> Target:
    """A target that is a lower bound."""
    return Target(what=what, measured=measured, bound=Bound.AT_LEAST, wanted=wanted, unit=unit)
