"""`logs`: what containers wrote. Lines are untrusted: they are shown as plain text, escapes taken out."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from bot.errors import Choice, NotFound, NotUnderstood, Refused
from bot.operations import kinds
from bot.operations.ages import parse_duration
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.containers import (
    choose_container,
    container_names,
    container_now,
    describe_state,
    has_started,
)
from bot.operations.kinds import Kind, Target, find_kind
from bot.operations.models import Lean, Meta, Selector
from bot.operations.operation import Family, Right
from bot.operations.printers.listed import Pod
from bot.operations.printers.pods import summarize
from bot.operations.queries import label_query
from bot.operations.reader import LogOptions, Reader
from bot.operations.resources import not_found, placed
from bot.operations.selectors import selector_of
from bot.operations.targets import read_targets
from bot.operations.untrusted import visible
from bot.operations.view import Action, File, Follow, View
from bot.text import Bold, Code, Text, text

container_logs = Family("", text("Read what containers write"))

TAIL: Final = 50
"""Lines without `--tail`. kubectl gives all; a phone shows about forty."""
SCANNED: Final = 2_000
"""Lines searched with `--grep` and no `--tail`."""
LONGEST: Final = 10_000
"""Lines at most: more than the megabyte that is read would hold."""
PODS: Final = 5
"""Pods of one command, kubectl's own limit for following (`--max-log-requests`)."""
OUTPUT: Final = 3_000
OWNERS: Final = (kinds.DEPLOYMENT, kinds.STATEFULSET, kinds.DAEMONSET, kinds.REPLICASET, kinds.JOB)


