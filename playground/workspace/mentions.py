"""What Slack does to typed text, and whom a message notifies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playground.workspace.channels import Channel, Channels
from playground.workspace.people import People
from playground.workspace.wire import Json

_MARK = r"<(?:[@#][A-Z0-9]+|!(?:subteam\^[A-Z0-9]+|here|channel|everyone))(?:\|[^<>]*)?>"
_URL = r"https?://[^\s<>|]+"
_DOMAIN = r"(?<![\w@./:-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|jp|cloud)(?::\d+)?(?:/[^\s<>|]*)?(?![\w@])"
_NAME = r"(?<![\w@/.])[@#][a-z0-9][a-z0-9_-]*"
_TYPED = re.compile(f"(?P<token>{_MARK})|(?P<url>{_URL})|(?P<domain>{_DOMAIN})|(?P<name>{_NAME})")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
_BROADCAST = re.compile(r"<!(here|channel|everyone)(?:\|[^>]*)?>")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_sent(text: str, people: People, channels: Channels, *, labels: bool = False) -> str:
    """Typed text as Slack passes it on: names become mentions, addresses links, the rest is escaped.

    `labels` adds the name to a mention (`<@U0ALICE|alice>`), as slash commands with `should_escape` have it.
    """

    def replaced(match: re.Match[str]) -> str:
        whole = match.group()
        if match["token"]:
            return whole
        if match["url"]:
            return f"<{whole.replace('&', '&amp;')}>"
        if match["domain"]:
            return f"<http://{whole.replace('&', '&amp;')}|{whole.replace('&', '&amp;')}>"
        return _mention(whole, people, channels, labels=labels)

    parts, end = [], 0
    for match in _TYPED.finditer(text):
        parts += [escaped(text[end : match.start()]), replaced(match)]
        end = match.end()
    return "".join([*parts, escaped(text[end:])])


def _mention(typed: str, people: People, channels: Channels, *, labels: bool) -> str:
    label = f"|{typed[1:]}" if labels else ""
    if typed[0] == "#":
        channel = channels.find(typed[1:])
        return f"<#{channel.id}|{channel.name}>" if channel else typed
    person = people.find(typed[1:])
    if person:
        return f"<@{person.id}{label}>"
    group = next((group for group in people.usergroups if group.handle == typed[1:]), None)
    return f"<!subteam^{group.id}|@{group.handle}>" if group else typed


def typed_blocks(text: str, block_id: str) -> list[Json]:
    """The `rich_text` block that Slack's client adds to what a person typed."""
    parts: list[Json] = []
    end = 0
    for match in re.finditer(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|<(https?://[^|>]+)(?:\|([^>]*))?>", text):
        if match.start() > end:
            parts.append({"type": "text", "text": _unescaped(text[end : match.start()])})
        if match[1]:
            parts.append({"type": "user", "user_id": match[1]})
        else:
            parts.append({"type": "link", "url": _unescaped(match[2])} | ({"text": match[3]} if match[3] else {}))
        end = match.end()
    if end < len(text):
        parts.append({"type": "text", "text": _unescaped(text[end:])})
    section: Json = {"type": "rich_text_section", "elements": parts}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _marked_up(node: Any) -> Iterator[tuple[str, str]]:
    """(kind, id) of each mention; `plain_text`, `raw_text` and `rich_text` text parts are never parsed."""
    if isinstance(node, list):
        for inner in node:
            yield from _marked_up(inner)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind in ("mrkdwn", "markdown"):
            yield from in_text(str(node.get("text", "")))
        elif kind == "user" and "user_id" in node:
            yield "user", str(node["user_id"])
        elif kind == "usergroup" and "usergroup_id" in node:
            yield "group", str(node["usergroup_id"])
        elif kind == "broadcast":
            yield "broadcast", str(node.get("range"))
        else:
            for inner in node.values():
                yield from _marked_up(inner)


def in_text(text: str) -> Iterator[tuple[str, str]]:
    yield from (("user", found) for found in _USER.findall(text))
    yield from (("group", found) for found in _GROUP.findall(text))
    yield from (("broadcast", found) for found in _BROADCAST.findall(text))


def mentioned(text: str, blocks: Any, channel: Channel, people: People) -> frozenset[str]:
    """The ids of the channel's members whom this text and these blocks mention."""
    found: set[str] = set()
    for kind, name in [*in_text(text), *_marked_up(blocks)]:
        if kind == "user":
            found.add(name)
        elif kind == "group":
            group = people.group(name)
            found.update(group.members if group else ())
        else:
            found.update(channel.members)
    return frozenset(found & channel.members)
