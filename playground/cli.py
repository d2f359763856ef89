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
@click.option("--data", type=click.Path(path_type=Path), help="A folder that keeps the bot's state over restarts.")
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.1, 100), help="Of the clusters.")
def playground(port: int, data: Path | None, speed: float) -> None:
    """Open the playground: a workspace, two simulated clusters, and the real bot between them."""
    configure_logging("warning", json=not sys.stderr.isatty(), colours=sys.stderr.isatty())
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kajitori-")))
        asyncio.run(_open(folder, port, speed))


async def _open(data: Path, port: int, speed: float) -> None:
    from playground.stage import staged

    try:
        async with staged(data, port=port, speed=speed) as stage:
            loop, stop = asyncio.get_running_loop(), stage.running.stop
            for name in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(name, stop.set)
            click.echo(f"The playground is open: {stage.address}/  (Ctrl-C closes it)")
            await stop.wait()
        if stage.running.failure is not None:
            raise stage.running.failure
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used: {error.strerror}. Close what uses it, or choose another: make run PORT=8731"
        ) from error
