"""Only this machine speaks to the workspace: a page elsewhere whose name was pointed at loopback is turned away."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

LOCAL: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


@web.middleware
async def only_local(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a `Host` that is not this machine (DNS rebinding); browsers always send the name that they were given."""
    host = request.host
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in LOCAL:
        return web.json_response({"ok": False, "error": "not_local"}, status=421)
    return await handler(request)
