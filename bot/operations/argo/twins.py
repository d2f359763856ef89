"""A name that is a Rollout's and not a workload's of Kubernetes, or the other way round: people mistake them."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final, TypeVar

from bot.errors import Ambiguous, Choice, NotFound, Refused
from bot.operations.argo.glance import read_rollouts
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.argo.rollout import Seen as Rollout
from bot.operations.arguments import Arguments
from bot.operations.kinds import DEPLOYMENT, ROLLABLE, Kind
from bot.operations.models import Head
from bot.operations.operation import Right
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.operations.workloads import Seen, command_line
from bot.text import Code, text

T = TypeVar("T")
BESIDE: Final = (Right("list", ROLLOUT),)
LOOK: Final = (Right("get", ROLLOUT),)
SHARED: Final = ("status", "history", "undo", "restart", "pause", "resume", "set image")
"""Commands that `rollout` or `set`, and `argo rollouts`, have both."""
PAUSING: Final = ("undo", "set image")
"""Those that take `--pause-sync` in both."""


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
        raise NotFound(
            missing.what,
            target=missing.target,
            why=text("{target} is a Rollout: Argo Rollouts rolls it out.", target=Code(name)),
            next=text("Use the commands of {family} for it.", family=Code("argo rollouts")),
            choices=(_rollout_choice(arguments, verb, name), *missing.choices),
        ) from missing


async def told_apart(
    cluster: Reader,
    arguments: Arguments,
    *,
    workloads: Sequence[Seen],
    verb: str,
    kinds: tuple[Kind, ...] = ROLLABLE,
) -> list[Rollout]:
    """The Rollouts beside the workloads that were found; none where there is no such kind, or it may not be listed.

    Raises `Ambiguous` where a bare name is also a Rollout's: which one is meant is the person's to say.
    """
    named = read_targets(getattr(arguments, "targets", ()), kinds)
    bare = {each.name for each in named if each.kind is None}
    if not bare and all(each.target.kind != DEPLOYMENT for each in workloads):
        return []
    rollouts = await read_rollouts(cluster, arguments.namespace)
    names = bare & {each.target.name for each in rollouts}
    for target in (each.target for each in workloads if each.target.name in names):
        alone = verb if len(named) == 1 else ""
        raise Ambiguous(
            text("{name} is more than one thing.", name=Code(target.name)),
            target=target.name,
            why=text(
                "{workload} and {rollout} have this name.",
                workload=Code(target.reference),
                rollout=Code(f"{ROLLOUT.singular}/{target.name}"),
            ),
            next=text("Say which one you mean."),
            choices=(
                Choice(label=target.reference, command_line=target.reference),
                _rollout_choice(arguments, alone, target.name),
            ),
        )
    return rollouts


def _rollout_choice(arguments: Arguments, verb: str, name: str) -> Choice:
    """What Argo Rollouts has in place of a command of Kubernetes; how it stands, where it has nothing."""
    known = verb if verb in SHARED else "get rollout"
    return _choice(arguments, ("argo", "rollouts", *known.split(), name), verb)


def workload_choice(arguments: Arguments, verb: str, name: str) -> Choice:
    """What Kubernetes has for a Deployment in place of a command of Argo Rollouts; its status, where it has nothing."""
    known = verb if verb in SHARED else "status"
    words = known.split() if known.startswith("set ") else ["rollout", known]
    return _choice(arguments, (*words, f"{DEPLOYMENT.singular}/{name}"), verb)


def _choice(arguments: Arguments, words: tuple[str, ...], verb: str) -> Choice:
    """With what else was asked for, where the other has the same `verb`: an undo to revision 3 is no undo to the one
    before.
    """
    if verb not in SHARED:
        return Choice(label=" ".join(words), command_line=command_line(arguments, *words))
    said = arguments.model_dump()
    numbers = [f"--{flag.replace('_', '-')}={said[flag]}" for flag in ("to_revision", "revision") if said.get(flag)]
    words = (*words, *said.get("images", ()), *numbers)
    more = [f"--{flag}={said[flag]}" for flag in ("timeout", "reason") if said.get(flag, "0s") not in ("", "0s")]
    more += ["--watch=false"] if said.get("watch") is False else []
    more += ["--pause-sync"] if verb in PAUSING and said.get("pause_sync") else []
    return Choice(label=" ".join(words), command_line=command_line(arguments, *words, *more))
