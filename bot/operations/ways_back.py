"""Is this the way back that was voted on? A pure comparison of the calls digested with a plan and those planned now.

They cannot be equal byte for byte. What is compared is what would be sent: the same requests in the same order, on the
very same objects (uid), with bodies that mean the same. What is not compared:

- preconditions, because they are read anew: the plan's own are a forecast made before admission and controllers had
  their say, and the fresh ones protect the sending;
- step ids, groups and sentences, which nothing is sent of.

So the vote covers the way back exactly as far as its effect was shown. If someone changed in between what the way back
would write (another image, another annotation), the bodies differ and a new vote is due.
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
    return (voted.method, voted.path, voted.content_type, voted.uid) == (
        fresh.method,
        fresh.path,
        fresh.content_type,
        fresh.uid,
    ) and same(voted.body, fresh.body)
