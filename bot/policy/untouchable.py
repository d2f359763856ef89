"""What no operation may touch, whoever approves: Kajitori itself, and the bindings that bound it (design §6.3).

A vote must not be able to change who votes, what is recorded, or whom the bot may act as.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from bot.errors import Refused
from bot.operations.plan import Call
from bot.settings import OwnConfig
from bot.text import Code, Text, text

OURS: Final = "kajitori"
AUTHORITY: Final = frozenset(
    {"rbac.authorization.k8s.io", "admissionregistration.k8s.io", "authentication.k8s.io", "certificates.k8s.io"}
)
"""API groups whose objects decide who may do what: their cluster-wide objects are ours by name anywhere."""


class Untouchable(Refused):
    """A call would touch Kajitori itself."""


def check_untouchable(calls: Iterable[Call], own: OwnConfig | None = None, *, touches: Collection[str] = ()) -> None:
    """Raise `Untouchable` for the first call that touches Kajitori's own namespace or objects, or `touches` it.

    `own` is the configuration's section; without it the names that the manifests of this project use.
    """
    own = own or OwnConfig()
    if own.namespace in touches:
        raise Untouchable(
            text("{namespace} belongs to Kajitori itself.", namespace=Code(own.namespace)),
            target=own.namespace,
            why=_holds(own),
            next=text("Leave it out, and ask again."),
        )
    for call in calls:
        why = why_untouchable(call, own)
        if why is not None:
            raise Untouchable(
                text("{target} belongs to Kajitori itself.", target=Code(call.target.title)),
                target=call.target.title,
                why=why,
                next=text("Whoever runs the bot can change it with their own tools."),
            )


def why_untouchable(call: Call, own: OwnConfig) -> Text | None:
    """Why a call is refused; `None` if it touches nothing of ours."""
    target = call.target
    if target.namespace == own.namespace or (target.kind.plural == "namespaces" and target.name == own.namespace):
        return _holds(own)
    ours = target.name.casefold().startswith((OURS, *own.names))
    if ours and (not target.kind.namespaced or target.kind.group in AUTHORITY):
        return text("Objects of this name say what the bot itself may do.")
    if target.kind.plural == "serviceaccounts" and ours:
        return text("The bot's own account cannot be changed by the bot.")
    return None


def _holds(own: OwnConfig) -> Text:
    return text("The namespace {namespace} holds the bot, its database and its record.", namespace=own.namespace)
