"""An operation: a name, its arguments and one function. A family is a file of them.

    rollout = Family("rollout", text("Manage the rollout of one or many workloads"))

    @rollout.change("undo", short=("undo", "rollback"), rights=(Right("patch", DEPLOYMENT),))
    async def undo(cluster: Reader, arguments: UndoArguments) -> Plan | Nothing: ...

The function's docstring is the help text. Families are found by the entry point group `kajitori.commands`, so another
package can add its own; nothing in this program imports them by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from bot.operations.arguments import Arguments
from bot.operations.kinds import Kind, known_kinds
from bot.operations.plan import Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.view import Follow, Live, View
from bot.text import Text, sentences_of

A = TypeVar("A", bound=Arguments)
Outcome = Plan | Nothing | View | Live | Follow
Function = Callable[[Reader, Any], Awaitable[Outcome]]


class OperationKind(StrEnum):
    """*read* looks; *probe* leaves nothing behind; *change* returns a plan; *own* is answered by the bot itself."""

    READ = "read"
    PROBE = "probe"
    CHANGE = "change"
    OWN = "own"


@dataclass(frozen=True)
class Right:
    """One Kubernetes right that the operation uses, as RBAC names it.

    `probe`: what it makes is deleted after use, and nobody else looks at it, the bot itself neither.
    """

    verb: str
    kind: Kind
    subresource: str = ""
    probe: bool = False


@dataclass(frozen=True)
class EveryKind:
    """That right on every kind that the installed families know."""

    verb: str


Rights = tuple[Right | EveryKind, ...]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`name` as typed ("rollout undo"); `short` are other ways to type the whole of it ("undo"); `cli` are the tools
    in front of which it may be pasted ("kubectl"). `help` is the function's docstring, first line first. `namespaced`
    is off for what concerns a whole cluster, like its nodes: then no namespace is filled in, and none narrows it.
    """

    name: str
    kind: OperationKind
    arguments: type[Arguments]
    run: Function | None
    short: tuple[str, ...] = ()
    declared: Rights = ()
    example: str = ""
    cli: str = "kubectl"
    help: str = ""
    family: str = ""
    namespaced: bool = True

    @property
    def rights(self) -> tuple[Right, ...]:
        """The Kubernetes rights that it may use."""
        return tuple(dict.fromkeys(right for each in self.declared for right in _spelt_out(each)))

    @property
    def probes(self) -> bool:
        """Whether looking makes something in the cluster that is deleted after use, also while a change is planned."""
        return any(right.probe for right in self.rights)

    @property
    def summary(self) -> Text:
        """The first line of `help`, without its full stop."""
        return sentences_of(self.help)[0]

    @property
    def details(self) -> tuple[Text, ...]:
        """What `help` says further, a paragraph each."""
        return sentences_of(self.help)[1:]


@dataclass(frozen=True)
class Family:
    """The operations of one file. `name` is the first word they share; empty if they share none."""

    name: str
    about: Text
    cli: str = "kubectl"
    namespaced: bool = True
    operations: dict[str, Operation] = field(default_factory=dict)

    def read(
        self, verb: str, *, short: tuple[str, ...] = (), rights: Rights = (), example: str = ""
    ) -> Callable[[Callable[[Reader, A], Awaitable[View | Live | Follow]]], Function]:
        """Declare an operation that only looks."""
        return self._declare(verb, OperationKind.READ, short, rights, example)

    def probe(
        self, verb: str, *, short: tuple[str, ...] = (), rights: Rights = (), example: str = ""
    ) -> Callable[[Callable[[Reader, A], Awaitable[View]]], Function]:
        """Declare an operation that asks and leaves nothing behind (reviews, dry runs)."""
        return self._declare(verb, OperationKind.PROBE, short, rights, example)

    def change(
        self, verb: str, *, short: tuple[str, ...] = (), rights: Rights = (), example: str = ""
    ) -> Callable[[Callable[[Reader, A], Awaitable[Plan | Nothing]]], Function]:
        """Declare an operation that returns a plan."""
        return self._declare(verb, OperationKind.CHANGE, short, rights, example)

    def _declare(
        self, verb: str, kind: OperationKind, short: tuple[str, ...], rights: Rights, example: str
    ) -> Callable[[Callable[[Reader, A], Awaitable[Any]]], Function]:
        name = f"{self.name} {verb}".strip()

        def declare(function: Callable[[Reader, A], Awaitable[Any]]) -> Function:
            if name in self.operations:
                raise ValueError(f"the operation {name!r} is declared twice")
            self.operations[name] = Operation(
                name=name,
                kind=kind,
                arguments=arguments_of(function),
                run=function,
                short=short,
                declared=rights,
                example=example,
                cli=self.cli,
                help=inspect.cleandoc(function.__doc__ or ""),
                family=self.name,
                namespaced=self.namespaced,
            )
            return function

        return declare


def _spelt_out(right: Right | EveryKind) -> tuple[Right, ...]:
    return (right,) if isinstance(right, Right) else tuple(Right(right.verb, kind) for kind in known_kinds())


def arguments_of(function: Callable[..., Any]) -> type[Arguments]:
    """The arguments model: the annotation of the function's second parameter. Raises `TypeError` if it has none."""
    parameters = list(inspect.signature(function).parameters)
    model = get_type_hints(function).get(parameters[1]) if len(parameters) == 2 else None
    if not (isinstance(model, type) and issubclass(model, Arguments)):
        raise TypeError(f"{function.__name__} needs two parameters, the second annotated with its Arguments model")
    return model
