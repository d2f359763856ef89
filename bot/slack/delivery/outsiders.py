"""Which channels are read by another organisation too (Slack Connect). What is posted there leaves the house."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, final

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.api.client import ask
from bot.slack.api.errors import SharedOutside

BELIEVED: Final = 120.0
"""Seconds that Slack's answer about a channel is believed: so long a channel that has just been shared gets cards."""


@final
class Outsiders:
    """`invited` are the channels of which the configuration says that others may read along."""

    def __init__(self, client: AsyncWebClient, clock: Clock, *, invited: Collection[str] = ()) -> None:
        self._client, self._clock, self._invited = client, clock, frozenset(invited)
        self._seen: dict[str, tuple[bool, float]] = {}

    async def check(self, channel: str) -> None:
        """Raise `SharedOutside` for a channel that nothing may be posted in; another `SlackError` if Slack fails."""
        if channel.startswith("D") or channel in self._invited:
            return
        shared, until = self._seen.get(channel, (False, 0.0))
        now = self._clock.monotonic()
        if until <= now:
            answer = await ask(self._client, "conversations.info", channel=channel)
            shared = bool(answer["channel"].get("is_ext_shared"))
            self._seen[channel] = (shared, now + BELIEVED)
        if shared:
            raise SharedOutside("shared_outside", method="chat.postMessage")
