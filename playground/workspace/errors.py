"""What can go wrong: `SlackError` is told to the app, the others to whoever acts as a person.

SlackError      the `error` of a Web API answer
UnknownName     no such person or channel
NotOnScreen     the person cannot see, so cannot use, what was named
"""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """`error` and `response_metadata.messages` of an answer with `ok: false`."""

    def __init__(self, error: str, *messages: str, **fields: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.fields = fields


class UnknownName(LookupError):
    """No person or channel has this name or id."""


class NotOnScreen(LookupError):
    """The person has no such message, view or element before them."""
