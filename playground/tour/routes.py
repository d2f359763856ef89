"""The tour over HTTP: its page and files under `/tour`, what is true under `/api/tour`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, final

from aiohttp import web

from bot.clock import SystemClock
from playground.glass.answers import NoSuch, body_of, ok, told
from playground.tour.incident import ignite
from playground.workspace.pages import Pages

if TYPE_CHECKING:
    from playground.stage import Stage

BROWSER: Final = Path(__file__).parent / "browser"
LANGUAGES: Final = frozenset({"en", "ja"})


@final
class Tour:
    """Translates between HTTP and the stage. What reads the bot's database is imported when it is first asked for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def routes(self) -> list[web.RouteDef]:
        return [
            *Pages(BROWSER, at="/tour").routes(),
            web.get("/api/tour", told(self.now)),
            web.post("/api/tour/begin", told(self.begin)),
            web.post("/api/tour/searched", told(self.searched)),
        ]

    async def now(self, request: web.Request) -> web.Response:
        """`simulated` false: the clusters are somebody's own, where nothing may be set on fire."""
        from playground.tour.facts import facts

        if self._stage.setting.provide is not None:
            return ok(simulated=False)
        async with self._stage.steady:
            return ok(simulated=True, **await facts(self._stage))

    async def begin(self, request: web.Request) -> web.Response:
        """Let people speak the visitor's language and the incident begin, in a town that is as at first.

        Where somebody was here before, nothing is touched: they may go on, or reset.
        """
        from playground.tour.facts import CLUSTER, facts

        locale = (await body_of(request)).get("locale")
        if locale not in LANGUAGES:
            raise ValueError("locale must be en or ja")
        if self._stage.setting.provide is not None:
            raise NoSuch("the tour needs the simulated clusters")
        async with self._stage.steady:
            if (await facts(self._stage))["fresh"] and self._stage.incident is None:
                await self._stage.speak(str(locale))
                self._stage.incident = SystemClock().now()
                ignite(self._stage.clusters[CLUSTER])
        return await self.now(request)

    async def searched(self, request: web.Request) -> web.Response:
        """Whether a text is anywhere in what the bot keeps."""
        from playground.tour.search import searched

        text = (await body_of(request)).get("text")
        if not isinstance(text, str) or not text:
            raise ValueError("text must be a string")
        return ok(**await searched(self._stage, text))
