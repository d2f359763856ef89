"""Following objects: list, then watch from there, resume after each end, list again when the past is forgotten.

What to do after an end is decided by a pure function (`decide`), and the loop obeys; so every rule is a row in a test.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from bot.errors import KajitoriError, Unavailable
from bot.kubernetes.cluster import Client, WatchEvent
from bot.kubernetes.decoding import Head, head_of
from bot.kubernetes.errors import Gone, TooMany
from bot.operations.kinds import Kind

T = TypeVar("T")

Snapshot = Mapping[str, T]
"""Every object by name (`namespace/name` where all namespaces are followed); one that is absent does not exist."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 15.0


class Next(StrEnum):
    """How to go on."""

    RESUME = "resume"
    RELIST = "relist"
    RAISE = "raise"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do, after so many seconds."""

    next: Next
    pause: float = 0.0


def decide(end: KajitoriError | None, *, fruitless: int, fraction: float) -> Decision:
    """What follows on an end of a list or watch: `None` is the orderly one.

    `fruitless` counts the ends in a row before which nothing came; `fraction` (0 to 1) is chance, so that the watches
    of a cluster that comes back do not all return at once. A cluster that does not answer, or does not take our
    credentials for a while, is waited for; what no waiting can mend is raised.
    """
    if end is None and fruitless == 0:
        return Decision(next=Next.RESUME)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(fruitless, 10)) * (0.5 + fraction / 2)
    if end is None:
        return Decision(next=Next.RESUME, pause=pause)
    if isinstance(end, Gone):
        return Decision(next=Next.RELIST, pause=pause if fruitless else 0.0)
    if isinstance(end, TooMany):
        return Decision(next=Next.RESUME, pause=max(pause, min(end.retry_after, LONGEST_PAUSE)))
    if isinstance(end, Unavailable):
        return Decision(next=Next.RESUME, pause=pause)
    return Decision(next=Next.RAISE)


async def follow(
    client: Client,
    kind: Kind,
    namespace: str,
    model: type[T],
    *,
    name: str = "",
    labels: str = "",
    fields: str = "",
) -> AsyncGenerator[Snapshot[T], None]:
    """The state at once, and again after each change, for as long as the consumer asks for the next.

    Raises what waiting cannot mend (`Forbidden`, a kind that is not served). End it by leaving `aclosing(...)` or by
    cancelling the task.
    """
    if name:
        fields = ",".join(part for part in (fields, f"metadata.name={name}") if part)
    following = _Following(client=client, kind=kind, namespace=namespace, model=model, labels=labels, fields=fields)
    while True:
        end: KajitoriError | None = None
        try:
            if not following.version:
                if await following.take_all():
                    yield following.snapshot()
            else:
                async with aclosing(following.watch()) as events:
                    async for event in events:
                        if following.apply(event):
                            yield following.snapshot()
        except KajitoriError as error:
            end = error
        decision = decide(end, fruitless=following.count(end), fraction=client.cluster.tokens.fraction())
        if end is not None and decision.next is Next.RAISE:
            raise end
        if decision.next is Next.RELIST:
            following.version = ""
        if decision.pause:
            await client.cluster.clock.sleep(decision.pause)


class _Following(Generic[T]):
    """What is known, and from which version on to ask."""

    def __init__(self, *, client: Client, kind: Kind, namespace: str, model: type[T], labels: str, fields: str) -> None:
        self.version = ""
        self._client, self._kind, self._namespace, self._model = client, kind, namespace, model
        self._labels, self._fields = labels, fields
        self._known: dict[str, tuple[str, T]] = {}
        self._shown = False
        self._fruit = False
        self._fruitless = 0

    def snapshot(self) -> Snapshot[T]:
        self._shown = True
        return MappingProxyType({key: found for key, (_, found) in self._known.items()})

    async def take_all(self) -> bool:
        """Take everything anew; whether it differs from what was shown."""
        found, version = await self._client.list_with_version(
            self._kind, self._namespace, self._model, labels=self._labels, fields=self._fields
        )
        known = {}
        for each in found:
            head = head_of(each)
            known[self._key(head)] = (head.resource_version, each)
        changed = {key: version for key, (version, _) in known.items()} != {
            key: version for key, (version, _) in self._known.items()
        }
        self._known, self.version, self._fruit = known, version, True
        return changed or not self._shown

    def watch(self) -> AsyncGenerator[WatchEvent[T], None]:
        return self._client.watch(
            self._kind,
            self._namespace,
            self._model,
            labels=self._labels,
            fields=self._fields,
            resource_version=self.version,
        )

    def apply(self, event: WatchEvent[T]) -> bool:
        """Take one event; whether it changes what was shown."""
        self._fruit = True
        self.version = event.head.resource_version or self.version
        if event.object is None:
            return False
        key = self._key(event.head)
        if event.type == "DELETED":
            return self._known.pop(key, None) is not None
        known = self._known.get(key)
        self._known[key] = (event.head.resource_version, event.object)
        return known is None or known[0] != event.head.resource_version

    def count(self, end: KajitoriError | None) -> int:
        """How many ends in a row brought nothing; an orderly end after something came starts again from zero."""
        self._fruitless = 0 if self._fruit else self._fruitless + 1
        self._fruit = False
        return self._fruitless

    def _key(self, head: Head) -> str:
        return head.name if self._namespace or not head.namespace else f"{head.namespace}/{head.name}"
