"""What the cards of all states share: the head, the change, who is involved, and the notification line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.locales.rendering import plain
from bot.operations.plan import Call, Plan
from bot.requests.drawings import drawable
from bot.requests.engine.moves import StepState
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.limits import Block, clip
from bot.slack.cards.quiet import group_name, name_of, one_line, quiet
from bot.slack.cards.rich import PUSH_LIMIT, lines, push_line, rich_text, width
from bot.slack.cards.state_texts import STATE_WORDS, sign
from bot.text import Bold, Code, Text, Value, When, text

_PRODUCTION: Final = re.compile(r"^prod(uction)?(?![a-z])[\s_·-]*", re.IGNORECASE)
NAMED: Final = 3
"""People named in one line; the others are counted."""


def place(shown: Shown) -> Value:
    """Where it acts, production marked first in the reader's language."""
    title = one_line(shown.cluster, 40)
    if not shown.production:
        return title
    rest = _PRODUCTION.sub("", title)
    return text("PROD {cluster}", cluster=rest) if rest else text("PROD")


def asked(shown: Shown) -> Text:
    """The verb sentence; the command line where planning never came so far."""
    if shown.plan is not None:
        return quiet(shown.plan.summary)
    return text("{command}", command=Code(one_line(shown.command_line)))


def reached(shown: Shown) -> Text:
    """What it is becoming or has become: the object and its new state, in few characters."""
    plan = shown.plan
    if plan is None or plan.after is None or len({call.target.title for call in plan.calls}) != 1:
        return asked(shown)
    return text("{target} → {after}", target=Code(one_line(plan.target.title)), after=quiet(plan.after))


def head(shown: Shown, headline: Text, *, with_state: bool = False) -> Text:
    """The first line of a card."""
    parts = {"sign": sign(shown), "place": place(shown), "headline": headline, "number": str(shown.number)}
    if with_state:
        return text("{sign} {place} · {headline} · {state}  R-{number}", state=STATE_WORDS[shown.state], **parts)
    return text("{sign} {place} · {headline}  R-{number}", **parts)


def paragraph(sentences: Sequence[Text], locale: str, *, first_bold: bool = False) -> list[Block]:
    """Sentences as one block, a line each; nothing where there are none."""
    kept = [each for each in sentences if plain(each, locale).strip()]
    return [rich_text(lines(kept, locale, first_bold=first_bold))] if kept else []


def change(shown: Shown, locale: str) -> list[Text]:
    """Before → after, the decision's core, then what else it changes."""
    plan = shown.plan
    if plan is None:
        return []
    said: list[Text] = []
    note = None if plan.note is None else quiet(plan.note)
    if plan.after is not None:
        after = Bold(one_line(plain(quiet(plan.after), locale), 80))
        if plan.before is not None:
            said.append(text("{before} → {after}", before=quiet(plan.before, 80), after=after))
        else:
            said.append(text("→ {after}", after=after))
    if note is not None:
        said.append(note)
    if len(shown.changes) > len(plan.calls):
        said.append(text("{count} fields change in all", count=len(shown.changes)))
    return said


def requester(shown: Shown) -> Text:
    """Who asked, and why in their own words."""
    name = Bold(name_of(shown.requester))
    reason = one_line(shown.reason)
    if reason:
        return text("{person}: “{reason}”", person=name, reason=reason)
    return text("asked by {person}", person=name)


def voted(shown: Shown, *, approve: bool) -> list[Text]:
    """Who voted so, when, and why. A requester's own yes is a confirmation, never an approval."""
    said: list[Text] = []
    for ballot in [each for each in shown.ballots if each.approve is approve][:NAMED]:
        name, at, reason = Bold(name_of(ballot.voter)), When(ballot.at), one_line(ballot.reason)
        if approve and ballot.voter.user == shown.requester.user:
            said.append(text("confirmed by {person} alone, {when}", person=name, when=at))
        elif approve:
            said.append(text("approved by {person}, {when}", person=name, when=at))
        elif reason:
            said.append(text("rejected by {person}: “{reason}”", person=name, reason=reason))
        else:
            said.append(text("rejected by {person}, {when}", person=name, when=at))
    return said


def loud(shown: Shown) -> list[Text]:
    """That nobody had to agree."""
    if not shown.break_glass:
        return []
    return [text("🚨 Break glass: it goes ahead without votes, everyone is told, and it is reviewed.")]


def voters(shown: Shown) -> Value:
    """Whose votes are needed: the group, else people, on call first, else who in general."""
    if shown.group is not None:
        return group_name(shown.group)
    names = [name_of(person) for person in shown.may_vote]
    if not names:
        return text("people with the rights")
    more = len(names) - NAMED
    listed = ", ".join(names[:NAMED])
    return text("{names} and {count} others", names=listed, count=more) if more > 0 else listed


def trouble(shown: Shown) -> list[Text]:
    """Why it ended otherwise than wished; whoever rejected it says so in their own line (`voted`)."""
    if shown.state is State.REJECTED and any(not ballot.approve for ballot in shown.ballots):
        return []
    return [] if shown.problem is None else [quiet(shown.problem)]


