"""The configured clusters, open: who looks and who acts is always said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.errors import NotFound
from bot.identity.person import Person
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.reader import ClusterReader
from bot.kubernetes.reviews import review_call
from bot.operations.plan import Call
from bot.operations.reader import Access
from bot.settings import ClusterConfig
from bot.text import Code, text


@dataclass(frozen=True, kw_only=True)
class OpenCluster:
    """One cluster with its connection. The bot itself only asks reviews; everything else is done as a person."""

    config: ClusterConfig
    cluster: Cluster
    clock: Clock

    @property
    def name(self) -> str:
        return self.cluster.name

    @property
    def title(self) -> str:
        return self.config.title or self.cluster.name

    def client(self, person: Person) -> Client:
        return self.cluster.as_(person.impersonation)

    def reader(self, person: Person) -> ClusterReader:
        return ClusterReader(
            client=self.client(person),
            bot=self.cluster.as_(None),
            person=person.impersonation,
            cluster=self.name,
            now=self.clock.now(),
        )

    async def review(self, person: Person, call: Call) -> Access:
        return await review_call(self.cluster.as_(None), person.impersonation, call)


@dataclass(frozen=True)
class Clusters:
    """All of them by name."""

    clusters: Mapping[str, OpenCluster]

    def __getitem__(self, name: str) -> OpenCluster:
        """Raises `NotFound` with the names that exist."""
        if name not in self.clusters:
            raise NotFound(
                text("There is no cluster {name}.", name=Code(name)),
                next=text("I know {names}.", names=Code(", ".join(sorted(self.clusters)))),
            )
        return self.clusters[name]
