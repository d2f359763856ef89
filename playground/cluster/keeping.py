"""A cluster that outlives its process: what etcd, kubelets and the API server's log hold, as one value."""

from __future__ import annotations

from typing import Final

import msgspec

from playground.cluster.audit import Entry
from playground.cluster.pod_logs import Line
from playground.cluster.users import User
from playground.cluster.wire import Json

LINES: Final = 200
"""Lines of each container's log that are kept."""

ENTRIES: Final = 2_000
"""Entries of the API server's audit log that are kept."""


class LogKept(msgspec.Struct, frozen=True, kw_only=True):
    """The end of what one container wrote."""

    pod: str
    container: str
    previous: bool
    lines: tuple[Line, ...]


class ClusterKept(msgspec.Struct, frozen=True, kw_only=True):
    """Objects as they are stored, with their identities and versions; who comes with which token; `port` last used.

    `addresses` counts the addresses that pods were given; `unready` are the uids of pods whose probes fail; `files`
    are those of backups.
    """

    port: int
    version: int
    objects: tuple[Json, ...]
    tokens: dict[str, User]
    known: dict[str, str]
    addresses: int
    unready: frozenset[str]
    logs: tuple[LogKept, ...]
    audit: tuple[Entry, ...]
    files: dict[str, bytes] = {}
