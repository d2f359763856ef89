"""A name that is a Rollout's and not a workload's of Kubernetes, or the other way round: people mistake them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, TypeVar

from bot.errors import Choice, NotFound, Refused
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.arguments import Arguments
from bot.operations.kinds import DEPLOYMENT, ROLLABLE, Kind
from bot.operations.operation import Right
from bot.operations.reader import Reader
from bot.operations.resources import Head
from bot.operations.targets import read_targets
from bot.operations.workloads import command_line
from bot.text import Code, text

T = TypeVar("T")
LOOK: Final = (Right("get", ROLLOUT),)
SHARED: Final = ("status", "history", "undo", "restart", "pause", "resume", "set image")
"""Commands that `rollout` or `set`, and `argo rollouts`, have both."""


async def is_there(cluster: Reader, kind: Kind, name: str, namespace: str) -> bool:
    """Whether an object of this name is, as far as the person may look."""
    try:
        await cluster.get(kind, name, namespace, Head)
    except Refused:
        return False
    return True


async def unless_rollout(
    reading: Awaitable[T], cluster: Reader, arguments: Arguments, *, targets: tuple[str, ...], verb: str
) -> T:
    """What `reading` finds. Where it finds nothing and the one name is a Rollout's, its `NotFound` says so, with the
    same command of Argo Rollouts as a button.
    """
    try:
        return await reading
    except NotFound as missing:
        named = read_targets(targets, ROLLABLE)
        if len(named) != 1 or not await is_there(cluster, ROLLOUT, named[0].name, arguments.namespace):
            raise
        name = named[0].name
        words = ("argo", "rollouts", *verb.split(), name)
        raise NotFound(
            missing.what,
            target=missing.target,
            why=text("{target} is a Rollout: Argo Rollouts rolls it out.", target=Code(name)),
            next=text("Use the commands of {family} for it.", family=Code("argo rollouts")),
            choices=(_choice(arguments, words), *missing.choices),
        ) from missing


def workload_choice(arguments: Arguments, verb: str, name: str) -> Choice:
    """What Kubernetes has for a Deployment in place of a command of Argo Rollouts; its status, where it has nothing."""
    known = verb if verb in SHARED else "status"
    words = known.split() if known.startswith("set ") else ["rollout", known]
    return _choice(arguments, (*words, f"{DEPLOYMENT.singular}/{name}"))


def _choice(arguments: Arguments, words: tuple[str, ...]) -> Choice:
    """With what else was asked for: an undo to revision 3 is no undo to the one before."""
    said = arguments.model_dump(include={"to_revision", "revision", "images"})
    numbers = [f"--{flag.replace('_', '-')}={said[flag]}" for flag in ("to_revision", "revision") if said.get(flag)]
    words = (*words, *said.get("images", ()), *numbers)
    return Choice(label=" ".join(words), command_line=command_line(arguments, *words))
