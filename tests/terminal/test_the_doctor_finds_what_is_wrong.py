"""`kajitori doctor`: every part examined, what is wrong named with what to do, and nothing changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from bot.identity.slack_manifest import slack_scopes
from tests.databases import opened
from tests.terminal.conftest import Kajitori, Ran, kubeconfig_yaml

MAY_NOT = {"kind": "SelfSubjectAccessReview", "status": {"allowed": False}}
MAY = {"kind": "SelfSubjectAccessReview", "status": {"allowed": True}}


class Slack:
    """Answers `auth.test` as Slack does, scopes in a header (docs.slack.dev/authentication)."""

    def __init__(self) -> None:
        self.team = "T0ACME"
        self.scopes = ",".join(slack_scopes())
        self.address = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != "Bearer xoxb-right":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        found = {"ok": True, "team_id": self.team, "user_id": "U0BOT", "user": "kajitori", "bot_id": "B0BOT"}
        return web.json_response(found, headers={"x-oauth-scopes": self.scopes})


class Server:
    """An API server that lets the bot do what `allows` says, and remembers everything else than questions."""

    def __init__(self) -> None:
        self.address = ""
        self.may_everything = False
        self.date = ""
        self.minor = "36"
        self.changed: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {"Date": self.date} if self.date else {}
        if request.path == "/version":
            return web.json_response(
                {"gitVersion": f"v1.{self.minor}.2", "major": "1", "minor": self.minor}, headers=headers
            )
        if request.path.endswith("/selfsubjectaccessreviews"):
            attributes = msgspec.json.decode(await request.read())["spec"]["resourceAttributes"]
            return web.json_response(MAY if self.may_everything or _needed(attributes) else MAY_NOT)
        if request.path.endswith("/selfsubjectrulesreviews"):
            everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            rules = [everything] if self.may_everything else []
            return web.json_response({"status": {"resourceRules": rules, "incomplete": False}})
        if request.path.endswith("/selfsubjectreviews"):
            info = {
                "username": request.headers["Impersonate-User"],
                "groups": [*request.headers.getall("Impersonate-Group", []), "system:authenticated"],
            }
            return web.json_response({"kind": "SelfSubjectReview", "status": {"userInfo": info}})
        self.changed.append(f"{request.method} {request.path}")
        return web.Response(status=501)


def _needed(asked: dict[str, Any]) -> bool:
    """As the generated role has it, with plain impersonation."""
    if asked["verb"] == "impersonate":
        return asked.get("name") in ("kajitori:alice", "kajitori:developers")
    if asked["verb"] == "create":
        return asked["resource"] == "subjectaccessreviews"
    return asked["verb"] in ("get", "list", "watch") and asked["resource"] != "secrets"


@asynccontextmanager
async def _served(handler: Any) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    found = Slack()
    async with _served(found.answer) as found.address:
        yield found


@pytest.fixture
async def cluster() -> AsyncIterator[Server]:
    found = Server()
    async with _served(found.answer) as found.address:
        yield found
    assert found.changed == []


@pytest.fixture
def config(home: Path, slack: Slack, cluster: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An installation where all is well."""
    (home / "kubeconfig").write_text(kubeconfig_yaml(cluster.address))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-right")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-right")
    monkeypatch.setenv("SLACK_API_URL", f"{slack.address}/api/")
    monkeypatch.setenv("KAJITORI_CONFIG", str(home / "config.yaml"))
    return {
        "slack": {"team_id": "T0ACME"},
        "clusters": {"blue": {"kubeconfig": "kubeconfig"}},
        "people": {"U0ALICE": {"user": "alice", "teams": ["developers"]}},
        "teams": {"developers": {"title": "Developers"}},
    }


@pytest.fixture
def doctor(kajitori: Kajitori, config: dict[str, Any], home: Path) -> Any:
    async def examined(*arguments: str) -> Ran:
        (home / "config.yaml").write_text(json.dumps(config))
        return await kajitori("doctor", *arguments)

    return examined


async def test_a_right_installation_passes_and_nothing_is_made(doctor: Any, home: Path) -> None:
    ran = await doctor()

    assert ran.code == 0, ran.out
    assert "✗" not in ran.out
    for part in ("settings", "config", "key", "database", "slack", "policy", "cluster blue"):
        assert f" {part}: " in ran.out
    assert "v1.36.2" in ran.out
    assert not (home / "data").exists()


