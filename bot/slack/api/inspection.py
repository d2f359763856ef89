"""What `doctor` asks of Slack: who we are there, and what the installation was given."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.client import Installation, installation, open_session, web_client
from bot.slack.api.errors import NotReachable, from_response

SCOPES_HEADER = "x-oauth-scopes"


async def inspect(token: str, base_url: str) -> tuple[Installation, frozenset[str] | None]:
    """Who we are, and the scopes that Slack says the token has (`None` if it does not say). Raises `SlackError`."""
    async with open_session() as session:
        client = web_client(session, token=token, base_url=base_url)
        return await installation(client), await _scopes(client)


async def _scopes(client: AsyncWebClient) -> frozenset[str] | None:
    """From the header that Slack sends with each answer (docs.slack.dev/authentication)."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise from_response("auth.test", error.response.status_code, error.response.data, {}) from error
    except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
        raise NotReachable("unreachable", method="auth.test") from error
    given = next((value for name, value in answer.headers.items() if name.lower() == SCOPES_HEADER), None)
    return None if given is None else frozenset(scope.strip() for scope in given.split(",") if scope.strip())
