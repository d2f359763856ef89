"""What `logs` is asked for, and whose log that is: the pod that is named, or those of a workload that need a look."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from bot.errors import Choice, NotFound, NotUnderstood, Refused
from bot.operations import kinds
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.kinds import Kind, Target, find_kind
from bot.operations.models import Lean, Meta, Selector
from bot.operations.printers.listed import Pod
from bot.operations.printers.pods import summarize
from bot.operations.queries import label_query
from bot.operations.reader import Reader
from bot.operations.resources import not_found, placed
from bot.operations.selectors import selector_of
from bot.operations.targets import read_targets
from bot.text import Code, text

PODS: Final = 5
"""Pods of one command, kubectl's own limit for following (`--max-log-requests`)."""
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


def read_words(arguments: LogsArguments) -> tuple[Target | None, str]:
    """The object that is named (`None` with a selector) and the container. Raises `NotUnderstood`."""
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


async def choose_pods(cluster: Reader, target: Target | None, arguments: LogsArguments) -> Chosen:
    """The pods to read. Raises `NotFound` with what was meant, `Refused`."""
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
