"""Who a request is made as: a user and groups by impersonation, each in a header of its own (operations.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from multidict import CIMultiDict

from bot.errors import Refused
from bot.text import Code, text

EVERYONE: Final = "system:authenticated"
"""The API server adds this group to every impersonated user; in a review we must send it ourselves."""

RESERVED: Final = ("system:", "eks:")


@dataclass(frozen=True)
class Impersonation:
    """A Kubernetes user, the groups, and optionally a uid.

    Raises `Refused` for names that belong to the system, so that whatever the directory says, the bot never becomes a
    component or `system:masters`; and for names that HTTP would send as others (control characters, spaces around).
    """

    user: str
    groups: tuple[str, ...]
    uid: str = ""

    def __post_init__(self) -> None:
        _check(self.user)
        for group in self.groups:
            if group != EVERYONE:
                _check(group)
        if self.uid:
            _check_characters(self.uid)

    def headers(self) -> CIMultiDict[str]:
        """One `Impersonate-User` and one `Impersonate-Group` for each group: a comma would be part of a name."""
        headers = CIMultiDict({"Impersonate-User": self.user})
        if self.uid:
            headers["Impersonate-Uid"] = self.uid
        for group in dict.fromkeys(self.groups):
            if group != EVERYONE:
                headers.add("Impersonate-Group", group)
        return headers

    @property
    def review_groups(self) -> tuple[str, ...]:
        """The groups as a review needs them: literal, with everyone's."""
        return (*(group for group in dict.fromkeys(self.groups) if group != EVERYONE), EVERYONE)


def _check(name: str) -> None:
    _check_characters(name)
    if name.startswith(RESERVED):
        raise Refused(
            text("Nobody may act as {name}.", name=Code(name)),
            target=name,
            why=text(
                "Names that begin with {reserved} belong to the cluster itself.", reserved=Code(" ".join(RESERVED))
            ),
            next=text("Ask whoever runs the bot to correct this person's entry."),
        )


def _check_characters(name: str) -> None:
    if name and name == name.strip() and name.isprintable():
        return
    raise Refused(
        text("{name} cannot be a user or group.", name=Code(ascii(name))),
        why=text("It is empty, or holds control characters or spaces around it."),
        next=text("Ask whoever runs the bot to correct this person's entry."),
    )
