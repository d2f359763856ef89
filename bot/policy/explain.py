"""Why was it decided like that? The sentences of `policy explain` and of a card's *Why?*."""

from __future__ import annotations

from bot.policy.asked import Asked
from bot.policy.decision import Decision, Voters
from bot.policy.decisions import decide
from bot.policy.matching import matches
from bot.policy.model import Policy
from bot.text import Code, Text, text


def explain(policy: Policy, asked: Asked) -> tuple[Text, ...]:
    """What decided, what it asks for, and the rules that fit as well but came later."""
    decision = decide(policy, asked)
    lines = [
        text(
            "{operation} in {namespace} ({cluster}), policy {version}:",
            operation=Code(asked.operation),
            namespace=Code(asked.namespace or "-"),
            cluster=Code(asked.cluster),
            version=Code(policy.version),
        ),
        decision.why,
        what_is_asked(decision),
    ]
    if decision.allowed and asked.change:
        lines.append(how_long(decision))
    others = [rule.name for rule in policy.rules if rule.name != decision.rule and matches(rule.match, asked)]
    if others:
        lines.append(text("These rules fit too, but do not decide: {rules}.", rules=Code(", ".join(others))))
    return tuple(lines)


def what_is_asked(decision: Decision) -> Text:
    """One sentence: refused, confirmed by the requester, or how many votes of whom."""
    if decision.refused is not None:
        return text("Refused: {reason}", reason=decision.refused)
    if decision.approvals == 0:
        return (
            text("Nobody else has to agree; the requester confirms.")
            if decision.confirm
            else text("Nobody has to agree.")
        )
    if decision.approvals == 1:
        return text("It needs 1 vote of {voters}.", voters=who_votes(decision.voters))
    return text(
        "It needs {count} votes of {voters}, each of a different human.",
        count=decision.approvals,
        voters=who_votes(decision.voters),
    )


def how_long(decision: Decision) -> Text:
    """Until when a vote holds, and whether it covers the way back."""
    minutes = int(decision.expires.total_seconds() // 60)
    back = int(decision.back_window.total_seconds() // 60)
    if back == 0:
        return text("Votes hold for {minutes} minutes; the way back needs a vote of its own.", minutes=minutes)
    return text(
        "Votes hold for {minutes} minutes and cover the way back for {back} minutes.", minutes=minutes, back=back
    )


def who_votes(voters: Voters) -> Text:
    """The circle, in words."""
    if voters.anyone:
        return text("another person whose own rights cover every call")
    names = Code(", ".join(sorted(voters.teams | voters.people)))
    return text("other people of {names} whose own rights cover every call", names=names)
