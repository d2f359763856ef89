"""The same command line as kubectl's, on the world it was recorded in, plans the requests that kubectl sent.

Covers every recording of cordon, uncordon and drain. Meant differences, each asserted below:
- where kubectl refuses pods it has cordoned the node already, and leaves it so; here nothing is sent;
- each eviction is pinned to the pod's uid in its envelope, so that it never meets another pod of the same name;
- --disable-eviction deletes past disruption budgets, so it is refused;
- --dry-run is refused: every plan is one.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.execution.envelope import wrap
from bot.operations.plan import Plan
from tests.parity.planning import nothing, plan
from tests.parity.world import GOLDEN, Recorded, recorded, sent, was_sent

FAMILIES = ("cordon", "drain")
ALL = sorted(each.stem for each in GOLDEN.glob("kubectl-*.json") if any(word in each.stem for word in FAMILIES))
EXACT = ["kubectl-cordon", "kubectl-uncordon", "kubectl-drain", "kubectl-drain-force-delete-emptydir"]
REFUSED = {
    "kubectl-cordon-not-found": "nodes no-such-node not found",
    "kubectl-drain-refused-daemonset": "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): "
    "g-kubectl-drain-refused-daemonset/agent-9rpv4",
    "kubectl-drain-refused-emptydir": "cannot delete Pods with local storage (use --delete-emptydir-data to "
    "override): g-kubectl-drain-refused-emptydir/app-5f88477576-kfs5c",
}
DELIBERATE = {
    "kubectl-drain-disable-eviction": "--disable-eviction deletes pods past their disruption budgets.",
    "kubectl-drain-dry-run-server": "Every change is tried and shown before it is sent.",
}


async def planned(golden: Recorded) -> Plan:
    return await plan(golden.world(), " ".join(golden.command))


def by_path(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """kubectl evicts in parallel: the order in which its requests arrive is chance."""
    return sorted(requests, key=lambda each: str(each["path"]))


def test_every_recording_is_compared() -> None:
    assert sorted([*EXACT, *REFUSED, *DELIBERATE]) == ALL


@pytest.mark.parametrize("name", EXACT)
async def test_to_the_byte(name: str) -> None:
    golden = recorded(name)
    assert golden.exit_code == 0
    made = await planned(golden)
    assert by_path([sent(call) for call in made.requests]) == by_path([was_sent(each) for each in golden.changes])


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
async def test_what_kubectl_refuses_is_refused_in_its_words(name: str, reason: str) -> None:
    golden = recorded(name)
    with pytest.raises(KajitoriError) as refused:
        await planned(golden)
    assert str(refused.value.what) == reason
    assert golden.exit_code == 1
    assert reason in golden.stderr.replace('"', "")


@pytest.mark.parametrize("name", ["kubectl-drain-refused-daemonset", "kubectl-drain-refused-emptydir"])
async def test_kubectl_has_cordoned_the_node_before_it_refuses_and_we_say_that_we_have_not(name: str) -> None:
    golden = recorded(name)
    assert [each["method"] for each in golden.changes] == ["PATCH"]
    with pytest.raises(KajitoriError) as refused:
        await planned(golden)
    assert f"Nothing was sent: {name}-1 is not cordoned by this." in str(refused.value.next)


@pytest.mark.parametrize(("name", "reason"), DELIBERATE.items())
async def test_what_kubectl_does_and_we_refuse(name: str, reason: str) -> None:
    golden = recorded(name)
    assert golden.exit_code == 0
    with pytest.raises(KajitoriError) as refused:
        await planned(golden)
    assert str(refused.value.what) == reason


async def test_the_envelope_of_an_eviction_pins_the_pod_and_a_rehearsal_is_kubectls_dry_run() -> None:
    made = await planned(recorded("kubectl-drain-force-delete-emptydir"))
    _, call, *_ = made.requests
    (theirs,) = [each for each in recorded("kubectl-drain-dry-run-server").changes if each["method"] == "POST"]
    rehearsed: Any = wrap(call, None, manager="m", timeout=5, dry_run=True).body
    options = rehearsed["deleteOptions"]
    assert options.pop("preconditions") == {"uid": call.uid}
    assert options == theirs["body"]["deleteOptions"]
    real: Any = wrap(call, None, manager="m", timeout=5).body
    assert real["deleteOptions"] == {"preconditions": {"uid": call.uid}}


async def test_pods_of_daemon_sets_are_left_and_named_as_kubectl_warns() -> None:
    golden = recorded("kubectl-drain")
    assert "ignoring DaemonSet-managed Pods: g-kubectl-drain/agent-lddlz" in golden.stderr
    made = await planned(golden)
    assert str(made.note) == "Left on it: g-kubectl-drain/agent-lddlz."
    assert not made.destructive


async def test_pods_that_nothing_makes_anew_are_named_as_kubectl_warns() -> None:
    golden = recorded("kubectl-drain-force-delete-emptydir")
    assert "deleting Pods that declare no controller" in golden.stderr
    made = await planned(golden)
    assert "Nothing makes g-kubectl-drain-force-delete-emptydir/lonely anew" in str(made.warnings[0])
    assert made.destructive


async def test_a_cordoned_node_is_not_cordoned_again() -> None:
    golden = recorded("kubectl-uncordon")
    name = golden.command[-1]
    assert str((await nothing(golden.world(), f"cordon {name}")).message) == f"node/{name} already cordoned"
    golden = recorded("kubectl-cordon")
    name = golden.command[-1]
    assert str((await nothing(golden.world(), f"uncordon {name}")).message) == f"node/{name} already uncordoned"
