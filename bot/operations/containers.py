"""The containers of a pod: which one is meant, and why one does not run, in words for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.errors import NotFound
from bot.operations.ages import age
from bot.operations.near import near_names
from bot.operations.printers.listed import ContainerNow, Ended, Pod
from bot.operations.untrusted import one_line
from bot.text import Code, Text, text

DEFAULT: Final = "kubectl.kubernetes.io/default-container"
MESSAGE: Final = 200


def container_names(pod: Pod) -> tuple[str, ...]:
    """In kubectl's order for logs: containers, then init containers."""
    return (
        *(each.name for each in pod.spec.containers),
        *(each.name for each in pod.spec.init_containers or ()),
    )


def choose_container(pod: Pod, wanted: str) -> str:
    """The container that is meant: the wanted one, the annotated default, or the first.

    As `podcmd.FindOrDefaultContainerByName` of kubectl v1.36. Raises `NotFound` in its words.
    """
    names = container_names(pod)
    if not wanted:
        annotated = (pod.metadata.annotations or {}).get(DEFAULT, "")
        return annotated if annotated in names else next(iter(names), "")
    if wanted in names:
        return wanted
    near = near_names(wanted, names) or list(names[:3])
    raise NotFound(
        text("container {container} not found in pod {pod}", container=Code(wanted), pod=Code(pod.metadata.name)),
        target=f"pod/{pod.metadata.name}",
        next=text("Its containers are {names}.", names=Code(", ".join(near))),
    )


def container_now(pod: Pod, name: str) -> ContainerNow | None:
    """A container's status, init containers included; `None` before there is one."""
    statuses = (*(pod.status.container_statuses or ()), *(pod.status.init_container_statuses or ()))
    return next((each for each in statuses if each.name == name), None)


def has_started(now: ContainerNow | None) -> bool:
    """Whether there can be a log: it runs, has ended, or ended before."""
    if now is None:
        return False
    states = (now.state.running, now.state.terminated, now.last_state.terminated)
    return any(each is not None for each in states)


def describe_state(pod: Pod, name: str, moment: datetime) -> tuple[Text, ...]:
    """Why a container does not run, and how it ended last; nothing for one that simply runs."""
    now = container_now(pod, name)
    if now is None:
        return (text("{container} has not been started yet.", container=Code(name)),)
    found: list[Text] = []
    if now.state.waiting is not None:
        found.append(
            text(
                "{container} is waiting: {reason} {message}",
                container=Code(name),
                reason=one_line(now.state.waiting.reason) or "-",
                message=one_line(now.state.waiting.message, MESSAGE),
            )
        )
    if now.state.terminated is not None:
        found.append(_ended(name, now.state.terminated, moment))
    elif now.last_state.terminated is not None:
        found.append(text("{container} restarted, {count} in all.", container=Code(name), count=now.restart_count))
        found.append(_ended(name, now.last_state.terminated, moment))
    return tuple(found)


def _ended(name: str, ended: Ended, moment: datetime) -> Text:
    return text(
        "{container} ended {age} ago: {reason}, exit code {code} {message}",
        container=Code(name),
        age=age(ended.finished_at, moment),
        reason=one_line(ended.reason) or "-",
        code=ended.exit_code,
        message=one_line(ended.message, MESSAGE),
    )
