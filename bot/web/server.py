"""The HTTP server: health for whoever runs the bot, and a place for the routes that others bring (Slack's)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.clock import Tokens
from bot.errors import Unavailable
from bot.observability.health import Health, Report
from bot.text import Code, text

LOG: Final = structlog.get_logger("web")
SHUTDOWN_SECONDS: Final = 5.0
"""How long answers in progress are waited for at the end: Slack itself waits three."""


def build_web(routes: Iterable[web.RouteDef] = (), *, health: Health, tokens: Tokens) -> web.Application:
    """The application with `/healthz`, `/readyz` and the given routes.

    In HTTP mode `routes` holds `web.post("/slack/events", http_handler(…))`.
    """
    application = web.Application(middlewares=[_outermost(tokens)])
    application.router.add_get("/healthz", _answering(health.alive))
    application.router.add_get("/readyz", _answering(health.readiness))
    application.router.add_routes(routes)
    return application


@asynccontextmanager
async def serve_web(application: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Listen for as long as it is entered; gives the port, which is another one if 0 was asked for.

    Raises `Unavailable` if the address is taken.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Unavailable(
                text("The bot cannot listen on {address}.", address=Code(f"{host}:{port}")),
                why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
                next=text("Stop what uses it, or set {variable}.", variable=Code("KAJITORI_HTTP_PORT")),
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _answering(report: Callable[[], Report]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        found = report()
        return web.Response(
            status=200 if found.ok else 503,
            body=msgspec.json.encode(found),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    return answer


def _outermost(tokens: Tokens) -> Middleware:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        """An unforeseen error is logged here, once, and answered with an id that leads to the log and says no more."""
        try:
            return await handler(request)
        except web.HTTPException as error:
            return web.json_response({"error": error.reason.lower()}, status=error.status)
        except Exception:
            found = tokens.hex(4)
            LOG.exception("request_failed", id=found, method=request.method, path=request.path)
            return web.json_response({"error": "internal", "id": found}, status=500)

    return answer
