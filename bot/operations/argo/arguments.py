"""What the operations on Rollouts take, and the one Rollout that words name."""

from __future__ import annotations

from typing import Annotated, Final

from bot.errors import NotFound, NotUnderstood
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.argo.rollout import Seen, read_rollout
from bot.operations.argo.sharing import same_name, sharing_of
from bot.operations.argo.twins import is_there, workload_choice
from bot.operations.arguments import Arguments, ChangeArguments, Words
from bot.operations.kinds import DEPLOYMENT, Kind, Target
from bot.operations.models import Workload, WorkloadSpec
from bot.operations.reader import Reader
from bot.operations.resources import not_found
from bot.operations.targets import read_targets
from bot.operations.workloads import Seen as Work
from bot.text import Code, Text, text

NAMED: Final = Words("NAME", text("the rollout"), ("rollout",))


class RolloutArguments(Arguments):
    """One Rollout: `app`, or `rollout/app`."""

    targets: Annotated[tuple[str, ...], NAMED] = ()


class RolloutChangeArguments(ChangeArguments):
    """The same, to be changed."""

    targets: Annotated[tuple[str, ...], NAMED] = ()


def name_of(words: tuple[str, ...], kind: Kind = ROLLOUT) -> str:
    """The one name that is meant. Raises `NotUnderstood`."""
    found = read_targets(words, (kind,))
    if len(found) > 1:
        raise NotUnderstood(
            text("One at a time."),
            next=text("Name {name} alone first.", name=Code(f"{kind.singular}/{found[0].name}")),
        )
    return found[0].name


async def find_rollout(cluster: Reader, arguments: RolloutArguments | RolloutChangeArguments, verb: str) -> Seen:
    """The Rollout, read whole; `verb` is what is offered for names near it. Raises `NotFound`, `Refused`."""
    name = name_of(arguments.targets)
    try:
        return await read_rollout(cluster, name, arguments.namespace)
    except NotFound as error:
        raise await _absent(cluster, name, arguments, verb=verb) from error


async def _absent(cluster: Reader, name: str, arguments: Arguments, *, verb: str) -> NotFound:
    """With what has that name: a Deployment is what people mean who mistake one for the other."""
    missing = await not_found(cluster, ROLLOUT, name, arguments, f"argo rollouts {verb}")
    if not await is_there(cluster, DEPLOYMENT, name, arguments.namespace):
        return missing
    choice = workload_choice(arguments, verb, name)
    return NotFound(
        missing.what,
        target=missing.target,
        why=text("{target} is a Deployment: Kubernetes itself rolls it out.", target=Code(name)),
        next=text("Use the commands of {family} for it.", family=Code(choice.label.partition(" ")[0])),
        choices=(choice, *missing.choices),
    )


async def twin_warnings(cluster: Reader, found: Seen) -> tuple[Text, ...]:
    """That a Deployment has the same name and is another thing: this does nothing to it."""
    twin = Target(kind=DEPLOYMENT, name=found.target.name, namespace=found.target.namespace)
    taken = bool(sharing_of(twin, [found]).takers)
    if taken or not await is_there(cluster, DEPLOYMENT, twin.name, twin.namespace):
        return ()
    return (same_name(twin),)


def as_workload(found: Seen) -> Work:
    """The Rollout as those see it who ask about owners, budgets and labels of workloads."""
    spec = WorkloadSpec(template=found.template, replicas=found.live.spec.replicas, selector=found.live.spec.selector)
    return Work(target=found.target, whole=found.whole, live=Workload(metadata=found.live.metadata, spec=spec))
