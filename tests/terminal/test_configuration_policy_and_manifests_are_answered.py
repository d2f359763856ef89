"""`kajitori config|policy|manifest|run`: read as the bot would read them, and refused with their line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.terminal.conftest import Kajitori

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example configuration with its policy, where the settings say."""
    for name in ("config.yaml", "policy.yaml"):
        shutil.copy(DEPLOY / name, home)
    monkeypatch.setenv("KAJITORI_CONFIG", str(home / "config.yaml"))
    return home / "config.yaml"


async def test_the_example_configuration_is_right(kajitori: Kajitori, config: Path) -> None:
    ran = await kajitori("config", "check")

    assert ran.code == 0
    assert ran.out == "The configuration is right: 2 clusters, 5 people, 3 teams, 2 channels.\n"


async def test_a_wrong_configuration_is_refused_with_its_line(kajitori: Kajitori, config: Path) -> None:
    config.write_text(config.read_text().replace("default_cluster:", "default_cluter:"))

    ran = await kajitori("config", "check")

    assert (ran.code, ran.out) == (1, "")
    assert "line " in ran.err
    assert "did you mean default_cluster?" in ran.err


async def test_no_configuration_is_told(kajitori: Kajitori) -> None:
    ran = await kajitori("config", "check")

    assert ran.code == 1
    assert "KAJITORI_CONFIG" in ran.err


async def test_a_configuration_that_is_named_and_missing_is_refused_for_reads_too(
    kajitori: Kajitori, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAJITORI_CONFIG", "/nowhere/config.yaml")

    ran = await kajitori("exec", "touch view deploy/app")

    assert (ran.code, ran.out) == (1, "")
    assert "/nowhere/config.yaml" in ran.err


async def test_the_examples_of_the_policy_come_out(kajitori: Kajitori, config: Path) -> None:
    ran = await kajitori("policy", "test")

    assert ran.code == 0
    assert all(line.startswith("✓ ") for line in ran.out.splitlines())


async def test_an_example_that_does_not_come_out_is_a_one(kajitori: Kajitori, config: Path) -> None:
    policy = config.with_name("policy.yaml")
    policy.write_text(policy.read_text().replace("expect: {approvals: 2}", "expect: {approvals: 3}"))

    ran = await kajitori("policy", "test", "-o", "json")

    assert ran.code == 1
    assert [each["passed"] for each in ran.json] == [True, True, True, False]
    assert ran.json[3]["differs"] == ["approvals is 2, not 3"]


@pytest.mark.parametrize(
    ("given", "rule", "approvals"),
    [
        (("--cluster", "prod"), "default", 1),
        (("--cluster", "prod", "--destructive"), "default", 2),
        (("--cluster", "sandbox"), "sandbox", 0),
        (("--cluster", "prod", "--as", "U0CAROL", "--recovery"), "recovery-on-call", 0),
        (("--cluster", "prod", "--at", "2026-11-27T23:00:00+0900"), "friday-night", 0),
    ],
)
async def test_the_rule_that_decides_is_named(
    kajitori: Kajitori, config: Path, given: tuple[str, ...], rule: str, approvals: int
) -> None:
    at = () if "--at" in given else ("--at", "2026-11-25T12:00:00+0900")
    ran = await kajitori("policy", "explain", "-o", "json", "touch note", *given, *at)

    assert ran.code == 0
    assert (ran.json["rule"], ran.json["approvals"]) == (rule, approvals)


async def test_an_operation_that_is_not_there_cannot_be_explained(kajitori: Kajitori, config: Path) -> None:
    ran = await kajitori("policy", "explain", "rollout undooo")

    assert ran.code == 1
    assert "There is no operation rollout undooo." in ran.err


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (("rbac",), {"ServiceAccount", "ClusterRole", "ClusterRoleBinding"}),
        (("teams", "-n", "shop"), {"ClusterRole", "RoleBinding"}),
    ],
)
async def test_roles_are_printed_for_kubectl(
    kajitori: Kajitori, config: Path, arguments: tuple[str, ...], kinds: set[str]
) -> None:
    ran = await kajitori("manifest", *arguments)

    assert (ran.code, ran.err) == (0, "")
    assert kinds <= {document["kind"] for document in yaml.safe_load_all(ran.out)}


async def test_over_the_whole_cluster_only_named_teams_are_bound(kajitori: Kajitori, config: Path) -> None:
    nobody = await kajitori("manifest", "cluster")
    assert {document["kind"] for document in yaml.safe_load_all(nobody.out)} == {"ClusterRole"}
    assert "manifest cluster --team NAME" in nobody.out

    named = await kajitori("manifest", "cluster", "--team", "developers")
    bound = [each for each in yaml.safe_load_all(named.out) if each["kind"] == "ClusterRoleBinding"]
    assert [(each["roleRef"]["name"], each["subjects"][0]["name"]) for each in bound] == [
        ("kajitori-cluster-changes", "kajitori:developers")
    ]
    assert "--team NAME" not in named.out

    unknown = await kajitori("manifest", "cluster", "--team", "cleaners")
    assert (unknown.code, unknown.out) == (2, "")
    assert "There is no team cleaners" in unknown.err


async def test_the_slack_manifest_is_printed_for_both_modes(kajitori: Kajitori, config: Path) -> None:
    socket = yaml.safe_load((await kajitori("manifest", "slack")).out)
    http = yaml.safe_load((await kajitori("manifest", "slack", "--request-url", "https://bot.example.com/x")).out)

    assert socket["settings"]["socket_mode_enabled"] is True
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["features"]["slash_commands"][0]["url"] == "https://bot.example.com/x"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("KAJITORI_HTTP_PORT", "many", "KAJITORI_HTTP_PORT is wrong"),
    ],
)
async def test_the_bot_does_not_start_on_wrong_settings(
    kajitori: Kajitori, config: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)

    ran = await kajitori("run")

    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
