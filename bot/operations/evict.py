"""Evict: what is voted on when a node is emptied, and the pods that are chosen for it after the cordon (plans.md §6).

Which pods a node holds moves between the vote and the sending, so no list of pods is frozen. Frozen are a *rule* (which
node, and kubectl's filters) and a *bound* (how many pods at most, and whose). The pods themselves, the members, are
listed once the node is cordoned, compared with the bound and stored before the first of them is evicted. Fewer pods, or
other pods of the same owners, are within what was agreed to; one of anybody else's is not.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.json import JSON
from bot.operations.kinds import POD, Target

LONGEST: Final = 7200
"""Seconds that a node is emptied at most."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """kubectl's filters as they were asked for. `grace_period` in seconds, -1 is each pod's own."""

    ignore_daemonsets: bool = False
    delete_emptydir_data: bool = False
    force: bool = False
    pod_selector: str = ""
    grace_period: int = -1


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose pods may go: a controller; a pod that has none is its own holder."""

    namespace: str
    kind: str
    name: str
    uid: str

    @property
    def title(self) -> str:
        return f"{self.namespace}/{self.kind.lower()}/{self.name}"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One pod that is evicted: exactly the one with this uid."""

    namespace: str
    name: str
    uid: str
    holder: str

    @property
    def target(self) -> Target:
        return Target(kind=POD, name=self.name, namespace=self.namespace)


class Evict(msgspec.Struct, frozen=True, kw_only=True, tag="evict"):
    """Evict the pods of a node and wait until they are gone, `deadline` seconds at most.

    `target` is the node and `uid` its own; `most` and `holders` are the bound. `expected` are the members as they would
    be now: rights are asked and rehearsals made for them, people are shown them, and no vote binds to them.
    """

    id: str
    target: Target
    uid: str
    rule: Rule
    most: int
    holders: tuple[Holder, ...] = ()
    deadline: int = 900
    expected: tuple[Member, ...] = ()
    group: int = 0

    @property
    def intent(self) -> dict[str, JSON]:
        """What a vote binds to."""
        rule: dict[str, JSON] = {
            "ignoreDaemonsets": self.rule.ignore_daemonsets,
            "deleteEmptydirData": self.rule.delete_emptydir_data,
            "force": self.rule.force,
            "podSelector": self.rule.pod_selector,
            "gracePeriod": self.rule.grace_period,
        }
        holders: list[JSON] = [
            {"namespace": each.namespace, "kind": each.kind, "name": each.name, "uid": each.uid}
            for each in self.holders
        ]
        return {
            "kind": "evict",
            "id": self.id,
            "path": self.target.path,
            "uid": self.uid,
            "rule": rule,
            "bound": {"pods": self.most, "holders": holders},
            "deadline": self.deadline,
            "group": self.group,
        }


def member_id(step: str, number: int) -> str:
    """The id of one member's own record, which `step` alone can have: `step-2-1`."""
    return f"{step}-{number}"


def eviction_body(member: Member, grace: int) -> dict[str, JSON]:
    """From kubectl v1.36 `pkg/drain/drain.go`: the grace period is said only if there is one."""
    options: dict[str, JSON] = {} if grace < 0 else {"gracePeriodSeconds": grace}
    return {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": member.name, "namespace": member.namespace},
        "deleteOptions": options,
    }
