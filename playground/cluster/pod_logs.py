"""What containers wrote, kept by pod and container, and read as `pods/log` reads it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, final

from playground.cluster.asked import TRUE
from playground.cluster.pace import Clock
from playground.cluster.problems import Problem, bad_request
from playground.cluster.wire import Json

Key = tuple[str, str, bool]


@dataclass(frozen=True, kw_only=True)
class Line:
    at: datetime
    text: str


_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

Talk = Callable[[Json, str, datetime, datetime], list[Line]]
"""What a pod's container writes by itself after one moment and up to another."""

LISTEN: Final = 1.0
"""Seconds between two looks at what is written by itself, for whoever follows."""


def silent(pod: Json, container: str, since: datetime, until: datetime) -> list[Line]:
    """Nothing is written by itself."""
    return []


@final
class PodLogs:
    """By the pod's uid and the container; `previous` is the instance before the last restart."""

    def __init__(self, clock: Clock, talk: Talk = silent) -> None:
        self._clock, self._talk = clock, talk
        self._lines: dict[Key, list[Line]] = defaultdict(list)
        self._more = asyncio.Event()
        self.readers: list[str] = []
        """The pod of each log that is being sent. A reader that went is noticed at the next line."""

    def write(self, pod: Json, container: str, *lines: str, previous: bool = False) -> None:
        now = self._clock.now()
        self._lines[pod["metadata"]["uid"], container, previous].extend(Line(at=now, text=each) for each in lines)
        self._tell()

    def _tell(self) -> None:
        """Let those who follow look."""
        self._more.set()
        self._more = asyncio.Event()

    def restart(self, pod: Json, container: str) -> None:
        """The container begins anew: what it wrote is the previous instance's now."""
        uid = pod["metadata"]["uid"]
        self._lines[uid, container, True] = self._lines.pop((uid, container, False), [])
        self._tell()

    def ends(self, count: int) -> Iterator[tuple[Key, list[Line]]]:
        """The last lines of each container."""
        return ((key, lines[-count:]) for key, lines in self._lines.items() if lines)

    def recall(self, key: Key, lines: Iterable[Line]) -> None:
        self._lines[key] = list(lines)

    def forget(self, pod: Json) -> None:
        for key in [key for key in self._lines if key[0] == pod["metadata"]["uid"]]:
            del self._lines[key]
        self._tell()

    async def read(self, pod: Json, query: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Raises `Problem` before the first line."""
        container = _container(pod, query.get("container", ""))
        previous = query.get("previous") in TRUE
        _check_started(pod, container, previous=previous)
        stamps = query.get("timestamps") in TRUE
        left = int(query["limitBytes"]) if query.get("limitBytes") else None
        async for line in self._read(pod, container, query, previous=previous):
            shown = (f"{line.at:%Y-%m-%dT%H:%M:%S.%f}000Z " if stamps else "") + line.text + "\n"
            content = shown.encode() if left is None else shown.encode()[:left]
            left = None if left is None else left - len(content)
            if content:
                yield content
            if left == 0:
                return

    async def _read(
        self, pod: Json, container: str, query: Mapping[str, str], *, previous: bool
    ) -> AsyncIterator[Line]:
        """What is there, then what comes, until the container ends."""
        key = pod["metadata"]["uid"], container, previous
        written, told, now = self._lines[key], 0, _BEGINNING
        talk = silent if previous else self._talk
        while True:
            more, since, now = self._more, now, self._clock.now()
            lines = sorted((*written[told:], *talk(pod, container, since, now)), key=lambda it: it.at)
            told = len(written)
            for line in lines if since is not _BEGINNING else self._chosen(lines, query):
                yield line
            if query.get("follow") not in TRUE:
                return
            if told == len(written):
                if self._lines.get(key) is not written:
                    return
                await self._wait(more, listen=talk is not silent)

    async def _wait(self, more: asyncio.Event, *, listen: bool) -> None:
        """Until more was written, or could have been by itself."""
        waits: list[asyncio.Task[object]] = [asyncio.create_task(more.wait())]
        if listen:
            waits.append(asyncio.create_task(self._clock.sleep(LISTEN)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _chosen(self, lines: list[Line], query: Mapping[str, str]) -> list[Line]:
        if query.get("sinceSeconds"):
            since = self._clock.now() - timedelta(seconds=int(query["sinceSeconds"]))
            lines = [each for each in lines if each.at >= since]
        if query.get("tailLines"):
            count = int(query["tailLines"])
            lines = lines[-count:] if count else []
        return list(lines)


def _container(pod: Json, asked: str) -> str:
    names = [each["name"] for each in pod["spec"]["containers"]]
    every = [*(each["name"] for each in pod["spec"].get("initContainers") or ()), *names]
    name = pod["metadata"]["name"]
    if asked and asked not in every:
        raise bad_request(f"container {asked} is not valid for pod {name}")
    if not asked and len(names) > 1:
        raise bad_request(f"a container name must be specified for pod {name}, choose one of: [{' '.join(every)}]")
    return asked or str(names[0])


def _check_started(pod: Json, container: str, *, previous: bool) -> None:
    name = pod["metadata"]["name"]
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    status = next((each for each in statuses if each["name"] == container), None)
    if status is None:
        if not pod["spec"].get("nodeName"):
            raise Problem(400, "BadRequest", f"pod {name} does not have a host assigned")
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: ContainerCreating')
    if previous and not status.get("lastState", {}).get("terminated"):
        raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    waiting = status.get("state", {}).get("waiting")
    if not previous and waiting and not status.get("lastState", {}).get("terminated"):
        reason = waiting.get("reason", "")
        raise bad_request(
            f'container "{container}" in pod "{name}" is waiting to start: '
            + ("trying and failing to pull image" if reason in ("ErrImagePull", "ImagePullBackOff") else reason)
        )
