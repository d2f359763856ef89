"""`kajitori exec --local`: at a terminal only, typed, journalled before it is sent, and never around approvals."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from tests.kubernetes.api_server import ApiServer
from tests.terminal.conftest import APP, REVIEWS, AtTerminal, Kajitori, deployment, foresee_plan

LINE = "touch note deploy/app --note=v2"
PLANNING = [f"GET {APP}", f"POST {REVIEWS}", f"GET {APP}", f"PATCH {APP}"]


@pytest.fixture
def journal(home: Path) -> Path:
    return home / "data" / "local-changes.jsonl"


def foresee_sending(server: ApiServer) -> None:
    """Planned again after the typing, read, sent."""
    server.answer("GET", APP, deployment())
    server.answer("GET", APP, deployment())
    server.answer("PATCH", APP, deployment("v2", "6"))


def configure(folder: Path, kubeconfig: Path, *, approvals_required: bool, policy: str = "") -> Path:
    cluster = {"kubeconfig": str(kubeconfig), "approvals_required": approvals_required, "environment": "sandbox"}
    config = {"slack": {"team_id": "T0ACME"}, "clusters": {"sand": cluster}}
    if policy:
        (folder / "policy.yaml").write_text(policy)
        config["policy"] = "policy.yaml"
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


POLICY = """
apiVersion: kajitori.dev/v1
kind: Policy
metadata: {name: sandbox}
rules:
  - name: sandbox
    match: {environments: [sandbox]}
    decision: {approvals: 0}
"""


async def test_the_typed_name_sends_the_plan_once(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, journal: Path
) -> None:
    foresee_plan(server)
    foresee_sending(server)

    ran = await at_terminal("exec", "--local", LINE, typed="app\n")

    assert ran.code == 0
    assert server.sent == [*PLANNING, f"GET {APP}", f"GET {APP}", f"PATCH {APP}"]
    sent = server.received[-1]
    assert "dryRun" not in sent.query
    assert sent.query["fieldManager"].endswith("-note")
    assert sent.json == {"metadata": {"annotations": {"example.com/note": "v2"}, "resourceVersion": "5"}}
    assert sent.headers["Audit-ID"].startswith("local.")
    assert 'back: kajitori exec --local "touch note deployment/app --note=v1"' in ran.out


async def test_the_intent_is_on_the_disk_before_the_call_arrives(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, journal: Path
) -> None:
    foresee_plan(server)
    server.answer("GET", APP, deployment())
    server.answer("GET", APP, deployment())
    on_disk: list[str] = []

    async def arrived(request: web.Request) -> web.StreamResponse:
        on_disk.extend(journal.read_text().splitlines())
        return web.json_response(deployment("v2", "6"))

    server.on("PATCH", APP, arrived)

    ran = await at_terminal("exec", "--local", LINE, typed="app\n")

    events = [msgspec.json.decode(line) for line in on_disk]
    assert ran.code == 0
    assert [each["event"] for each in events] == ["confirmed", "intent"]
    assert events[1]["auditId"] == server.received[-1].headers["Audit-ID"]
    whole = [msgspec.json.decode(line) for line in journal.read_text().splitlines()]
    assert [each["event"] for each in whole] == ["confirmed", "intent", "outcome", "ended"]
    assert journal.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("typed", ["y\n", "\n", "shop\n", "App\n", "\x04"])
async def test_anything_else_that_is_typed_sends_nothing(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, journal: Path, typed: str
) -> None:
    foresee_plan(server)

    ran = await at_terminal("exec", "--local", LINE, typed=typed)

    assert ran.code == 1
    assert "nothing was sent" in ran.out
    assert server.sent == PLANNING
    assert not journal.exists()


async def test_without_a_terminal_nothing_is_even_planned(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    ran = await kajitori("exec", "--local", LINE)

    assert ran.code == 1
    assert "needs a person at a terminal" in ran.err
    assert server.sent == []


async def test_a_cluster_whose_configuration_wants_approvals_is_refused(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    config = configure(tmp_path, kubeconfig, approvals_required=True)

    ran = await at_terminal("exec", "--local", "--config", str(config), LINE, typed="app\n")

    assert ran.code == 1
    assert "sand is not changed from a terminal" in ran.out
    assert server.sent == []


async def test_another_kubeconfig_with_the_same_address_is_the_same_cluster(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure(tmp_path, kubeconfig, approvals_required=True)
    other = tmp_path / "other"
    other.write_text(kubeconfig.read_text().replace("blue", "innocent"))
    monkeypatch.setenv("KAJITORI_CONFIG", str(config))

    ran = await at_terminal("exec", "--local", "--kubeconfig", str(other), LINE, typed="app\n")

    assert ran.code == 1
    assert server.sent == []


async def test_a_policy_that_asks_for_a_vote_is_not_walked_around(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    config = configure(tmp_path, kubeconfig, approvals_required=False)
    foresee_plan(server)

    ran = await at_terminal("exec", "--local", "--config", str(config), LINE, typed="app\n")

    assert ran.code == 1
    assert "It needs 1 vote" in ran.out
    assert server.sent == PLANNING


async def test_a_policy_that_asks_for_none_lets_it_through(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    config = configure(tmp_path, kubeconfig, approvals_required=False, policy=POLICY)
    foresee_plan(server)
    foresee_sending(server)

    ran = await at_terminal("exec", "--local", "--config", str(config), LINE, typed="app\n")

    assert ran.code == 0


async def test_a_world_that_moved_while_it_was_read_is_not_changed(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, journal: Path
) -> None:
    foresee_plan(server)
    server.answer("GET", APP, deployment("v7", "9"))

    ran = await at_terminal("exec", "--local", LINE, typed="app\n")

    assert ran.code == 1
    assert "no longer as it was shown" in ran.out
    assert server.sent == [*PLANNING, f"GET {APP}"]
    assert not journal.exists()


async def test_an_answer_that_never_came_is_looked_up_and_not_sent_again(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path
) -> None:
    foresee_plan(server)
    server.answer("GET", APP, deployment())
    server.answer("GET", APP, deployment())
    server.cut("PATCH", APP)
    server.answer("GET", APP, deployment())

    ran = await at_terminal("exec", "--local", LINE, typed="app\n")

    assert ran.code == 1
    assert "not_done" in ran.out
    assert server.sent.count(f"PATCH {APP}") == 2  # the rehearsal, and the one that was lost


async def test_a_journal_that_cannot_be_written_stops_it(
    at_terminal: AtTerminal, server: ApiServer, kubeconfig: Path, journal: Path
) -> None:
    journal.parent.mkdir()
    journal.mkdir()
    foresee_plan(server)
    server.answer("GET", APP, deployment())

    ran = await at_terminal("exec", "--local", LINE, typed="app\n")

    assert ran.code == 3
    assert "cannot be written, so nothing is sent" in ran.out
    assert server.sent == [*PLANNING, f"GET {APP}"]
