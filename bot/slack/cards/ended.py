"""The cards of requests that are over, and of those that only a person can bring to their end."""

from __future__ import annotations

from collections import Counter

from bot.operations.kinds import Target, known_kinds
from bot.operations.plan import Call, Evict, Plan, Wait
from bot.operations.view import Action, Row
from bot.requests.engine.moves import StepState
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.buttons import Element, Runs, Style, actions, button, confirmation, overflow
from bot.slack.cards.limits import Block
from bot.slack.cards.parts import (
    asked,
    graph,
    has_logs,
    head,
    loud,
    nothing_sent,
    paragraph,
    pods,
    reached,
    requester,
    trouble,
    voted,
    was_sent,
)
from bot.slack.cards.quiet import name_of, one_line, quiet
from bot.slack.cards.running import how_far, weighed
from bot.slack.cards.waiting import command
from bot.text import Bold, Code, Text, When, text


def succeeded(shown: Shown, locale: str) -> list[Block]:
    """The result, and the way back while it is open."""
    result = _result(shown) if was_sent(shown) else _already(shown)
    return [
        *paragraph([head(shown, reached(shown))], locale, first_bold=True),
        *paragraph(result, locale),
        *paragraph([requester(shown), *voted(shown, approve=True), *loud(shown), *_way_back(shown)], locale),
        *paragraph(_left_to_decide(shown), locale),
        *actions(_after(shown, locale)),
    ]


def failed(shown: Shown, locale: str) -> list[Block]:
    """What went wrong and how far it came. Nothing is taken back by itself, so the way back comes first."""
    return [
        *paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True),
        *paragraph([*nothing_sent(shown), *trouble(shown), *_how_far(shown)], locale),
        *paragraph([requester(shown), *voted(shown, approve=True), *loud(shown), *_way_back(shown)], locale),
        *paragraph(_left_to_decide(shown), locale),
        *actions(_after(shown, locale, again=text("Try again"))),
    ]


def partly_done(shown: Shown, locale: str) -> list[Block]:
    """Which steps took effect and which did not, the command for the rest, the command back."""
    commands = [_the_rest(shown)]
    if shown.way_back is not None:
        way = Code(one_line(shown.way_back.command_line, 1_000))
        commands.append(text("The way back: {command}", command=way))
    return [
        *paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True),
        *paragraph([*trouble(shown), *steps(shown), *_each_pod(shown)], locale),
        *paragraph(commands, locale),
        *paragraph([requester(shown), *voted(shown, approve=True)], locale),
        *paragraph(_left_to_decide(shown), locale),
        *actions(_after(shown, locale, again=text("Do the rest"))),
    ]


def needs_attention(shown: Shown, locale: str) -> list[Block]:
    """It is not known whether a call took effect: an owner, three answers, and the line to look for oneself."""
    look = Code(one_line(_look(_unknown(shown, shown.plan)), 1_000)) if shown.plan is not None else command(shown)
    owner = text("{person} decides.", person=Bold(name_of(shown.requester)))
    row: list[Element] = [
        button(text("Check again"), "check_again", shown.mark, locale=locale, style="primary"),
        button(text("It happened"), "happened", shown.mark, locale=locale),
        button(text("It did not"), "not_happened", shown.mark, locale=locale),
        overflow([(text("Details"), "details"), (text("Logs"), "logs")], shown.mark, locale=locale),
    ]
    return [
        *paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True),
        *paragraph([*(trouble(shown) or [text("It is not known whether it took effect.")]), *steps(shown)], locale),
        *paragraph([text("To look: {command}", command=look)], locale),
        *paragraph([owner, *voted(shown, approve=True)], locale),
        *actions(row),
    ]


