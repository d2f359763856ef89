"""`kajitori run`: the bot itself."""

from __future__ import annotations

import sys
from typing import Final

import click
import structlog

from bot.errors import KajitoriError
from bot.observability.logging import configure_logging
from bot.settings import Settings, load_settings
from bot.terminal.errors import leaf

LOG: Final = structlog.get_logger("run")


@click.command("run")
def command() -> None:
    """Run the bot until it is told to stop (SIGTERM, Ctrl-C).

    \b
    SLACK_BOT_TOKEN       the bot's token (xoxb-…)
    SLACK_APP_TOKEN       with it Socket Mode (xapp-…); without it HTTP mode
    SLACK_SIGNING_SECRET  proves what comes over HTTP; needed in HTTP mode
    KAJITORI_CONFIG       the configuration file
    """
    settings = load_settings().check_slack()
    configure_logging(settings.log, json=not sys.stderr.isatty(), colours=sys.stderr.isatty())
    try:
        _run(settings)
    except Exception as error:
        if not isinstance(leaf(error), KajitoriError):
            LOG.exception("broken")
        raise


def _run(settings: Settings) -> None:
    """Imported here, because the whole bot takes more than a second to import."""
    import uvloop

    from bot.app import run

    uvloop.run(run(settings))
