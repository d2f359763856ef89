"""How a log is shown: its newest lines, what its containers are at, and what is likely looked at next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.operations.containers import container_names, container_now, describe_state, has_started
from bot.operations.log_targets import Chosen, LogsArguments
from bot.operations.printers.listed import Pod
from bot.operations.resources import placed
from bot.operations.view import Action, File, View
from bot.text import Bold, Code, Text, text

OUTPUT: Final = 3_000
"""Characters that a message shows; the file has the others."""


def readable(pod: Pod, container: str, arguments: LogsArguments) -> bool:
    """Whether there is a log: of a container that has started, or with `--previous` of one that ran before."""
    now = container_now(pod, container)
    if arguments.previous:
        return now is not None and now.last_state.terminated is not None
    return has_started(now)


def log_view(
    now: datetime, arguments: LogsArguments, chosen: Chosen, containers: Sequence[str], lines: Sequence[str]
) -> View:
    """The answer, with all lines in a file where they are too long for a message."""
    first, name = chosen.pods[0], containers[0]
    said = _said(now, arguments, chosen, containers)
    whole = "\n".join(lines)
    shown, file = whole, None
    if not lines:
        said.append(_empty(arguments, first, name))
    if len(whole) > OUTPUT:
        shown = whole[-OUTPUT:].partition("\n")[2] or whole[-OUTPUT:]
        said.append(text("These are the newest lines; the file has all {count}.", count=len(lines)))
        title = log_title(arguments, first.metadata.name, name)
        file = File(name=f"{first.metadata.name}-{name}.log", title=title, content=whole.encode())
    return View(
        title=log_title(arguments, first.metadata.name, name),
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
    if arguments.previous and not readable(pod, container, arguments):
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


def no_pods(arguments: LogsArguments) -> Text:
    """That there is nothing to read."""
    if arguments.selector:
        return text("No resources found in {namespace} namespace.", namespace=Code(arguments.namespace))
    return text("It has no pods now.")


def log_title(arguments: LogsArguments, pod: str, container: str) -> Text:
    """Whose log it is; `pod` is empty where there is none."""
    if arguments.selector:
        return text("Logs of {selector}", selector=Code(arguments.selector))
    if not pod:
        return text("Logs of {target}", target=Code(" ".join(arguments.targets)))
    return text("Logs of {pod} {container}", pod=Bold(pod), container=Code(container))
