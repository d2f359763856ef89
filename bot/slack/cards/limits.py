"""Slack's limits (slack.md §1.4), kept before anything is sent: what can be cut is cut and says so, the rest is a Bug.

A message that Slack refuses is silence for the person who waits for it, so every message and view passes `fit_message`
or `fit_view`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.errors import Bug
from bot.slack import texts
from bot.text import Code, text

Block = dict[str, Any]

BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
UPDATE_TEXT: Final = 4_000
SECTION: Final = 3_000
MODAL_TEXT: Final = 3_000
PREFORMATTED: Final = 3_500
"""Characters of untrusted output in one message; more goes into a file. Below `msg_blocks_too_long`, whose number
Slack does not state, and about what a phone shows in four screens."""
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
BUTTON: Final = 75
BUTTON_VALUE: Final = 2_000
OVERFLOW_VALUE: Final = 150
METADATA: Final = 3_000
VIEW_BYTES: Final = 250_000


def clip(value: str, limit: int) -> str:
    """At most `limit` code points, with an ellipsis where something was cut."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def fit_message(text_line: str, blocks: Sequence[Block], locale: str = "en") -> tuple[str, list[Block]]:
    """A message within the limits: at most 50 blocks, the last saying that more did not fit, a text of at most 4,000.

    Raises `Bug` for what cannot be made right by cutting.
    """
    if not text_line.strip():
        raise Bug(text("A message has no notification text."))
    fitted = _at_most(list(blocks), BLOCKS, locale)
    _check_blocks(fitted)
    if sum(block["type"] == "table" for block in fitted) > 1:
        raise Bug(text("A message has two tables."))
    return clip(text_line, UPDATE_TEXT), fitted


def fit_view(view: Mapping[str, Any], locale: str = "en") -> dict[str, Any]:
    """A modal or Home within the limits. Raises `Bug` for what cannot be made right by cutting."""
    fitted = {**view, "blocks": _at_most(list(view["blocks"]), VIEW_BLOCKS, locale)}
    for name in ("title", "submit", "close"):
        if name in fitted:
            _need(1 <= len(fitted[name]["text"]) <= 24, name)
    _need(len(fitted.get("private_metadata", "")) <= METADATA, "private_metadata")
    _need(len(fitted.get("callback_id", "")) <= 255, "callback_id")
    _need(not any(block["type"] in ("table", "markdown") for block in fitted["blocks"]), "surface")
    _check_blocks(fitted["blocks"])
    _need(len(json.dumps(fitted).encode()) <= VIEW_BYTES, "view")
    return fitted


def _at_most(blocks: list[Block], limit: int, locale: str) -> list[Block]:
    if len(blocks) <= limit:
        return blocks
    note = {"type": "plain_text", "text": texts.said(texts.CUT_BLOCKS, locale)}
    return [*blocks[: limit - 1], {"type": "context", "elements": [note]}]


def _need(holds: object, what: str) -> None:
    if not holds:
        raise Bug(text("A message breaks Slack's limit of {what}.", what=Code(what)))


def _check_blocks(blocks: Sequence[Block]) -> None:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    _need(len(ids) == len(set(ids)), "block_id (twice)")
    _need(all(1 <= len(each) <= 255 for each in ids), "block_id")
    for block in blocks:
        _need(block.get("type") in _BLOCKS, f"block type {block.get('type')}")
        _BLOCKS[block["type"]](block)


def _check_section(block: Block) -> None:
    _need("text" in block or block.get("fields"), "section (empty)")
    if "text" in block:
        _check_text(block["text"], SECTION)
    for field in block.get("fields", []):
        _check_text(field, 2_000)
    _need(len(block.get("fields", [])) <= 10, "fields")
    if "accessory" in block:
        _check_element(block["accessory"])


def _check_header(block: Block) -> None:
    _check_text(block["text"], 150, plain_only=True)


def _check_context(block: Block) -> None:
    _need(1 <= len(block["elements"]) <= 10, "context")
    for element in block["elements"]:
        _check_text(element, SECTION)


def _check_actions(block: Block) -> None:
    _need(1 <= len(block["elements"]) <= 25, "actions")
    ids = [element["action_id"] for element in block["elements"]]
    _need(len(ids) == len(set(ids)), "action_id (twice)")
    for element in block["elements"]:
        _check_element(element)


def _check_input(block: Block) -> None:
    _check_text(block["label"], 2_000, plain_only=True)
    if "hint" in block:
        _check_text(block["hint"], 2_000, plain_only=True)
    _check_element(block["element"])


def _check_table(block: Block) -> None:
    widths = {len(row) for row in block["rows"]}
    _need(1 <= len(block["rows"]) <= TABLE_ROWS, "table rows")
    _need(len(widths) == 1 and 1 <= max(widths) <= TABLE_COLUMNS, "table columns")
    for row in block["rows"]:
        for cell in row:
            _need(cell["type"] != "raw_text" or cell["text"], "table cell (empty)")


def _check_rich(block: Block) -> None:
    _need(block["elements"], "rich_text (empty)")
    for element in block["elements"]:
        _need(element.get("elements"), "rich_text element (empty)")
        for part in element["elements"]:
            _need(part["type"] != "text" or part["text"], "rich_text part (empty)")


def _check_image(block: Block) -> None:
    _need(1 <= len(block["alt_text"]) <= 2_000, "alt_text")
    _need(len(block.get("image_url", "")) <= 3_000, "image_url")
    _need("image_url" in block or "slack_file" in block, "image (empty)")
    if "title" in block:
        _check_text(block["title"], 2_000, plain_only=True)


def _nothing(block: Block) -> None:
    del block


def _check_text(value: Mapping[str, Any], limit: int, *, plain_only: bool = False) -> None:
    _need(value["type"] == "plain_text" or (value["type"] == "mrkdwn" and not plain_only), "text type")
    _need(1 <= len(value["text"]) <= limit, f"text ({limit})")


def _check_element(element: Mapping[str, Any]) -> None:
    kind = element["type"]
    _need(1 <= len(element["action_id"]) <= 255, "action_id")
    if kind == "button":
        _check_text(element["text"], BUTTON, plain_only=True)
        _need(len(element.get("value", "")) <= BUTTON_VALUE, "button value")
        _check_confirm(element.get("confirm"))
    elif kind == "overflow":
        _need(1 <= len(element["options"]) <= 5, "overflow")
        _check_options(element["options"])
    elif kind == "plain_text_input":
        _need(0 < element.get("max_length", MODAL_TEXT) <= MODAL_TEXT, "input")
    else:
        _check_options(element.get("options", []))
        _need(len(element.get("options", [])) <= 100, "options")


def _check_options(options: Sequence[Mapping[str, Any]]) -> None:
    for option in options:
        _check_text(option["text"], 75, plain_only=True)
        _need(1 <= len(option["value"]) <= OVERFLOW_VALUE, "option value")


def _check_confirm(confirm: Mapping[str, Any] | None) -> None:
    if confirm is None:
        return
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        _check_text(confirm[name], limit, plain_only=True)


_BLOCKS: Final[dict[str, Callable[[Block], None]]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "input": _check_input,
    "table": _check_table,
    "rich_text": _check_rich,
    "image": _check_image,
    "divider": _nothing,
}
