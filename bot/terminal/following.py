"""Following at the terminal: a roll-out to its end in one line, logs line by line."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import msgspec

from bot.execution.waits import follow_wait
from bot.operations.log_lines import holds
from bot.operations.plan import Wait
from bot.operations.progress import Progress
from bot.operations.view import Follow, Live
from bot.requests.clusters import Acting
from bot.terminal.errors import Exit
from bot.terminal.screen import Screen, bar
from bot.text import text


async def follow_live(acting: Acting, live: Live, screen: Screen, *, quiet: bool = False) -> Progress:
    """Follow to the end and show each change; `quiet` shows nothing, for a machine that gets the end only."""
    wait = Wait(
        id="live",
        condition=live.condition,
        target=live.target,
        deadline=live.deadline,
        arguments=live.arguments,
    )
    return await show_wait(acting, wait, screen, quiet=quiet)


async def show_wait(acting: Acting, wait: Wait, screen: Screen, *, quiet: bool = False) -> Progress:
    """Follow a wait as whoever sits here: one line that moves, or in a pipe a line for each change."""

    async def report(progress: Progress) -> None:
        if quiet:
            return
        shown = progress_line(progress, screen)
        screen.over(shown) if screen.live else screen.line(shown)

    progress = await follow_wait(acting.client, wait, clock=acting.clock, started=acting.clock.now(), report=report)
    if screen.live and not quiet:
        screen.end_over()
    return progress


def progress_line(progress: Progress, screen: Screen) -> str:
    """How far it is, in one line."""
    parts = [bar(progress.ready, progress.total), screen.sentence(progress.message)]
    if progress.failed is not None:
        parts.append(screen.sentence(text("failed: {why}", why=progress.failed)))
    elif progress.stuck is not None:
        parts.append(screen.sentence(text("({why})", why=progress.stuck)))
    return "  ".join(part for part in parts if part)


def end_of(progress: Progress) -> Exit:
    """kubectl's exit codes: 0 when it is done, 1 when it failed or its time is over."""
    return Exit.DONE if progress.done else Exit.FAILED


async def follow_logs(acting: Acting, follow: Follow, screen: Screen) -> None:
    """Print lines as they come until every log has ended. Unlike in a Slack thread nothing else bounds it: Ctrl-C does.

    Several pods are told apart by their names in front of each line.
    """
    options = msgspec.structs.replace(follow.options, limit_bytes=0)

    async def one(pod: str) -> None:
        prefix = f"[{pod}] " if len(follow.pods) > 1 else ""
        async with aclosing(acting.client.log(pod, follow.namespace, options)) as lines:
            async for line in lines:
                if holds(line, follow.match):
                    screen.foreign(prefix + line + "\n")

    async with asyncio.TaskGroup() as tasks:
        for pod in follow.pods:
            tasks.create_task(one(pod), name=f"log {pod}")
