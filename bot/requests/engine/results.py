"""What is kept of a step: why it ended so, the pod template that it left, which the wait after it is tied to, and whom
its evictions are about.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.operations.evict import Member
from bot.store.steps import StepRecord
from bot.text import Text


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` for people; `template` the digest of the template after a write of ours, empty if it has none; `members`
    are those of an Evict that is under way.
    """

    reason: Text | None = None
    template: str = ""
    members: tuple[Member, ...] = ()


def encode_result(result: StepResult) -> bytes | None:
    """As it is stored; nothing for a step of which nothing is to be said."""
    return None if result == StepResult() else msgspec.json.encode(result)


def decode_result(stored: bytes | None) -> StepResult:
    """The inverse."""
    return StepResult() if stored is None else msgspec.json.decode(stored, type=StepResult)


def templates_left(steps: Mapping[str, StepRecord]) -> dict[str, str]:
    """By step, the template that each left."""
    return {name: decode_result(each.outcome).template for name, each in steps.items()}
