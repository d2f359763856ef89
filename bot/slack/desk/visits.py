"""What every handler of a delivery works with: the services, whoever asks, and where the answer goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bot.commandline.grammar import parse
from bot.identity.person import Person
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.requests.looking import Watching
from bot.requests.notices import Address
from bot.requests.services import Done, Services
from bot.slack.edge.deliveries import Delivery
from bot.slack.edge.throttle import Throttle

OpenView = Callable[[str, dict[str, Any]], Awaitable[str]]
"""Opens a modal by a trigger, within three seconds. Raises a `SlackError`."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One a process. `throttle` bounds what one person can ask in a minute."""

    services: Services
    watching: Watching
    open_view: OpenView
    throttle: Throttle

    def read(self, line: str) -> tuple[Operation, Arguments]:
        """A command line of our own as operation and arguments."""
        parsed = parse(line, self.services.registry)
        return parsed.operation, parsed.arguments


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One delivery being worked on for one person."""

    desk: Desk
    delivery: Delivery
    person: Person
    done: Done

    @property
    def services(self) -> Services:
        return self.desk.services

    @property
    def key(self) -> str:
        return self.delivery.key

    def at(self, channel: str) -> Visit:
        """The same visit, in the channel where its form was opened."""
        there = msgspec.structs.replace(self.delivery, channel=channel, direct=channel.startswith("D"))
        return replace(self, delivery=there)

    @property
    def address(self) -> Address:
        return address_of(self.delivery, self.person.locale)


def address_of(delivery: Delivery, locale: str) -> Address:
    """Where whoever caused a delivery is answered: where they are; from a modal, by direct message."""
    channel = delivery.channel or delivery.user
    return Address(
        user=delivery.user,
        channel=channel,
        thread_ts=delivery.thread_ts,
        response_url=delivery.response_url,
        direct=delivery.direct or channel == delivery.user,
        locale=locale,
    )
