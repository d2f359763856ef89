"""The exact plan for those who vote: each call with its method, path and body, secrets hidden, and what it changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from bot.operations.disclosure import disclosed, disclosed_change
from bot.operations.json import JSON
from bot.operations.patches import Change
from bot.operations.plan import Call, Evict, Plan, Step, Wait, eviction_calls
from bot.operations.untrusted import visible
from bot.requests.engine.moves import StepState
from bot.requests.shown import Shown, StepShown
from bot.slack.cards.limits import Block, clip
from bot.slack.cards.parts import paragraph
from bot.slack.cards.quiet import mild, one_line
from bot.slack.cards.rich import preformatted, rich_text
from bot.text import Code, Text, text

CHUNK: Final = 2_900
BODIES: Final = 24_000
"""Characters of all bodies in a modal: with their JSON marks far below Slack's 250 KB."""

SHOWN_CALLS: Final = 20
SHOWN_CHANGES: Final = 40


def calls(of: Sequence[Call], locale: str) -> list[Block]:
    """The requests as they will go out, in order. What a sender adds last is not the voters' (bot.execution)."""
    blocks: list[Block] = []
    left = BODIES
    for call in of[:SHOWN_CALLS]:
        blocks += paragraph([_line(call)], locale)
        if call.body is not None:
            body = pretty(disclosed(call.body))
            blocks += [rich_text(preformatted(chunk)) for chunk in chunks(clip(body, max(200, left)))]
            left -= len(body)
    if len(of) > SHOWN_CALLS:
        blocks += paragraph([text("… and {count} more calls", count=len(of) - SHOWN_CALLS)], locale)
    return blocks


def evictions(of: Sequence[Evict], locale: str) -> list[Block]:
    """What is agreed to where no list of pods can be: the rule, how many pods at most, whose; then those of now."""
    blocks: list[Block] = []
    for step in of:
        holders = [text("• {holder}", holder=Code(one_line(each.title, 200))) for each in step.holders[:SHOWN_CALLS]]
        if len(step.holders) > SHOWN_CALLS:
            holders.append(text("… and {count} more owners", count=len(step.holders) - SHOWN_CALLS))
        rule = Code(one_line(json.dumps(step.intent["rule"], sort_keys=True), 500))
        bound = text(
            "Then the pods that {node} holds after the cordon are evicted, {most} at most, of these owners only:",
            node=Code(one_line(step.target.name)),
            most=step.most,
        )
        blocks += paragraph([bound, *holders, text("by the rule {rule}", rule=rule)], locale)
        blocks += paragraph([text("As it is now:")], locale) if step.expected else []
        blocks += calls(eviction_calls(step, step.expected), locale)
    return blocks


def changes(of: Sequence[Change], locale: str) -> list[Block]:
    """Field by field, as the API server itself answered when it was rehearsed."""
    if not of:
        return []
    said = [text("What the rehearsal showed:"), *(_change(each) for each in of[:SHOWN_CHANGES])]
    if len(of) > SHOWN_CHANGES:
        said.append(text("… and {count} more fields", count=len(of) - SHOWN_CHANGES))
    return paragraph(said, locale, first_bold=True)


def stages(shown: Shown, plan: Plan, locale: str) -> list[Block]:
    """Each step with how it was rehearsed and how it stands."""
    known = {each.id: each for each in shown.steps}
    said = [text("Steps"), *(_step(step, known.get(step.id)) for step in plan.steps[:SHOWN_CALLS])]
    return paragraph(said, locale, first_bold=True)


def identity(shown: Shown) -> list[Text]:
    """What a vote binds to, so that two people can compare it."""
    count = sum(len(call.preconditions) for call in shown.plan.calls) if shown.plan is not None else 0
    said = [
        text(
            "Plan {version} of R-{number}, digest {digest}, policy {policy}",
            version=str(shown.plan_version),
            number=str(shown.number),
            digest=Code(shown.digest[:12] or "-"),
            policy=Code(one_line(shown.policy_version, 40) or "-"),
        )
    ]
    if count:
        said.append(
            text("Nothing is sent unless the field it relies on is still as it was read.")
            if count == 1
            else text(
                "Nothing is sent unless the {count} fields it relies on are still as they were read.", count=count
            )
        )
    return said


def pretty(value: JSON) -> str:
    """JSON as people read it."""
    return visible(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str))


def chunks(value: str, size: int = CHUNK) -> Iterable[str]:
    """Whole lines, as many as fit into one block; a longer line is broken."""
    held = ""
    for line in value.splitlines(keepends=True) or [" "]:
        for start in range(0, len(line), size):
            part = line[start : start + size]
            if held and len(held) + len(part) > size:
                yield held.rstrip("\n")
                held = ""
            held += part
    yield held.rstrip("\n") or " "


def _line(call: Call) -> Text:
    asked = Code(one_line(f"{call.method} {call.path}", 500))
    if call.effect is None:
        return text("{call}", call=asked)
    return text("{call}: {effect}", call=asked, effect=mild(call.effect, 300))


def _change(change: Change) -> Text:
    told = disclosed_change(change)
    return text(
        "{field}: {before} → {after}",
        field=Code(one_line(told.pointer, 150)),
        before=Code(_short(told.before)),
        after=Code(_short(told.after)),
    )


def _short(value: JSON) -> str:
    return "–" if value is None else one_line(value if isinstance(value, str) else json.dumps(value, default=str), 150)


def _step(step: Step, known: StepShown | None) -> Text:
    about = Code(one_line(step.target.title, 150))
    state = STEP_WORDS[known.state if known is not None else None]
    if isinstance(step, Wait):
        return text("wait for {condition} of {target}: {state}", condition=step.condition, target=about, state=state)
    verb = "evict" if isinstance(step, Evict) else step.verb
    how = Code(one_line(known.how, 40)) if known is not None and known.how else Code("–")
    return text("{verb} {target}: {state}, rehearsed by {how}", verb=verb, target=about, state=state, how=how)


STEP_WORDS: Final[dict[StepState | None, Text]] = {
    None: text("not begun"),
    StepState.INTENDED: text("begun, outcome not known yet"),
    StepState.DONE: text("done"),
    StepState.ALREADY: text("was already so"),
    StepState.FAILED: text("failed"),
    StepState.UNKNOWN: text("not known whether it happened"),
}
