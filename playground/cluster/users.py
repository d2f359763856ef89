"""Who comes: a bearer token's user, and who that becomes by impersonation headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from playground.cluster.wire import Json

EVERYONE: Final = "system:authenticated"
MASTERS: Final = "system:masters"
ACCOUNT: Final = "system:serviceaccount:"


@dataclass(frozen=True, kw_only=True)
class User:
    """A user as authentication leaves it: everyone's group is among the groups."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def info(self) -> Json:
        """As reviews and the audit log write it."""
        found: Json = {"username": self.name}
        if self.uid:
            found["uid"] = self.uid
        found["groups"] = list(self.groups)
        if self.extra:
            found["extra"] = {key: list(values) for key, values in self.extra.items()}
        return found


def account_user(namespace: str, name: str, uid: str = "") -> User:
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", EVERYONE)
    return User(name=f"{ACCOUNT}{namespace}:{name}", groups=groups, uid=uid)


def account_of(user: str) -> tuple[str, str] | None:
    """Namespace and name, if the user is a service account."""
    parts = user.removeprefix(ACCOUNT).split(":")
    return (parts[0], parts[1]) if user.startswith(ACCOUNT) and len(parts) == 2 and all(parts) else None


@final
class Tokens:
    """The users by their bearer tokens."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def add(self, token: str, user: User) -> None:
        self._users[token] = user

    def all(self) -> dict[str, User]:
        return dict(self._users)

    def revoke(self, token: str) -> None:
        """The token is no longer taken: 401. Raises `KeyError`."""
        del self._users[token]

    def user_of(self, authorization: str) -> User | None:
        scheme, _, token = authorization.partition(" ")
        return self._users.get(token.strip()) if scheme.lower() == "bearer" else None
