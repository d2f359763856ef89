"""The next word of a line that is being typed: for the workspace's browser, external selects and shells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.commandline.phrase import longest_match, spellings, without_command
from bot.commandline.shape import Argument, Shape, shape_of
from bot.commandline.tools import tool_of
from bot.operations.kinds import find_kind
from bot.operations.operation import Operation
from bot.operations.registry import Registry

LIMIT = 25


@dataclass(frozen=True)
class Suggestion:
    """A word to go on with, and what it is."""

    word: str
    about: str = ""


def complete(typed: str, registry: Registry, names: Mapping[str, Sequence[str]]) -> list[Suggestion]:
    """At most 25 words that may stand where the typing is: the begun word completed, or the next one.

    `names` are what is known: `namespace`, `context`, and objects by kind (`deployment`). Nothing is looked up, and a
    line that cannot be read has no suggestions.
    """
    done = typed.split()
    begun = done.pop() if done and not typed[-1:].isspace() else ""
    done = without_command(done)
    found: dict[str, Suggestion] = {}
    for suggestion in _suggestions(done, begun, registry, names):
        if suggestion.word.lower().startswith(begun.lower()):
            found.setdefault(suggestion.word, suggestion)
    return list(found.values())[:LIMIT]


def _suggestions(
    done: list[str], begun: str, registry: Registry, names: Mapping[str, Sequence[str]]
) -> Iterator[Suggestion]:
    lowered = [word.lower() for word in done]
    tool, taken = tool_of(lowered, registry)
    verbs = lowered[taken:]
    yield from _verbs(verbs, tool, registry)
    operation, count = longest_match(verbs, tool, registry)
    if operation is None:
        return
    shape, rest = shape_of(operation.arguments), done[taken + count :]
    before = shape.flag(rest[-1]) if rest else None
    name, equals, _ = begun.partition("=")
    if before is not None and not before.switch:
        yield from (Suggestion(value) for value in _values(before, names))
    elif equals and (flag := shape.flag(name)) is not None:
        yield from (Suggestion(f"{name}={value}") for value in _values(flag, names))
    else:
        yield from _flags(shape, rest, begun)
        yield from _objects(operation, shape, rest, names)


def _verbs(verbs: list[str], tool: str, registry: Registry) -> Iterator[Suggestion]:
    """The next word of every spelling that begins with the words so far."""
    left_out = tool.split()
    for spelling, operation in sorted(spellings(registry).items()):
        if tool and operation.cli != tool:
            continue
        pieces = spelling.split()
        overlap = max((n for n in range(1, len(left_out) + 1) if left_out[-n:] == pieces[:n]), default=0)
        pieces = pieces[overlap:]
        if pieces[: len(verbs)] == verbs and len(pieces) > len(verbs):
            last = len(pieces) == len(verbs) + 1
            yield Suggestion(pieces[len(verbs)], str(operation.summary) if last else "")


def _flags(shape: Shape, rest: list[str], begun: str) -> Iterator[Suggestion]:
    """Flags are offered once a dash is typed, each once unless it may be repeated."""
    if not begun.startswith("-"):
        return
    used = {flag.name for word in rest if (flag := shape.flag(word.partition("=")[0])) is not None and not flag.many}
    for flag in shape.flags:
        if flag.name not in used:
            yield Suggestion(flag.name, str(flag.help) if flag.help is not None else "")


def _values(flag: Argument, names: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return flag.options or tuple(names.get(flag.field, ()))


def _objects(
    operation: Operation, shape: Shape, rest: list[str], names: Mapping[str, Sequence[str]]
) -> Iterator[Suggestion]:
    """`deployment/app` for kinds that the words take; names alone after a kind's own word."""
    kinds = [kind for argument in shape.words for kind in argument.kinds]
    said = find_kind(rest[0]) if rest else None
    if said is not None:
        yield from (Suggestion(name, said.singular) for name in names.get(said.singular, ()))
        return
    for kind in kinds:
        yield from (Suggestion(f"{kind}/{name}", operation.name) for name in names.get(kind, ()))
    for argument in shape.words:
        yield from (Suggestion(option) for option in argument.options)
