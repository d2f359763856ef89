"""Everything of the playground, up at once: the simulated clusters, the workspace, and between them the real bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, final

import msgspec

from bot.commandline.own import OWN
from bot.errors import Refused
from bot.operations.registry import Registry, build_registry, installed_families
from bot.text import Code, text
from playground.bot_process import BotProcess
from playground.cluster.keeping import ClusterKept
from playground.cluster.server import SimulatedCluster
from playground.glass.routes import Glass
from playground.keeping.folder import opened
from playground.keeping.keeper import Keeper
from playground.keeping.whole import DATABASE
from playground.tour.routes import Tour
from playground.town import clusters as town
from playground.town.admission import provide
from playground.town.completions import completing
from playground.town.traffic import said
from playground.workspace.keeping import WorkspaceKept, kept, recall
from playground.workspace.server import Workspace

CLUSTERS: Final = ("prod", "staging")
START: Final = 1.2
SPREAD: Final = 2.4
"""Seconds that a pod takes to start, and may take longer: people see them come one by one."""

DOWN: Final = 2.0
"""Seconds for which a bot that was killed stays away, so that people can see that nothing is lost."""


@final
@dataclass(frozen=True, kw_only=True)
class Setting:
    """Which clusters it plays with. `provide` writes the bot's configuration for clusters that are there already;

    without it two simulated ones are put up. `context` is what people call those clusters. `upkeep` goes on for as long
    as the stage is open.
    """

    name: str = "simulated"
    context: str = ""
    provide: Callable[[Path], None] | None = None
    upkeep: Callable[[], Coroutine[Any, Any, None]] | None = None

    @property
    def real(self) -> str:
        """What an approval really changes, as the page says it; empty where the clusters are stand-ins."""
        return "" if self.provide is None else self.context or self.name


SIMULATED: Final = Setting()


@final
@dataclass(kw_only=True)
class Stage:
    """What is up. `address` is what a browser opens; `stop` asks for the end, `failure` is what else ended it.

    `empty` is the workspace before anybody said anything; `locale` is what its channels speak. `incident`: since when
    pods crash, as the tour has it. `steady` is held while all is made anew: what looks at the whole of it waits.
    """

    workspace: Workspace
    clusters: dict[str, SimulatedCluster]
    data: Path
    speed: float
    setting: Setting
    registry: Registry
    empty: WorkspaceKept
    bot: BotProcess = field(init=False)
    locale: str = "en"
    incident: datetime | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    failure: BaseException | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    steady: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.bot = BotProcess(self.data, self.workspace, self._bot_ended)

    @property
    def address(self) -> str:
        return self.workspace.address

    async def open(self, kept: Mapping[str, ClusterKept], *, ports: Mapping[str, int] | None = None) -> None:
        """Clusters and bot, side by side: as they were kept, else as they are at first.

        Raises `Refused` where the bot does not start.
        """
        if self.setting.provide is not None:
            self.setting.provide(self.data)
            await self.bot.start()
            return
        for name in CLUSTERS:
            self.clusters[name] = await _cluster(kept.get(name), self.speed, (ports or {}).get(name, 0))
        provide(self.data, self.clusters, self.registry, locale=self.locale)
        new = [cluster for name, cluster in self.clusters.items() if name not in kept]
        await _together(self.bot.start(), *(town.furnish(cluster) for cluster in new))

    async def close(self) -> None:
        """The bot, and whatever goes on by itself."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.bot.stop()

    async def close_clusters(self) -> None:
        for cluster in self.clusters.values():
            await cluster.__aexit__(None, None, None)
        self.clusters.clear()

    def forget(self) -> None:
        """Remove what the bot knows, but for its key."""
        for each in self.data.glob(f"{DATABASE}*"):
            each.unlink()

    # Acts of the tour

    async def kill(self) -> None:
        """`kill -9` for the bot; it is started again a moment later, and takes up what it had begun."""
        async with self._changing:
            await self.bot.kill()
        self.tell("killed")
        self.begin(self._again())

    async def reset(self) -> None:
        """The town as it was at first, and nobody has said anything; all addresses stay.

        Raises `Refused` where the bot does not start.
        """
        async with self.steady, self._changing:
            self.tell("resetting")
            await self.bot.kill()
            self.forget()
            self.incident = None
            self.workspace.calls.clear()
            self.workspace.dialogs.clear()
            recall(self.workspace, self.empty)
            ports = {name: cluster.kept().port for name, cluster in self.clusters.items()}
            await self.close_clusters()
            await self.open({}, ports=ports)
        self.workspace.state.feed.tell("reload")
        self.tell("reset")

    async def speak(self, locale: str) -> None:
        """Let people read and channels speak `en` or `ja`; the bot is started anew where it has to read that.

        Raises `Refused` where it does not start.
        """
        slack = {"en": "en-US", "ja": "ja-JP"}[locale]
        people = self.workspace.state.people
        async with self._changing:
            changed = [each.name for each in people.humans if each.locale != slack]
            people.speak(slack)
            if locale == self.locale and not self._asked_about(changed):
                return
            self.locale = locale
            await self.bot.kill()
            provide(self.data, self.clusters, self.registry, locale=locale)
            await self.bot.start()

    def _asked_about(self, names: Collection[str]) -> bool:
        """Whether the bot knows what one of them used to speak."""
        ids = {self.workspace.state.people.get(name).id for name in names}
        return any(call.method == "users.info" and call.arguments.get("user") in ids for call in self.workspace.calls)

    def tell(self, what: str) -> None:
        """Let the pages know."""
        self.workspace.state.feed.tell("stage", what=what, bot=self.bot.up)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that goes on by itself; if it fails, the stage ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failure = task.exception()
            self.stop.set()

    def _bot_ended(self) -> None:
        self.tell("ended")
        self.begin(self._again())

    async def _again(self) -> None:
        await asyncio.sleep(DOWN)
        async with self._changing:
            if not self.bot.pid:
                await self.bot.start()
        self.tell("started")


