"""What an operation may do with a cluster: look, and ask by a probe. There is no way to change anything from here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from bot.operations.kinds import Kind

if TYPE_CHECKING:
    from bot.operations.probes import Probe

T = TypeVar("T")


class LogOptions(msgspec.Struct, frozen=True, kw_only=True):
    """As the pod log subresource takes them. `since_seconds` and `tail` 0 mean unlimited."""

    container: str = ""
    previous: bool = False
    since_seconds: int = 0
    tail: int = 0
    timestamps: bool = False
    follow: bool = False
    limit_bytes: int = 1_000_000


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of an access review; `reason` is the authorizer's own words. No opinion counts as no."""

    allowed: bool
    reason: str = ""


class Artifact(StrEnum):
    """What Velero keeps of a backup or restore in its object store, as a DownloadRequest names it."""

    BACKUP_LOG = "BackupLog"
    BACKUP_RESULTS = "BackupResults"
    BACKUP_CONTENTS = "BackupResourceList"
    RESTORE_LOG = "RestoreLog"
    RESTORE_RESULTS = "RestoreResults"


class Reader(Protocol):
    """A cluster seen with one person's rights. All methods raise `bot.errors` kinds: `NotFound`, `Refused` where the
    person may not, `Unavailable` where the cluster does not answer.

    `model` decides what is decoded: a lean struct of `bot.operations.models`, or `Object` (`dict`) for whole objects.
    """

    @property
    def now(self) -> datetime:
        """One fixed moment for the whole plan or view."""
        ...

    @property
    def cluster(self) -> str: ...

    @property
    def reserved(self) -> str:
        """The bot's own namespace, which no operation may reach."""
        ...

    @property
    def command(self) -> str:
        """What people write in front of a line where they are, for examples; empty at a terminal."""
        ...

    async def get(self, kind: Kind, name: str, namespace: str, model: type[T]) -> T: ...

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        """All objects of a kind, page by page; `namespace` empty means all namespaces; `limit` 0 means no limit."""
        ...

    def log(self, pod: str, namespace: str, options: LogOptions) -> AsyncIterator[str]:
        """A pod's log, line by line without the newline."""
        ...

    async def access(self, verb: str, kind: Kind, namespace: str, name: str = "", subresource: str = "") -> Access:
        """Whether the person may do this, by a SubjectAccessReview with the person's own groups."""
        ...

    async def artifact(self, wanted: Artifact, name: str, namespace: str) -> bytes:
        """A file of a backup or restore of this name, unpacked: the one probe that makes an object, a DownloadRequest.

        `namespace` is the Velero server's. Raises `NotFound` where there is no such file, and `Refused` also where its
        address is not one of the storage location's.
        """
        ...

    async def leaving(self, namespace: str) -> datetime | None:
        """Since when a namespace is being deleted; `None` where it is not, or is not there.

        Seen by the bot itself: a person's rights are among the first that go with what is in a namespace.
        """
        ...

    async def probe(self, probe: Probe) -> tuple[str, ...]:
        """The API server's warnings, in its own words, about a write that is only tried (`dryRun=All`)."""
        ...
