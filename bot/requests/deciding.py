"""The policy put to one plan: which votes it needs, and whether those that were given still carry it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.errors import KajitoriError
from bot.identity.errors import NotAMember, Unknown
from bot.identity.person import Person, same_human
from bot.operations.plan import Plan
from bot.policy.asked import Asked, WayBack
from bot.policy.decision import Decision, strictest
from bot.policy.decisions import decide
from bot.policy.tally import Vote as Counted
from bot.requests.clusters import OpenCluster
from bot.requests.rights import lacks_right
from bot.requests.services import Services
from bot.requests.versions import verify_vote
from bot.store.votes import Vote

MOST_NAMED = 3
"""People named on a card as those who can vote; more do not help anyone to decide whom to wake."""
MOST_ASKED = 20
"""People whose rights are looked up in order to name some."""


def decide_plan(
    services: Services,
    cluster: OpenCluster,
    operation: str,
    requester: Person,
    plan: Plan,
    *,
    break_glass: bool = False,
    back_of: WayBack | None = None,
) -> Decision:
    """What the policy in force asks for this plan: once for each namespace it touches and each operation that it does.
    The strictest answer counts.
    """
    decisions = [
        decide(
            services.policy(),
            Asked(
                cluster=cluster.name,
                environment=cluster.config.environment,
                production=cluster.config.is_production,
                namespace=namespace,
                operation=each,
                requester=requester,
                now=services.clock.now(),
                destructive=plan.destructive,
                recovery=plan.recovery,
                pods=plan.impact.pods,
                break_glass=break_glass,
                back_of=back_of,
            ),
        )
        for namespace in plan.namespaces
        for each in (operation, *plan.includes)
    ]
    return strictest(decisions[0], *decisions[1:])


async def people_who_can_vote(
    services: Services, cluster: OpenCluster, requester: Person, plan: Plan, decision: Decision
) -> tuple[Person, ...]:
    """Whom to name and ping, people on call first: the policy lets them, and their own rights cover every call.

    Only for naming: each vote is judged by itself. Who cannot be judged now is not named.
    """
    if decision.approvals == 0:
        return ()
    admitted = [
        person
        for person in services.directory.everyone
        if decision.admits(person) and not same_human(person, requester)
    ][:MOST_ASKED]
    able = await asyncio.gather(*(_covers(cluster, person, plan) for person in admitted))
    return tuple(person for person, covers in zip(admitted, able, strict=True) if covers)[:MOST_NAMED]


async def _covers(cluster: OpenCluster, person: Person, plan: Plan) -> bool:
    try:
        return await lacks_right(cluster.as_(person), plan.requests) is None
    except KajitoriError:
        return False


async def counted_votes(services: Services, cluster: OpenCluster, plan: Plan, votes: Sequence[Vote]) -> list[Counted]:
    """The stored votes as the tally takes them: each voter looked up again, each voter's rights asked again.

    A vote that was not cast through us, or whose voter is no longer known or somebody else by now, does not count.
    Raises `Unavailable` when Slack or the cluster cannot be asked: no answer is no.
    """
    found: list[Counted] = []
    for vote in votes:
        if not verify_vote(services, vote):
            continue
        voter = await _known(services, vote.voter_slack)
        if voter is None or (voter.key, voter.user) != (vote.voter_key, vote.voter_user):
            continue
        covers = await lacks_right(cluster.as_(voter), plan.requests) is None
        found.append(
            Counted(
                voter=voter, digest=vote.digest, approve=vote.verdict == "approve", covers=covers, at=vote.created_at
            )
        )
    return found


async def _known(services: Services, user: str) -> Person | None:
    try:
        return await services.directory.resolve(user, services.config.slack.team_id)
    except (NotAMember, Unknown):
        return None
