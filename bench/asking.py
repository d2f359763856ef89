"""Requests for the measures that need them: asked for, approved, followed to their end, as people do it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar, final

from bench.installation import NAMESPACE, Installed
from playground.cluster.resources import Resource
from playground.cluster.store import Change
from playground.workspace.server import Workspace

T = TypeVar("T")
PATIENCE = 120.0


@final
class Wire:
    """The moments at which the API server has a change of a Deployment's spec, by its name."""

    def __init__(self, up: Installed) -> None:
        self.at: dict[str, float] = {}
        self._end = up.cluster.store.listen(self._heard)

    def _heard(self, change: Change) -> None:
        before, after = change.before, change.after
        if before is None or after is None or not _deployments(change.resource):
            return
        if before["spec"] != after["spec"]:
            self.at.setdefault(after["metadata"]["name"], perf_counter())

    def close(self) -> None:
        self._end()


def _deployments(resource: Resource) -> bool:
    return resource.plural == "deployments"


def card_of(slack: Workspace, channel: str) -> dict[str, Any] | None:
    """The message with the button Approve, if it is there."""
    for message in slack.messages(channel, "p001"):
        for block in message.get("blocks", []):
            for element in block.get("elements", []):
                if element.get("action_id") == "approve":
                    return message
    return None


async def ask(slack: Workspace, number: int, words: str, person: str = "p000") -> None:
    """A person asks in channel `number` for a change of Deployment `number`."""
    line = f"/eks {words.format(target=f'deployment/app-{number}')} -n {NAMESPACE}"
    outcome = await slack.command(person, f"c{number:04}", line)
    if outcome.error:
        raise RuntimeError(f"not acknowledged: {outcome.error}")


async def approve(slack: Workspace, number: int, card: dict[str, Any], person: str = "p001") -> float:
    """Press Approve; the moment at which it was pressed."""
    began = perf_counter()
    outcome = await slack.click(person, f"c{number:04}", card["ts"], "approve")
    if outcome.error:
        raise RuntimeError(f"not acknowledged: {outcome.error}")
    return began


async def until(found: Callable[[], T | None], *, seconds: float = PATIENCE, every: float = 0.02) -> T:
    """The first true value, asked for again and again: a watcher each would slow the workspace down.

    Raises `TimeoutError`.
    """
    async with asyncio.timeout(seconds):
        while not (value := found()):  # noqa: ASYNC110 - see above
            await asyncio.sleep(every)
    return value
