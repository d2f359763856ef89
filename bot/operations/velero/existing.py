"""What a restore would meet: the objects in the backup, and which of them exist already.

Velero leaves what exists as it is unless it is told to update (`pkg/restore/restore.go`), and then a restore is
`Completed` although nothing came back. So it is looked at before anyone votes: the backup's own list of its objects
(an artifact), filtered as the restore will be, against what is in the cluster now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bot.errors import NotFound, Refused
from bot.operations.kinds import Kind, Target, known_kinds
from bot.operations.models import Lean, Meta
from bot.operations.reader import Artifact, Reader
from bot.operations.velero.models import Backup
from bot.text import Code, Text, text

SERVICE_ACCOUNT: Final = Kind(kind="ServiceAccount", plural="serviceaccounts", short=("sa",))
NEVER: Final = frozenset({"Node", "Event", "Namespace", "CSINode", "VolumeAttachment", "BackupRepository"})
"""Kinds that Velero does not restore, and namespaces, which it makes where they are missing."""
AUTHORITY: Final = ("rbac.authorization.k8s.io", "admissionregistration.k8s.io", "certificates.k8s.io")
"""API groups whose cluster-wide objects say who may do what, the bot included."""
MOST: Final = 60
"""Lists of a kind in a namespace that are asked for; beyond that it is said that not all was looked at."""
MOST_NAMED: Final = 200


@dataclass(frozen=True, kw_only=True)
class Item:
    """One object of a backup. `group` and `kind` are its own; `namespace` empty: cluster-wide."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The restore's own filters, as typed; empty means all."""

    namespaces: tuple[str, ...] = ()
    without_namespaces: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    without_resources: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    cluster_wide: bool | None = None

    def takes(self, item: Item) -> bool:
        if item.kind in NEVER or item.group == "velero.io":
            return False
        if self.resources and "*" not in self.resources and not _named(item, self.resources):
            return False
        if _named(item, self.without_resources):
            return False
        if not item.namespace:
            # Velero's own rule for "auto": cluster-wide objects come along when all namespaces are restored.
            return not self.namespaces if self.cluster_wide is None else self.cluster_wide
        return self.takes_namespace(item.namespace)

    def takes_namespace(self, name: str) -> bool:
        wanted = not self.namespaces or "*" in self.namespaces or name in self.namespaces
        return wanted and name not in self.without_namespaces

    def place(self, namespace: str) -> str:
        return self.mapping.get(namespace, namespace)


@dataclass(frozen=True, kw_only=True)
class Met:
    """What the restore meets. `there` exist with their uids; `total` items would be restored; `unseen` kinds were not
    looked at; `why` says why nothing could be; `authority` are cluster-wide kinds in it that say who may do what.
    """

    total: int = 0
    there: tuple[tuple[Target, str], ...] = ()
    unseen: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    why: Text | None = None

    def counted(self) -> str:
        """`deployments 3, services 1`."""
        counts: dict[str, int] = {}
        for target, _ in self.there:
            counts[target.kind.plural] = counts.get(target.kind.plural, 0) + 1
        return ", ".join(f"{plural} {count}" for plural, count in sorted(counts.items()))


