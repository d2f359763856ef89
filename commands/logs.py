"""`logs`: what containers wrote. Lines are untrusted: they are shown as plain text, escapes taken out."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.errors import NotUnderstood
from bot.operations import kinds
from bot.operations.ages import parse_duration
from bot.operations.containers import choose_container
from bot.operations.log_lines import holds
from bot.operations.log_targets import OWNERS, LogsArguments, choose_pods, read_words
from bot.operations.log_views import log_title, log_view, no_pods, readable
from bot.operations.operation import Family, Right
from bot.operations.printers.listed import Pod
from bot.operations.reader import LogOptions, Reader
from bot.operations.untrusted import visible
from bot.operations.view import Follow, View
from bot.text import Code, text

container_logs = Family("", text("Read what containers write"))

TAIL: Final = 50
"""Lines without `--tail`. kubectl gives all; a phone shows about forty."""
SCANNED: Final = 2_000
"""Lines searched with `--grep` and no `--tail`."""
LONGEST: Final = 10_000
"""Lines at most: more than the megabyte that is read would hold."""


@container_logs.read(
    "logs",
    short=("log",),
    rights=(
        Right("get", kinds.POD),
        Right("list", kinds.POD),
        Right("get", kinds.POD, "log"),
        *(Right(verb, kind) for kind in OWNERS for verb in ("get", "list")),
    ),
    example="logs deploy/app --since=10m --grep=timeout",
)
async def logs(cluster: Reader, arguments: LogsArguments) -> View | Follow:
    """Show the newest lines of a log (kubectl logs).

    Of a workload the pod that needs a look is taken first. -f follows for five minutes.
    """
    options = _options(arguments)
    wanted, container = read_words(arguments)
    chosen = await choose_pods(cluster, wanted, arguments)
    if not chosen.pods:
        return View(title=log_title(arguments, "", ""), lines=(no_pods(arguments),), sensitive=True)
    containers = [choose_container(pod, container) for pod in chosen.pods]
    started = [(pod, name) for pod, name in zip(chosen.pods, containers, strict=True) if readable(pod, name, arguments)]
    first, name = chosen.pods[0], containers[0]
    if arguments.follow and started and not arguments.previous:
        return Follow(
            title=log_title(arguments, first.metadata.name, name),
            pods=tuple(pod.metadata.name for pod, _ in started),
            namespace=arguments.namespace,
            options=_with(options, started[0][1], follow=True),
            match=arguments.grep,
        )
    lines = await asyncio.gather(*(_read(cluster, pod, name, arguments, options) for pod, name in started))
    return log_view(cluster.now, arguments, chosen, containers, [line for each in lines for line in each])


def _options(arguments: LogsArguments) -> LogOptions:
    seconds = parse_duration(arguments.since) if arguments.since else 0.0
    if seconds is None:
        raise NotUnderstood(
            text("invalid argument {since} for --since", since=Code(arguments.since)),
            next=text("Write it like {example}.", example=Code("--since=10m")),
        )
    if arguments.tail is not None and arguments.tail < -1:
        raise NotUnderstood(
            text("--tail must be greater than or equal to -1"), next=text("Leave it out for the newest 50 lines.")
        )
    tail = (SCANNED if arguments.grep else TAIL) if arguments.tail is None else arguments.tail
    return LogOptions(
        previous=arguments.previous,
        since_seconds=max(int(seconds), 1) if arguments.since else 0,
        tail=LONGEST if tail == -1 else min(tail, LONGEST),
        timestamps=arguments.timestamps,
    )


def _with(options: LogOptions, container: str, *, follow: bool = False) -> LogOptions:
    return LogOptions(
        container=container,
        previous=options.previous,
        since_seconds=options.since_seconds,
        tail=min(options.tail, TAIL) if follow else options.tail,
        timestamps=options.timestamps,
        follow=follow,
    )


async def _read(cluster: Reader, pod: Pod, container: str, arguments: LogsArguments, options: LogOptions) -> list[str]:
    prefix = f"[pod/{pod.metadata.name}/{container}] " if arguments.selector else ""
    stream = cluster.log(pod.metadata.name, arguments.namespace, _with(options, container))
    return [prefix + visible(line) async for line in stream if holds(line, arguments.grep)]
