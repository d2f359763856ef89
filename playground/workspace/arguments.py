"""The arguments of a Web API call, which come as JSON, as a form with JSON inside, or in the query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, final

from playground.workspace.errors import SlackError
from playground.workspace.wire import Json

T = TypeVar("T")


@final
class Arguments:
    """Reads typed values; a missing one that is required raises SlackError invalid_arguments."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = dict(raw)

    def text(self, name: str) -> str:
        value = self.raw.get(name)
        if not isinstance(value, str) or not value:
            raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def optional(self, name: str) -> str | None:
        value = self.raw.get(name)
        return None if value is None or value == "" else str(value)

    def flag(self, name: str) -> bool:
        return str(self.raw.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.raw.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", f"[ERROR] must be an integer [json-pointer:/{name}]") from None

    def structure(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """A list or object, given as such or as JSON text; None when absent."""
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error, f"[ERROR] not valid JSON [json-pointer:/{name}]") from None

    def page(self, items: Sequence[T], *, default: int = 100) -> tuple[list[T], Json]:
        """One page of `items` by `limit` and `cursor`, and the `response_metadata` beside it."""
        limit = max(1, min(self.number("limit", default), 1000))
        cursor = self.optional("cursor") or "0"
        if not cursor.isdigit():
            raise SlackError("invalid_cursor")
        start = int(cursor)
        more = start + limit < len(items)
        return list(items[start : start + limit]), {"next_cursor": str(start + limit) if more else ""}