def stopped(shown: Shown, locale: str) -> list[Block]:
    """Rejected, expired, cancelled or halted: why, and that nothing was sent if nothing was.

    What took effect and was stopped is gone back from; asking for it again is no likely next step.
    """
    row: list[Element] = []
    if shown.state in (State.EXPIRED, State.HALTED) and not was_sent(shown):
        row.append(button(text("Ask again"), "ask_again", shown.mark, locale=locale))
    row.append(overflow([(text("Details"), "details"), (text("Why?"), "why")], shown.mark, locale=locale))
    took_effect = [*steps(shown), *_rest(shown), *_way_back(shown)] if was_sent(shown) else []
    row = [*_back(shown, locale), *row]
    return [
        *paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True),
        *paragraph([*nothing_sent(shown), *trouble(shown), *took_effect], locale),
        *paragraph([requester(shown), *voted(shown, approve=False)], locale),
        *actions(row),
    ]


def _rest(shown: Shown) -> list[Text]:
    """How a plan that was agreed on for a while goes on, where it was stopped on the way."""
    if shown.plan is None or shown.plan.until is None or shown.back_taken or shown.calls >= len(shown.plan.calls):
        return []
    return [_the_rest(shown)]


def _the_rest(shown: Shown) -> Text:
    return text("The rest: {command}", command=Code(one_line(shown.rest_line, 1_000)))


def steps(shown: Shown) -> list[Text]:
    """Each call and whether it took effect, at most ten; of objects that fare alike also which it is."""
    if shown.plan is None:
        return []
    states = {each.id: each.state for each in shown.steps}
    told = [each for each in shown.plan.steps if not isinstance(each, Wait)]
    alike = Counter(_effect(step) for step in told)
    said: list[Text] = []
    for step in told[:10]:
        sign, effect = _STEP_SIGNS[states.get(step.id)], _effect(step)
        if alike[effect] > 1:
            said.append(text("{sign} {target}: {effect}", sign=sign, target=Code(step.target.reference), effect=effect))
        else:
            said.append(text("{sign} {effect}", sign=sign, effect=effect))
    return said


def _effect(step: Call | Evict) -> Text:
    if isinstance(step, Evict):
        return text("evict the pods of {node}", node=Code(one_line(step.target.name)))
    if step.effect is not None:
        return quiet(step.effect)
    return text("{target}", target=Code(step.target.title))


_STEP_SIGNS = {
    None: "▫️",
    StepState.INTENDED: "❔",
    StepState.DONE: "✔️",
    StepState.ALREADY: "✔️",
    StepState.FAILED: "✖️",
    StepState.UNKNOWN: "❔",
}


def _result(shown: Shown) -> list[Text]:
    progress = shown.progress
    if progress is None:
        said = [text("took {time}", time=_took(shown))] if shown.seconds else []
    elif progress.items:
        numbers = {"ready": progress.ready, "total": progress.total}
        said = [
            quiet(progress.message),
            text("{ready}/{total} items in {time}", time=_took(shown), **numbers),
        ]
    elif shown.plan is not None and shown.plan.evictions:
        said = [
            text("{pods} evicted and gone in {time}", pods=pods(progress.total), time=_took(shown)),
        ]
    elif progress.total and not progress.halted:
        counted = text("{ready}/{total} ready in {time}", ready=progress.ready, total=progress.total, time=_took(shown))
        alike = _followed_alike(shown)
        if alike > 1:  # what was counted is the last of them
            counted = text("all {count} done in {time}", count=alike, time=_took(shown))
        said = [counted if progress.weight < 0 else weighed(counted, progress.weight)]
    else:
        took = text("took {time}", time=_took(shown))
        untold = progress.weight >= 0 and not progress.halted
        said = [quiet(progress.message), weighed(took, progress.weight) if untold else took]
    if shown.plan is not None and shown.plan.note is not None:
        said.append(quiet(shown.plan.note))
    return [*said, *trouble(shown)]


def _followed_alike(shown: Shown) -> int:
    """How many objects were followed until the same was true of each."""
    waits = [step for step in shown.plan.steps if isinstance(step, Wait)] if shown.plan is not None else []
    return max(Counter(name for name, _ in {(each.condition, each.target) for each in waits}).values(), default=0)


