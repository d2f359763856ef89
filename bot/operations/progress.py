"""How far something has come: what a condition answers when it is shown objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.operations.json import JSON, Object
from bot.operations.models import Pod
from bot.text import Text


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`ready` of `total` (pods, usually). `done` and `failed` end the wait; `stuck` says why it stands still."""

    done: bool = False
    ready: int = 0
    total: int = 0
    message: Text
    failed: Text | None = None
    stuck: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a condition is shown: the target (absent: `None`), its pods, the wait's arguments and the moment (UTC)."""

    target: Object | None
    pods: Sequence[Pod]
    arguments: dict[str, JSON]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A named, pure question about an object. `pods`: whether the target's pods are watched too, by its selector."""

    name: str
    evaluate: Callable[[Observation], Progress]
    pods: bool = True
