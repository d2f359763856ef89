"""response_url: the app answers an act of a person without a token, five times within thirty minutes."""

from __future__ import annotations

import json
from typing import final

from aiohttp import web

from playground.workspace import posting
from playground.workspace.errors import SlackError
from playground.workspace.state import State
from playground.workspace.triggers import Hook
from playground.workspace.web_api import broken, cut
from playground.workspace.wire import Json

_GONE = frozenset({"no_service", "used_url", "expired_url"})


async def _read(request: web.Request) -> Json:
    """JSON, a form with `payload`, or plain text."""
    if request.content_type == "application/x-www-form-urlencoded":
        body = str((await request.post()).get("payload", ""))
    else:
        body = await request.text()
    try:
        given = json.loads(body)
    except ValueError:
        given = {"text": body}
    return given if isinstance(given, dict) else {"text": body}


def apply(state: State, hook: Hook, answer: Json) -> None:
    """Raises SlackError: message_not_found, no_text, invalid_blocks, cannot_reply_to_message."""
    channel = state.channels.get(hook.channel)
    original = state.messages.find(channel.id, hook.message_ts) if hook.message_ts else None
    if answer.get("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        posting.remove(state, original)
        return
    said = posting.content(state, answer.get("text"), answer.get("blocks"), answer.get("attachments"))
    if answer.get("replace_original") and hook.message_ts:
        if original is None or not original.from_app:
            raise SlackError("message_not_found")
        posting.edit(state, original, said)
        return
    public = answer.get("response_type") == "in_channel"
    thread_ts = posting.parent_of(state, channel, answer.get("thread_ts"))
    posting.post(state, channel, said, reader=None if public else hook.person, thread_ts=thread_ts)


@final
class Hooks:
    """Answers `/hooks/{kind}/{key}`; the calls are recorded as method `response_url`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def handle(self, request: web.Request) -> web.StreamResponse:
        answer = await _read(request)
        fault = self._state.faults.take("response_url")
        if fault is not None and fault.kind in ("drop", "hang", "status"):
            return await broken(request, self._state.faults, fault)
        if fault is not None and fault.kind == "rate_limit":
            return self._limited(answer, fault.retry_after)
        try:
            if fault is not None and fault.kind == "error":
                raise SlackError(fault.error)
            wait = self._use(request.match_info["key"], answer)
        except SlackError as error:
            self._state.record("response_url", answer, error=error.error, answer={"ok": False, "error": error.error})
            return web.Response(status=404 if error.error in _GONE else 400, text=error.error)
        if wait is not None:
            return self._limited(answer, wait)
        self._state.record("response_url", answer, error="", answer={"ok": True})
        return cut(request) if fault is not None else web.Response(text="ok")

    def _use(self, key: str, answer: Json) -> int | None:
        hook = self._state.triggers.use(key)
        wait = self._state.limiter.hook_retry_after(hook.channel, self._state.clock.now())
        if wait is None:
            apply(self._state, hook, answer)
        return wait

    def _limited(self, answer: Json, wait: int) -> web.Response:
        refused: Json = {"ok": False, "error": "ratelimited", "retry_after": wait}
        self._state.record("response_url", answer, error="ratelimited", answer=refused)
        return web.json_response(refused, status=429, headers={"Retry-After": str(wait)})
