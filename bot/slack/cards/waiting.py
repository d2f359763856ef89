"""The cards before anything was sent: being planned, waiting for votes or a confirmation, approved."""

from __future__ import annotations

from typing import Final

from bot.operations.plan import Impact
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.buttons import Element, Style, actions, button, overflow
from bot.slack.cards.limits import Block
from bot.slack.cards.parts import (
    asked,
    change,
    frozen,
    head,
    loud,
    needs_confirmation,
    paragraph,
    pods,
    requester,
    voted,
    voters,
)
from bot.slack.cards.quiet import name_of, one_line, quiet
from bot.text import Bold, Code, Text, When, text

WARNINGS: Final = 4
"""Warnings of one kind on a card; the others are counted and stand in Details."""

BACK_MINUTE: Final = 60


def planned(shown: Shown, locale: str) -> list[Block]:
    """Right after the command: something to see while the plan is made."""
    return [*paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True), *_people(shown, locale)]


def waiting(shown: Shown, locale: str) -> list[Block]:
    """The approval card: all that a vote is given on, then the buttons, then what else the vote allows."""
    return [
        *paragraph([head(shown, asked(shown))], locale, first_bold=True),
        *paragraph(change(shown, locale), locale),
        *paragraph(moved(shown), locale),
        *paragraph([*impact(shown), *warnings(shown), *frozen(shown)], locale),
        *_people(shown, locale),
        *actions(_waiting_buttons(shown, locale)),
        *paragraph([*covers_back(shown), *loud(shown)], locale),
    ]


def approved(shown: Shown, locale: str) -> list[Block]:
    """Voted for, not begun."""
    menu = overflow([(text("Details"), "details"), (text("Why?"), "why")], shown.mark, locale=locale)
    row = [menu] if shown.cancel_asked else [button(text("Cancel"), "cancel", shown.mark, locale=locale), menu]
    return [
        *paragraph([head(shown, asked(shown), with_state=True)], locale, first_bold=True),
        *paragraph(change(shown, locale), locale),
        *paragraph([*impact(shown), *warnings(shown)], locale),
        *paragraph([requester(shown), *voted(shown, approve=True), *loud(shown)], locale),
        *actions(row),
    ]


def impact(shown: Shown) -> list[Text]:
    """What people ask first: how many pods, how many down at once, how long."""
    plan = shown.plan
    if plan is None or plan.impact.pods == 0:
        return []
    fate = _fate(plan.impact)
    return [text("{fate}, ~{seconds} s", fate=fate, seconds=plan.impact.seconds)] if plan.impact.seconds else [fate]


def _fate(of: Impact) -> Text:
    touched = pods(of.pods)
    match of.fate:
        case "added":
            return text("{pods} more", pods=touched)
        case "removed":
            return text("{pods} fewer", pods=touched)
        case "evicted":
            return text("{pods} evicted", pods=touched)
        case _ if of.unavailable == 0:
            return text("{pods}, none down", pods=touched)
        case _:
            return text("{pods}, at most {down} down", pods=touched, down=of.unavailable)


def warnings(shown: Shown, most: int = WARNINGS) -> list[Text]:
    """Our own warnings, then the API server's words."""
    own = [] if shown.plan is None else [quiet(each) for each in shown.plan.warnings]
    said = [text("⚠ {warning}", warning=each) for each in own[:most]]
    said += [text("⚠ The API server: {warning}", warning=one_line(each)) for each in shown.server_warnings[:most]]
    left = max(0, len(own) - most) + max(0, len(shown.server_warnings) - most)
    return [*said, text("⚠ {count} more warnings in Details", count=left)] if left else said


def moved(shown: Shown) -> list[Text]:
    """What is different from the plan that was voted on before."""
    if not shown.changed:
        return []
    said = [text("• {difference}", difference=quiet(each)) for each in shown.changed[:WARNINGS]]
    return [text("The world moved since the last votes, so they are asked for again:"), *said]


def _people(shown: Shown, locale: str) -> list[Block]:
    said = [requester(shown), *voted(shown, approve=True)]
    if shown.back_of:
        said.append(text("This is the way back of R-{number}.", number=str(shown.back_of)))
    if shown.state is State.WAITING:
        said.append(_needed(shown))
    return paragraph(said, locale)


def _needed(shown: Shown) -> Text:
    if frozen(shown):
        whom: Text = text(
            "only {person} can let it go ahead: by breaking the glass", person=Bold(name_of(shown.requester))
        )
    elif needs_confirmation(shown):
        whom = text("{person} confirms", person=Bold(name_of(shown.requester)))
    elif shown.missing > 0:
        whom = text("needs {count} of {voters}", count=shown.missing, voters=voters(shown))
    else:
        whom = text("needs nobody else")
    if shown.expires_at is None:
        return whom
    return text("{whom} · until {when}", whom=whom, when=When(shown.expires_at))


def covers_back(shown: Shown) -> list[Text]:
    """Said only if it is so: the way back is part of the digested plan and the policy gives it time."""
    plan, decision = shown.plan, shown.decision
    if plan is None or plan.back is None or not plan.back.calls or decision is None or not decision.back_window:
        return []
    if decision.refused is not None:
        return []
    person = Bold(name_of(shown.requester))
    minutes = int(decision.back_window.total_seconds() // BACK_MINUTE)
    if needs_confirmation(shown):
        return [text("{person} can also go back for {minutes} minutes.", person=person, minutes=minutes)]
    if shown.back_until is not None:
        until = When(shown.back_until)
        return [text("Approving also lets {person} go back until {when}.", person=person, when=until)]
    return [text("Approving also lets {person} go back for {minutes} minutes.", person=person, minutes=minutes)]


def _waiting_buttons(shown: Shown, locale: str) -> list[Element]:
    mark = shown.mark

    def one(label: Text, action: str, style: Style = "") -> Element:
        return button(label, action, mark, locale=locale, style=style)

    options: list[tuple[Text, str]] = [(text("Details"), "details"), (text("Why?"), "why")]
    if frozen(shown):
        row = [one(text("Cancel"), "cancel"), one(text("Break glass"), "break_glass", "danger")]
        return [*row, overflow(options, mark, locale=locale)]
    if needs_confirmation(shown):
        row = [one(text("Confirm"), "confirm", "primary"), one(text("Cancel"), "cancel")]
        return [*row, overflow(options, mark, locale=locale)]
    options.append((text("Cancel"), "cancel"))
    if not shown.break_glass:
        options.append((text("Break glass"), "break_glass"))
    row = [one(text("Approve"), "approve", "primary"), one(text("Reject"), "reject")]
    return [*row, overflow(options, mark, locale=locale)]


def command(shown: Shown) -> Code:
    """The command line as one can type it again; whole, because a cut command is another one."""
    return Code(one_line(shown.command_line, 1_000))
