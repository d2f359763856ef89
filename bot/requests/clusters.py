"""The configured clusters, open: who looks and who acts is always said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from bot.clock import Clock
from bot.errors import NotFound, Unavailable
from bot.identity.person import Person
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.reader import ClusterReader
from bot.kubernetes.reviews import question_of, review_many, self_review_many
from bot.operations.plan import Call
from bot.operations.reader import Access
from bot.settings import ClusterConfig, OwnConfig
from bot.text import Code, text


@dataclass(frozen=True, kw_only=True)
class Acting:
    """A cluster in one identity's hands: what planning and rehearsal need.

    `who` None is the connection's own identity (a terminal). Reviews are asked by the bot about `who`; where `bot` is
    None the identity asks about itself, which needs no right. `name` and `title` are the cluster's, for plan and cards;
    `person` is how sentences call whoever acts; `own` is what nobody touches through us; `served` are the only
    namespaces that may change (empty: all); `stores` are addresses of object stores, as `ClusterConfig.object_stores`;
    `command` is what people write in front of a line, in examples.
    """

    cluster: Cluster
    who: Impersonation | None
    person: str
    name: str
    title: str
    clock: Clock
    bot: Client | None
    own: OwnConfig
    served: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    command: str = ""

    @property
    def client(self) -> Client:
        return self.cluster.as_(self.who)

    @property
    def user(self) -> str:
        """The Kubernetes user, for sentences about rights."""
        return self.who.user if self.who is not None else self.person

    def reader(self) -> ClusterReader:
        """What an operation may look at, at this moment."""
        return ClusterReader(
            client=self.client,
            bot=self.bot or self.client,
            person=self.who if self.bot is not None else None,
            cluster=self.title,
            now=self.clock.now(),
            reserved=self.own.namespace,
            stores=self.stores,
            command=self.command,
        )

    async def review(self, calls: tuple[Call, ...]) -> list[Access]:
        """The identity's own rights over each call, in order."""
        questions = [question_of(call) for call in calls]
        if self.bot is not None and self.who is not None:
            return await review_many(self.bot, self.who, questions)
        return await self_review_many(self.client, questions)


@dataclass(frozen=True, kw_only=True)
class OpenCluster:
    """One configured cluster, connected. The bot itself only asks reviews and watches; all else is done as a person."""

    config: ClusterConfig
    cluster: Cluster
    clock: Clock
    own: OwnConfig
    command: str = ""

    @property
    def name(self) -> str:
        return self.cluster.name

    @property
    def title(self) -> str:
        return self.config.title or self.cluster.name

    @property
    def bot(self) -> Client:
        return self.cluster.as_(None)

    def as_(self, person: Person) -> Acting:
        return Acting(
            cluster=self.cluster,
            who=person.impersonation,
            person=person.name,
            name=self.name,
            title=self.title,
            clock=self.clock,
            bot=self.bot,
            own=self.own,
            served=self.config.namespaces,
            stores=self.config.object_stores,
            command=self.command,
        )


@final
class Clusters:
    """All of them by name. One whose role was not examined yet is not served."""

    def __init__(self, clusters: Mapping[str, OpenCluster]) -> None:
        self.clusters = clusters
        self.unexamined = set(clusters)

    def examined(self, name: str) -> None:
        """The bot's own role there is as it should be."""
        self.unexamined.discard(name)

    def __getitem__(self, name: str) -> OpenCluster:
        """Raises `NotFound` with the names that exist; `Unavailable` for one that was not examined yet."""
        if name not in self.clusters:
            raise NotFound(
                text("There is no cluster {name}.", name=Code(name)),
                next=text("I know {names}.", names=Code(", ".join(self.names))),
            )
        if name in self.unexamined:
            raise Unavailable(
                text("I have not reached {name} since I was started, so I do not serve it yet.", name=Code(name)),
                next=text("Nothing was done. I go on trying."),
            )
        return self.clusters[name]

    def title(self, name: str) -> str:
        """How cards call a cluster, whether it answers or not."""
        return self.clusters[name].title if name in self.clusters else name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.clusters))
