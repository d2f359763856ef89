"""An operation as a modal to fill in: one input a field, in the order of its line."""

from __future__ import annotations

from typing import Any, Final

from bot.commandline.form import Field, FieldKind, Form
from bot.slack.cards.buttons import plain_text
from bot.slack.cards.limits import BUTTON, OVERFLOW_VALUE, Block
from bot.slack.modals.frame import View, modal
from bot.text import Text, text

YES: Final = "true"
NO: Final = "false"
OPTIONS: Final = 100


def form(name: str, fields: Form, locale: str, *, metadata: str = "") -> View:
    """The modal of an operation. `metadata` comes back with it, so that its reader knows which one was filled in.

    Each input's block id is its field's; what is submitted is a command line's parts and passes the same grammar.
    """
    blocks = [_input(field, locale) for field in fields.fields]
    return modal(
        text("{name}", name=name), blocks, locale, callback="form", mark=metadata or name, submit=text("Go on")
    )


def _input(field: Field, locale: str) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.block,
        "optional": not field.required,
        "label": plain_text(text("{label}", label=field.label), locale, 2_000),
        "element": {"action_id": field.block, **_element(field, locale)},
    }
    if field.help is not None:
        block["hint"] = plain_text(field.help, locale, 2_000)
    return block


def _element(field: Field, locale: str) -> dict[str, Any]:
    initial = {"initial_value": field.initial} if field.initial else {}
    match field.kind:
        case FieldKind.TEXT:
            return {"type": "plain_text_input", "max_length": 1_000, **initial}
        case FieldKind.NUMBER:
            return {"type": "number_input", "is_decimal_allowed": False, **initial}
        case FieldKind.SELECT:
            return _select(field.options, field.initial, locale)
        case FieldKind.CHECKBOX if field.initial == YES:
            return _select((YES, NO), YES, locale)
        case FieldKind.CHECKBOX:
            return {"type": "checkboxes", "options": [_option(text("yes"), YES, locale)]}


def _select(options: tuple[str, ...], initial: str, locale: str) -> dict[str, Any]:
    """What is on by default needs a choice of two: a box that is not ticked says nothing at all."""
    shown = [_option(_word(each), each, locale) for each in options[:OPTIONS] if 0 < len(each) <= OVERFLOW_VALUE]
    chosen = [each for each in shown if each["value"] == initial]
    return {"type": "static_select", "options": shown, **({"initial_option": chosen[0]} if chosen else {})}


def _word(value: str) -> Text:
    return {YES: text("yes"), NO: text("no")}.get(value) or text("{value}", value=value)


def _option(label: Text, value: str, locale: str) -> dict[str, Any]:
    return {"text": plain_text(label, locale, BUTTON), "value": value}
