"""`kajitori plan "…"`: what would be sent, rehearsed and digested. Changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from bot.clock import SystemClock
from bot.commandline.grammar import Parsed
from bot.errors import Refused
from bot.operations.operation import OperationKind
from bot.operations.plan import Nothing
from bot.requests.planning import plan_change
from bot.terminal.hiding import as_it_is, hidden
from bot.terminal.lines import read_line, the_registry
from bot.terminal.options import Way, cluster_options
from bot.terminal.places import open_place
from bot.terminal.plan_document import nothing_document, plan_document
from bot.terminal.plan_text import show_plan
from bot.terminal.screen import Screen
from bot.terminal.start import the_screen
from bot.text import Code, text

TIMEOUT = 5
"""Seconds that the API server is given for each rehearsed call, as the bot gives it."""


@click.command("plan", context_settings={"ignore_unknown_options": True})
@cluster_options
@click.option("--show-values", is_flag=True, help="Show values that look like secrets, too.")
def command(words: tuple[str, ...], output: str, show_values: bool, **way: Any) -> None:
    """Show exactly what a change would send. Nothing is changed.

    \b
    kajitori plan "rollout undo deploy/app -n shop"
    kajitori plan -o json "set image deploy/app app=app:v2 -n shop" | jq .digest

    The digest is the one that votes in Slack would bind to, where cluster and namespace have the same names.
    """
    parsed = read_line(words, the_registry())
    if parsed.operation.kind is not OperationKind.CHANGE:
        raise Refused(
            text("{operation} changes nothing, so there is nothing to plan.", operation=Code(parsed.operation.name)),
            next=text("Run {command}.", command=Code(f'kajitori exec "{parsed.line}"')),
        )
    asyncio.run(_plan(parsed, Way(**way), the_screen(), json=output == "json", show_values=show_values))


async def _plan(parsed: Parsed, way: Way, screen: Screen, *, json: bool, show_values: bool) -> None:
    async with open_place(way, parsed.arguments, clock=SystemClock()) as place:
        arguments = place.filled(parsed.arguments, parsed.operation)
        planned = await plan_change(place.acting, parsed.operation, arguments, timeout=TIMEOUT)
    if isinstance(planned, Nothing):
        values = arguments.model_dump(mode="json", exclude={"reason"})
        screen.json(nothing_document(planned, parsed.operation, values, screen)) if json else screen.say(
            planned.message
        )
        return
    document = plan_document(planned, parsed.operation, screen=screen, hide=as_it_is if show_values else hidden)
    screen.json(document) if json else show_plan(screen, planned, document)
