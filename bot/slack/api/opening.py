"""Modals opened and changed. A trigger is good for three seconds and one modal (slack.md §1.2): nothing waits here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.client import call
from bot.slack.cards.limits import fit_view


async def open_modal(client: AsyncWebClient, trigger: str, view: Mapping[str, Any], *, locale: str = "en") -> str:
    """Show a modal to whoever caused the trigger; its view id.

    Raises `TriggerExpired` if it came too late or was used, another `SlackError`, or `Bug` for a view past the limits.
    """
    answer = await call(client, "views.open", trigger_id=trigger, view=fit_view(view, locale))
    return str(answer["view"]["id"])


async def update_modal(
    client: AsyncWebClient, view_id: str, view: Mapping[str, Any], *, expected: str = "", locale: str = "en"
) -> None:
    """Replace a modal that is open. With `expected`, the hash of what was read, somebody else's change is not lost.

    Raises `Changed` then, `ViewGone` if it was closed meanwhile, another `SlackError`, or `Bug`.
    """
    guard = {"hash": expected} if expected else {}
    await call(client, "views.update", view_id=view_id, view=fit_view(view, locale), **guard)
