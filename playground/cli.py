"""`kajitori playground`: try it in a minute, without Slack and without a cluster; or with a cluster, after a yes."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.observability.logging import configure_logging

PORT = 8730
PATH = click.Path(path_type=Path)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the options say."""

    port: int
    data: Path
    keep: bool
    speed: float
    kubeconfig: Path | None
    namespace: str
    apply: bool
    real: bool


@click.command("playground")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--data", type=PATH, help="A folder that keeps everything over restarts.")
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.1, 100), help="Of simulated clusters.")
@click.option("--kubeconfig", type=PATH, help="Play against the cluster of its current context.")
@click.option("--namespace", default="", help="Where: by default the context's namespace.")
@click.option("--apply", is_flag=True, help="Apply what that needs without asking.")
@click.option("--remove", is_flag=True, help="Take all of that away again, and nothing else.")
@click.option("--real", is_flag=True, help="Play against a real control plane (in a checkout, when it is built).")
def playground(data: Path | None, kubeconfig: Path | None, *, remove: bool, **options: Any) -> None:
    """Open the playground: a workspace, two simulated clusters, and the real bot between them."""
    configure_logging("warning", json=not sys.stderr.isatty(), colours=sys.stderr.isatty())
    if kubeconfig is not None:
        kubeconfig = kubeconfig.expanduser().absolute()
    if remove:
        if kubeconfig is None:
            raise click.UsageError("--remove needs --kubeconfig")
        asyncio.run(_remove(kubeconfig, options["namespace"]))
        return
    if options["real"] and (kubeconfig is not None or data is not None):
        raise click.UsageError("the real control plane is a new one each time: leave --kubeconfig and --data out")
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kajitori-")))
        where = folder.expanduser().absolute()
        wanted = Wanted(data=where, keep=data is not None, kubeconfig=kubeconfig, **options)
        asyncio.run(_until_closed(_open(wanted)))


async def _until_closed(playing: Coroutine[Any, Any, None]) -> None:
    """Ctrl-C before it is open gives up, and afterwards closes; neither is a failure."""
    opening, loop = asyncio.create_task(playing), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, opening.cancel)
    await asyncio.wait({opening})
    if not opening.cancelled():
        opening.result()


async def _open(wanted: Wanted) -> None:
    from playground.stage import SIMULATED, staged

    async with AsyncExitStack() as stack:
        setting = SIMULATED
        if wanted.kubeconfig is not None:
            from playground.guest.visit import guest

            visit = guest(wanted.kubeconfig, wanted.namespace, confirm=lambda said: _confirmed(said, yes=wanted.apply))
            setting = await stack.enter_async_context(visit)
        if wanted.real:
            from playground.town.control_plane import built

            setting = await stack.enter_async_context(built())
        opening = staged(wanted.data, port=wanted.port, speed=wanted.speed, keep=wanted.keep, setting=setting)
        stage = await stack.enter_async_context(opening)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stage.stop.set)
        click.echo(f"The playground is open: {stage.address}/  (Ctrl-C closes it)")
        if setting is SIMULATED:
            click.echo(f"Take the tour (60 s): {stage.address}/tour")
        await stage.stop.wait()
    if stage.failure is not None:
        raise stage.failure


def _confirmed(said: str, *, yes: bool) -> bool:
    """Whether a person typed yes, or had said so before."""
    click.echo(said)
    if yes:
        return True
    if not sys.stdin.isatty():
        return False
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # the loop's own would wait for the answer
    try:
        return bool(click.prompt("\nType yes to apply this", default="no", show_default=False).strip().lower() == "yes")
    finally:
        signal.signal(signal.SIGINT, usual)


async def _remove(kubeconfig: Path, namespace: str) -> None:
    from playground.guest.visit import leave

    gone = await leave(kubeconfig, namespace)
    for each in gone:
        click.echo(f"removed {each}")
    if not gone:
        click.echo("There was nothing of the playground to remove.")
