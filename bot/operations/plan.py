"""A plan: the ordered steps that will be taken, frozen before anyone is asked, digested so that a vote can bind to it.

What of it is digested says `bot.operations.intent`. What a sender adds at the last moment (resourceVersion, dryRun,
field manager, timeout, impersonation) is the envelope and lives in `bot.execution.envelope`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

import msgspec

from bot.operations.evict import Evict, Member, eviction_body, member_id
from bot.operations.json import JSON
from bot.operations.kinds import Kind, Target
from bot.operations.view import Row
from bot.text import Text


class ContentType(StrEnum):
    """How a body is read by the API server."""

    JSON = "application/json"
    JSON_PATCH = "application/json-patch+json"
    MERGE_PATCH = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"


REQUEST_LABEL: Final = "kajitori.dev/request"
"""The label of what a plan's call made: the number of its request. The sender adds it."""

Verb = Literal["create", "update", "patch", "delete"]
METHODS: dict[Verb, str] = {"create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE"}


class Precondition(msgspec.Struct, frozen=True, kw_only=True):
    """What must still be true of the call's object when it is sent. `value` null means absent or null."""

    pointer: str
    value: JSON = None


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """One Kubernetes API request that changes something.

    `preconditions` cover every field the body overwrites and every fact the decision used (plans.md §2), each as read
    when the plan was made; `uid` is that object's. With `later` they describe the object as the waits before it leave
    it, so they are looked at when its group begins. `effect` says what it does, for people, and is not digested.
    """

    id: str
    verb: Verb
    target: Target
    subresource: str = ""
    content_type: ContentType = ContentType.JSON
    body: JSON = None
    uid: str = ""
    preconditions: tuple[Precondition, ...] = ()
    later: bool = False
    group: int = 0
    effect: Text | None = None

    @property
    def method(self) -> str:
        return METHODS[self.verb]

    @property
    def path(self) -> str:
        name = "" if self.verb == "create" and not self.subresource else self.target.name
        return self.target.kind.path(self.target.namespace, name, self.subresource)


class Wait(msgspec.Struct, frozen=True, kw_only=True, tag="wait"):
    """Follow an object until a named condition holds, and has held for `steady` seconds. `deadline` in seconds from the
    start of the step.

    `condition` names one that is declared in `bot.operations.conditions` or by a family; `arguments` are its parameters
    (for example the replicas to reach). A failure or the deadline stops the request as failed; nothing is taken back by
    itself.
    """

    id: str
    condition: str
    target: Target
    deadline: int = 600
    steady: int = 0
    arguments: dict[str, JSON] = msgspec.field(default_factory=dict)
    group: int = 1


Step = Call | Evict | Wait


def eviction_calls(step: Evict, members: tuple[Member, ...]) -> tuple[Call, ...]:
    """The requests that evict these members, in their order. The uid becomes a precondition in the envelope."""
    return tuple(
        Call(
            id=member_id(step.id, number),
            verb="create",
            target=member.target,
            subresource="eviction",
            body=eviction_body(member, step.rule.grace_period),
            uid=member.uid,
            group=step.group,
        )
        for number, member in enumerate(members, 1)
    )


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something plan or policy relied on, outside the calls' own preconditions: read again before each group."""

    target: Target
    pointer: str
    value: JSON = None
    uid: str = ""


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What the voters agree it may touch at most. `pods` counts pods restarted, removed or added."""

    pods: int = 0
    slack_percent: int = 20

    def allows(self, pods: int) -> bool:
        return pods <= self.pods + self.pods * self.slack_percent // 100


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What people ask first: pods affected, how many may be down at once, roughly how long (seconds, 0 = unknown).

    `fate` is what happens to those pods.
    """

    pods: int = 0
    unavailable: int = 0
    seconds: int = 0
    fate: Literal["replaced", "added", "removed", "evicted"] = "replaced"


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """The way back: the command line that takes it, a button's label, and the calls it would make after this plan.

    `calls` are digested with the plan, so that one vote can cover the way back; empty means it needs a new vote.
    `whole`: it takes back everything that the plan does, so there is none while only a part of it took effect.
    """

    command_line: str
    label: Text
    calls: tuple[Call, ...] = ()
    whole: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation of kind *change* returns.

    `summary` speaks the verb ("Roll back shop/app"); `before` and `after` carry the decision ("v2.4.1" → "v2.4.0");
    `pinned` are the operation's arguments with every relative word resolved, used to plan again for the same target;
    `destructive` asks for more votes; `recovery` marks ways to a state that was healthy before; `afterwards` is what is
    left to decide once something took effect, each with its button. `includes` names operations that this one does as
    well, so that the policy is asked about them too. `touches` are further namespaces that somebody else changes
    because of the calls (a restore): policy and the bot's bounds are asked of them, too. No group of calls is begun
    after `until` (UTC), where that is agreed on. `rest` is the command line for what is left of it, where the typed one
    may name a moment or a place that is over by then. `look` is the command line behind the card's Logs button; empty:
    the logs of its target.
    """

    summary: Text
    steps: tuple[Step, ...]
    pinned: dict[str, Any]
    before: Text | None = None
    after: Text | None = None
    note: Text | None = None
    facts: tuple[Fact, ...] = ()
    bound: Bound = Bound()
    impact: Impact = Impact()
    warnings: tuple[Text, ...] = ()
    back: Back | None = None
    afterwards: tuple[Row, ...] = ()
    includes: tuple[str, ...] = ()
    destructive: bool = False
    recovery: bool = False
    touches: tuple[str, ...] = ()
    until: datetime | None = None
    rest: str = ""
    look: str = ""

    def way_back(self, done: Collection[str]) -> Back | None:
        """The way back once these of its calls took effect, by their ids."""
        if self.back is None or (self.back.whole and any(call.id not in done for call in self.calls)):
            return None
        return self.back

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(step for step in self.steps if isinstance(step, Call))

    @property
    def evictions(self) -> tuple[Evict, ...]:
        return tuple(step for step in self.steps if isinstance(step, Evict))

    @property
    def requests(self) -> tuple[Call, ...]:
        """All that it would send if the world stayed as it is: its calls, and the evictions of the pods that are there.

        Rights are asked over these, and what is untouchable is looked for among them.
        """
        evicted = (call for each in self.evictions for call in eviction_calls(each, each.expected))
        return (*self.calls, *evicted)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Every namespace that it touches, which the policy is asked about; empty is what has none, like a node."""
        held = {holder.namespace for each in self.evictions for holder in each.holders}
        return tuple(sorted({step.target.space for step in self.steps} | held | set(self.touches)))

    @property
    def target(self) -> Target:
        """The first call's object, which the card is about."""
        return self.steps[0].target


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation returns when the world is already as asked: nothing to send, and the sentence that says so."""

    message: Text
    target: Target


__all__ = [
    "METHODS",
    "REQUEST_LABEL",
    "Back",
    "Bound",
    "Call",
    "ContentType",
    "Evict",
    "Fact",
    "Impact",
    "Kind",
    "Nothing",
    "Plan",
    "Precondition",
    "Step",
    "Target",
    "Verb",
    "Wait",
    "eviction_calls",
]
