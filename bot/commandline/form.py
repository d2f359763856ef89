"""An operation as a form, for people who would rather fill one in: the fields of a modal, and the line they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.commandline.line import line_of as canonical_line
from bot.commandline.shape import Argument, Shape, shape_of
from bot.commandline.validation import validated
from bot.commandline.values import Raw, boolean, placed, several
from bot.commandline.words import words
from bot.operations.operation import Operation
from bot.text import Text


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    SELECT = "select"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input. `block` is its block id and its key in the values; `label` is what a terminal calls it."""

    block: str
    label: str
    kind: FieldKind
    required: bool
    help: Text | None
    options: tuple[str, ...] = ()
    initial: str = ""


@dataclass(frozen=True)
class Form:
    """All inputs of an operation in the order of its line."""

    fields: tuple[Field, ...]


def form_of(operation: Operation) -> Form:
    """The form of an operation: its words first, then its flags."""
    return Form(tuple(_field(argument) for argument in shape_of(operation.arguments)))


def line_of(operation: Operation, values: Mapping[str, str]) -> str:
    """The canonical line of a filled-in form; blank fields are left out, a checkbox is `true` or `false`.

    Fields that take several words are split as a line is. Raises `NotUnderstood` as the line itself would.
    """
    shape = shape_of(operation.arguments)
    raw: dict[str, Raw] = {}
    for flag in shape.flags:
        typed = values.get(flag.field, "").strip()
        if typed:
            raw[flag.field] = _value(flag, typed)
    return canonical_line(operation, validated(operation, raw | placed(operation, shape, _words(shape, values))))


def _words(shape: Shape, values: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    for argument in shape.words:
        typed = values.get(argument.field, "").strip()
        if typed:
            found += words(typed) if argument.many else [typed]
    return found


def _value(flag: Argument, typed: str) -> Raw:
    if flag.switch:
        return boolean(flag, typed)
    return several(flag, words(typed) if flag.many else [typed])


def _field(argument: Argument) -> Field:
    return Field(
        block=argument.field,
        label=argument.shown,
        kind=_kind(argument),
        required=argument.required,
        help=argument.help,
        options=argument.options,
        initial=_initial(argument),
    )


def _kind(argument: Argument) -> FieldKind:
    if argument.switch:
        return FieldKind.CHECKBOX
    if argument.options and not argument.many:
        return FieldKind.SELECT
    return FieldKind.NUMBER if argument.whole and not argument.many else FieldKind.TEXT


def _initial(argument: Argument) -> str:
    """The default as it would be typed; an empty one and a number that stands for nothing are left blank."""
    if argument.default in (None, "", (), 0, False):
        return ""
    return str(argument.default).lower() if argument.switch else str(argument.default)
