"""`kajitori config check`: is the configuration right, and what does it say?"""

from __future__ import annotations

from pathlib import Path

import click

from bot.errors import NotFound
from bot.settings import Config
from bot.terminal.options import CONFIG, OUTPUT, Way
from bot.terminal.places import read_config
from bot.terminal.start import the_screen
from bot.text import Code, text


@click.group("config", no_args_is_help=True)
def command() -> None:
    """Check the configuration."""


@command.command("check")
@CONFIG
@OUTPUT
def check(config: Path | None, output: str) -> None:
    """Read the configuration as the bot would; name the line and the key that is wrong."""
    screen = the_screen()
    found = the_config(config)
    if output == "json":
        screen.json(found.model_dump(mode="json"))
        return
    screen.say(
        text(
            "The configuration is right: {clusters} clusters, {people} people, {teams} teams, {channels} channels.",
            clusters=len(found.clusters),
            people=len(found.people),
            teams=len(found.teams),
            channels=len(found.channels),
        )
    )


def the_config(path: Path | None) -> Config:
    """The configuration. Raises `Refused` for a wrong one, `NotFound` if there is none."""
    found = read_config(Way(config=path))
    if found is None:
        raise NotFound(
            text("There is no configuration."),
            next=text("Name it with {flag} or {variable}.", flag=Code("--config"), variable=Code("KAJITORI_CONFIG")),
        )
    return found
