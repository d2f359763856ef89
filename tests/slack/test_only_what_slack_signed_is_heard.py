"""HTTP mode believes a signature over the raw bytes, not older than five minutes; all else is refused unheard."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clock import SystemClock
from bot.errors import Refused
from bot.slack.edge.http_mode import BODY_LIMIT, http_handler
from playground.workspace.signed_requests import signed_headers
from tests.slack.http import endpoint
from tests.workspace.edge import Recorder, slack_app

EVENT = {
    "type": "event_callback",
    "team_id": "T0KAJITORI",
    "event_id": "Ev1",
    "event": {"type": "app_mention", "user": "U0ALICE", "channel": "C0PLATFORM", "ts": "1.1", "text": "get pods"},
}
BODY = json.dumps(EVENT).encode()


async def test_what_slack_signed_is_handled_and_answered(workspace, session):
    receive = Recorder()
    async with endpoint(workspace, session, receive) as bot:
        assert await bot.post(BODY) == (200, "")
        typed = await workspace.command("alice", "platform", "/eks get pods")
    assert typed.acknowledged and bot.forgeries == []
    assert [(each.key.split(":")[0], each.line) for each in receive.seen] == [
        ("event", "get pods"),
        ("command", "get pods"),
    ]


def stamped(secret: str, timestamp: str, body: bytes = BODY) -> dict[str, str]:
    return signed_headers(secret, body, timestamp)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("other secret", "signature"),
        ("other body", "signature"),
        ("no signature", "signature"),
        ("signature of another scheme", "signature"),
        ("signature with other characters", "signature"),
        ("old", "old"),
        ("from the future", "old"),
        ("no number", "timestamp"),
        ("negative", "timestamp"),
        ("digits of another script", "timestamp"),
        ("endless digits", "timestamp"),
        ("nothing", "timestamp"),
    ],
)
async def test_a_forgery_is_refused_told_and_not_heard(workspace, session, case, why):
    secret, now = workspace.signing_secret, int(time.time())
    good = stamped(secret, str(now))
    headers = {
        "other secret": stamped("not the secret", str(now)),
        "other body": stamped(secret, str(now), BODY + b" "),
        "no signature": {"X-Slack-Request-Timestamp": str(now)},
        "signature of another scheme": good | {"X-Slack-Signature": "v1=" + good["X-Slack-Signature"][3:]},
        "signature with other characters": good | {"X-Slack-Signature": "v0=é"},
        "old": stamped(secret, str(now - 302)),
        "from the future": stamped(secret, str(now + 302)),
        "no number": stamped(secret, "yesterday"),
        "negative": stamped(secret, f"-{now}"),
        "digits of another script": stamped(secret, "\u0661\u0667"),
        "endless digits": stamped(secret, "9" * 4_000),
        "nothing": {},
    }[case]
    receive = Recorder()
    async with endpoint(workspace, session, receive) as bot:
        status, _ = await bot.post(BODY, headers)
        assert status == 401
        assert [(forgery.why, forgery.size) for forgery in bot.forgeries] == [(why, len(BODY))]
        assert receive.seen == []


async def test_an_unsigned_ssl_check_is_a_forgery_too(workspace, session):
    receive = Recorder()
    async with endpoint(workspace, session, receive) as bot:
        status, _ = await bot.post(urlencode({"ssl_check": "1", "token": "x"}).encode(), {}, form=True)
    assert status == 401 and len(bot.forgeries) == 1 and receive.seen == []


async def test_more_than_a_megabyte_is_not_read_even_if_it_is_signed(workspace, session):
    receive = Recorder()
    body = json.dumps({**EVENT, "padding": "x" * BODY_LIMIT}).encode()
    async with endpoint(workspace, session, receive) as bot:
        status, _ = await bot.post(body)
    assert status == 413 and receive.seen == []
    assert [forgery.why for forgery in bot.forgeries] == ["size"]


async def test_bytes_that_are_no_text_are_refused(workspace, session):
    receive = Recorder()
    async with endpoint(workspace, session, receive) as bot:
        status, _ = await bot.post(b'{"type": "\xff\xfe"}')
    assert status == 400 and receive.seen == []


async def test_signed_json_that_is_no_object_or_no_json_is_survived(workspace, session):
    receive = Recorder()
    async with endpoint(workspace, session, receive) as bot:
        for body in (b"[1, 2]", b'"word"', b"null", b"{", b"", b"[" * 20_000):
            status, _ = await bot.post(body)
            assert 200 <= status < 500, body[:10]
        assert await bot.post(BODY) == (200, "")
    assert len(receive.seen) == 1


async def test_slacks_challenge_is_answered_if_it_is_signed(workspace, session):
    async with endpoint(workspace, session, Recorder()) as bot:
        status, text = await bot.event({"type": "url_verification", "challenge": "c0ffee", "token": "x"})
    assert status == 200 and json.loads(text) == {"challenge": "c0ffee"}


async def test_without_a_signing_secret_the_handler_is_not_even_built(workspace, session):
    async with endpoint(workspace, session, Recorder()) as bot:
        for secret in ("", "  \n"):
            with pytest.raises(Refused, match="no signing secret"):
                http_handler(bot.slack, signing_secret=secret, clock=SystemClock(), on_forgery=bot.post)


async def test_the_app_itself_hears_nothing_that_nobody_verified(workspace, session):
    receive = Recorder()
    async with slack_app(workspace, session, receive) as slack:
        answer = await slack.dispatch(AsyncBoltRequest(body=BODY.decode(), mode="http"))
        assert answer.status == 401 and receive.seen == []
        assert (await slack.dispatch(AsyncBoltRequest(body=BODY.decode(), mode="http"), verified=True)).status == 200
    assert len(receive.seen) == 1