def notification(shown: Shown, locale: str) -> str:
    """The push line: environment, who, what, before → after, id, who is needed; at most 120 characters.

    It mentions nobody: pings do. What is less needed is shortened first, so that id and voters are never cut off.
    """
    return fitted(lambda limit: _notification(shown, locale, limit), locale)


def fitted(make: Callable[[int], Text], locale: str) -> str:
    """The richest line that fits a notification: `make` is given fewer and fewer characters for each value."""
    for limit in (60, 40, 24, 16, 10):
        line = make(limit)
        if width(line, locale) <= PUSH_LIMIT:
            break
    return push_line(line, locale)


def together(values: Sequence[Value]) -> Text:
    """Values side by side, with no words of ours."""
    named = {f"v{chr(ord('a') + number)}": value for number, value in enumerate(values[:20])}
    return Text(" ".join("{" + name + "}" for name in named), named)


def pods(count: int) -> Text:
    """So many pods."""
    return text("1 pod") if count == 1 else text("{count} pods", count=count)


def what(shown: Shown, locale: str, limit: int) -> str:
    """The verb sentence with before → after and the pods, as far as `limit` characters a value allow."""
    said = clip(plain(asked(shown), locale), 2 * limit)
    plan = shown.plan
    if plan is None or limit <= 10:
        return said
    if plan.after is None:
        count = plan.impact.pods
        return plain(text("{said}, {pods}", said=said, pods=pods(count)), locale) if count and limit > 16 else said
    after = clip(plain(quiet(plan.after), locale), limit)
    before = "" if plan.before is None else clip(plain(quiet(plan.before), locale), limit)
    touched = plan.impact.pods if limit > 16 else 0
    return plain(
        text("{said} {before}→{after}, {pods}", said=said, before=before, after=after, pods=pods(touched))
        if touched
        else text("{said} {before}→{after}", said=said, before=before, after=after),
        locale,
    )


def plain_value(value: Value, locale: str) -> str:
    """A value as a plain string in a language."""
    return plain(value, locale) if isinstance(value, Text) else str(value)


def _notification(shown: Shown, locale: str, limit: int) -> Text:
    parts: dict[str, Value] = {
        "place": clip(plain_value(place(shown), locale), limit),
        "person": clip(name_of(shown.requester), limit),
        "what": clip(what(shown, locale, limit), 3 * limit),
        "number": str(shown.number),
    }
    if shown.state is not State.WAITING:
        return text("{place} · {person}: {what} · R-{number} · {state}", state=STATE_WORDS[shown.state], **parts)
    if frozen(shown):
        return text("{place} · {person}: {what} · R-{number} · frozen", **parts)
    if needs_confirmation(shown):
        return text("{place} · {person}: {what} · R-{number} · to be confirmed", **parts)
    return text(
        "{place} · {person}: {what} · R-{number} · needs {voters}",
        voters=clip(plain_value(voters(shown), locale), limit),
        **parts,
    )


def has_logs(shown: Shown) -> bool:
    """Whether what it is about has pods of its own: a node has not."""
    return shown.plan is None or shown.plan.target.kind.namespaced


def _requests(shown: Shown, plan: Plan) -> set[str]:
    """The ids of all that goes out by itself: calls, and the evictions of an Evict, which have a record each."""
    waits = {step.id for step in plan.steps if not isinstance(step, Call)}
    return {call.id for call in plan.calls} | {each.id for each in shown.steps if each.id not in waits}


def was_sent(shown: Shown) -> bool:
    """Whether any call may have gone out: only what was never begun, or found to be so already, certainly has not."""
    if shown.plan is None:
        return shown.calls > 0
    states = {each.id: each.state for each in shown.steps}
    asked = _requests(shown, shown.plan)
    return shown.calls > 0 or any(states.get(each) not in (None, StepState.ALREADY) for each in asked)


def graph(shown: Shown) -> list[tuple[Text, str]]:
    """The menu's entry for the picture of its progress, once there is something to see."""
    return [(text("Graph"), "graph")] if drawable(shown) else []


def nothing_sent(shown: Shown) -> list[Text]:
    """Said exactly where it is certain; a call that the API server refused was sent, but took no effect."""
    if not was_sent(shown):
        return [text("Nothing was sent.")]
    plan_calls = _requests(shown, shown.plan) if shown.plan is not None else set()
    states = {each.state for each in shown.steps if each.id in plan_calls}
    took_none = shown.calls == 0 and states <= {None, StepState.ALREADY, StepState.FAILED}
    return [text("Nothing took effect.")] if took_none else []


def frozen(shown: Shown) -> list[Text]:
    """Why no vote carries it, where it waits for nothing but its glass to be broken."""
    refused = shown.decision.refused if shown.decision is not None else None
    return [] if refused is None else [text("⛔ {reason}", reason=refused)]


def needs_confirmation(shown: Shown) -> bool:
    """Whether it waits for nothing but the requester's own yes."""
    return shown.decision is not None and shown.decision.approvals == 0 and shown.decision.confirm
