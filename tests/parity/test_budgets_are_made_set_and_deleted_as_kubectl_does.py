"""`kubectl create`, `patch` and `delete` of a disruption budget, on the world they were recorded in: the same requests.

Meant differences: kubectl's typed client sends protobuf with an empty status, which the API server clears; here JSON
goes out without it. A patch that leaves both limits is refused before it is sent, with what the API server says.
"""

from __future__ import annotations

import pytest

from bot.errors import NotUnderstood
from tests.parity.planning import ask, plan
from tests.parity.world import GOLDEN, Recorded, recorded, sent, was_sent

ALL = sorted(each.stem for each in GOLDEN.glob("kubectl-*-pdb*.json"))
REFUSED = "kubectl-patch-pdb-both"


def line(golden: Recorded) -> str:
    return " ".join(f"'{word}'" if "{" in word or " " in word else word for word in golden.command)


def test_there_are_recordings() -> None:
    assert [name.removeprefix("kubectl-") for name in ALL] == [
        *("create-pdb", "create-pdb-share", "delete-pdb", "patch-pdb", "patch-pdb-both", "patch-pdb-other")
    ]


@pytest.mark.parametrize("name", [name for name in ALL if name != REFUSED])
async def test_the_same_request(name: str) -> None:
    golden = recorded(name)
    (request,) = map(was_sent, golden.changes)
    if request["method"] == "POST":
        assert set(request["body"].pop("status").values()) == {0}
        request["content_type"] = "application/json"
    planned = await plan(golden.world(), line(golden))
    assert [sent(each) for each in planned.calls] == [request]


async def test_what_the_api_server_refused_is_refused_with_its_reason() -> None:
    golden = recorded(REFUSED)
    assert golden.exit_code == 1
    with pytest.raises(NotUnderstood, match="minAvailable and maxUnavailable cannot be both set"):
        await ask(golden.world(), line(golden))
    assert "minAvailable and maxUnavailable cannot be both set" in golden.stderr
