"""Slack's Web API over HTTP: tokens, faults, rate limits and records around the methods of `web_api_*`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import final

from aiohttp import web

from playground.workspace import (
    web_api_chat,
    web_api_conversations,
    web_api_files,
    web_api_people,
    web_api_views,
)
from playground.workspace.arguments import Arguments
from playground.workspace.errors import SlackError
from playground.workspace.faults import Fault, Faults
from playground.workspace.state import State
from playground.workspace.wire import Json

Method = Callable[[State, Arguments], Json]
METHODS: dict[str, Method] = {
    **web_api_chat.METHODS,
    **web_api_conversations.METHODS,
    **web_api_files.METHODS,
    **web_api_people.METHODS,
    **web_api_views.METHODS,
}
WITHOUT_TOKEN = frozenset({"blocks.validate"})
WITH_APP_TOKEN = frozenset({"apps.connections.open"})
FORMS_ONLY = frozenset(
    {"users.info", "users.list", "users.lookupByEmail", "conversations.info", "conversations.list"}
    | {"conversations.history", "conversations.replies", "conversations.members", "chat.getPermalink"}
    | {"files.getUploadURLExternal", "usergroups.list", "usergroups.users.list", "bots.info", "team.info"}
)
"""Slack's methods that read see nothing of a JSON body. Some are said to take one today; the strict way is the safe."""


async def read_arguments(request: web.Request) -> tuple[Json, str | None]:
    """The arguments and the token, wherever Slack would look for them. Raises SlackError."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            given = json.loads(body) if body.strip() else {}
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        arguments |= {} if request.match_info["method"] in FORMS_ONLY else given
    elif request.method == "POST":
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else arguments.get("token")
    arguments.pop("token", None)
    return arguments, token if isinstance(token, str) and token else None


@final
class WebApi:
    """Answers `/api/{method}`; every call that was understood is kept in `state.calls`."""

    def __init__(self, state: State, *, bot_token: str, app_token: str, open_connection: Callable[[], Json]) -> None:
        self._state = state
        self._bot_token = bot_token
        self._app_token = app_token
        self._methods: dict[str, Method] = METHODS | {
            "apps.connections.open": lambda state, arguments: open_connection()
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments, token = await read_arguments(request)
        except SlackError as error:
            return self._answered(method, {}, _refused(error))
        fault = self._state.faults.take(method)
        if fault is not None:
            return await self._faulty(request, method, arguments, token, fault)
        return self._answered(method, arguments, self._answer(method, arguments, token))

    def _answer(self, method: str, arguments: Json, token: str | None) -> tuple[int, Json]:
        try:
            implementation = self._methods.get(method)
            if implementation is None:
                raise SlackError("unknown_method", req_method=method)
            self._authenticate(method, token)
            wait = self._state.limiter.retry_after(method, str(arguments.get("channel")), self._state.clock.now())
            if wait is not None:
                return 429, {"ok": False, "error": "ratelimited", "retry_after": wait}
            return 200, {"ok": True} | implementation(self._state, Arguments(arguments))
        except SlackError as error:
            return _refused(error)

    def _authenticate(self, method: str, token: str | None) -> None:
        if method in WITHOUT_TOKEN:
            return
        if token is None:
            raise SlackError("not_authed")
        if token not in (self._bot_token, self._app_token):
            raise SlackError("invalid_auth")
        if (token == self._app_token) != (method in WITH_APP_TOKEN):
            raise SlackError("not_allowed_token_type")

    def _record(self, method: str, arguments: Json, answer: Json) -> None:
        error = "" if answer["ok"] else str(answer["error"])
        self._state.record(method, arguments, error=error, answer=answer)

    def _answered(self, method: str, arguments: Json, answered: tuple[int, Json]) -> web.Response:
        status, answer = answered
        self._record(method, arguments, answer)
        headers = {"Retry-After": str(answer["retry_after"])} if status == 429 else {}
        return web.json_response(answer, status=status, headers=headers)

    async def _faulty(
        self, request: web.Request, method: str, arguments: Json, token: str | None, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "lose_answer":
            self._record(method, arguments, self._answer(method, arguments, token)[1])
            return cut(request)
        if fault.kind == "rate_limit":
            limited: Json = {"ok": False, "error": "ratelimited", "retry_after": fault.retry_after}
            return self._answered(method, arguments, (429, limited))
        if fault.kind == "error":
            return self._answered(method, arguments, (200, {"ok": False, "error": fault.error}))
        self._record(method, arguments, {"ok": False, "error": f"fault: {fault.kind}"})
        return await broken(request, self._state.faults, fault)


async def broken(request: web.Request, faults: Faults, fault: Fault) -> web.StreamResponse:
    """The faults that are not Slack's words: no answer for a while, a cut connection, a status from a proxy."""
    if fault.kind == "drop":
        return cut(request)
    if fault.kind == "hang":
        await faults.hanging()
    return web.Response(status=503 if fault.kind == "hang" else fault.status, text="upstream connect error")


def cut(request: web.Request) -> web.StreamResponse:
    """Break the TCP connection; the response object is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refused(error: SlackError) -> tuple[int, Json]:
    answer: Json = {"ok": False, "error": error.error, **error.fields}
    if error.messages:
        answer["response_metadata"] = {"messages": error.messages}
        if error.error == "invalid_blocks":
            answer["errors"] = error.messages
    return 200, answer
