"""Slack over HTTP: an aiohttp handler that believes nothing before the signature over the raw bytes was checked.

Bolt's own check is off: it answers a timestamp that is no number with 500, logs the body of a forgery, and lets an
unsigned `ssl_check` through (slack.md §2.5). The SDK's verifier is not used either: it decodes the body first, so that
bytes which are no text end in an error of ours instead of a refusal.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.clock import Clock
from bot.errors import Refused
from bot.slack.edge.app import Slack
from bot.text import Code, text

LOG: Final = structlog.get_logger("slack")
BODY_LIMIT: Final = 1_000_000
"""Bytes. Slack's largest payload is a view of 250 KB with its state, form-encoded."""
WINDOW: Final = 300
"""Seconds a timestamp may be off (slack.md §1.8)."""


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """A request that did not come from Slack, without its body: for the audit record.

    `why`: `signature`, `timestamp` (missing or unreadable), `old`, or `size` (then it was not read to its end).
    """

    why: str
    remote: str
    path: str
    size: int


OnForgery = Callable[[Forgery], Awaitable[None]]


def http_handler(
    slack: Slack, *, signing_secret: str, clock: Clock, on_forgery: OnForgery
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler for `POST /slack/events`. Raises `Refused` for an empty secret: nothing could be verified with it."""
    if not signing_secret.strip():
        raise Refused(
            text("There is no signing secret, so nothing that comes over HTTP could be trusted."),
            next=text("Set {variable}, or use Socket Mode.", variable=Code("SLACK_SIGNING_SECRET")),
        )

    async def handle(request: web.Request) -> web.Response:
        raw, whole = await _read(request)
        why = refusal(signing_secret, raw, request.headers, now=clock.now().timestamp()) if whole else "size"
        if why:
            await on_forgery(Forgery(why=why, remote=request.remote or "", path=request.path, size=len(raw)))
            return web.json_response({"error": "invalid request"}, status=401 if whole else 413)
        asked = _understood(request, raw)
        if asked is None:
            return web.json_response({"error": "invalid request"}, status=400)
        return _response(await slack.dispatch(asked, verified=True))

    return handle


def signature(signing_secret: str, timestamp: str, body: bytes) -> str:
    """`X-Slack-Signature` (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()


def refusal(signing_secret: str, body: bytes, headers: Mapping[str, str], *, now: float) -> str:
    """Why a request is not Slack's; empty if it is. `now` in seconds since the epoch."""
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return "timestamp"
    if abs(now - int(timestamp)) > WINDOW:
        return "old"
    expected = signature(signing_secret, timestamp, body)
    given = headers.get("X-Slack-Signature", "")
    return "" if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) else "signature"


async def _read(request: web.Request) -> tuple[bytes, bool]:
    """The body, and whether that is all of it: it is read no further than `BODY_LIMIT`."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return bytes(body), False
    return bytes(body), True


def _understood(request: web.Request, raw: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt takes it; nothing if Bolt stumbles over its shape, as it does over JSON that is no object."""
    headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
    try:
        return AsyncBoltRequest(body=raw.decode(), query=request.query_string, headers=headers)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        LOG.warning("unreadable_request", why=type(error).__name__, size=len(raw))
        return None


def _response(answer: BoltResponse) -> web.Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() != "content-type"}
    kind = answer.headers.get("content-type", ["text/plain"])[0].split(";")[0]
    return web.Response(status=answer.status, text=answer.body, headers=headers, content_type=kind)
