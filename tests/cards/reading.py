"""What a person reads of blocks, whom they notify, and whether Slack and the emulator take them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.slack.cards.card import Card
from playground.workspace.blocks import blocks_problems, view_problems
from playground.workspace.mentions import in_text

WRITTEN = frozenset({"text", "raw_text", "plain_text"})


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from nodes(each)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from nodes(each)


def words(blocks: Any) -> str:
    """All that is written, in the order of the screen."""
    said: list[str] = []
    for node in nodes(blocks):
        if node.get("type") == "rich_text_section":
            said.append("\n")
        if node.get("type") in WRITTEN and isinstance(node.get("text"), str):
            said.append(node["text"])
        elif node.get("type") in ("date", "link"):
            said.append(str(node.get("fallback") or node.get("text")))
        elif node.get("type") == "user":
            said.append(f"<@{node['user_id']}>")
        elif node.get("type") == "usergroup":
            said.append(f"<!subteam^{node['usergroup_id']}>")
    return "".join(said)


def mentions(made: Card) -> set[tuple[str, str]]:
    """Whom a message notifies: by its text, by markup anywhere in it, by mention elements."""
    found = set(in_text(made.text))
    for node in nodes(made.blocks):
        if node.get("type") in ("mrkdwn", "markdown"):
            found |= set(in_text(node["text"]))
        elif node.get("type") == "user":
            found.add(("user", node["user_id"]))
        elif node.get("type") == "usergroup":
            found.add(("group", node["usergroup_id"]))
        elif node.get("type") == "broadcast":
            found.add(("broadcast", node["range"]))
    return found


def markup(blocks: Any) -> list[str]:
    """Every text that Slack would parse for marks."""
    return [node["text"] for node in nodes(blocks) if node.get("type") in ("mrkdwn", "markdown")]


def links(blocks: Any) -> set[str]:
    """Every address a person can press."""
    return {node["url"] for node in nodes(blocks) if "url" in node}


def problems(made: Card | dict[str, Any]) -> list[str]:
    """What Slack would refuse."""
    if isinstance(made, dict):
        return view_problems(made)
    return blocks_problems(made.blocks) + ([] if 0 < len(made.text) <= 4_000 else ["text"])


def pressed(blocks: Any) -> list[tuple[str, str]]:
    """Each button as action and value, menus as their options."""
    found: list[tuple[str, str]] = []
    for node in nodes(blocks):
        if node.get("type") == "button":
            found.append((node["action_id"], node["value"]))
        elif node.get("type") == "overflow":
            found += [(node["action_id"], option["value"]) for option in node["options"]]
    return found
