"""Modals (a stack of at most three for each person) and Home tabs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from playground.workspace.blocks import interactive, view_problems, view_too_large, with_ids
from playground.workspace.element_values import holds_a_value, initial
from playground.workspace.errors import SlackError
from playground.workspace.people import APP, BOT, TEAM
from playground.workspace.wire import Json

STACK = 3


def values_of(blocks: list[Json]) -> Json:
    """`state.values` before anyone typed anything."""
    values: Json = {}
    for block, element, _ in interactive(blocks):
        if holds_a_value(element):
            values.setdefault(block["block_id"], {})[element["action_id"]] = initial(element)
    return values


@dataclass(kw_only=True)
class View:
    """A view as the app sent it, what the person entered, and the hash that guards updates against each other."""

    id: str
    person: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)
    submitting: bool = False

    def shown(self) -> Json:
        """The view object of Slack's payloads."""
        body = self.body
        return {
            "id": self.id,
            "team_id": TEAM,
            "type": body["type"],
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "state": {"values": self.values},
            "hash": self.hash,
            "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": APP,
            "external_id": body.get("external_id", ""),
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }


def checked(view: object, *kinds: str) -> Json:
    """Raises SlackError: invalid_arguments with Slack's messages, or view_too_large."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "[ERROR] must be an object [json-pointer:/view]")
    if view_too_large(view):
        raise SlackError("view_too_large")
    problems = view_problems(view)
    if view.get("type") not in kinds:
        problems = [f"[ERROR] view type must be one of: {', '.join(kinds)} [json-pointer:/view/type]"]
    if problems:
        raise SlackError("invalid_arguments", *problems)
    return view


@final
class Views:
    """Who has which view before them."""

    def __init__(self) -> None:
        self._count = 0
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    @property
    def count(self) -> int:
        """How many identities were given."""
        return self._count

    @property
    def homes(self) -> dict[str, View]:
        return dict(self._homes)

    def recall(self, homes: Mapping[str, View], count: int) -> None:
        """These Home tabs, and no modals: those close with the client."""
        self._count = max(self._count, count)
        self._homes, self._stacks = dict(homes), {}

    def next_id(self) -> str:
        self._count += 1
        return f"b{self._count:05d}"

    def _make(self, person: str, view: Json, previous: View | None = None) -> View:
        self._count += 1
        made = View(
            id=f"V0{self._count:07d}", person=person, body=self._body(view), hash=self._hash(), root="", previous=None
        )
        made.values = values_of(made.body["blocks"])
        made.root = previous.root if previous else made.id
        made.previous = previous.id if previous else None
        return made

    def _body(self, view: Json) -> Json:
        return view | {"blocks": with_ids(view["blocks"], self.next_id)}

    def _hash(self) -> str:
        self._count += 1
        return f"{self._count}.{secrets.token_hex(4)}"

    def open(self, person: str, view: Json) -> View:
        self._external_id_is_free(view, None)
        made = self._make(person, view)
        self._stacks[person] = [made]
        return made

    def push(self, person: str, view: Json) -> View:
        """Raises SlackError push_limit_reached, or view_not_found when the person has no modal open."""
        stack = self._stacks.get(person) or []
        if not stack:
            raise SlackError("view_not_found")
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        self._external_id_is_free(view, None)
        made = self._make(person, view, stack[-1])
        stack.append(made)
        return made

    def update(self, found: View, view: Json, hash: str | None = None) -> View:
        """Raises SlackError hash_conflict. What was typed stays where block_id and action_id stay."""
        if hash and hash != found.hash:
            raise SlackError("hash_conflict")
        self._external_id_is_free(view, found)
        found.body, found.hash = self._body(view), self._hash()
        fresh = values_of(found.body["blocks"])
        for block_id, held in fresh.items():
            before = found.values.get(block_id, {})
            fresh[block_id] = {
                a: before[a] if a in before and before[a]["type"] == v["type"] else v for a, v in held.items()
            }
        found.values = fresh
        return found

    def publish(self, person: str, view: Json, hash: str | None = None) -> View:
        """Raises SlackError hash_conflict."""
        found = self._homes.get(person)
        if found is None:
            found = self._homes[person] = self._make(person, view)
            return found
        return self.update(found, view, hash)

    def _external_id_is_free(self, view: Json, itself: View | None) -> None:
        wanted = view.get("external_id")
        if wanted and self.by_external_id(wanted) not in (None, itself):
            raise SlackError("duplicate_external_id")

    def all(self) -> list[View]:
        return [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]

    def find(self, view_id: str) -> View | None:
        return next((view for view in self.all() if view.id == view_id), None)

    def by_external_id(self, external_id: str) -> View | None:
        return next((view for view in self.all() if view.body.get("external_id") == external_id), None)

    def top(self, person: str) -> View | None:
        stack = self._stacks.get(person)
        return stack[-1] if stack else None

    def home(self, person: str) -> View | None:
        return self._homes.get(person)

    def close(self, person: str, *, whole_stack: bool = False) -> list[View]:
        """The views that went away, the top one first."""
        stack = self._stacks.get(person, [])
        gone = list(reversed(stack)) if whole_stack else stack[-1:]
        self._stacks[person] = stack[: len(stack) - len(gone)]
        return gone
