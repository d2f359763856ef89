"""The HTTP side of the glass, on the workspace's server: looking for whoever reads, and the acts of the tour.

Only the playground has these. Acts take JSON bodies only, so that a page of another origin cannot post a form here.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, final

from aiohttp import web

from playground.glass.answers import NoSuch, body_of, ok, told
from playground.glass.clusters import cluster_now

if TYPE_CHECKING:
    from playground.stage import Stage

FORGER = "kajitori:somebody-else"


@final
class Glass:
    """Translates between HTTP and the stage; decides nothing but who may look.

    What reads the bot's database is imported when it is first asked for: the playground opens half a second sooner. The
    first glance brings it in beside the loop, so that nobody else waits for it.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/glass/messages/{channel}/{ts}", told(self.message)),
            web.get("/api/glass/clusters", told(self.clusters)),
            web.get("/api/glass/clusters/{name}/{namespace}", told(self.cluster)),
            web.get("/api/stage", told(self.state)),
            web.post("/api/stage/kill", told(self.kill)),
            web.post("/api/stage/reset", told(self.reset)),
            web.post("/api/stage/cheat", told(self.cheat)),
            web.get("/api/stage/proof/{request}", told(self.proof)),
        ]

    async def message(self, request: web.Request) -> web.Response:
        """Explained to whoever sees the message (`?as=`), so a private one to its reader only."""
        workspace, named = self._stage.workspace, request.match_info
        reader = request.query.get("as")
        if not reader:
            raise ValueError("say who looks: ?as={person}")
        seen = workspace.message_seen(named["channel"], named["ts"], reader)
        channel = workspace.state.channels.get(named["channel"])
        teller = await asyncio.to_thread(importlib.import_module, "playground.glass.behind")
        return ok(**await teller.behind(self._stage, channel.id, seen["ts"]))

    async def clusters(self, request: web.Request) -> web.Response:
        found = {
            name: [each["metadata"]["name"] for each in cluster.admin.items("/api/v1/namespaces")]
            for name, cluster in self._stage.clusters.items()
        }
        return ok(clusters=found)

    async def cluster(self, request: web.Request) -> web.Response:
        name, namespace = request.match_info["name"], request.match_info["namespace"]
        if name not in self._stage.clusters:
            raise NoSuch(f"there is no cluster {name!r}")
        return ok(**await cluster_now(self._stage, name, namespace))

    async def state(self, request: web.Request) -> web.Response:
        bot = self._stage.bot
        return ok(bot={"up": bot.up, "pid": bot.pid}, clusters=sorted(self._stage.clusters))

    async def kill(self, request: web.Request) -> web.Response:
        await body_of(request)
        pid = self._stage.bot.pid
        await self._stage.kill()
        return ok(killed=pid)

    async def reset(self, request: web.Request) -> web.Response:
        await body_of(request)
        await self._stage.reset()
        return ok()

    async def cheat(self, request: web.Request) -> web.Response:
        """Make one record of a request name somebody else, behind the bot's back."""
        from bot.audit.chain import request_chain
        from playground.glass import rows

        body = await body_of(request)
        number, position = body.get("request"), body.get("record")
        if not isinstance(number, int) or not isinstance(position, int):
            raise ValueError("request and record must be numbers")
        forged = await asyncio.to_thread(rows.forge, self._stage.data, request_chain(number), position, FORGER)
        if forged is None:
            raise NoSuch(f"R-{number} has no record {position}")
        return ok(request=number, record=position, before=forged[0], after=forged[1])

    async def proof(self, request: web.Request) -> web.Response:
        """What `kajitori audit verify` says now, and which of its findings are about this request."""
        from bot.audit.verification import verify_database
        from playground.glass.behind import looking

        written = request.match_info["request"].upper().removeprefix("R-")
        if not written.isdecimal():
            raise ValueError("name a request, such as 142")
        async with looking(self._stage.data) as database:
            report = await verify_database(database)
        lines = [str(each) for each in report.lines()]
        mark = f"R-{int(written)}"
        about = [line for line in lines if mark in line.replace(",", " ").replace(":", " ").split()]
        return ok(request=int(written), intact=report.intact, lines=lines, about=about, records=report.records)
