"""What a restore would meet: the objects in the backup, and which of them exist already.

Velero leaves what exists as it is unless it is told to update (`pkg/restore/restore.go`), and then a restore is
`Completed` although nothing came back. So it is looked at before anyone votes: the backup's own list of its objects
(an artifact), filtered as the restore will be, against what is in the cluster now.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from bot.errors import NotFound, Refused
from bot.operations.kinds import NAMESPACE, Kind, Target, known_kinds
from bot.operations.models import Head
from bot.operations.reader import Artifact, Reader
from bot.operations.velero.models import Backup
from bot.operations.velero.words import AUTHORITY, could_mean, is_namespace, plural_of
from bot.text import Code, Text, text

SERVICE_ACCOUNT: Final = Kind(kind="ServiceAccount", plural="serviceaccounts", short=("sa",))
NEVER: Final = frozenset({"Node", "Event", "Namespace", "CSINode", "VolumeAttachment", "BackupRepository"})
"""Kinds that Velero does not restore, and namespaces, which it makes where they are missing."""
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
    """The restore's own filters, words absolute; empty means all. Objects that say who may do what are never taken."""

    namespaces: tuple[str, ...] = ()
    without_namespaces: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    without_resources: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    cluster_wide: bool | None = None

    def takes(self, item: Item) -> bool:
        if item.kind in NEVER or item.group == "velero.io" or item.group in AUTHORITY:
            return False
        if self.resources and "*" not in self.resources and not _named(item, self.resources):
            return False
        if _named(item, self.without_resources):
            return False
        if not item.namespace:
            # Velero's own rule for "auto" (`IncludeEverything`): they come along where no namespace is in or out.
            auto = not self.namespaces and not self.without_namespaces
            return auto if self.cluster_wide is None else self.cluster_wide
        return self.takes_namespace(item.namespace)

    def takes_namespace(self, name: str) -> bool:
        wanted = not self.namespaces or "*" in self.namespaces or name in self.namespaces
        return wanted and name not in self.without_namespaces

    def place(self, namespace: str) -> str:
        return self.mapping.get(namespace, namespace)

    def touches(self, sources: Iterable[str]) -> tuple[str, ...]:
        """Where these namespaces' objects come from and go to; whoever is named in a mapping is asked too."""
        both = {each for source in sources for each in (source, self.place(source))}
        return tuple(sorted(both | set(self.mapping) | set(self.mapping.values())))


@dataclass(frozen=True, kw_only=True)
class Met:
    """What the restore meets. `there` exist with their uids; `going` are being deleted; `total` would be restored;
    `unseen` kinds were not looked at; `why` says why nothing could be, and then `bound` are the namespaces that the
    restore has to be held to; `namespaces` are those it restores into, `touches` also those it takes from; `authority`
    are kinds in it that say who may do what; `apart` objects without a namespace stay out as nobody asked for them.
    """

    total: int = 0
    there: tuple[tuple[Target, str], ...] = ()
    going: tuple[Target, ...] = ()
    unseen: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    apart: int = 0
    why: Text | None = None

    @property
    def merged(self) -> int:
        """Service accounts that exist: Velero adds what they lack, whatever the policy (`mergeServiceAccounts`)."""
        return sum(target.kind == SERVICE_ACCOUNT for target, _ in self.there)

    def counted(self, *, left: bool = False) -> str:
        """`deployments 3, services 1`; `left`: only what stays as it is without a policy."""
        return counted(target for target, _ in self.there if not left or target.kind != SERVICE_ACCOUNT)


def counted(targets: Iterable[Target]) -> str:
    """How many of each kind."""
    counts = Counter(target.kind.plural for target in targets)
    return ", ".join(f"{plural} {count}" for plural, count in sorted(counts.items()))


async def look_at_existing(cluster: Reader, backup: Backup, filters: Filters, namespace: str) -> Met:
    """What of a backup exists already. Where its list cannot be had, `why` says so, and `bound` what it is held to.

    Raises `Unavailable`, and `Refused` where not even the namespaces can be told.
    """
    try:
        items = items_of(await cluster.artifact(Artifact.BACKUP_CONTENTS, backup.metadata.name, namespace))
    except Refused as error:
        sources = await _namespaces(cluster, backup, filters)
        return _reaching(sources, filters, wide=bool(filters.cluster_wide), why=error.what)
    taken = _taken(items, filters)
    there, going, unseen = await _find(cluster, taken, filters)
    wide = filters.cluster_wide or any(not each.namespace for each in taken)
    named = filters.namespaces or {each.namespace for each in items if each.namespace} | set(_plain(backup))
    return replace(
        _reaching([each for each in named if filters.takes_namespace(each)], filters, wide=wide),
        total=len(taken),
        there=tuple(there),
        going=tuple(going),
        unseen=tuple(unseen),
        authority=tuple(sorted({_plural(each) for each in items if each.group in AUTHORITY})),
        apart=_apart(items, filters),
    )


