"""Raw values to arguments: pydantic validates, and its errors become our sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.commandline.letters import short
from bot.commandline.shape import Argument, shape_of
from bot.errors import NotUnderstood
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.text import Code, Text, text

_WHOLE: Final = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_LARGEST: Final = 2**63 - 1


def validated(operation: Operation, raw: Mapping[str, Any]) -> Arguments:
    """The arguments. Raises `NotUnderstood` for the first value that the model does not take."""
    shape = shape_of(operation.arguments)
    for argument in shape:
        if argument.whole:
            for value in _several(raw.get(argument.field)):
                _require_whole(operation, argument, value)
    try:
        return operation.arguments.model_validate(dict(raw))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise _refusal(operation, _sentence(operation, detail)) from error


def _several(value: Any) -> tuple[str, ...]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def _require_whole(operation: Operation, argument: Argument, value: str) -> None:
    """Octal (`010` is 8 to kubectl), `1_000` and `3.0` are read differently by different tools, so not at all here."""
    if not _WHOLE.fullmatch(value):
        what = text("{name} takes a whole number, not {value}.", name=Code(argument.shown), value=Code(short(value)))
    elif len(value) > 20 or abs(int(value)) > _LARGEST:
        what = text("{name} cannot be as large as {value}.", name=Code(argument.shown), value=Code(short(value)))
    else:
        return
    raise _refusal(operation, what)


def _refusal(operation: Operation, what: Text) -> NotUnderstood:
    return NotUnderstood(
        what, next=text("Nothing was done. Send {help} for what it takes.", help=Code(f"help {operation.name}"))
    )


def _sentence(operation: Operation, detail: ErrorDetails) -> Text:
    place = next((part for part in detail["loc"] if isinstance(part, str)), "")
    argument = next((each for each in shape_of(operation.arguments) if each.field == place), None)
    reason = detail["msg"].removeprefix("Value error, ")
    if argument is None:
        return text("{verb} cannot be run like this: {reason}.", verb=Code(operation.name), reason=reason.rstrip("."))
    context, name = detail.get("ctx", {}), Code(argument.shown)
    value = Code(short(str(detail["input"])))
    match detail["type"]:
        case "missing":
            return text("{name} is missing.", name=name)
        case "greater_than_equal":
            return text("{name} is at least {limit}, not {value}.", name=name, limit=str(context["ge"]), value=value)
        case "less_than_equal":
            return text("{name} is at most {limit}, not {value}.", name=name, limit=str(context["le"]), value=value)
        case "greater_than":
            return text("{name} is more than {limit}, not {value}.", name=name, limit=str(context["gt"]), value=value)
        case "less_than":
            return text("{name} is less than {limit}, not {value}.", name=name, limit=str(context["lt"]), value=value)
        case "literal_error" | "enum":
            options = Code(", ".join(argument.options))
            return text("{name} is one of {options}, not {value}.", name=name, options=options, value=value)
        case "string_pattern_mismatch":
            return text("{value} cannot be a {name}.", name=name, value=value)
        case _:
            return text("{name} cannot be {value}: {reason}.", name=name, value=value, reason=reason.rstrip("."))
