"""Single values and words as fields take them, however they were given: on a line or in a form."""

from __future__ import annotations

from typing import Final

from bot.commandline.letters import require_plain_value, short
from bot.commandline.shape import Argument, Shape
from bot.errors import Choice, NotUnderstood
from bot.operations.operation import Operation
from bot.text import Code, text

Raw = str | bool | tuple[str, ...]
_TRUE: Final = frozenset({"1", "t", "true"})
_FALSE: Final = frozenset({"0", "f", "false"})
_NEXT: Final = text("Nothing was done.")


def split_value(flag: Argument, value: str) -> tuple[str, ...]:
    """One value of a list flag, split at commas where its tool does so."""
    return tuple(filter(None, value.split(","))) if flag.split else (value,)


def several(flag: Argument, values: list[str]) -> Raw:
    """What a flag that is not a switch is set to. Raises `NotUnderstood` for letters that it cannot have."""
    for value in values:
        require_plain_value(flag, value)
    if flag.many:
        return tuple(each for value in values for each in split_value(flag, value))
    return values[-1]


def boolean(flag: Argument, value: str | None) -> bool:
    """A switch's value as pflag reads it (`strconv.ParseBool`); none is true. Raises `NotUnderstood`."""
    if value is None or value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise NotUnderstood(
        text(
            "{flag} is {true} or {false}, not {value}.",
            flag=Code(flag.name),
            true=Code("true"),
            false=Code("false"),
            value=Code(short(value)),
        ),
        next=_NEXT,
    )


def placed(operation: Operation, shape: Shape, words: list[str]) -> dict[str, Raw]:
    """Each word in the field that takes it: pairs wherever they stand, then one each, then all that are left."""
    pairs = next((argument for argument in shape.words if argument.pairs), None)
    paired = [word for word in words if pairs is not None and ("=" in word or word.endswith("-"))]
    left = [word for word in words if word not in paired]
    values: dict[str, Raw] = {}
    for argument in shape.words:
        taken = paired if argument is pairs else left if argument.many else left[:1]
        if argument is pairs and not argument.many and len(paired) > 1:
            raise _too_many(operation, paired[1])
        left = left if argument is pairs else left[len(taken) :]
        for word in taken:
            require_plain_value(argument, word)
        if taken:
            values[argument.field] = tuple(taken) if argument.many else taken[0]
    if left:
        raise _too_many(operation, left[0])
    return values


def _too_many(operation: Operation, word: str) -> NotUnderstood:
    return NotUnderstood(
        text("{verb} does not take the word {word}.", verb=Code(operation.name), word=Code(short(word))),
        next=text("Nothing was done. Send {help} for what it takes.", help=Code(f"help {operation.name}")),
        choices=(Choice(label="help", command_line=f"help {operation.name}"),),
    )