@asynccontextmanager
async def staged(
    data: Path, *, port: int = 0, speed: float = 1.0, keep: bool = True, setting: Setting = SIMULATED
) -> AsyncIterator[Stage]:
    """The playground for as long as it is entered; `data` keeps it for the next time.

    Raises `Refused`: with nothing changed, where the folder or the port cannot be used; or where the bot does not
    start.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(opened(data, setting=setting.name))
        workspace = Workspace(port=port, real=setting.real)
        stage = Stage(
            workspace=workspace,
            clusters={},
            data=data,
            speed=speed,
            setting=setting,
            registry=build_registry([*installed_families(), OWN]),
            empty=kept(workspace),
        )
        workspace.routes = [*Glass(stage).routes(), *Tour(stage).routes()]
        workspace.complete = completing(stage.clusters, stage.registry)
        before = folder.world
        if before is not None:
            recall(workspace, before.workspace)
        await _listen(stack, workspace, port)
        stack.push_async_callback(stage.close_clusters)
        try:
            await stage.open(before.clusters if before is not None else {})
        except BaseException:
            await stage.close()
            if before is None:
                stage.forget()
            raise
        keeper = Keeper(folder, workspace, stage.clusters)
        stack.push_async_callback(_end, stage, keeper if keep else None)
        if keep:
            await keeper.save()
            stage.begin(keeper.run())
        if setting.upkeep is not None:
            stage.begin(setting.upkeep())
        yield stage


async def _end(stage: Stage, keeper: Keeper | None) -> None:
    await stage.close()
    if keeper is not None:
        await keeper.save()


async def _listen(stack: AsyncExitStack, workspace: Workspace, port: int) -> None:
    try:
        await stack.enter_async_context(workspace)
    except OSError as error:
        raise Refused(
            text("Port {port} cannot be used.", port=Code(str(port))),
            why=text("The system says: {reason}.", reason=(error.strerror or "unknown").capitalize()),
            next=text("Close what uses it, or choose another: {command}", command=Code(f"make run PORT={port + 1}")),
        ) from error


async def _cluster(kept: ClusterKept | None, speed: float, port: int) -> SimulatedCluster:
    simulated = partial(SimulatedCluster, speed=speed, start=START, spread=SPREAD, talk=said)
    cluster = simulated(kept=kept, port=port)
    try:
        return await cluster.__aenter__()
    except OSError:  # somebody else has its port by now; whoever comes is told the new one
        elsewhere = msgspec.structs.replace(kept, port=0) if kept is not None else None
        return await simulated(kept=elsewhere).__aenter__()


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """All at once. Raises the first error as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from errors
