"""The weight of a canary that is a Deployment beside another one: by how many of the pods of both are new."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.json import JSON
from bot.operations.progress import Progress

WEIGHED: Final = "weighed"
"""Argument of a wait for one of two Deployments: `beside` pods of the other one, whether those are `beside_new`, and
whether the own ones become `new`."""


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    beside: int
    beside_new: bool = False
    new: bool = False

    @property
    def argument(self) -> dict[str, JSON]:
        return {WEIGHED: {"beside": self.beside, "beside_new": self.beside_new, "new": self.new}}


def weighed(progress: Progress, arguments: dict[str, JSON]) -> Progress:
    """The same with its weight, where the wait says what is beside it."""
    if arguments.get(WEIGHED) is None:
        return progress
    said = msgspec.convert(arguments[WEIGHED], Weighed)
    both_new = said.new and said.beside_new  # then the rest of its own pods are the old ones
    own = max(progress.total, progress.ready + progress.old) if both_new else progress.ready
    new = (progress.ready if said.new else 0) + (said.beside if said.beside_new else 0)
    every = own + said.beside
    return msgspec.structs.replace(progress, weight=round(100 * new / every) if every else -1)
