"""The frame of every modal, and its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.slack.cards.buttons import plain_text
from bot.slack.cards.limits import Block, fit_view
from bot.slack.texts import CLOSE
from bot.text import Text, text

View = dict[str, Any]
TITLE: Final = 24
REASON: Final = "reason"
"""The block id of the reason in every modal that takes one."""

REASON_LENGTH: Final = 300


def modal(
    title: Text, blocks: Sequence[Block], locale: str, *, callback: str = "", mark: str = "", submit: Text | None = None
) -> View:
    """A modal. `mark` comes back with the submit, by way of a client, so it is checked like a button's."""
    view: View = {
        "type": "modal",
        "title": plain_text(title, locale, TITLE),
        "close": plain_text(CLOSE if submit is None else text("Not now"), locale, TITLE),
        "blocks": list(blocks),
    }
    if callback:
        view["callback_id"] = callback
    if mark:
        view["private_metadata"] = mark
    if submit is not None:
        view["submit"] = plain_text(submit, locale, TITLE)
    return fit_view(view, locale)


def reason_input(label: Text, locale: str, *, required: bool = False, placeholder: Text | None = None) -> Block:
    """A line for a reason; phones type badly, so it is asked for only where the record needs it."""
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": REASON, "max_length": REASON_LENGTH}
    if required:
        element["min_length"] = 5
    if placeholder is not None:
        element["placeholder"] = plain_text(placeholder, locale, 150)
    return {
        "type": "input",
        "block_id": REASON,
        "optional": not required,
        "label": plain_text(label, locale, 2_000),
        "element": element,
    }
