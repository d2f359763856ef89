"""The environment: what is missing is named, what is secret is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import Refused
from bot.settings import load_settings

NAMES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, "KAJITORI_CONFIG", "KAJITORI_DATABASE_URL", "KAJITORI_KEY", "KAJITORI_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAJITORI_DATA", str(tmp_path))


def test_the_defaults_are_local_and_embedded(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path}/kajitori.db"
    assert settings.config_file == tmp_path / "config.yaml"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.http_host, settings.http_port, settings.log) == ("127.0.0.1", 3000, "info")
    assert settings.socket_mode is False


def test_without_a_bot_token_it_does_not_start() -> None:
    with pytest.raises(Refused, match="SLACK_BOT_TOKEN is not set"):
        load_settings().check_slack()


def test_http_mode_without_a_signing_secret_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", " ")
    with pytest.raises(Refused, match="SLACK_SIGNING_SECRET is not set"):
        load_settings().check_slack()


def test_socket_mode_needs_no_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert load_settings().check_slack().socket_mode is True


def test_an_api_address_gets_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    assert load_settings().slack_api_url == "http://127.0.0.1:9/api/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_API_URL", "file:///etc/passwd"),
        ("KAJITORI_LOG", "loud"),
        ("KAJITORI_HTTP_PORT", "70000"),
        ("KAJITORI_HTTP_PORT", "http"),
    ],
)
def test_a_wrong_value_is_refused_by_the_variable_s_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        load_settings()
    assert name in str(refused.value)
    assert value not in str(refused.value)


def test_variables_without_the_prefix_mean_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA", "/elsewhere")
    monkeypatch.setenv("KEY", "x")
    monkeypatch.setenv("LOG", "debug")
    settings = load_settings()
    assert (settings.data, settings.key.get_secret_value(), settings.log) == (tmp_path, "", "info")


def test_no_secret_is_in_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:3]:
        monkeypatch.setenv(name, "hush-hush")
    monkeypatch.setenv("KAJITORI_KEY", "hush-hush")
    monkeypatch.setenv("KAJITORI_DATABASE_URL", "postgresql+asyncpg://bot:hush-hush@db/kajitori")
    settings = load_settings()
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)
