"""What is put to the policy: one change, by one person, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.identity.person import Person


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """The change is exactly the way back that was digested with an approved request of `requester`.

    `until` is when that vote stops covering it. Whoever makes one has compared the calls' digest.
    """

    requester: Person
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`namespace` is empty for objects without one; `pods` are those the plan touches; `now` is aware.

    `change` is false for reads and probes. A plan that touches several namespaces is asked once for each, and
    `bot.policy.decisions.strictest` puts the answers together.
    """

    cluster: str
    environment: str
    production: bool
    namespace: str
    operation: str
    requester: Person
    now: datetime
    change: bool = True
    destructive: bool = False
    recovery: bool = False
    pods: int = 0
    break_glass: bool = False
    back_of: WayBack | None = None
