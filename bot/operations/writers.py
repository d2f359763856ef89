"""Who wrote what an object is to be, and when: its `managedFields`.

Source: Kubernetes `docs/reference/using-api/server-side-apply.md`: an entry of a subresource (`status`, `scale`) says
nothing of whoever applied the object, and one that owns no field of the spec keeps none of it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from bot.operations.ages import moment
from bot.operations.json import Object, resolve

SPEC: Final = "/fieldsV1/f:spec"


def last_writer(whole: Object, managers: Collection[str]) -> tuple[str, datetime] | None:
    """Which of these field managers wrote fields of the spec last, and when; `None` where none of them owns any."""
    fields = resolve(whole, "/metadata/managedFields")
    found = [
        (at, manager)
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, dict)
        and (manager := str(each.get("manager") or "")) in managers
        and (at := _written(each)) is not None
    ]
    if not found:
        return None
    at, manager = max(found)
    return manager, at


def _written(entry: Object) -> datetime | None:
    if entry.get("subresource") or resolve(entry, SPEC) is None:
        return None
    return moment(entry.get("time"))