def _took(shown: Shown) -> Text:
    minutes, seconds = divmod(shown.seconds, 60)
    if minutes:
        return text("{minutes} m {seconds} s", minutes=minutes, seconds=seconds)
    return text("{seconds} s", seconds=max(1, seconds))


def _already(shown: Shown) -> list[Text]:
    first = (
        text("Already done by R-{number}.", number=str(shown.already_by))
        if shown.already_by
        else text("It was already so.")
    )
    return [first, *nothing_sent(shown), *trouble(shown)]


def _how_far(shown: Shown) -> list[Text]:
    """What was said already as the trouble is not said again."""
    said = trouble(shown)
    return [each for each in how_far(shown.progress) if each not in said] if shown.progress is not None else []


def _each_pod(shown: Shown) -> list[Text]:
    """Which pods are gone and which stay."""
    return [] if shown.progress is None else [text("• {detail}", detail=quiet(each)) for each in shown.progress.details]


def _way_back(shown: Shown) -> list[Text]:
    if shown.back_taken:
        return [text("Taken back by R-{number}.", number=str(shown.back_taken))]
    if shown.back_until is not None and _back_is_open(shown):
        return [text("Going back needs no new vote until {when}.", when=When(shown.back_until))]
    return []


def _back_is_open(shown: Shown) -> bool:
    if shown.state is State.REJECTED or shown.back_taken:
        return False
    return shown.way_back is not None and shown.calls > 0


def _back(shown: Shown, locale: str, style: Style = "") -> list[Element]:
    if shown.way_back is None or not _back_is_open(shown):
        return []
    label = quiet(shown.way_back.label)
    if shown.back_until is not None:
        body = text("No new vote is needed until the time on the card. After that it is asked for.")
    else:
        body = text("It is a request of its own and asks for votes.")
    question = text("{way}?", way=label)
    dialog = confirmation(question, body, text("Go back"), locale=locale)
    return [button(label, "back", shown.mark, locale=locale, style=style, confirm=dialog)]


def _after(shown: Shown, locale: str, again: Text | None = None) -> list[Element]:
    row = _back(shown, locale, "primary" if again is not None else "")
    if again is not None:
        row.append(button(again, "again", shown.mark, locale=locale))
    runs = Runs(locale)
    for each in [*_next(shown), *(left.action for left in _afterwards(shown) if left.action is not None)]:
        row += runs.button(each.label, each.command_line, each.style)
    if not row and was_sent(shown) and has_logs(shown):
        row.append(button(text("Logs"), "logs", shown.mark, locale=locale))
        return [*row, overflow([*graph(shown), (text("Details"), "details")], shown.mark, locale=locale)]
    options = [*graph(shown), (text("Details"), "details")]
    if was_sent(shown) and has_logs(shown):
        options.insert(0, (text("Logs"), "logs"))
    return [*row, overflow(options, shown.mark, locale=locale)]


def _next(shown: Shown) -> tuple[Action, ...]:
    """What its end leaves to decide, as command lines that whoever presses asks for."""
    return shown.progress.next if shown.progress is not None and not shown.back_taken else ()


def _afterwards(shown: Shown) -> tuple[Row, ...]:
    """What is left to decide, once something took effect; not when it was taken back meanwhile."""
    if shown.plan is None or shown.calls == 0 or shown.back_taken:
        return ()
    return shown.plan.afterwards


def _left_to_decide(shown: Shown) -> list[Text]:
    return [quiet(each.line) for each in _afterwards(shown)]


def _unknown(shown: Shown, plan: Plan) -> Target:
    unknown = {each.id for each in shown.steps if each.state in (StepState.UNKNOWN, StepState.INTENDED)}
    found = [call.target for call in plan.calls if call.id in unknown]
    return found[0] if found else plan.target


def _look(target: Target) -> str:
    name = target.reference if target.kind in known_kinds() else f"{target.kind.qualified}/{target.name}"
    space = f" -n {target.namespace}" if target.namespace else ""
    return f"kubectl get {name}{space} -o yaml --show-managed-fields"
