"""What a request's modal carries: its mark, and a code that only we can make, for this person and this purpose.

A submit counts only if we opened that modal for whoever sends it in. So a modal that somebody else opened under our
name, with another request's mark in it, is no vote (plans.md §7).
"""

from __future__ import annotations

from typing import Any, Final

from bot.operations.json import canonical
from bot.requests.marks import Mark, Stale, read_mark
from bot.requests.services import Services
from bot.slack.edge.deliveries import Submitted
from bot.text import text

PURPOSE: Final = "modal"


def stamped(services: Services, view: dict[str, Any], user: str) -> dict[str, Any]:
    """The modal as it is opened for this person; one that nothing can be sent in with stays as it is."""
    mark = view.get("private_metadata", "")
    if not mark or not view.get("callback_id"):
        return view
    return {**view, "private_metadata": f"{mark}|{_code(services, view['callback_id'], mark, user)}"}


def read_stamp(services: Services, submitted: Submitted, user: str) -> Mark:
    """The mark of a modal that was sent in. Raises `Stale` if we did not open it for this person."""
    mark, _, code = submitted.metadata.partition("|")
    if not services.keyring.verify(PURPOSE, _said(submitted.callback, mark, user), code):
        raise Stale(
            text("I did not open this form for you, so nothing was done."),
            next=text("Use the buttons of the request's own message."),
        )
    return read_mark(mark)


def _code(services: Services, callback: str, mark: str, user: str) -> str:
    return services.keyring.mac(PURPOSE, _said(callback, mark, user))


def _said(callback: str, mark: str, user: str) -> bytes:
    return canonical({"callback": callback, "mark": mark, "user": user})
