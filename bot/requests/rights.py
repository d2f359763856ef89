"""A person's own rights over every call of a plan, asked of the API server: at request, at vote, before each group."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import Refused
from bot.operations.plan import Call
from bot.requests.clusters import Acting
from bot.text import Code, text


class NotAllowed(Refused):
    """A right or the policy says no to this person: it is recorded, and nothing was sent."""


class NeedsGlass(NotAllowed):
    """Votes do not carry it, broken glass does: `action` and `value` are those of the button that leads there."""

    action = ""
    value = ""


async def lacks_right(acting: Acting, calls: Sequence[Call]) -> Call | None:
    """The first call that the identity's own rights do not cover; nothing is cached between two askings.

    Raises `Unavailable` when the API server cannot be asked: no answer is no.
    """
    answers = await acting.review(tuple(calls))
    return next((call for call, access in zip(calls, answers, strict=True) if not access.allowed), None)


async def check_rights(acting: Acting, calls: Sequence[Call]) -> None:
    """Raise `NotAllowed` naming the first right that the person lacks."""
    call = await lacks_right(acting, calls)
    if call is None:
        return
    resource = call.target.kind.qualified + (f"/{call.subresource}" if call.subresource else "")
    raise NotAllowed(
        text(
            "{person} may not change {resource} in {namespace} ({cluster}).",
            person=acting.person,
            resource=Code(call.target.kind.plural),
            namespace=Code(call.target.space or "-"),
            cluster=acting.title,
        ),
        target=call.target.title,
        why=text("{user} lacks {right}.", user=Code(acting.user), right=Code(f"{call.verb} {resource}")),
        next=text(
            "Ask someone who has it, or the owner of {namespace} for a role binding.",
            namespace=Code(call.target.space),
        )
        if call.target.space
        else text("Ask someone who has it, or whoever runs {cluster} for a cluster role.", cluster=acting.title),
    )
