"""What a namespace's quotas leave room for: a dry run does not tell (plans.md §4), so it is computed beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.errors import KajitoriError
from bot.operations.json import Object, resolve
from bot.operations.models import Quota
from bot.operations.quantities import amount
from bot.operations.templates import containers
from bot.text import Code, Text, text

PODS: Final = ("pods", "count/pods")
ASKED: Final = {
    "requests.cpu": ("requests", "cpu"),
    "cpu": ("requests", "cpu"),
    "requests.memory": ("requests", "memory"),
    "memory": ("requests", "memory"),
    "limits.cpu": ("limits", "cpu"),
    "limits.memory": ("limits", "memory"),
}
"""Quota names that pods use up, and where a container says how much."""


def quota_warnings(quotas: Sequence[Quota], template: Object, more: int) -> tuple[Text, ...]:
    """A warning for each quota that leaves room for fewer than `more` pods of this template.

    Quotas with scopes may not count these pods: so it is a warning and no refusal.
    """
    found: list[Text] = []
    for quota in quotas:
        room = _room(quota, template)
        if room is not None and room < more:
            found.append(
                text("{quota} leaves room for {room} more pods.", quota=Code(f"quota/{quota.metadata.name}"), room=room)
            )
    return tuple(found)


def _room(quota: Quota, template: Object) -> int | None:
    rooms: list[int] = []
    for name, hard in (quota.status.hard or {}).items():
        each = Decimal(1) if name in PODS else _of_one_pod(template, *ASKED[name]) if name in ASKED else Decimal(0)
        if each <= 0:
            continue
        try:
            left = amount(hard) - amount((quota.status.used or {}).get(name, "0"))
        except KajitoriError:
            continue
        rooms.append(max(0, int(left // each)))
    return min(rooms, default=None)


def _of_one_pod(template: Object, kind: str, resource: str) -> Decimal:
    total = Decimal(0)
    for each in containers(template):
        said = resolve(each, f"/resources/{kind}/{resource}")
        try:
            total += amount(str(said)) if said is not None else 0
        except KajitoriError:
            continue
    return total
