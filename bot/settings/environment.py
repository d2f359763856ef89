"""Settings from the environment: secrets, addresses and places. What people agree on is in the configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import Refused
from bot.text import Code, text


class Settings(BaseSettings):
    """Every setting of the process, read once at start through `load_settings`.

    The variables are `KAJITORI_` and the attribute's name; Slack's three have the names that Slack's own examples use.
    """

    model_config = SettingsConfigDict(
        env_prefix="KAJITORI_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    slack_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_BOT_TOKEN")
    """The bot's token (`xoxb-…`). Needed to run; never logged."""

    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    """The app-level token (`xapp-…`, scope `connections:write`). With it: Socket Mode. Without it: HTTP mode."""

    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")
    """Proves that HTTP deliveries come from Slack. Needed in HTTP mode, where without it anyone could press buttons."""

    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    """Slack's Web API, ending in a slash. Other values: GovSlack, or a workspace emulator."""

    config: Path | None = None
    """The configuration file. `None`: `config.yaml` in the data folder."""

    data: Path = Field(default=Path("~/.kajitori"), validate_default=True)
    """The data folder: embedded database, key file, lock file. On a local disk: SQLite corrupts on a network one."""

    database_url: str = Field(default="", repr=False)
    """SQLAlchemy URL. Empty: `sqlite:///<data>/kajitori.db`. `postgresql+asyncpg://…` for replicas."""

    key: SecretStr = SecretStr("")
    """32 bytes in base64: signs votes and plans, encrypts step bodies. Empty: a key file in the data folder, made at
    the first start. Keep it outside the database's backups: whoever has both can forge votes."""

    http_host: str = "127.0.0.1"
    """Address to listen on, for health and, in HTTP mode, Slack. Local by default; a container sets `0.0.0.0`."""

    http_port: int = Field(default=3000, ge=0, le=65535)
    """Port to listen on; 0: any free one. 3000 is what Slack's own examples use."""

    log: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log events that are written. Payloads are never logged, at `debug` neither."""

    @field_validator("data")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("slack_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        TypeAdapter(HttpUrl).validate_python(value)
        return value if value.endswith("/") else value + "/"

    @property
    def config_file(self) -> Path:
        return self.config or self.data / "config.yaml"

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data / 'kajitori.db'}"

    @property
    def socket_mode(self) -> bool:
        return bool(self.slack_app_token.get_secret_value())

    def check_slack(self) -> Self:
        """The settings themselves, if the bot can talk to Slack with them. Raises `Refused` naming what is missing."""
        needed = {"SLACK_BOT_TOKEN": self.slack_bot_token}
        if not self.socket_mode:
            needed["SLACK_SIGNING_SECRET"] = self.slack_signing_secret
        for name, secret in needed.items():
            if not secret.get_secret_value().strip():
                raise Refused(
                    text("{name} is not set.", name=Code(name)),
                    why=text("Without {app} the bot listens for HTTP deliveries.", app=Code("SLACK_APP_TOKEN"))
                    if name == "SLACK_SIGNING_SECRET"
                    else None,
                    next=text("Set it in the environment; Slack shows it on the app's page."),
                )
        return self


def load_settings(**values: Any) -> Settings:
    """The settings of the environment, overridden by `values`. Raises `Refused` naming the variable that is wrong."""
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        loc = str(first["loc"][0]) if first["loc"] else ""
        name = loc if loc.startswith("SLACK_") else f"KAJITORI_{loc.upper()}"
        raise Refused(
            text("The setting {name} is wrong.", name=Code(name)),
            why=text("{problem}.", problem=first["msg"].removeprefix("Value error, ")),
            next=text("Correct it in the environment and start again."),
        ) from error
