"""A vote as it is stored: bound to one plan version's digest and signed with a key outside the database."""

from __future__ import annotations

from dataclasses import replace

from bot.identity.person import Person
from bot.requests.services import Services
from bot.requests.versions import vote_mac
from bot.store.votes import Vote


def signed_vote(
    services: Services,
    person: Person,
    *,
    number: int,
    version: int,
    digest: str,
    approve: bool,
    reason: str = "",
    glass: bool = False,
) -> Vote:
    """This person's vote on this plan version, now. `glass`: by breaking the glass."""
    unsigned = Vote(
        request_id=number,
        plan_version=version,
        digest=digest,
        voter_slack=person.slack_user,
        voter_user=person.user,
        voter_key=person.key,
        verdict="approve" if approve else "reject",
        mac="",
        created_at=services.clock.now(),
        reason=reason,
    )
    return replace(unsigned, mac=vote_mac(services, unsigned, glass=glass))
