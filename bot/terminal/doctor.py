"""`kajitori doctor`: would the bot work here, and is it as weak as it must be?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click

from bot.clock import Clock, SystemClock
from bot.errors import Refused
from bot.settings import Config, Settings, load_settings
from bot.terminal.config import the_config
from bot.terminal.errors import Exit
from bot.terminal.examinations import (
    examine_cluster,
    examine_database,
    examine_key,
    examine_policy,
    examine_settings,
    examine_slack,
)
from bot.terminal.findings import Finding, Mark, failed, good, show_finding
from bot.terminal.lines import the_registry
from bot.terminal.options import CONFIG, OUTPUT
from bot.terminal.screen import Screen
from bot.terminal.start import the_screen
from bot.text import text


@click.command("doctor")
@CONFIG
@OUTPUT
@click.pass_context
def command(ctx: click.Context, config: Path | None, output: str) -> None:
    """Examine settings, key, database, Slack, policy and every cluster; 1 if anything is wrong. Changes nothing."""
    ctx.exit(asyncio.run(_examine(config, the_screen(), json=output == "json")))


async def _examine(path: Path | None, screen: Screen, *, json: bool) -> Exit:
    found: list[Finding] = []
    async for finding in _findings(path, SystemClock()):
        found.append(finding)
        if not json:
            show_finding(screen, finding)
    if json:
        screen.json(
            [
                {
                    "part": each.part,
                    "ok": each.mark is not Mark.BAD,
                    "what": screen.sentence(each.what),
                    "next": None if each.next is None else screen.sentence(each.next),
                }
                for each in found
            ]
        )
    return Exit.FAILED if any(each.mark is Mark.BAD for each in found) else Exit.DONE


async def _findings(path: Path | None, clock: Clock) -> AsyncIterator[Finding]:
    try:
        settings = load_settings()
    except Refused as error:
        yield failed("settings", error)
        return
    for finding in examine_settings(settings):
        yield finding
    config: Config | None = None
    try:
        config = the_config(path)
        yield good("config", text("It is right; {clusters} clusters.", clusters=len(config.clusters)))
    except Refused as error:
        yield failed("config", error)
    for finding in examine_key(settings):
        yield finding
    for finding in await examine_database(settings):
        yield finding
    async for finding in _outside(settings, config, clock):
        yield finding


async def _outside(settings: Settings, config: Config | None, clock: Clock) -> AsyncIterator[Finding]:
    if settings.slack_bot_token.get_secret_value():
        for finding in await examine_slack(settings, config):
            yield finding
    if config is None:
        return
    registry = the_registry()
    for finding in examine_policy(config, registry, clock):
        yield finding
    for name, cluster in sorted(config.clusters.items()):
        for finding in await examine_cluster(name, cluster, config, registry=registry, clock=clock):
            yield finding
