"""The workspace's pages for a browser, under `/`: files of the package, with headers that keep the page to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final, final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "browser"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; object-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
"""Nothing from elsewhere, nothing inline; `trusted-types 'none'` lets the browser itself refuse to parse HTML from data
(w3.org/TR/CSP3, w3.org/TR/trusted-types)."""


@final
class Pages:
    """Answers with the files that are in a folder at the start, so that no path leads anywhere else.

    They are served below `at`, and `index.html` is what stands there itself.
    """

    def __init__(self, folder: Path = FOLDER, *, at: str = "/") -> None:
        self._at = at
        self._files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}

    def routes(self) -> list[web.RouteDef]:
        below = self._at.rstrip("/")
        return [web.get(self._at, self.show), web.get(below + r"/{name:[a-z_/]+\.(?:css|js|svg)}", self.show)]

    async def show(self, request: web.Request) -> web.StreamResponse:
        path = self._files.get(request.match_info.get("name", "index.html"))
        if path is None:
            raise web.HTTPNotFound(headers=HEADERS)
        return web.FileResponse(path, headers=HEADERS)
