"""Slack over HTTP: an aiohttp handler that believes nothing before the signature over the raw bytes was checked.

Bolt checks it too; here it is checked first because Bolt answers a timestamp that is no number with 500, logs the
body of a forgery, and lets an unsigned `ssl_check` through (slack.md §2.5).
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.clock import Clock
from bot.errors import Refused
from bot.slack.app import Slack
from bot.text import Code, text

BODY_LIMIT: Final = 1_000_000
"""Bytes. Slack's largest payload is a view of 250 KB with its state, form-encoded."""
WINDOW: Final = 300
"""Seconds a timestamp may be off (slack.md §1.8)."""


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """A request that did not come from Slack, without its body: for the audit record."""

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
    verifier = SignatureVerifier(signing_secret)

    async def handle(request: web.Request) -> web.Response:
        raw = await _read(request)
        if raw is None:
            return web.json_response({"error": "too large"}, status=413)
        why = refusal(verifier, raw, request.headers, now=clock.now().timestamp())
        if why:
            await on_forgery(Forgery(why=why, remote=request.remote or "", path=request.path, size=len(raw)))
            return web.json_response({"error": "invalid request"}, status=401)
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            return web.json_response({"error": "invalid request"}, status=400)
        headers = {name: request.headers.getall(name) for name in request.headers}
        return _response(await slack.dispatch(AsyncBoltRequest(body=body, query=request.query_string, headers=headers)))

    return handle


def refusal(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str], *, now: float) -> str:
    """Why a request is not Slack's; empty if it is. `now` in seconds since the epoch."""
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return "timestamp"
    if abs(now - int(timestamp)) > WINDOW:
        return "old"
    expected = verifier.generate_signature(timestamp=timestamp, body=body) or ""
    given = headers.get("X-Slack-Signature", "")
    return "" if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) else "signature"


async def _read(request: web.Request) -> bytes | None:
    """The body, or nothing if it is longer than `BODY_LIMIT`, read no further than that."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _response(answer: BoltResponse) -> web.Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() != "content-type"}
    kind = answer.headers.get("content-type", ["text/plain"])[0].split(";")[0]
    return web.Response(status=answer.status, text=answer.body, headers=headers, content_type=kind)
