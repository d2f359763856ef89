"""Is this the way back that was voted on? A pure comparison of the calls digested with a plan and those planned now.

They cannot be equal byte for byte. What is compared is what would be sent: the same requests in the same order, on the
very same objects (uid), with bodies that mean the same. What is not compared:

- preconditions outside of `/spec`: controllers write there (revisions), and the fresh ones protect the sending;
- step ids, groups and sentences, which nothing is sent of.

Those of `/spec` say what the change was to leave there. Where something else stands now, somebody changed it since, and
the vote was not about taking back theirs. So the vote covers the way back exactly as far as its effect was shown; if
someone changed in between what it would write or write over, a new vote is due.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.operations.patches import same
from bot.operations.plan import Back, Call


def back_matches(back: Back, calls: Sequence[Call]) -> bool:
    """Whether these calls are those of the way back. A way back without calls matches nothing: it needs a vote."""
    return (
        bool(back.calls)
        and len(back.calls) == len(calls)
        and all(_same_request(one, other) for one, other in zip(back.calls, calls, strict=True))
    )


def _same_request(voted: Call, fresh: Call) -> bool:
    return (
        (voted.method, voted.path, voted.content_type, voted.uid)
        == (
            fresh.method,
            fresh.path,
            fresh.content_type,
            fresh.uid,
        )
        and same(voted.body, fresh.body)
        and _still_left(voted, fresh)
    )


def _still_left(voted: Call, fresh: Call) -> bool:
    """Whether the fields that the way back writes over hold what the change left in them."""
    now = {each.pointer: each.value for each in fresh.preconditions}
    return all(
        each.pointer in now and same(each.value, now[each.pointer])
        for each in voted.preconditions
        if each.pointer.startswith("/spec/")
    )
