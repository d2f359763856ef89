"""`kajitori playground`: try it in a minute, without Slack and without a cluster."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from bot.observability.logging import configure_logging

PORT = 8730


@click.command("playground")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--data", type=click.Path(path_type=Path), help="A folder that keeps everything over restarts.")
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.1, 100), help="Of the clusters.")
def playground(port: int, data: Path | None, speed: float) -> None:
    """Open the playground: a workspace, two simulated clusters, and the real bot between them."""
    configure_logging("warning", json=not sys.stderr.isatty(), colours=sys.stderr.isatty())
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kajitori-")))
        asyncio.run(_until_closed(folder.expanduser().absolute(), port, speed, keep=data is not None))


async def _until_closed(data: Path, port: int, speed: float, *, keep: bool) -> None:
    """Ctrl-C before it is open gives up, and afterwards closes; neither is a failure."""
    opening, loop = asyncio.create_task(_open(data, port, speed, keep=keep)), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, opening.cancel)
    await asyncio.wait({opening})
    if not opening.cancelled():
        opening.result()


async def _open(data: Path, port: int, speed: float, *, keep: bool) -> None:
    from playground.stage import staged

    async with staged(data, port=port, speed=speed, keep=keep) as stage:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stage.stop.set)
        click.echo(f"The playground is open: {stage.address}/  (Ctrl-C closes it)")
        await stage.stop.wait()
    if stage.failure is not None:
        raise stage.failure
