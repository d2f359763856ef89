"""How far something has come: what a condition answers when it is shown objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Kind
from bot.operations.models import Pod, Workload
from bot.operations.selectors import selector_of
from bot.operations.tracks import Track
from bot.operations.view import Action
from bot.text import Text, text

NEXT: int = 2
"""Buttons for what is next on a card that has one for the way back as well."""
UNOBSERVED: int = 30
"""Seconds after which a change that no controller has looked at is said to stand still."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`ready` of `total`: pods, or with `items` objects that were worked on; as many `old` pods still there; `weight`
    of the new in per cent, -1 where traffic is not weighed. `done` and `failed` end the wait; `halted`: `message` says
    where on the way it stands, which the numbers alone do not. `stuck` says why it stands still; `details` are a line
    each for what the numbers sum up; `tracks` are the pods that leave a node, each by itself; `next` are at most two
    things that a person may want when it is done, whose command lines name no place (`placed`).
    """

    done: bool = False
    halted: bool = False
    ready: int = 0
    total: int = 0
    old: int = 0
    weight: int = -1
    message: Text
    failed: Text | None = None
    stuck: Text | None = None
    items: bool = False
    details: tuple[Text, ...] = ()
    tracks: tuple[Track, ...] = ()
    next: tuple[Action, ...] = ()

    def placed(self, *, namespace: str, cluster: str) -> Progress:
        """The same, with what is next in this place, wherever its button is pressed."""
        scope = f" --namespace={namespace} --context={cluster}"
        return msgspec.structs.replace(
            self,
            next=tuple(
                msgspec.structs.replace(each, command_line=each.command_line + scope) for each in self.next[:NEXT]
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a condition is shown: the target (absent: `None`), its pods, the wait's arguments, the moment (UTC), since
    when it is followed, and by kind the objects that the condition asked for beside them (`Condition.beside`).
    """

    target: Object | None
    pods: Sequence[Pod]
    arguments: dict[str, JSON]
    now: datetime
    since: datetime | None = None
    beside: Mapping[Kind, Sequence[Object]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it has been followed."""
        return 0.0 if self.since is None else (self.now - self.since).total_seconds()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Objects of another kind in the target's namespace; `labels` makes the selector from the target (empty: all)."""

    kind: Kind
    labels: Callable[[Object], str]


def pods_of_workload(target: Object) -> str:
    """The label selector of a workload's pods."""
    return selector_of(msgspec.convert(target, Workload).spec.selector)


def pods_of_service(target: Object) -> str:
    """The label selector of a Service's pods: a plain map."""
    selector = resolve(target, "/spec/selector")
    return ",".join(f"{key}={value}" for key, value in selector.items()) if isinstance(selector, dict) else ""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A named, pure question about an object. `pods` gives the label selector of its pods, to be watched too; `None`:
    it has none. `beside`: what else is watched.
    """

    name: str
    evaluate: Callable[[Observation], Progress]
    pods: Callable[[Object], str] | None = pods_of_workload
    beside: tuple[Beside, ...] = ()


def failed(why: Text) -> Progress:
    """The end of the wait, without what was waited for."""
    return Progress(message=why, failed=why)


def unobserved(seen: Observation, total: int = 0, ready: int = 0) -> Progress:
    """The change is there and its controller has not looked at it; after a while that is said to be why."""
    stuck = text("no controller has looked at it: is it running?") if seen.seconds >= UNOBSERVED else None
    return Progress(ready=ready, total=total, message=text("waiting until the change is observed"), stuck=stuck)
