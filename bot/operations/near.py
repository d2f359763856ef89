"""Names that are nearly the one that was typed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


def near_names(typed: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """At most `limit` known names, the nearest first: those that begin with it, hold it, or differ by little.

    For pods people type the workload's name, which is the beginning of the pod's.
    """
    wanted = typed.lower()
    scored = sorted((-_nearness(wanted, name.lower()), name) for name in set(known))
    return [name for nearness, name in scored if nearness <= -0.6][:limit]


def _nearness(typed: str, name: str) -> float:
    if not typed:
        return 0.0
    if name.startswith(typed):
        return 2.0
    if typed in name or typed.startswith(name):
        return 1.5
    matcher = SequenceMatcher(None, typed, name, autojunk=False)
    if matcher.real_quick_ratio() < 0.6 or matcher.quick_ratio() < 0.6:
        return 0.0
    return matcher.ratio()
