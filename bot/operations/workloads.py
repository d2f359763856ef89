"""A workload as a plan sees it: the whole object for preconditions, a lean model for decisions, read at one moment."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from bot.errors import Refused
from bot.operations.arguments import Arguments, Flag
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import DAEMONSET, Target
from bot.operations.models import Workload
from bot.operations.plan import Precondition
from bot.operations.reader import Reader
from bot.text import Code, text

DryRun = Annotated[
    str, Flag("--dry-run", "", "none|client|server", text("not needed: every change is shown before it is sent"))
]
NO_DRY_RUN: Final = ("", "none", "false")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One workload as it was read."""

    target: Target
    whole: Object
    live: Workload

    @property
    def uid(self) -> str:
        return self.live.metadata.uid

    @property
    def template(self) -> Object:
        return self.live.spec.template

    @property
    def replicas(self) -> int:
        """Pods that are wanted: of a DaemonSet as many as there are nodes for it, otherwise 1 if nothing is said."""
        if self.target.kind == DAEMONSET:
            return self.live.status.desired_number_scheduled
        return 1 if self.live.spec.replicas is None else self.live.spec.replicas

    @property
    def available(self) -> int:
        status = self.live.status
        if self.target.kind == DAEMONSET:
            return status.number_available
        return max(status.available_replicas, 0)

    @property
    def healthy(self) -> bool:
        """Whether what runs now is complete: all wanted pods are of the live template and available."""
        status = self.live.status
        updated = status.updated_number_scheduled if self.target.kind == DAEMONSET else status.updated_replicas
        late = any(each.type == "Progressing" and each.status == "False" for each in status.conditions or ())
        return not late and updated >= self.replicas and self.available >= self.replicas

    @property
    def observed(self) -> bool:
        """Whether the controller has seen the last change of the spec."""
        return self.live.status.observed_generation >= self.live.metadata.generation

    @property
    def strategy(self) -> str:
        """RollingUpdate, Recreate or OnDelete; the API server's default where nothing is said."""
        said = resolve(self.live.spec.strategy or self.live.spec.update_strategy, "/type")
        return said if isinstance(said, str) else "RollingUpdate"

    def holds(self, *pointers: str) -> tuple[Precondition, ...]:
        """Preconditions: these fields as they were read."""
        return tuple(Precondition(pointer=each, value=resolve(self.whole, each)) for each in pointers)


def seen(target: Target, whole: Object) -> Seen:
    """An object as a workload. Raises `msgspec.ValidationError` for what is none."""
    return Seen(target=target, whole=whole, live=msgspec.convert(whole, Workload))


async def read_workload(cluster: Reader, target: Target) -> Seen:
    """Read one workload whole. Raises `NotFound`, `Refused`, `Unavailable`."""
    whole: Object = await cluster.get(target.kind, target.name, target.namespace, Object)
    return seen(target, whole)


def pinned_arguments(arguments: Arguments, **resolved: JSON) -> dict[str, JSON]:
    """A plan's `pinned`: the arguments as they validate again, relative words replaced, without the reason."""
    return {**arguments.model_dump(mode="json", exclude={"reason"}), **resolved}


def refuse_dry_run(said: str) -> None:
    """Raise `Refused` for `--dry-run=client|server`: a plan is one already; nothing is sent before approval."""
    if said.lower() not in NO_DRY_RUN:
        raise Refused(
            text("Every change is tried and shown before it is sent."),
            next=text("Leave {flag} out.", flag=Code("--dry-run")),
        )


def many(targets: tuple[Target, ...]) -> str:
    """Objects as one value of a sentence: `deployment/app, statefulset/db`."""
    return ", ".join(each.reference for each in targets)


def command_line(arguments: Arguments, *words: str) -> str:
    """A command line that means the same wherever it is typed: with the namespace and the cluster of `arguments`."""
    flags = [f"{name}={value}" for name, value in (("--context", arguments.context),) if value]
    scope = ["-n", arguments.namespace] if arguments.namespace else []
    return shlex.join([*words, *scope, *flags])
