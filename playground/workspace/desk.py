"""What each person has before them: the channels and messages they may see, the element they mean, what they chose."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.workspace.blocks import interactive
from playground.workspace.channels import Channel, may_read
from playground.workspace.deliveries import Courier, Delivery, Outcome
from playground.workspace.errors import NotOnScreen
from playground.workspace.messages import Message
from playground.workspace.people import Person
from playground.workspace.posting import notice
from playground.workspace.state import State
from playground.workspace.views import View, values_of
from playground.workspace.wire import Json


@dataclass(kw_only=True)
class Desk:
    """The workspace from the people's side; `chosen` and `loaded` are what their clients remember."""

    state: State
    courier: Courier
    subscriptions: frozenset[str]
    should_escape: bool
    chosen: dict[tuple[str, str, str], Json] = field(default_factory=dict)
    loaded: dict[tuple[str, str], list[Json]] = field(default_factory=dict)


def channel_of(desk: Desk, person: Person, name: str) -> Channel:
    """Raises UnknownName, or NotOnScreen when the person may not look into it. `D` means the app's direct message."""
    channel = desk.state.channels.direct(person) if name in ("D", "@kajitori") else desk.state.channels.get(name)
    if not may_read(channel, person):
        raise NotOnScreen(f"{person.name} does not see {channel.name}")
    return channel


def member_channel(desk: Desk, person: Person, name: str) -> Channel:
    channel = channel_of(desk, person, name)
    if person.id not in channel.members:
        raise NotOnScreen(f"{person.name} is not in {channel.name}")
    return channel


def message_before(desk: Desk, person: Person, channel: Channel, ts: str) -> Message:
    """Raises NotOnScreen: no such message, or a private one of somebody else."""
    message = desk.state.messages.find(channel.id, ts)
    if message is None or message.reader not in (None, person.id):
        raise NotOnScreen(f"{person.name} sees no message {ts} in {channel.name}")
    return message


def view_before(desk: Desk, person: Person, view_id: str) -> View:
    """The Home tab or the top modal of this person. Raises NotOnScreen."""
    for view in (desk.state.views.top(person.id), desk.state.views.home(person.id)):
        if view is not None and view.id == view_id:
            return view
    raise NotOnScreen(f"{person.name} has no view {view_id} before them")


def element_in(blocks: list[Json], action_id: str, block_id: str | None, person: Person) -> tuple[Json, Json]:
    """(block, element). Raises NotOnScreen, also when the element is hidden from this person."""
    for block, element, _ in interactive(blocks):
        if element["action_id"] == action_id and block_id in (None, block.get("block_id")):
            if person.id not in element.get("visible_to_user_ids", [person.id]):
                raise NotOnScreen(f"{action_id!r} is hidden from {person.name}")
            return block, element
    raise NotOnScreen(f"there is no element {action_id!r} there")


def message_values(desk: Desk, person: Person, message: Message) -> Json:
    """`state.values` of a message: what it offered at first and what this person has chosen since."""
    values = values_of(list(message.blocks))
    for block_id, held in desk.chosen.get((person.id, message.channel, message.ts), {}).items():
        for action_id, value in held.items():
            if action_id in values.get(block_id, {}):
                values[block_id][action_id] = value
    return values


async def interact(desk: Desk, person: Person, payload: Json, *, channel: Channel | None, answer: bool) -> Outcome:
    """Send once; a failure is told to the person, where they were or in their direct message with the app."""
    outcome = await desk.courier.once(Delivery(kind="interactive", payload=payload, takes_answer=answer))
    if outcome.error:
        where = channel or desk.state.channels.direct(person)
        notice(desk.state, where, person.id, f"This did not work: {outcome.error}")
    return outcome
