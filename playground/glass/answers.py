"""Answers of the playground's own addresses: JSON both ways, `ok` in each, errors as in the workspace's API."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.errors import KajitoriError
from playground.workspace.errors import NotOnScreen, UnknownName

Handler = Callable[[web.Request], Awaitable[web.Response]]


class NoSuch(LookupError):
    """What was named is not there."""


def told(handler: Handler) -> Handler:
    """Errors as JSON, as the workspace's own API has them."""

    async def answering(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (UnknownName, NoSuch) as error:
            return _error(404, "unknown_name", error)
        except NotOnScreen as error:
            return _error(409, "not_on_screen", error)
        except ValueError as error:
            return _error(400, "bad_request", error)
        except KajitoriError as error:
            return _error(503, "unavailable", error)

    return answering


async def body_of(request: web.Request) -> dict[str, Any]:
    """A JSON object, so that a page of another origin cannot post a form here. Raises `ValueError`."""
    if request.content_type != "application/json":
        raise ValueError("the body must be application/json")
    given = json.loads(await request.read() or b"{}")
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")
    return given


def ok(**fields: Any) -> web.Response:
    return web.json_response({"ok": True, **fields})


def _error(status: int, code: str, error: Exception) -> web.Response:
    return web.json_response({"ok": False, "error": code, "message": str(error)}, status=status)
