"""What an operation takes: a pydantic model whose annotations are also its flags, its help and its form.

    class UndoArguments(WorkloadArguments):
        to_revision: Annotated[NonNegativeInt, Flag("--to-revision", help=text("0 means the previous one"))] = 0
        template_hash: str = ""        # no Flag: set by the plan when it is pinned, never by a person

The grammar (`bot.commandline`) is derived from these and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.text import Text, text


@dataclass(frozen=True)
class Flag:
    """A field set by `--name VALUE` or `--name=VALUE` (a `bool` field by `--name` alone, or `--name=false`).

    `metavar` shows in help and says what the value is: TEXT and JSON may have any script, all others are ASCII.
    A tuple field collects repeated flags; each is also split at commas unless `split` is off (values with commas).
    """

    name: str
    short: str = ""
    metavar: str = ""
    help: Text | None = None
    split: bool = True


@dataclass(frozen=True)
class Words:
    """A field that takes positional words: a `str` field takes one, a `tuple[str, ...]` field all that are left.

    A `metavar` with `=` (`CONTAINER=IMAGE`) takes the words that hold one, and `KEY-`, wherever they stand.
    """

    metavar: str
    help: Text | None = None
    kinds: tuple[str, ...] = ()


NAMESPACE_PATTERN: Final = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"


class Arguments(BaseModel):
    """The base. Empty `namespace` and `context` mean the channel's, filled in before running.

    `home`: the namespace that is meant where none is typed, of a system that has one of its own (Velero); the channel's
    is not meant then.
    """

    home: ClassVar[str] = ""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=4_000)

    namespace: Annotated[
        str,
        StringConstraints(pattern=NAMESPACE_PATTERN),
        Flag("--namespace", "-n", "NAMESPACE", text("the namespace; else the channel's")),
    ] = ""
    context: Annotated[str, Flag("--context", "", "CLUSTER", text("the cluster; else the channel's"))] = ""


class ChangeArguments(Arguments):
    """The base of a change's arguments: a reason, shown on the card and kept in the record."""

    reason: Annotated[str, Flag("--reason", "", "TEXT", text("why, for the one who approves"))] = ""


PauseSync = Annotated[
    bool, Flag("--pause-sync", "", "", text("first pause the sync of Argo CD or Flux that would put it back"))
]
WORKLOAD_WORDS = ("deployment", "statefulset", "daemonset")


class WorkloadArguments(ChangeArguments):
    """One or more workloads as kubectl takes them: `deploy/app`, `deployment app`, `deployment a b`, or just `app`."""

    targets: Annotated[tuple[str, ...], Words("KIND/NAME", text("the workload"), WORKLOAD_WORDS)] = ()
