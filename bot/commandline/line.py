"""Back from arguments to words: the canonical line, and the usage line of help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.commandline.shape import Argument, shape_of
from bot.commandline.words import quoted
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation


def line_of(operation: Operation, arguments: Arguments) -> str:
    """The canonical line: the operation's name, its words, its flags in the order of the model, defaults left out.

    `parse` reads it back as the same operation and arguments, and the same meaning always gives the same line.
    """
    given = arguments.model_dump(mode="json")
    shape = shape_of(type(arguments))
    flags = [word for flag in shape.flags for word in _flag_words(flag, given[flag.field])]
    values = [word for argument in shape.words for word in _values(given[argument.field])]
    name = operation.name.split()
    if any(word.startswith("-") for word in values):
        return quoted([*name, *flags, "--", *values])
    return quoted([*name, *values, *flags])


def _flag_words(flag: Argument, value: Any) -> Iterator[str]:
    if value is None or value == _jsonable(flag.default):
        return
    if flag.switch:
        yield flag.name if value else f"{flag.name}=false"
        return
    for each in _values(value):
        yield f"{flag.name}={each}"


def _values(value: Any) -> list[str]:
    """The words that one field gives; an empty or absent one gives none."""
    if value is None or value == "":
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _jsonable(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def usage_of(operation: Operation) -> str:
    """`rollout undo KIND/NAME... [--to-revision N]`; the namespace, cluster and reason go without saying.

    Words that name objects are written as needed even where the model leaves it to the operation to ask for them.
    """
    pieces = [operation.name]
    shape = shape_of(operation.arguments)
    for word in shape.words:
        shown = f"{word.metavar}..." if word.many else word.metavar
        pieces.append(shown if word.required or word.kinds else f"[{shown}]")
    common = Arguments.model_fields.keys() | {"reason"}
    for flag in shape.flags:
        if flag.field not in common:
            shown = flag_usage(flag)
            pieces.append(shown if flag.required else f"[{shown}]")
    return " ".join(pieces)


def flag_usage(flag: Argument) -> str:
    """`--to-revision N`; a switch as one would type it to change it: `--follow`, `--watch=false`."""
    if flag.switch:
        return f"{flag.name}=false" if flag.default is True else flag.name
    return f"{flag.name} {flag.metavar}"
