"""Who people are, asked of Slack."""

from __future__ import annotations

from typing import final

from slack_sdk.web.async_client import AsyncWebClient

from bot.identity.profiles import Profile, read_profile
from bot.slack.api.client import ask


@final
class SlackProfiles:
    """The `ProfileSource` of the bot. Nothing is kept here: `bot.identity.directory` does that."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def users_info(self, user: str) -> Profile:
        """Raises `SlackError`, which is `Unavailable`, also for somebody whom Slack does not know: not known is no."""
        answer = await ask(self._client, "users.info", user=user, include_locale=True)
        found = answer.get("user")
        return read_profile(found if isinstance(found, dict) else {})
