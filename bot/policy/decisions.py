"""The decision: a pure function of the policy and what is asked (design §6.4 to §6.7).

The order is: refusals, break-glass, freezes, a covered way back, the first rule that matches, the built-in default.
Break-glass passes freezes and votes, never a refusal and never a right.
"""

from __future__ import annotations

from datetime import timedelta

from bot.policy.asked import Asked, WayBack
from bot.policy.decision import Decision, Voters, stricter, strictest
from bot.policy.default import BACK_WINDOW, EXPIRES, approvals_by_default
from bot.policy.freezes import frozen_until
from bot.policy.matching import matches
from bot.policy.model import Freeze, From, Policy, Rule
from bot.policy.tally import Tally, Vote, tally, why_not_vote
from bot.text import Code, Text, When, text

__all__ = [
    "Asked",
    "Decision",
    "Tally",
    "Vote",
    "Voters",
    "WayBack",
    "decide",
    "stricter",
    "strictest",
    "tally",
    "why_not_vote",
]

NO_TIME = timedelta(0)

WAY_BACK = "way-back"
"""The rule under which the votes for a change carry its way back."""


def decide(policy: Policy, asked: Asked) -> Decision:
    """What the policy asks for. `asked.now` must be aware, else `ValueError`: a freeze would be guessed."""
    if asked.now.tzinfo is None:
        raise ValueError("the moment of a decision needs a time zone")
    if not asked.change:
        return _read()
    for rule in policy.rules:
        if rule.decision.refuse is not None and matches(rule.match, asked):
            return _refused(rule.name, text("{reason}", reason=rule.decision.refuse))
    if asked.break_glass:
        return _break_glass(policy, asked)
    for freeze in policy.freezes:
        frozen = _freeze(freeze, asked)
        if frozen is not None:
            return frozen
    ordinary = _by_rule(policy, asked)
    covered = _way_back(asked, ordinary)
    return ordinary if covered is None else covered


def _read() -> Decision:
    return Decision(
        approvals=0,
        expires=EXPIRES,
        back_window=NO_TIME,
        rule="read",
        why=text("Looking needs only one's own rights."),
    )


def _refused(rule: str, reason: Text) -> Decision:
    return Decision(
        approvals=0,
        expires=EXPIRES,
        back_window=NO_TIME,
        refused=reason,
        rule=rule,
        why=text("The rule {rule} refuses it.", rule=Code(rule)),
    )


def _break_glass(policy: Policy, asked: Asked) -> Decision:
    glass = policy.break_glass
    if not glass.enabled:
        return _refused("break-glass", text("The policy has switched break-glass off."))
    if not voters_of(glass.from_).allow(asked.requester):
        return _refused("break-glass", text("The policy lets only other people break the glass."))
    return Decision(
        approvals=0,
        confirm=True,
        view_required=True,
        loud=True,
        expires=EXPIRES,
        back_window=BACK_WINDOW,
        rule="break-glass",
        why=text("The glass was broken: no votes, everybody is told, and it is reviewed."),
    )


def _freeze(freeze: Freeze, asked: Asked) -> Decision | None:
    if freeze.except_recovery and (asked.recovery or _is_own_way_back(asked)):
        return None
    until = frozen_until(freeze, asked.now) if matches(freeze.match, asked) else None
    if until is None:
        return None
    reason = text("Changes are frozen until {until}: {reason}", until=When(until), reason=freeze.reason)
    return _refused(freeze.name, reason)


def _way_back(asked: Asked, ordinary: Decision) -> Decision | None:
    """The vote for a change covered its way back too, unless the policy has switched that off meanwhile."""
    if asked.back_of is None or not _is_own_way_back(asked) or ordinary.back_window == NO_TIME:
        return None
    return Decision(
        approvals=0,
        confirm=True,
        view_required=ordinary.view_required,
        expires=ordinary.expires,
        back_window=NO_TIME,
        rule=WAY_BACK,
        why=text("The vote for the change covers its way back until {until}.", until=When(asked.back_of.until)),
    )


def _is_own_way_back(asked: Asked) -> bool:
    back = asked.back_of
    return back is not None and asked.now < back.until and back.requester.slack_user == asked.requester.slack_user


def _by_rule(policy: Policy, asked: Asked) -> Decision:
    rule = next(
        (rule for rule in policy.rules if rule.decision.refuse is None and matches(rule.match, asked)),
        None,
    )
    decision = _default(asked) if rule is None else _ruled(rule, asked)
    lowered = not asked.destructive or (rule is not None and rule.match.destructive is True)
    if rule is not None and rule.decision.alone_on_call and asked.recovery and asked.requester.on_call and lowered:
        return Decision(
            approvals=0,
            confirm=True,
            view_required=True,
            expires=decision.expires,
            back_window=decision.back_window,
            rule=rule.name,
            why=text("It leads back to a healthy state, and the requester is on call."),
        )
    return decision


def _default(asked: Asked) -> Decision:
    return Decision(
        approvals=approvals_by_default(destructive=asked.destructive),
        view_required=asked.production or asked.destructive,
        expires=EXPIRES,
        back_window=BACK_WINDOW,
        rule="default",
        why=text("No rule is about it; a destructive change needs two votes by default.")
        if asked.destructive
        else text("No rule is about it; a change needs one vote by default."),
    )


def _ruled(rule: Rule, asked: Asked) -> Decision:
    """What the rule says, else the default; never less than it for destructive changes unless the rule names them."""
    says = rule.decision
    least = approvals_by_default(destructive=asked.destructive)
    approvals = least if says.approvals is None else says.approvals
    raised = asked.destructive and rule.match.destructive is not True and approvals < least
    if raised:
        approvals = least
    return Decision(
        approvals=approvals,
        circles=(voters_of(says.from_),),
        confirm=approvals == 0,
        view_required=asked.production or asked.destructive or says.confirm,
        expires=EXPIRES if says.expires_minutes is None else timedelta(minutes=says.expires_minutes),
        back_window=BACK_WINDOW if says.back_minutes is None else timedelta(minutes=says.back_minutes),
        rule=rule.name,
        why=text("The rule {rule} decides; destructive changes keep the default's votes.", rule=Code(rule.name))
        if raised
        else text("The rule {rule} decides.", rule=Code(rule.name)),
    )


def voters_of(circle: From | None) -> Voters:
    """The circle that a rule's `from` names; `None`: anyone with the rights."""
    return Voters() if circle is None else Voters(teams=frozenset(circle.teams), people=frozenset(circle.people))
