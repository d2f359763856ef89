"""The one connection to Slack's Web API: one session, an address that is a setting, and every retry decided by us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import NotReachable, SlackError, from_response

DEFAULT_URL: Final = "https://slack.com/api/"
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)


def open_session() -> aiohttp.ClientSession:
    """The session for all calls of a process. The SDK's own timeout is not applied to a session from outside, so
    this one has it (slack.md §2.4)."""
    return aiohttp.ClientSession(timeout=TIMEOUT)


def web_client(session: aiohttp.ClientSession, *, token: str = "", base_url: str = DEFAULT_URL) -> AsyncWebClient:
    """A Web API client. Its retry handlers are off: the default one posts a message twice after a cut connection."""
    client = AsyncWebClient(token=token or None, base_url=base_url, session=session, retry_handlers=[])
    if client.base_url.startswith("http://127.0.0.1:"):
        client.proxy = None
    return client


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Who the bot is, from one `auth.test` at the start."""

    team: str
    enterprise: str
    bot_id: str
    bot_user: str
    bot_name: str
    url: str


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """One call of the Web API as JSON, for the methods that write.

    Raises the `SlackError` that the answer means; `NotReachable` where it is not known whether Slack did it.
    """
    return await _called(client, method, json=arguments)


async def ask(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """One call of the Web API as a form, for the methods that read: of a JSON body they see no argument at all.

    Raises like `call`.
    """
    return await _called(client, method, params=arguments)


async def _called(client: AsyncWebClient, method: str, **body: Any) -> dict[str, Any]:
    try:
        response = await client.api_call(method, **body)
    except SlackApiError as error:
        answer: Any = error.response
        status = int(getattr(answer, "status_code", None) or getattr(answer, "status", None) or 500)
        raise from_response(method, status, getattr(answer, "data", None), answer.headers) from error
    except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
        raise NotReachable("unreachable", method=method) from error
    if not isinstance(response.data, dict):
        raise NotReachable("unreadable", method=method)
    return response.data


async def installation(client: AsyncWebClient) -> Installation:
    """Ask once who we are. Raises `SlackError`, so that a refused token stops the start instead of losing events."""
    answer = await call(client, "auth.test")
    try:
        return Installation(
            team=answer["team_id"],
            enterprise=answer.get("enterprise_id") or "",
            bot_id=answer.get("bot_id") or "",
            bot_user=answer["user_id"],
            bot_name=answer.get("user") or "",
            url=answer.get("url") or "",
        )
    except KeyError as error:
        raise SlackError("unreadable", method="auth.test") from error
