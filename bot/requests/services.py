"""What the life of a request leans on, handed in by `bot.app`: nothing in this package reaches for a global."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.clock import Clock, Tokens
from bot.identity.directory import Directory
from bot.operations.registry import Registry
from bot.policy.loading import PolicyInForce
from bot.requests.clusters import Clusters
from bot.settings import Config
from bot.store.database import Database, Transaction
from bot.store.sealing import Keyring

Done = Callable[[Transaction], Awaitable[None]]
"""Ends the delivery that caused a piece of work, in the transaction of its effects: both happen, or neither."""


def _nowhere(label: str) -> None:
    """Outside the fault tests nothing happens at the labelled points."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """`instance` names this installation in field managers' Audit-IDs; `policy` gives the one in force now.

    `owner` names this process in leases. `point` is called with the label of each place where the fault tests kill it.
    `write_timeout` and `settle` are seconds: the server-side limit of a write, and how long after it a late one is
    still waited for before the world is read (plans.md §5). `lease_ttl` in seconds: a takeover takes one.
    """

    database: Database
    keyring: Keyring
    clusters: Clusters
    policy: PolicyInForce
    directory: Directory
    registry: Registry
    config: Config
    clock: Clock
    tokens: Tokens
    instance: str
    owner: str
    point: Callable[[str], None] = field(default=_nowhere)
    write_timeout: int = 5
    settle: float = 5.0
    lease_ttl: float = 10.0
