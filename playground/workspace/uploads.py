"""The bytes of files: taken from the app, shown to people's browsers."""

from __future__ import annotations

from typing import final

from aiohttp import web

from playground.workspace.state import State


@final
class Uploads:
    """`/upload/{key}` takes raw bytes or a form with one file; `/files/{id}/{key}` gives them back."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def receive(self, request: web.Request) -> web.Response:
        file = self._state.files.by_key(request.match_info["key"])
        if file is None or file.content is not None:
            return web.Response(status=404, text="no such upload")
        content = await self._content(request)
        if len(content) != file.length:
            return web.Response(status=400, text=f"expected {file.length} bytes, got {len(content)}")
        file.content = content
        return web.Response(text=f"OK - {file.length}")

    async def _content(self, request: web.Request) -> bytes:
        if request.content_type == "multipart/form-data":
            for value in (await request.post()).values():
                if isinstance(value, web.FileField):
                    return value.file.read()
        return await request.read()

    async def show(self, request: web.Request) -> web.Response:
        file = self._state.files.find(request.match_info["id"])
        if file is None or not file.complete or file.upload_key != request.match_info["key"]:
            return web.Response(status=404, text="no such file")
        mimetype = file.shown("")["mimetype"]
        safe = mimetype if mimetype in ("image/png", "image/jpeg", "image/gif") else "text/plain"
        return web.Response(body=file.content, content_type=safe, headers={"X-Content-Type-Options": "nosniff"})