def _reaching(sources: Sequence[str], filters: Filters, *, wide: bool, why: Text | None = None) -> Met:
    """`wide`: objects without a namespace come along, so that the cluster itself ("") is touched."""
    return Met(
        namespaces=tuple(sorted({filters.place(each) for each in sources})),
        touches=(*([""] if wide else ()), *filters.touches(sources)),
        bound=tuple(sorted(sources)) if why is not None else (),
        why=why,
    )


def _taken(items: Sequence[Item], filters: Filters) -> list[Item]:
    """What would be restored; a word that names nothing in the backup may be a short name of what we do not know."""
    vague = [each for each in filters.resources if not any(_named(item, (each,)) for item in items)]
    wide = replace(filters, resources=())

    def could_be(item: Item) -> bool:
        return _kind(item) is None and any(could_mean(each, item.group) for each in vague) and wide.takes(item)

    return [each for each in items if filters.takes(each) or could_be(each)]


def _apart(items: Sequence[Item], filters: Filters) -> int:
    if filters.cluster_wide is not None or filters.namespaces:
        return 0
    asked = replace(filters, cluster_wide=True)
    return sum(asked.takes(each) and not filters.takes(each) for each in items)


def not_of_velero() -> Refused:
    """A file of the storage location that Velero did not write so."""
    return Refused(
        text("What the object store gave is not what Velero writes."),
        next=text(
            "Look into the bucket itself: {command} says which it is.", command=Code("velero backup-location get")
        ),
    )


def items_of(content: bytes) -> list[Item]:
    """Velero's `BackupResourceList`: `{"apps/v1/Deployment": ["shop/app"], "v1/Node": ["n1"]}`.

    Raises `Refused` for what is not one.
    """
    try:
        found = msgspec.json.decode(content, type=dict[str, list[str]])
    except msgspec.DecodeError as error:
        raise not_of_velero() from error
    return [item for key, names in found.items() for item in _items(key, names)]


def _items(key: str, names: Sequence[str]) -> Iterator[Item]:
    version, _, kind = key.rpartition("/")
    group = version.partition("/")[0] if "/" in version else ""
    for each in names:
        namespace, _, name = each.rpartition("/")
        yield Item(group=group, kind=kind, namespace=namespace, name=name)


async def _find(
    cluster: Reader, taken: Sequence[Item], filters: Filters
) -> tuple[list[tuple[Target, str]], list[Target], list[str]]:
    """Which of the items are there, which are being deleted, and the kinds that this person, or we, cannot look at."""
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
    going: list[Target] = []
    for (kind, where), found in zip(places, listed, strict=False):
        if found is None:
            unseen.add(kind.kind)
        for meta in (each.metadata for each in found or () if each.metadata.name in wanted[kind, where]):
            target = Target(kind=kind, name=meta.name, namespace=where)
            if meta.terminating:
                going.append(target)
            else:
                there.append((target, meta.uid))
    return there, going, sorted(unseen)


async def _list(cluster: Reader, kind: Kind, namespace: str) -> list[Head] | None:
    try:
        return await cluster.list(kind, namespace, Head)
    except NotFound:
        return []
    except Refused:
        return None


async def _namespaces(cluster: Reader, backup: Backup, filters: Filters) -> list[str]:
    """The namespaces that it is held to: those that are named anywhere, else all that exist."""
    named = [each for each in filters.namespaces or _plain(backup) if filters.takes_namespace(each)]
    try:
        found = named or [each.metadata.name for each in await cluster.list(NAMESPACE, "", Head)]
    except Refused as error:
        raise _cannot_be_told(text("The backup holds all, and you may not list namespaces.")) from error
    if not (left := [each for each in found if filters.takes_namespace(each)]):
        raise _cannot_be_told(text("The backup's own list could not be read, and no namespace is left."))
    return left


def _cannot_be_told(why: Text) -> Refused:
    return Refused(
        text("Which namespaces this would change cannot be told."),
        why=why,
        next=text("Name them with {flag}.", flag=Code("--include-namespaces")),
    )


def _plain(backup: Backup) -> tuple[str, ...]:
    """The namespaces that the backup was asked for; none where it was asked for all, or by a pattern."""
    named = backup.spec.namespaces
    return named if all(map(is_namespace, named)) else ()


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
    plural = plural_of(item.kind.lower())
    return f"{plural}.{item.group}" if item.group else plural
