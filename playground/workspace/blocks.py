"""Whether Slack would take these blocks, this message or this view; the answer is a list of Slack's own messages.

Limits: docs.slack.dev/reference/block-kit. The error form is that of `chat.postMessage` and `blocks.validate`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from playground.workspace.block_checks import Problems, anything, array, boolean, exactly, shape, string
from playground.workspace.block_elements import ELEMENTS, plain
from playground.workspace.block_kinds import blocks_for
from playground.workspace.wire import Json

MARKDOWN_IN_ALL = 12_000
VIEW_BYTES = 250 * 1024
WITH_ACTION_ID = frozenset(ELEMENTS) - {"image"}
_CHECKS = {surface: blocks_for(surface) for surface in ("message", "modal", "home")}
_VIEW: dict[str, Any] = {
    "blocks": anything,
    "private_metadata": string(3000, shortest=0),
    "callback_id": string(255, shortest=0),
    "external_id": string(255, shortest=0),
}
_VIEWS = {
    "home": exactly(shape("blocks", **_VIEW)),
    "modal": exactly(
        shape(
            "title blocks",
            title=plain(24),
            submit=plain(24),
            close=plain(24),
            clear_on_close=boolean,
            notify_on_close=boolean,
            submit_disabled=boolean,
            **_VIEW,
        )
    ),
}


def interactive(blocks: Any) -> Iterator[tuple[Json, Json, str]]:
    """Every element with an `action_id`, as (block, element, JSON pointer), in the order of the screen."""

    def inside(node: Any, block: Json, pointer: str) -> Iterator[tuple[Json, Json, str]]:
        if isinstance(node, dict):
            if isinstance(node.get("action_id"), str):
                yield block, node, pointer
            for name, inner in node.items():
                yield from inside(inner, block, f"{pointer}/{name}")
        elif isinstance(node, list):
            for index, inner in enumerate(node):
                yield from inside(inner, block, f"{pointer}/{index}")

    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        yield from inside(block, block, f"/{index}") if isinstance(block, dict) else ()


def _ids_unique(problems: Problems, pointer: str, blocks: list[Any]) -> None:
    seen: set[str] = set()
    for _, element, where in interactive(blocks):
        if element["action_id"] in seen:
            problems.add(f"{pointer}{where}/action_id", f"`action_id` already exists: {element['action_id']}")
        seen.add(element["action_id"])
    named: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str):
            if block_id in named:
                problems.add(f"{pointer}/{index}/block_id", f"`block_id` already exists: {block_id}")
            named.add(block_id)


def _sums(problems: Problems, pointer: str, blocks: list[Any], surface: str) -> None:
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    for kind, most in (("table", 1), ("data_visualization", 2)):
        if kinds.count(kind) > most:
            problems.add(pointer, f"no more than {most} {kind} blocks allowed")
    markdown = sum(len(str(b.get("text", ""))) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown")
    if markdown > MARKDOWN_IN_ALL:
        problems.add(pointer, f"markdown must be less than {MARKDOWN_IN_ALL + 1} characters in all")
    if surface == "message" and kinds == ["task_card"] and blocks[0].get("status") == "pending":
        problems.add(f"{pointer}/0/status", "a lone task_card may not be pending")


def blocks_problems(blocks: Any, *, surface: str = "message", pointer: str = "/blocks") -> list[str]:
    """Empty when Slack takes them; `surface` is message, modal or home."""
    problems = Problems()
    _CHECKS[surface](problems, pointer, blocks)
    if isinstance(blocks, list):
        _ids_unique(problems, pointer, blocks)
        _sums(problems, pointer, blocks, surface)
    return problems.messages


def attachments_problems(attachments: Any) -> list[str]:
    """Attachments may hold blocks; the old fields beside them are not looked at."""
    problems = Problems()
    array(anything, least=0, most=100)(problems, "/attachments", attachments)
    found = list(problems.messages)
    for index, attachment in enumerate(attachments if isinstance(attachments, list) else []):
        if isinstance(attachment, dict) and "blocks" in attachment:
            found += blocks_problems(attachment["blocks"], pointer=f"/attachments/{index}/blocks")
    return found


def view_problems(view: Any) -> list[str]:
    """Empty when Slack takes the view; its size is judged by `view_too_large`."""
    problems = Problems()
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in _VIEWS:
        problems.add("/type", f"unsupported view type: {kind}")
        return problems.messages
    _VIEWS[kind](problems, "", {name: inner for name, inner in view.items() if name != "type"})
    blocks = view.get("blocks")
    found = problems.messages + blocks_problems(blocks, surface=kind, pointer="/blocks")
    kinds = {block.get("type") for block in blocks if isinstance(block, dict)} if isinstance(blocks, list) else set()
    if kind == "modal" and "input" in kinds and "submit" not in view:
        found.append("[ERROR] missing required field: submit [json-pointer:/submit]")
    return found


def view_too_large(view: Json) -> bool:
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def with_ids(blocks: list[Json], next_id: Callable[[], str]) -> list[Json]:
    """A copy in which every block has a `block_id` and every element an `action_id`, as Slack fills them in."""
    filled: list[Json] = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", next_id())
        nested = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in nested:
            if isinstance(element, dict) and element.get("type") in WITH_ACTION_ID:
                element.setdefault("action_id", next_id())
    return filled
