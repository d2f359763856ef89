"""`kajitori exec "…"`: look at a cluster with the kubeconfig's own identity; with `--local`, change it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from bot.clock import SystemClock
from bot.commandline.grammar import Parsed
from bot.errors import Bug, Refused
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation, OperationKind, Outcome
from bot.operations.view import Follow, Live, View
from bot.terminal.errors import Exit
from bot.terminal.following import end_of, follow_live, follow_logs
from bot.terminal.lines import read_line, the_registry
from bot.terminal.local import change_locally
from bot.terminal.options import Way, cluster_options
from bot.terminal.own import show_help, who_am_i
from bot.terminal.places import Place, open_place
from bot.terminal.screen import Screen
from bot.terminal.start import the_screen
from bot.terminal.views import show_view, view_document
from bot.text import Code, text

LOOKING = frozenset({OperationKind.READ, OperationKind.PROBE})


@click.command("exec", context_settings={"ignore_unknown_options": True})
@cluster_options
@click.option("--local", is_flag=True, help="Make a change from here, after a typed confirmation; no one else agrees.")
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="Write the answer's file here.")
@click.pass_context
def command(
    ctx: click.Context, /, words: tuple[str, ...], output: str, local: bool, save: Path | None, **way: Any
) -> None:
    """Look at a cluster: any command that only reads.

    \b
    kajitori exec "get pods -n shop"
    kajitori exec --context prod "rollout status deploy/app -n shop"
    kajitori exec --local "rollout undo deploy/app -n shop"
    """
    registry = the_registry()
    parsed = read_line(words, registry)
    screen = the_screen()
    if parsed.operation.kind is OperationKind.CHANGE and not local:
        raise _is_a_change(parsed)
    if parsed.operation.kind is OperationKind.OWN and show_help(parsed, registry, screen):
        return
    ctx.exit(asyncio.run(_run(parsed, Way(**way), screen, json=output == "json", save=save)))


async def _run(parsed: Parsed, way: Way, screen: Screen, *, json: bool, save: Path | None) -> Exit:
    async with open_place(way, parsed.arguments, clock=SystemClock()) as place:
        if parsed.operation.kind is OperationKind.CHANGE:
            return await change_locally(place, parsed, screen)
        return await _look(place, parsed, screen, json=json, save=save)


async def _look(place: Place, parsed: Parsed, screen: Screen, *, json: bool, save: Path | None) -> Exit:
    operation = parsed.operation
    outcome = await _outcome(place, operation, place.filled(parsed.arguments, operation))
    if isinstance(outcome, View):
        screen.json(view_document(outcome, screen)) if json else show_view(screen, outcome, save=save)
        return Exit.DONE
    if isinstance(outcome, Live):
        progress = await follow_live(place.acting, outcome, screen, quiet=json)
        if json:
            screen.json(
                {
                    "done": progress.done,
                    "ready": progress.ready,
                    "total": progress.total,
                    "message": screen.sentence(progress.message),
                    "failed": None if progress.failed is None else screen.sentence(progress.failed),
                }
            )
        return end_of(progress)
    if isinstance(outcome, Follow):
        await follow_logs(place.acting, outcome, screen)
        return Exit.DONE
    raise Bug(text("{operation} only looks and returned a plan.", operation=Code(operation.name)))


async def _outcome(place: Place, operation: Operation, arguments: Arguments) -> Outcome:
    if operation.kind is OperationKind.OWN:
        return await who_am_i(place)
    if operation.run is None or operation.kind not in LOOKING:
        raise Bug(text("{operation} has no function.", operation=Code(operation.name)))
    return await operation.run(place.acting.reader(), arguments)


def _is_a_change(parsed: Parsed) -> Refused:
    return Refused(
        text("{operation} changes something, and this only looks.", operation=Code(parsed.operation.name)),
        why=text("In Slack another person would have to agree."),
        next=text(
            "{plan} shows what would be sent; {local} sends it from here.",
            plan=Code(f'kajitori plan "{parsed.line}"'),
            local=Code("--local"),
        ),
    )
