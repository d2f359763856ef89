"""The known words that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """At most `limit` known words, nearest first: what begins with the word, then what is one slip or two away.

    A slip is a letter too many, too few, another one, or two exchanged; short words allow one, longer ones two.
    """
    typed = word.lower()
    scored = []
    for candidate in sorted(set(known)):
        other = candidate.lower()
        allowed = 1 if min(len(typed), len(other)) <= 4 else 2
        if len(typed.strip("-")) >= 2 and other.startswith(typed):
            scored.append((0, len(other), candidate))
        elif abs(len(other) - len(typed)) <= allowed and (slips := _distance(typed, other)) <= allowed:
            scored.append((slips, len(other), candidate))
    return [candidate for _, _, candidate in sorted(scored)[:limit]]


def _distance(one: str, other: str) -> int:
    """Optimal string alignment distance."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row = row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
