"""`bot.operations.reader.Reader` on a real cluster: everything as the person, at one fixed moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar, final

from bot.errors import NotFound
from bot.kubernetes.artifacts import fetch_artifact
from bot.kubernetes.cluster import Client
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.reviews import review, self_review
from bot.operations.kinds import NAMESPACE, Kind
from bot.operations.models import Head
from bot.operations.probes import Probe
from bot.operations.reader import Access, Artifact, LogOptions

T = TypeVar("T")
PROBING: Final = {"dryRun": "All", "fieldManager": "kajitori-probe", "timeout": "10s"}
"""The query of every probe: nothing that is sent with it is kept by the API server."""
LONGEST: Final = 15.0
"""Seconds until a probe is given up: the API server's own time and a little more."""


@final
@dataclass(frozen=True, kw_only=True)
class ClusterReader:
    """`client` reads as the person, `bot` asks the reviews and sees namespaces that go; `person` None is the client's
    own identity (terminal).
    """

    client: Client
    bot: Client
    person: Impersonation | None
    cluster: str
    now: datetime
    reserved: str = ""
    command: str = ""
    stores: tuple[str, ...] = ()

    async def get(self, kind: Kind, name: str, namespace: str, model: type[T]) -> T:
        return await self.client.get(kind, name, namespace, model)

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        return await self.client.list(kind, namespace, model, labels=labels, fields=fields, limit=limit)

    def log(self, pod: str, namespace: str, options: LogOptions) -> AsyncIterator[str]:
        return self.client.log(pod, namespace, options)

    async def artifact(self, wanted: Artifact, name: str, namespace: str) -> bytes:
        return await fetch_artifact(self.client, wanted, name, namespace, stores=self.stores)

    async def access(self, verb: str, kind: Kind, namespace: str, name: str = "", subresource: str = "") -> Access:
        """Cached nowhere: rights change between request, vote and sending."""
        if self.person is None:
            return await self_review(
                self.client, verb=verb, kind=kind, namespace=namespace, name=name, subresource=subresource
            )
        return await review(
            self.bot, self.person, verb=verb, kind=kind, namespace=namespace, name=name, subresource=subresource
        )

    async def leaving(self, namespace: str) -> datetime | None:
        try:
            found = await self.bot.get(NAMESPACE, namespace, "", Head)
        except NotFound:
            return None
        return found.metadata.deletion_timestamp

    async def probe(self, probe: Probe) -> tuple[str, ...]:
        """Sent as the person, and dry; nothing stays."""
        call = probe.call
        answer = await self.client.send(call, body=call.body, query=PROBING, audit_id="", timeout=LONGEST)
        return answer.warnings
