"""A person uses an element of a message, a modal or the Home tab; only what is before them, unless it is forged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.workspace import payloads
from playground.workspace.blocks import interactive
from playground.workspace.channels import Channel
from playground.workspace.deliveries import Delivery, Outcome
from playground.workspace.desk import (
    Desk,
    channel_of,
    element_in,
    interact,
    message_before,
    message_values,
    view_before,
)
from playground.workspace.element_values import action, chosen, holds_a_value
from playground.workspace.errors import NotOnScreen
from playground.workspace.messages import Message
from playground.workspace.people import BOT_USER, Person
from playground.workspace.state import Dialog
from playground.workspace.views import View
from playground.workspace.wire import Json


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where an element is named: in a message (`channel`, `ts`), or in a view."""

    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    action_id: str
    block_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The element and all around it."""

    block: Json
    element: Json
    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None

    @property
    def key(self) -> str:
        return self.view.id if self.view else f"{self.message.channel}/{self.message.ts}" if self.message else ""


def find(desk: Desk, person: Person, spot: Spot) -> Found:
    """Raises NotOnScreen."""
    if spot.view_id:
        view = view_before(desk, person, spot.view_id)
        block, element = element_in(view.body["blocks"], spot.action_id, spot.block_id, person)
        return Found(block=block, element=element, view=view)
    channel = channel_of(desk, person, spot.channel or "")
    message = message_before(desk, person, channel, spot.ts or "")
    block, element = element_in(list(message.blocks), spot.action_id, spot.block_id, person)
    return Found(block=block, element=element, channel=channel, message=message)


def forge(desk: Desk, spot: Spot, value: Any) -> Found:
    """What an attacker's client would send: the real element if there is one, whoever sees it, else an invented one.

    Raises NotOnScreen only for a view that does not exist, because its shape could not be told.
    """
    view = desk.state.views.find(spot.view_id) if spot.view_id else None
    if spot.view_id and view is None:
        raise NotOnScreen(f"there is no view {spot.view_id}")
    channel = None if view else desk.state.channels.get(spot.channel or "")
    message = _real_or_invented(desk, channel, spot) if channel else None
    blocks = view.body["blocks"] if view else list(message.blocks if message else ())
    block: Json = {"type": "actions", "block_id": spot.block_id or "forged"}
    text: Json = {"type": "plain_text", "text": "Forged", "emoji": True}
    element: Json = {"type": "button", "action_id": spot.action_id, "text": text}
    for real_block, real, _ in interactive(blocks):
        if real["action_id"] == spot.action_id:
            block, element = real_block, real
    if value is not None and element["type"] == "button":
        element = element | {"value": value}
    return Found(block=block, element=element, channel=channel, message=message, view=view)


def _real_or_invented(desk: Desk, channel: Channel, spot: Spot) -> Message:
    real = desk.state.messages.find(channel.id, spot.ts or "")
    if real is not None:
        return real
    return Message(channel=channel.id, ts=spot.ts or "1.000000", user=BOT_USER, from_app=True, text="Forged")


async def click(
    desk: Desk, person: Person, spot: Spot, value: Any = None, *, decline: bool = False, forged: bool = False
) -> Outcome:
    """Send one block_actions payload; a confirmation is shown first and accepted unless `decline`."""
    found = forge(desk, spot, value) if forged else find(desk, person, spot)
    if "confirm" in found.element and not forged:
        dialog = Dialog(
            person=person.name, action_id=spot.action_id, confirm=found.element["confirm"], accepted=not decline
        )
        desk.state.dialogs.append(dialog)
        if decline:
            return Outcome(delivery=None, acknowledged=False)
    loaded = desk.loaded.get((person.id, f"{found.key}/{spot.action_id}"), [])
    done = action(found.element, value, loaded)
    _remember(desk, person, found, value, loaded)
    named = {"action_id": found.element["action_id"], "block_id": found.block.get("block_id", "")}
    payload = payloads.block_actions(desk.state, _place(desk, person, found), done | named, view=found.view)
    return await interact(desk, person, payload, channel=found.channel, answer=False)


def _place(desk: Desk, person: Person, found: Found) -> Json:
    if found.view is not None:
        return payloads.in_view(person, found.view)
    if found.channel is None or found.message is None:
        raise NotOnScreen("neither a message nor a view was named")
    values = message_values(desk, person, found.message)
    return payloads.in_message(desk.state, person, found.channel, found.message, values)


def _remember(desk: Desk, person: Person, found: Found, value: Any, loaded: list[Json]) -> None:
    if not holds_a_value(found.element):
        return
    held = chosen(found.element, value, loaded)
    block_id, action_id = found.block["block_id"], found.element["action_id"]
    if found.view is not None:
        found.view.values.setdefault(block_id, {})[action_id] = held
    elif found.message is not None:
        key = (person.id, found.message.channel, found.message.ts)
        desk.chosen.setdefault(key, {}).setdefault(block_id, {})[action_id] = held


async def options(desk: Desk, person: Person, spot: Spot, text: str) -> list[Json]:
    """What an external select offers for this text; below `min_query_length` (3 unless told) nobody is asked."""
    found = find(desk, person, spot)
    if len(text) < found.element.get("min_query_length", 3):
        return []
    place = _place(desk, person, found)
    payload = payloads.block_suggestion(place, found.element, found.block["block_id"], text)
    outcome = await desk.courier.once(Delivery(kind="interactive", payload=payload, takes_answer=True))
    answer = outcome.payload or {}
    offered: list[Json] = list(answer.get("options") or [])
    for group in answer.get("option_groups") or []:
        offered += group["options"]
    if len(offered) > 100:
        offered = []
    desk.loaded[person.id, f"{found.key}/{spot.action_id}"] = offered
    return offered