async def test_machines_get_every_finding(doctor: Any) -> None:
    ran = await doctor("-o", "json")

    assert ran.code == 0
    assert {"settings", "config", "key", "database", "slack", "policy", "cluster blue"} == {
        each["part"] for each in ran.json
    }
    assert all(each["ok"] for each in ran.json)


async def test_a_missing_token_is_named(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN")

    ran = await doctor()

    assert ran.code == 1
    assert "✗ settings: SLACK_BOT_TOKEN is not set." in ran.out


async def test_a_refused_token_is_named(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")

    ran = await doctor()

    assert ran.code == 1
    assert "✗ slack: " in ran.out
    assert "xoxb-wrong" not in ran.out + ran.err


async def test_missing_scopes_are_named(doctor: Any, slack: Slack) -> None:
    slack.scopes = slack.scopes.replace("users:read.email", "")

    ran = await doctor()

    assert ran.code == 1
    assert "✗ slack: The installed app lacks the scopes users:read.email." in ran.out
    assert "kajitori manifest slack" in ran.out


async def test_the_token_of_another_workspace_is_noticed(doctor: Any, slack: Slack) -> None:
    slack.team = "T0OTHER"

    ran = await doctor()

    assert ran.code == 1
    assert "✗ slack: The token is for T0OTHER" in ran.out


async def test_a_role_that_is_too_strong_is_refused(doctor: Any, cluster: Server) -> None:
    cluster.may_everything = True

    ran = await doctor()

    assert ran.code == 1
    assert "✗ cluster blue: " in ran.out
    assert "secrets" in ran.out.lower()


@pytest.mark.parametrize(("minor", "said"), [("35", False), ("36", True), ("36+", True), ("40", True), ("new", False)])
async def test_a_role_that_could_be_weaker_on_this_version_is_worth_knowing(
    doctor: Any, cluster: Server, minor: str, said: bool
) -> None:
    cluster.minor = minor

    ran = await doctor()

    assert ran.code == 0, ran.out
    assert ("· cluster blue: Its role lets the bot do as somebody all that they may" in ran.out) is said
    assert ("kajitori manifest rbac --constrained" in ran.out) is said


async def test_a_clock_that_is_wrong_is_noticed(doctor: Any, cluster: Server) -> None:
    cluster.date = "Tue, 24 Nov 2020 12:00:00 GMT"

    ran = await doctor()

    assert ran.code == 1
    assert "Its clock and ours differ" in ran.out


async def test_one_cluster_that_is_away_does_not_hide_the_others(
    doctor: Any, config: dict[str, Any], home: Path
) -> None:
    (home / "away").write_text(kubeconfig_yaml("http://127.0.0.1:1"))
    config["clusters"]["away"] = {"kubeconfig": "away"}

    ran = await doctor()

    assert ran.code == 1
    assert "✗ cluster away: away does not answer." in ran.out
    assert "✓ cluster blue: It answers; version v1.36.2." in ran.out


async def test_a_key_that_others_can_read_is_refused(doctor: Any, home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "key").write_text("A" * 43 + "=\n")
    (home / "data" / "key").chmod(0o644)

    ran = await doctor()

    assert ran.code == 1
    assert "✗ key: " in ran.out
    assert "chmod 600" in ran.out


async def test_a_policy_whose_example_fails_is_named(doctor: Any, config: dict[str, Any], home: Path) -> None:
    config["policy"] = "policy.yaml"
    example = {
        "name": "one vote",
        "given": {"cluster": "blue", "namespace": "shop", "operation": "scale"},
        "expect": {"approvals": 5},
    }
    policy = {"apiVersion": "kajitori.dev/v1", "kind": "Policy", "metadata": {"name": "x"}, "examples": [example]}
    (home / "policy.yaml").write_text(json.dumps(policy))

    ran = await doctor()

    assert ran.code == 1
    assert "✗ policy: The example one vote fails" in ran.out


async def test_a_database_that_a_bot_uses_is_left_alone(doctor: Any, home: Path) -> None:
    (home / "data").mkdir()
    async with opened(f"sqlite:///{home / 'data' / 'kajitori.db'}"):
        ran = await doctor()

    assert ran.code == 0
    assert "✓ database: A bot is running on it." in ran.out
    again = await doctor()
    assert "✓ database: It opens, and its tables are current." in again.out
