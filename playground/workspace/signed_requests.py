"""HTTP mode: deliveries are POSTed to the app's request URL, signed as Slack signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import final
from urllib.parse import urlencode

import aiohttp

from playground.workspace.sockets import Receipt
from playground.workspace.wire import Json

PATH = "/slack/events"


def signature(signing_secret: str, timestamp: str, body: bytes) -> str:
    """`x-slack-signature` (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()


def signed_headers(signing_secret: str, body: bytes, timestamp: str | None = None) -> dict[str, str]:
    """Seconds since 1970 by the machine's clock, because Bolt compares with that one."""
    timestamp = timestamp or str(int(time.time()))
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(signing_secret, timestamp, body),
    }


def encoded(kind: str, payload: Json) -> tuple[str, bytes]:
    """Content type and body: JSON for events, a form for commands, a form with JSON inside for the rest."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


@final
class SignedRequests:
    """Sends over one session, which `close` ends."""

    def __init__(self, signing_secret: str) -> None:
        self._signing_secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request_url: str, kind: str, payload: Json, *, number: int, reason: str) -> Receipt:
        """`number` counts retries from 1; 0 is the first attempt, which carries no retry headers."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        content_type, body = encoded(kind, payload)
        headers = {"Content-Type": content_type, **signed_headers(self._signing_secret, body)}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        try:
            async with self._session.post(request_url.rstrip("/") + PATH, data=body, headers=headers) as answer:
                text = await answer.text()
                if not 200 <= answer.status < 300:
                    return Receipt(error="http_error", retry=answer.headers.get("X-Slack-No-Retry") != "1")
                return Receipt(payload=_payload(answer.content_type, text))
        except (TimeoutError, aiohttp.ClientError):
            return Receipt(error="connection_failed")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _payload(content_type: str, text: str) -> Json | None:
    if not text:
        return None
    if content_type == "application/json":
        parsed = json.loads(text)
        return parsed if isinstance(parsed, dict) else None
    return {"text": text}