class _Head(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()


async def look_at_existing(cluster: Reader, backup: Backup, filters: Filters, namespace: str) -> Met:
    """What of a backup exists already. Where its list cannot be had, `why` says so and the namespaces are guessed.

    Raises `Unavailable`, and `Refused` where not even the namespaces can be told.
    """
    try:
        items = items_of(await cluster.artifact(Artifact.BACKUP_CONTENTS, backup.metadata.name, namespace))
    except Refused as error:
        names = await _namespaces(cluster, backup, filters)
        return Met(why=error.what, namespaces=tuple(sorted({filters.place(each) for each in names})))
    taken = [each for each in items if filters.takes(each)]
    there, unseen = await _find(cluster, taken, filters)
    return Met(
        total=len(taken),
        there=tuple(there),
        unseen=tuple(unseen),
        namespaces=tuple(sorted({filters.place(each.namespace) for each in taken if each.namespace})),
        authority=tuple(sorted({_plural(each) for each in taken if not each.namespace and each.group in AUTHORITY})),
    )


def items_of(content: bytes) -> list[Item]:
    """Velero's `BackupResourceList`: `{"apps/v1/Deployment": ["shop/app"], "v1/Node": ["n1"]}`.

    Raises `Refused` for what is not one.
    """
    try:
        found = msgspec.json.decode(content, type=dict[str, list[str]])
    except msgspec.DecodeError as error:
        raise Refused(text("What the object store gave is not what Velero writes.")) from error
    return [item for key, names in found.items() for item in _items(key, names)]


def _items(key: str, names: Sequence[str]) -> Iterator[Item]:
    version, _, kind = key.rpartition("/")
    group = version.partition("/")[0] if "/" in version else ""
    for each in names:
        namespace, _, name = each.rpartition("/")
        yield Item(group=group, kind=kind, namespace=namespace, name=name)


async def _find(cluster: Reader, taken: Sequence[Item], filters: Filters) -> tuple[list[tuple[Target, str]], list[str]]:
    """Which of the items are there, and the kinds that this person, or we, cannot look at."""
    wanted: dict[tuple[Kind, str], set[str]] = {}
    unseen: set[str] = set()
    for item in taken:
        kind = _kind(item)
        if kind is None:
            unseen.add(item.kind)
        else:
            wanted.setdefault((kind, filters.place(item.namespace)), set()).add(item.name)
    places = sorted(wanted, key=lambda place: (place[0].qualified, place[1]))
    unseen |= {kind.kind for kind, _ in places[MOST:]}
    listed = await asyncio.gather(*(_list(cluster, kind, where) for kind, where in places[:MOST]))
    there: list[tuple[Target, str]] = []
    for (kind, where), found in zip(places, listed, strict=False):
        if found is None:
            unseen.add(kind.kind)
        there += [
            (Target(kind=kind, name=each.metadata.name, namespace=where), each.metadata.uid)
            for each in found or ()
            if each.metadata.name in wanted[kind, where]
        ]
    return there, sorted(unseen)


async def _list(cluster: Reader, kind: Kind, namespace: str) -> list[_Head] | None:
    try:
        return await cluster.list(kind, namespace, _Head)
    except NotFound:
        return []
    except Refused:
        return None


async def _namespaces(cluster: Reader, backup: Backup, filters: Filters) -> list[str]:
    """The namespaces that may be in it: those that are named anywhere, else all that exist."""
    named = [each for each in filters.namespaces if each != "*"] or list(backup.spec.namespaces)
    if not named:
        try:
            named = [each.metadata.name for each in await cluster.list(_NAMESPACE, "", _Head)]
        except Refused as error:
            raise Refused(
                text("Which namespaces this would change cannot be told."),
                why=text("The backup holds all, and you may not list namespaces."),
                next=text("Name them with {flag}.", flag=Code("--include-namespaces")),
            ) from error
    return [each for each in named if filters.takes_namespace(each)]


_NAMESPACE: Final = Kind(kind="Namespace", plural="namespaces", namespaced=False)


def _kind(item: Item) -> Kind | None:
    return next(
        (each for each in (*known_kinds(), SERVICE_ACCOUNT) if (each.group, each.kind) == (item.group, item.kind)), None
    )


def _named(item: Item, resources: Sequence[str]) -> bool:
    """Whether a list of kinds as people type it (`deployments`, `deploy`, `deployments.apps`) names this item's."""
    kind = _kind(item)
    words = kind.names if kind is not None else {_plural(item).lower(), _plural(item).partition(".")[0].lower()}
    return any(each.lower() in words for each in resources)


def _plural(item: Item) -> str:
    """The plural of a kind that we do not know: as Kubernetes' own kinds make it."""
    plain = item.kind.lower()
    plural = plain[:-1] + "ies" if plain.endswith("y") else plain + ("es" if plain.endswith(("s", "x", "ch")) else "s")
    return f"{plural}.{item.group}" if item.group else plural
