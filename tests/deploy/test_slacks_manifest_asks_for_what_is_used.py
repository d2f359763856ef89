"""Every method that the code names has its scopes in the manifest, and every scope a method or event that needs it.

Methods are found as the string literals of `bot/` that look like one, so a new call without its scope fails here and
not as `missing_scope` in somebody's channel. Limits: slack.md §1.9.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from bot.identity.slack_manifest import EVENTS, METHODS, slack_manifest, slack_scopes
from bot.settings import load_config
from tests.deploy.generated import DEPLOY, ROOT

METHOD: Final = re.compile(
    r"^(apps|auth|bots|chat|conversations|dialog|emoji|files|pins|reactions|team|usergroups|users|views)(\.[a-zA-Z]+)+$"
)
CONFIG: Final = load_config(DEPLOY / "config.yaml")
MANIFEST: Final = slack_manifest(CONFIG)


def words() -> Iterator[str]:
    """Every string that stands by itself in the program."""
    for file in (ROOT / "bot").rglob("*.py"):
        if file.name != "slack_manifest.py":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


WORDS: Final = frozenset(words())


def test_the_methods_are_those_that_the_program_names() -> None:
    assert {word for word in WORDS if METHOD.match(word)} == METHODS.keys()


def test_the_events_are_those_that_the_program_handles() -> None:
    assert {event.partition(".")[0] for event in EVENTS} <= WORDS


def test_no_scope_is_asked_for_without_a_use() -> None:
    needed = {scope for scopes in (*METHODS.values(), *EVENTS.values()) for scope in scopes} | {"commands"}
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(needed)


def test_nothing_lets_it_read_or_post_where_it_was_not_invited() -> None:
    forbidden = {"chat:write.public", "chat:write.customize", "channels:join", "search:read", "files:read"}
    assert forbidden.isdisjoint(slack_scopes())
    assert "user" not in MANIFEST["oauth_config"]["scopes"]
    assert not [event for event in EVENTS if event.startswith("message.") and event != "message.im"]


def test_it_works_over_sockets_and_with_an_address_over_http() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in MANIFEST["settings"]["interactivity"]
    address = "https://kajitori.example.com/slack/events"
    over_http = slack_manifest(CONFIG, request_url=address)
    assert over_http["settings"]["socket_mode_enabled"] is False
    assert over_http["settings"]["interactivity"]["request_url"] == address
    assert over_http["settings"]["event_subscriptions"]["request_url"] == address
    assert [each["url"] for each in over_http["features"]["slash_commands"]] == [address]


def test_the_command_is_the_configured_one() -> None:
    changed = CONFIG.model_copy(update={"command": "/k8s"})
    assert [each["command"] for each in slack_manifest(changed)["features"]["slash_commands"]] == ["/k8s"]


def test_every_text_is_within_slacks_limits() -> None:
    about, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255
    assert len(features["slash_commands"]) <= 50
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is True
    assert len(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) <= 100
