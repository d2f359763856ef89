"""Ask for one eviction: the sender of the step kind Evict.

The order of `bot.execution.calls` holds here too: read, compare with what was voted on, store the intent, send once.
What to do with the answer is returned as data; `bot.execution.emptying` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.clock import Clock
from bot.errors import KajitoriError, Unavailable
from bot.execution.calls import Ledger, Sending
from bot.execution.envelope import manager_of, wrap
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ClusterUnavailable, Conflict, Forbidden, ObjectNotFound, TooMany
from bot.operations.draining import choose_members, outside
from bot.operations.evict import Evict, Member
from bot.operations.kinds import NODE, POD
from bot.operations.models import Node, Pod
from bot.operations.plan import Call
from bot.operations.progress import Progress
from bot.operations.tracks import Track
from bot.text import Code, Text, text

RETRY: Final = 5.0
"""Seconds between two askings for a pod that a budget holds (kubectl v1.36 `pkg/drain/drain.go`)."""
LOOK: Final = 1.0
"""Seconds between two looks at the node while nothing is to be sent, as often as kubectl polls."""


class Fate(StrEnum):
    """What is known of one member. Sent: its intent is stored, so it may have been; going: accepted, or on its way."""

    DUE = "due"
    SENT = "sent"
    GOING = "going"
    REFUSED = "refused"


class Answer(StrEnum):
    """What came of asking for one eviction. Later: certainly not done. Unknown: it may have landed."""

    EVICTED = "evicted"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`reason` for people; `pause` seconds until it is asked again; `held`: a budget does not allow it now."""

    answer: Answer
    reason: Text | None = None
    pause: float = RETRY
    held: bool = False


class Book(Ledger, Protocol):
    """Where intents and ends are written; raises if the lease is no longer ours."""

    @property
    def stopping(self) -> bool:
        """Whether somebody asked to stop."""
        ...

    async def settle(self, call: Call, fate: Fate, reason: Text | None, *, sent: bool) -> None:
        """A member's end: going (`sent`: by an eviction of ours) or refused."""
        ...

    async def report(self, progress: Progress) -> None: ...

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until somebody asks to stop."""
        ...


@dataclass(kw_only=True)
class Standing:
    """One member on its way. `not_before` is when it may be asked for again; `uncertain` until when one may land;
    `held`: a budget held it when it was last asked for. The rest are its moments (`Track`).
    """

    call: Call
    member: Member
    fate: Fate = Fate.DUE
    why: Text | None = None
    not_before: datetime | None = None
    uncertain: datetime | None = None
    held: bool = False
    asked_at: datetime | None = None
    held_at: datetime | None = None
    going_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def title(self) -> str:
        return f"{self.member.namespace}/{self.member.name}"

    @property
    def track(self) -> Track:
        return Track(
            pod=self.title,
            asked=self.asked_at,
            held=self.held_at,
            going=self.going_at,
            gone=self.gone_at,
            stays=self.fate is Fate.REFUSED,
        )


@dataclass(frozen=True, kw_only=True)
class Work:
    """A step with its members. `watcher` looks at the node, `actor` evicts; `ends` is the deadline.

    `known` are the fates that are stored, with the moment until which a sending may still land; `before` are the tracks
    that an earlier attempt has shown. `settle` is the margin in seconds after a write's own deadline.
    """

    step: Evict
    members: tuple[Member, ...]
    watcher: Client
    actor: Client
    clock: Clock
    ends: datetime
    settle: float
    sending: Callable[[Call], Sending]
    known: Mapping[str, tuple[Fate, datetime | None]] = field(default_factory=dict)
    before: tuple[Track, ...] = ()
    point: Callable[[str], None] = lambda label: None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """`problem` says why it ended otherwise than with all pods gone; `progress` how each pod stands."""

    progress: Progress
    problem: Text | None = None


async def list_members(client: Client, step: Evict) -> tuple[tuple[Member, ...], Text | None]:
    """The pods to evict as they are after the cordon, or why none may be.

    The cordon must hold, or others would come while these go. Of a node that does not exist any more nothing is left.
    Raises what reading raises.
    """
    name = step.target.name
    try:
        node = await client.get(NODE, name, "", Node)
    except ObjectNotFound:
        return (), None
    if node.metadata.uid != step.uid:
        return (), text("{node} is another node by now", node=Code(name))
    if not node.spec.unschedulable:
        return (), text("{node} was uncordoned meanwhile", node=Code(name))
    pods = await client.list(POD, "", Pod, labels=step.rule.pod_selector, fields=f"spec.nodeName={name}")
    return choose_members(step, pods)


async def send_eviction(work: Work, standing: Standing, ledger: Ledger) -> Asked:
    """One asking for one eviction, as the person. The pod is read and held against the bound immediately before."""
    call, member = standing.call, standing.member
    try:
        pod = await work.actor.get(POD, member.name, member.namespace, Pod)
    except ObjectNotFound:
        return Asked(answer=Answer.GONE)
    if pod.metadata.uid != member.uid or pod.metadata.terminating:
        return Asked(answer=Answer.GONE)
    why = outside(work.step, pod)
    if why is not None:
        return Asked(answer=Answer.OUTSIDE, reason=why)
    sending = work.sending(call)
    manager = manager_of(sending.request, call.id, sending.plan_version)
    envelope = wrap(call, None, manager=manager, timeout=sending.timeout)
    work.point("before-intent")
    await ledger.intend(
        call, audit_id=sending.audit_id, version=pod.metadata.resource_version, deadline=float(sending.timeout)
    )
    work.point("intent-stored")
    ledger.guard()
    try:
        await work.actor.send(
            call, body=envelope.body, query=envelope.query, audit_id=sending.audit_id, timeout=sending.timeout + 5
        )
    except KajitoriError as error:
        return answer_of(error)
    work.point("sent")
    return Asked(answer=Answer.EVICTED)


def answer_of(error: KajitoriError) -> Asked:
    """What a refused or unanswered eviction means."""
    match error:
        case TooMany(budget=True):
            causes = [each.message for each in error.status.causes if each.reason == "DisruptionBudget"]
            words = causes[0] if causes else error.status.message
            return Asked(answer=Answer.LATER, reason=text("waits for its budget: {why}", why=words), held=True)
        case TooMany():
            return Asked(answer=Answer.LATER, reason=error.what, pause=max(LOOK, min(error.retry_after, 60.0)))
        case Conflict() | ObjectNotFound():
            # Another pod has its name by now, or none: the next look tells.
            return Asked(answer=Answer.LATER, reason=error.what, pause=LOOK)
        case Forbidden() if any(each.reason == "NamespaceTerminating" for each in error.status.causes):
            return Asked(answer=Answer.LATER, reason=text("its namespace is being deleted"))
        case ClusterUnavailable(sent=True):
            return Asked(answer=Answer.UNKNOWN, reason=error.why or error.what)
        case Unavailable():
            return Asked(answer=Answer.LATER, reason=error.what)
        case _:
            return Asked(answer=Answer.REFUSED, reason=error.why or error.what)
