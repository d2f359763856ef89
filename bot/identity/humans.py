"""Which configured accounts belong to one human: the same Kubernetes user, the same mailbox, or `same_as`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.identity.person import normalised_email
from bot.settings import Config


def group_marks(groups: Iterable[frozenset[str]]) -> dict[str, str]:
    """Marks that occur together, also by way of others, get one name: the smallest of them."""
    parent: dict[str, str] = {}

    def root(mark: str) -> str:
        while parent.setdefault(mark, mark) != mark:
            mark = parent[mark]
        return mark

    for group in groups:
        roots = sorted({root(mark) for mark in group})
        for other in roots[1:]:
            parent[other] = roots[0]
    return {mark: root(mark) for mark in parent}


def human_keys(config: Config) -> Mapping[str, str]:
    """For every configured Slack id (`slack:…`), Kubernetes user (`user:…`) and mailbox (`email:…`) the human's key."""
    groups = []
    for slack_user, person in config.people.items():
        marks = {f"slack:{slack_user}", f"user:{person.user.casefold()}"}
        marks |= {f"slack:{other}" for other in person.same_as}
        mailbox = normalised_email(person.email)
        groups.append(frozenset(marks | {f"email:{mailbox}"} if mailbox else marks))
    return group_marks(groups)
