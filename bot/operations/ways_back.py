"""Is this the way back that was voted on? A pure comparison of the calls digested with a plan and those planned now.

They cannot be equal byte for byte. What is compared is what would be sent: the same requests in the same order, on the
very same objects (uid), with bodies that mean the same. An object that the change itself makes has no uid yet when it
is voted on: there the request's own label says that it is this one. What is not compared:

- preconditions outside of `/spec`, labels and annotations, and those in annotations that the Deployment controller
  writes itself (revisions): the fresh ones protect the sending;
- step ids, groups and sentences, which nothing is sent of.

The others say what the change was to leave there. Where something else stands now, somebody changed it since, and
the vote was not about taking back theirs. So the vote covers the way back exactly as far as its effect was shown; if
someone changed in between what it would write or write over, a new vote is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.operations.json import pointer
from bot.operations.patches import same
from bot.operations.plan import REQUEST_LABEL, Back, Call

LEFT: Final = ("/spec/", "/metadata/labels/", "/metadata/annotations/")
BOOKKEEPING: Final = "/metadata/annotations/deployment.kubernetes.io~1"
MADE_BY: Final = pointer("metadata", "labels", REQUEST_LABEL)


def back_matches(back: Back, calls: Sequence[Call], *, request: int = 0) -> bool:
    """Whether these calls are those of the way back of `request`.

    A way back without calls matches nothing: it needs a vote.
    """
    return (
        bool(back.calls)
        and len(back.calls) == len(calls)
        and all(_same_request(one, other, request) for one, other in zip(back.calls, calls, strict=True))
    )


def _same_request(voted: Call, fresh: Call, request: int) -> bool:
    return (
        (voted.method, voted.path, voted.content_type) == (fresh.method, fresh.path, fresh.content_type)
        and (voted.uid == fresh.uid or _made_by(request, voted, fresh))
        and same(voted.body, fresh.body)
        and _still_left(voted, fresh)
    )


def _made_by(request: int, voted: Call, fresh: Call) -> bool:
    """Whether it deletes what the request made, which is pinned to the label that says so."""
    if voted.verb != "delete" or voted.uid or not request:
        return False
    return any(each.pointer == MADE_BY and each.value == str(request) for each in fresh.preconditions)


def _still_left(voted: Call, fresh: Call) -> bool:
    """Whether the fields that the way back writes over hold what the change left in them."""
    now = {each.pointer: each.value for each in fresh.preconditions}
    return all(
        each.pointer in now and same(each.value, now[each.pointer])
        for each in voted.preconditions
        if each.pointer.startswith(LEFT) and not each.pointer.startswith(BOOKKEEPING)
    )