class LogsArguments(Arguments):
    """As `kubectl logs` takes them, and `--grep`."""

    targets: Annotated[tuple[str, ...], Words("POD", text("a pod, or kind/name"), ("pod", "deployment"))] = ()
    container: Annotated[str, Flag("--container", "-c", "NAME", text("the container"))] = ""
    previous: Annotated[bool, Flag("--previous", "-p", "", text("of the container before its last restart"))] = False
    since: Annotated[str, Flag("--since", "", "DURATION", text("only newer than this: 5m, 1h"))] = ""
    tail: Annotated[int | None, Flag("--tail", "", "LINES", text("how many lines, the newest; else 50"))] = None
    timestamps: Annotated[bool, Flag("--timestamps", "", "", text("with the time of each line"))] = False
    follow: Annotated[bool, Flag("--follow", "-f", "", text("follow it for five minutes"))] = False
    grep: Annotated[str, Flag("--grep", "", "TEXT", text("only lines with this text"))] = ""
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("pods with these labels"))] = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The pods that are read, the others there are, and how the target is written on a command line."""

    pods: tuple[Pod, ...]
    others: tuple[Pod, ...] = ()
    word: str = ""


class _Selecting(Lean, frozen=True, kw_only=True):
    selector: Selector = Selector()


class _Owner(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: _Selecting = _Selecting()


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
    wanted, container = _read_words(arguments)
    chosen = await _choose(cluster, wanted, arguments)
    if not chosen.pods:
        return View(title=_title(arguments, "", ""), lines=(_no_pods(arguments),), sensitive=True)
    containers = [choose_container(pod, container) for pod in chosen.pods]
    started = [
        (pod, name) for pod, name in zip(chosen.pods, containers, strict=True) if _readable(pod, name, arguments)
    ]
    first, name = chosen.pods[0], containers[0]
    if arguments.follow and started and not arguments.previous:
        return Follow(
            title=_title(arguments, first.metadata.name, name),
            pods=tuple(pod.metadata.name for pod, _ in started),
            namespace=arguments.namespace,
            options=_with(options, started[0][1], follow=True),
            match=arguments.grep,
        )
    lines = await asyncio.gather(*(_read(cluster, pod, name, arguments, options) for pod, name in started))
    return _view(cluster.now, arguments, chosen, containers, [line for each in lines for line in each])


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


def _read_words(arguments: LogsArguments) -> tuple[Target | None, str]:
    """The object that is named (`None` with a selector) and the container."""
    words = list(arguments.targets)
    if arguments.selector:
        if words:
            raise NotUnderstood(
                text("only a selector (-l) or a POD name is allowed"), next=text("Leave out one of the two.")
            )
        return None, arguments.container
    if len(words) == 2 and "/" not in words[0] and find_kind(words[0]) is not None:
        words = [f"{words[0]}/{words[1]}"]
    if not words or len(words) > 2 or (len(words) == 2 and arguments.container):
        raise NotUnderstood(
            text("expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'"),
            why=text("POD or TYPE/NAME is a required argument for the logs command"),
            next=text("Write it like {example}.", example=Code("logs deploy/app")),
        )
    named = read_targets((words[0],), (kinds.POD, *OWNERS))[0]
    target = Target(kind=named.kind or kinds.POD, name=named.name, namespace=arguments.namespace)
    return target, words[1] if len(words) == 2 else arguments.container


async def _choose(cluster: Reader, target: Target | None, arguments: LogsArguments) -> Chosen:
    if target is None:
        labels = label_query(arguments.selector)
        found = _ordered(await cluster.list(kinds.POD, arguments.namespace, Pod, labels=labels))
        return Chosen(pods=found[:PODS], others=found[PODS:], word=f"-l {shlex.quote(labels)}")
    if target.kind is kinds.POD:
        try:
            pod = await cluster.get(kinds.POD, target.name, arguments.namespace, Pod)
        except NotFound:
            raise await _missing(cluster, target.name, arguments) from None
        return Chosen(pods=(pod,), word=pod.metadata.name)
    try:
        owner = await cluster.get(target.kind, target.name, arguments.namespace, _Owner)
    except NotFound:
        raise await not_found(cluster, target.kind, target.name, arguments, "logs") from None
    labels = selector_of(owner.spec.selector)
    found = _ordered(await cluster.list(kinds.POD, arguments.namespace, Pod, labels=labels)) if labels else ()
    return Chosen(pods=found[:1], others=found[1:], word=target.reference)


async def _missing(cluster: Reader, name: str, arguments: LogsArguments) -> NotFound:
    """No such pod: a workload of that name is what was meant, else pods with names near it."""
    owners = await asyncio.gather(*(_exists(cluster, kind, name, arguments) for kind in OWNERS[:3]))
    choices = tuple(
        Choice(label=word, command_line=placed(f"logs {word}", arguments))
        for kind, there in zip(OWNERS, owners, strict=False)
        if there
        for word in (f"{kind.singular}/{name}",)
    )
    error = await not_found(cluster, kinds.POD, name, arguments, "logs")
    error.choices = (*choices, *error.choices)[:4]
    return error


async def _exists(cluster: Reader, kind: Kind, name: str, arguments: LogsArguments) -> bool:
    try:
        await cluster.get(kind, name, arguments.namespace, _Owner)
    except Refused:
        return False
    return True


def _ordered(pods: Sequence[Pod]) -> tuple[Pod, ...]:
    """Those that need a look first, then the ones restarted most, then the youngest."""

    def rank(pod: Pod) -> tuple[bool, int, float, str]:
        summary, born = summarize(pod), pod.metadata.creation_timestamp
        return summary.well, -summary.restarts, -(born.timestamp() if born else 0.0), pod.metadata.name

    return tuple(sorted(pods, key=rank))


def _readable(pod: Pod, container: str, arguments: LogsArguments) -> bool:
    now = container_now(pod, container)
    if arguments.previous:
        return now is not None and now.last_state.terminated is not None
    return has_started(now)


async def _read(cluster: Reader, pod: Pod, container: str, arguments: LogsArguments, options: LogOptions) -> list[str]:
    prefix = f"[pod/{pod.metadata.name}/{container}] " if arguments.selector else ""
    needle = arguments.grep.casefold()
    stream = cluster.log(pod.metadata.name, arguments.namespace, _with(options, container))
    return [prefix + visible(line) async for line in stream if needle in line.casefold()]


def _view(
    now: datetime, arguments: LogsArguments, chosen: Chosen, containers: Sequence[str], lines: Sequence[str]
) -> View:
    first, name = chosen.pods[0], containers[0]
    said = _said(now, arguments, chosen, containers)
    whole = "\n".join(lines)
    shown, file = whole, None
    if not lines:
        said.append(_empty(arguments, first, name))
    if len(whole) > OUTPUT:
        shown = whole[-OUTPUT:].partition("\n")[2] or whole[-OUTPUT:]
        said.append(text("These are the newest lines; the file has all {count}.", count=len(lines)))
        title = _title(arguments, first.metadata.name, name)
        file = File(name=f"{first.metadata.name}-{name}.log", title=title, content=whole.encode())
    return View(
        title=_title(arguments, first.metadata.name, name),
        lines=tuple(said),
        output=shown,
        file=file,
        actions=_actions(arguments, chosen, name),
        sensitive=True,
    )


def _said(now: datetime, arguments: LogsArguments, chosen: Chosen, containers: Sequence[str]) -> list[Text]:
    first, name = chosen.pods[0], containers[0]
    total = len(chosen.pods) + len(chosen.others)
    said: list[Text] = []
    if total > 1 and not arguments.selector:
        said.append(text("Found {count} pods, using {pod}.", count=total, pod=Code(first.metadata.name)))
    elif chosen.others:
        said.append(text("Found {count} pods, using {used} of them.", count=total, used=len(chosen.pods)))
    names = container_names(first)
    if len(names) > 1 and not arguments.container:
        others = ", ".join(names)
        said.append(text("Defaulted container {container} out of: {names}", container=Code(name), names=Code(others)))
    for pod, container in zip(chosen.pods, containers, strict=True):
        said.extend(describe_state(pod, container, now))
    return said[:8]


def _empty(arguments: LogsArguments, pod: Pod, container: str) -> Text:
    if arguments.previous and not _readable(pod, container, arguments):
        return text(
            "previous terminated container {container} in pod {pod} not found",
            container=Code(container),
            pod=Code(pod.metadata.name),
        )
    if not has_started(container_now(pod, container)):
        return text("There is no log yet.")
    if arguments.grep:
        return text("No line has {text}.", text=Code(arguments.grep))
    return text("The log is empty.")


def _actions(arguments: LogsArguments, chosen: Chosen, name: str) -> tuple[Action, ...]:
    """The log before the restart, other containers, other pods, following: the four likeliest."""
    first = chosen.pods[0]
    word = shlex.quote(first.metadata.name)
    quoted = shlex.quote(name)
    found: list[Action] = []
    now = container_now(first, name)
    if not arguments.previous and now is not None and now.last_state.terminated is not None:
        line = f"logs {word} -c {quoted} --previous"
        found.append(Action(label=text("Before the restart"), command_line=placed(line, arguments), style="primary"))
    for other in container_names(first):
        if other != name and not arguments.container:
            line = f"logs {word} -c {shlex.quote(other)}"
            found.append(Action(label=text("{container}", container=other), command_line=placed(line, arguments)))
    for pod in chosen.others[:2]:
        line = f"logs {shlex.quote(pod.metadata.name)}"
        label = text("{pod}", pod=pod.metadata.name)
        found.append(Action(label=label, command_line=placed(line, arguments)))
    if has_started(now):
        line = f"logs {word} -c {quoted} -f"
        found.append(Action(label=text("Follow"), command_line=placed(line, arguments)))
    return tuple(found[:4])


def _no_pods(arguments: LogsArguments) -> Text:
    if arguments.selector:
        return text("No resources found in {namespace} namespace.", namespace=Code(arguments.namespace))
    return text("It has no pods now.")


def _title(arguments: LogsArguments, pod: str, container: str) -> Text:
    if arguments.selector:
        return text("Logs of {selector}", selector=Code(arguments.selector))
    if not pod:
        return text("Logs of {target}", target=Code(" ".join(arguments.targets)))
    return text("Logs of {pod} {container}", pod=Bold(pod), container=Code(container))
