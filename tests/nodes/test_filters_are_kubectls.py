"""Which pods a drain takes, leaves and refuses: the table of kubectl's filters (operations.md §2)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.draining import Reason, judge_pod
from bot.operations.evict import Rule
from tests.nodes.made import DS, pod, seen

ALL = Rule(ignore_daemonsets=True, delete_emptydir_data=True, force=True)
TAKEN, LEFT = "taken", "left"


@pytest.mark.parametrize(
    ("found", "without", "flag", "with_flag"),
    [
        (pod(), TAKEN, Rule(), TAKEN),
        (pod(phase="Succeeded", owner=None, local=True), TAKEN, Rule(), TAKEN),
        (pod(phase="Failed", owner=DS), TAKEN, Rule(), TAKEN),
        (pod(phase="Pending"), TAKEN, Rule(), TAKEN),
        (pod(going=True), TAKEN, Rule(), TAKEN),
        (pod(owner=DS), Reason.DAEMON_SET, Rule(ignore_daemonsets=True), LEFT),
        (pod(owner=DS, local=True), Reason.DAEMON_SET, Rule(ignore_daemonsets=True), LEFT),
        (pod(mirror=True, owner=None, local=True), LEFT, ALL, LEFT),
        (pod(local=True), Reason.LOCAL, Rule(delete_emptydir_data=True), TAKEN),
        (pod(owner=None), Reason.UNMANAGED, Rule(force=True), TAKEN),
    ],
)
def test_the_table(found: dict[str, Any], without: str, flag: Rule, with_flag: str) -> None:
    assert outcome(found, Rule()) == without
    assert outcome(found, flag) == with_flag


def test_the_pod_of_a_daemon_set_that_is_gone_needs_force_whatever_is_ignored() -> None:
    gone = frozenset({"ds"})
    ignoring = judge_pod(seen(pod(owner=DS)), Rule(ignore_daemonsets=True), gone)
    assert ignoring.refused == (Reason.ORPHAN,)
    assert judge_pod(seen(pod(owner=DS)), Rule(force=True), gone).lost == (Reason.ORPHAN,)


def test_every_reason_is_kept_where_kubectl_keeps_the_last() -> None:
    both = judge_pod(seen(pod(owner=None, local=True)), Rule())
    assert both.refused == (Reason.LOCAL, Reason.UNMANAGED)
    one = judge_pod(seen(pod(owner=None, local=True)), Rule(force=True))
    assert (one.refused, one.lost) == ((Reason.LOCAL,), (Reason.UNMANAGED,))


def outcome(found: dict[str, Any], rule: Rule) -> str:
    judged = judge_pod(seen(found), rule)
    if judged.refused:
        return judged.refused[0]
    return LEFT if judged.left else TAKEN
