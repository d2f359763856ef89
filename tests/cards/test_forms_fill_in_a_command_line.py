"""A modal for each operation that is installed; what is filled in becomes the line that one would have typed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commandline.form import Field, FieldKind, Form, form_of, line_of
from bot.commandline.own import OWN
from bot.operations.operation import Operation
from bot.operations.registry import build_registry, installed_families
from bot.slack.edge.deliveries import view_values
from bot.slack.modals.forms import form
from tests.cards.reading import problems

REGISTRY = build_registry([*installed_families(), OWN])
OPERATIONS = list(REGISTRY.operations.values())


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_slack_takes_the_form_of_every_operation(operation: Operation, locale: str) -> None:
    view = form(operation.name, form_of(operation), locale)
    assert problems(view) == []
    assert (view["callback_id"], view["private_metadata"]) == ("form", operation.name)


def test_what_is_filled_in_becomes_the_line() -> None:
    undo = next(each for each in OPERATIONS if each.name == "rollout undo")
    view = form(undo.name, form_of(undo), "en")
    blocks = {block["block_id"]: block["element"] for block in view["blocks"]}
    typed = {"targets": "deploy/app", "to_revision": "7"}
    state: dict[str, Any] = {
        block: {element["action_id"]: {"type": element["type"], "value": typed.get(block)}}
        for block, element in blocks.items()
        if block in typed
    }
    assert line_of(undo, view_values({"state": {"values": state}})).startswith("rollout undo deploy")


def test_what_is_on_by_default_can_be_switched_off() -> None:
    on = Field(block="watch", label="--watch", kind=FieldKind.CHECKBOX, required=False, help=None, initial="true")
    off = Field(block="force", label="--force", kind=FieldKind.CHECKBOX, required=False, help=None)
    view = form("x", Form((on, off)), "en")
    assert problems(view) == []
    first, second = (block["element"] for block in view["blocks"])
    assert [option["value"] for option in first["options"]] == ["true", "false"]
    assert first["initial_option"]["value"] == "true"
    assert [option["value"] for option in second["options"]] == ["true"]
