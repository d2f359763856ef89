"""Where messages go and where they are: direct message channels, channels' names, a post found again by its key."""

from __future__ import annotations

from typing import Any, Final, final

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.client import ask, call
from bot.slack.api.errors import SlackError

EVENT_TYPE: Final = "kajitori"
"""The type of the metadata that our posts carry."""

CLOCK_SKEW: Final = 300.0
"""Seconds that our clock and Slack's may differ when a post is looked for."""

PAGES: Final = 5
PAGE: Final = 200


def key_metadata(key: str) -> dict[str, Any]:
    """What a post carries so that it is found again after a crash (durability.md rule 6)."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


async def find_post(client: AsyncWebClient, channel: str, key: str, *, since: float, thread_ts: str = "") -> str:
    """The ts of our post with that key, no older than `since` (seconds since the epoch); empty if there is none.

    Raises `SlackError`.
    """
    where: dict[str, Any] = {"channel": channel, **({"ts": thread_ts} if thread_ts else {})}
    method = "conversations.replies" if thread_ts else "conversations.history"
    oldest, cursor = f"{max(0.0, since - CLOCK_SKEW):.6f}", ""
    for _ in range(PAGES):
        page = {"oldest": oldest, "limit": PAGE, "include_all_metadata": True, **({"cursor": cursor} if cursor else {})}
        answer = await ask(client, method, **where, **page)
        for message in answer.get("messages", []):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key:
                return str(message["ts"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return ""
    return ""


@final
class Places:
    """Direct message channels by person, opened once each; they never change."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._directs: dict[str, str] = {}

    async def direct(self, user: str) -> str:
        """The id of a person's direct message with the bot. Raises `SlackError`, as `PersonGone`."""
        if user not in self._directs:
            answer = await call(self._client, "conversations.open", users=user)
            self._directs[user] = str(answer["channel"]["id"])
        return self._directs[user]

    async def name(self, channel: str) -> str:
        """What people call a channel; its id if Slack does not say."""
        try:
            answer = await ask(self._client, "conversations.info", channel=channel)
        except SlackError:
            return channel
        return f"#{answer['channel'].get('name') or channel}"

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of a message. Raises `SlackError`, as `MessageGone`."""
        answer = await ask(self._client, "chat.getPermalink", channel=channel, message_ts=ts)
        return str(answer["permalink"])
