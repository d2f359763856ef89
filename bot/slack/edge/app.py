"""Bolt put together so that every delivery goes one visible way: verify, read and redact, store, acknowledge.

Bolt verifies and authorises; then one middleware takes whatever came, because a payload that no listener matches is
answered with 404 over HTTP and not at all over a socket (slack.md §2.1). Nothing here decides anything about the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Unavailable
from bot.slack import texts
from bot.slack.api.client import Installation
from bot.slack.edge.acknowledgements import acknowledge, not_readable, not_recorded
from bot.slack.edge.answers import Receive, Told
from bot.slack.edge.deliveries import Delivery, Kind, Redact, Unreadable, read_delivery

LOG: Final = structlog.get_logger("slack")
RECORDING_SECONDS: Final = 1.5
"""How long the store may take before a person is told that nothing was done (design §3); Slack itself waits 3 s."""

Tell = Callable[[Delivery, str], Coroutine[Any, Any, None]]
"""Shows a private sentence to whoever clicked: the acknowledgement of a click cannot carry one."""


@final
class Receiving(AsyncMiddleware):
    """Takes every verified payload, hands it on once, and turns the answer into the acknowledgement."""

    def __init__(self, *, receive: Receive, redact: Redact, bot_user: str, tell: Tell, seconds: float) -> None:
        self.receive = receive
        self.redact = redact
        self.bot_user = bot_user
        self.tell = tell
        self.seconds = seconds
        self.telling: set[asyncio.Task[None]] = set()

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        del resp, next  # nothing comes after: this is the last word on every payload
        try:
            delivery = read_delivery(req.body, redact=self.redact, bot_user=self.bot_user)
        except Unreadable as error:
            LOG.warning("unreadable_delivery", why=str(error))
            return not_readable(req.body)
        if delivery is None:
            return BoltResponse(status=200, body="")
        return await self.answer(delivery, req.body)

    async def answer(self, delivery: Delivery, body: dict[str, Any]) -> BoltResponse:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self.receive(delivery)
        except (Unavailable, TimeoutError) as error:
            LOG.error("not_recorded", kind=delivery.kind, lane=delivery.lane, why=type(error).__name__)
            reason = error.what if isinstance(error, Unavailable) else texts.TOO_SLOW
            if delivery.kind in (Kind.CLICK, Kind.SHORTCUT):
                self.later(delivery, texts.said(texts.not_recorded(reason), delivery.locale))
            return not_recorded(delivery, body, reason)
        if isinstance(answer, Told) and delivery.kind in (Kind.CLICK, Kind.SHORTCUT):
            self.later(delivery, texts.said(answer.message, answer.locale))
        return acknowledge(delivery, answer)

    def later(self, delivery: Delivery, sentence: str) -> None:
        """Say it after the acknowledgement; the task is kept, so that `drain` can wait for it."""
        task = asyncio.create_task(self.tell(delivery, sentence), name="slack-tell")
        self.telling.add(task)
        task.add_done_callback(self.telling.discard)


@final
class Slack:
    """The Bolt app with its one middleware. `drain` waits for what was still to be said."""

    def __init__(self, app: AsyncApp, receiving: Receiving) -> None:
        self.app = app
        self.receiving = receiving

    async def dispatch(self, request: AsyncBoltRequest, *, verified: bool = False) -> BoltResponse:
        """`verified`: the signature over the raw bytes was checked. Only what came over our own socket needs none."""
        if not (verified or request.mode == "socket_mode"):
            return BoltResponse(status=401, body={"error": "invalid request"})
        return await self.app.async_dispatch(request)

    async def drain(self) -> None:
        if self.receiving.telling:
            await asyncio.wait(self.receiving.telling, timeout=self.receiving.seconds)


def build_slack(
    *,
    client: AsyncWebClient,
    installed: Installation,
    receive: Receive,
    redact: Redact,
    tell: Tell,
    seconds: float = RECORDING_SECONDS,
) -> Slack:
    """The app for one workspace. `client` carries session, address and token; `seconds` bound the storing.

    Authorisation is answered from `installed`, so no call to Slack stands between a click and its acknowledgement
    (slack.md §2.2). Signatures are checked in one place, `http_mode`; `Slack.dispatch` wants to be told so.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=installed.enterprise or None,
            team_id=installed.team,
            bot_id=installed.bot_id,
            bot_user_id=installed.bot_user,
            bot_token=client.token,
        )

    app = AsyncApp(
        name="kajitori",
        client=AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[]),
        authorize=authorize,
        request_verification_enabled=False,
        process_before_response=True,
    )
    receiving = Receiving(receive=receive, redact=redact, bot_user=installed.bot_user, tell=tell, seconds=seconds)
    app.use(receiving)
    return Slack(app, receiving)
