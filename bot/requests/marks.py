"""What a request's buttons carry: which request, which plan version, in which state. Never data, never a right.

A click with an older mark is answered "the card changed under your finger" and does nothing (messages.md rule 7).
"""

from __future__ import annotations

import msgspec

from bot.errors import Refused
from bot.requests.states import State
from bot.store.requests import Request
from bot.text import text


class Stale(Refused):
    """The click was meant for a card that is no longer so."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A mark, taken apart."""

    number: int
    plan_version: int
    state: str

    def __str__(self) -> str:
        return f"{self.number}.{self.plan_version}.{self.state}"


def mark_of(request: Request) -> Mark:
    """The mark of a request as it is now."""
    return Mark(number=request.id, plan_version=request.plan_version, state=request.state)


def read_mark(value: str) -> Mark:
    """The mark in a button's value. It came back through a client, so it is believed nothing: raises `Stale`."""
    number, _, rest = value.partition(".")
    version, _, state = rest.partition(".")
    sane = len(value) <= 60 and number.isascii() and number.isdecimal() and version.isascii() and version.isdecimal()
    if not sane or state not in frozenset(State):
        raise Stale(
            text("This button means nothing to me, so nothing was done."),
            next=text("Open the newest message of the request and use its buttons."),
        )
    return Mark(number=int(number), plan_version=int(version), state=state)


def check_mark(mark: Mark, request: Request | None) -> Request:
    """The request itself, if it is still as the mark says. Raises `Stale`."""
    if request is None:
        raise Stale(
            text("There is no request R-{number}.", number=str(mark.number)),
            next=text("Open the newest message of the request and use its buttons."),
        )
    if mark_of(request) != mark:
        raise Stale(
            text("R-{number} changed under your finger, so nothing was done.", number=str(request.id)),
            next=text("Look at the card again; its buttons are up to date."),
        )
    return request
