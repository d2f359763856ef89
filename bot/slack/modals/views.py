"""The modals, each rendered from the database at the moment it is opened: what is read there is what is voted on."""

from __future__ import annotations

from bot.policy.explain import how_long, what_is_asked
from bot.requests.shown import Shown
from bot.slack.cards.ended import steps
from bot.slack.cards.limits import Block
from bot.slack.cards.parts import asked, change, loud, paragraph, place, requester, trouble, voted, voters
from bot.slack.cards.plan_parts import calls, changes, evictions, identity, stages
from bot.slack.cards.quiet import mild, one_line
from bot.slack.cards.waiting import covers_back, impact, moved, warnings
from bot.slack.modals.frame import View, modal, reason_input
from bot.text import Code, Text, text

EVERY_WARNING = 20


def approve(shown: Shown, locale: str) -> View:
    """Submitting is the vote."""
    blocks = [*_about(shown, locale), *_exactly(shown, locale), reason_input(text("Reason"), locale)]
    title = text("Approve R-{number}", number=str(shown.number))
    return modal(title, blocks, locale, callback="approve", mark=shown.mark, submit=text("Approve"))


def confirm(shown: Shown, locale: str) -> View:
    """The requester's own yes, where that is all that is asked for."""
    blocks = [*_about(shown, locale), *_exactly(shown, locale)]
    title = text("Confirm R-{number}", number=str(shown.number))
    return modal(title, blocks, locale, callback="confirm", mark=shown.mark, submit=text("Confirm"))


def reject(shown: Shown, locale: str) -> View:
    """One vote against it ends it."""
    blocks = [*_title(shown, locale), reason_input(text("Why not?"), locale)]
    title = text("Reject R-{number}", number=str(shown.number))
    return modal(title, blocks, locale, callback="reject", mark=shown.mark, submit=text("Reject"))


def break_glass(shown: Shown, locale: str) -> View:
    """Ahead without votes: everything it does is seen by all, so a reason is needed."""
    warning = [
        text("🚨 This goes ahead without any vote."),
        text("Everyone is told at once, and it is reviewed afterwards. Your own rights still bind you."),
    ]
    reason = reason_input(text("Why can it not wait?"), locale, required=True)
    blocks = [*paragraph(warning, locale, first_bold=True), *_about(shown, locale), *_exactly(shown, locale), reason]
    title = text("Break glass R-{number}", number=str(shown.number))
    return modal(title, blocks, locale, callback="break_glass", mark=shown.mark, submit=text("Break glass"))


def back(shown: Shown, locale: str) -> View:
    """The way back, with the calls that were digested with the plan."""
    way = shown.way_back
    if way is None:
        return notice(text("R-{number} has no way back.", number=str(shown.number)), locale)
    covered = (
        [
            text(
                "It was planned and voted on with R-{number}; if the world has moved, it is planned anew.",
                number=str(shown.number),
            )
        ]
        if way.calls
        else [text("It is planned now and asks for votes of its own.")]
    )
    command = text("As a command: {command}", command=Code(one_line(way.command_line, 3_000)))
    blocks = [
        *paragraph(
            [text("{place} · {way}", place=place(shown), way=mild(way.label)), *covered, command],
            locale,
            first_bold=True,
        ),
        *calls(way.calls, locale),
    ]
    title = text("Back from R-{number}", number=str(shown.number))
    return modal(title, blocks, locale, callback="back", mark=shown.mark, submit=text("Go back"))


def happened(shown: Shown, locale: str, *, it_did: bool) -> View:
    """A person says what nobody could find out; from then on it counts as true, under their name."""
    consequence = (
        text("You say that it took effect. The request goes on from there.")
        if it_did
        else text("You say that it did not take effect. Nothing is sent again by itself.")
    )
    blocks = [
        *_title(shown, locale),
        *paragraph([*trouble(shown), *steps(shown)], locale),
        *paragraph([consequence, text("It is recorded under your name.")], locale),
        reason_input(text("How do you know?"), locale),
    ]
    title = text("It happened") if it_did else text("It did not happen")
    callback = "happened" if it_did else "not_happened"
    return modal(title, blocks, locale, callback=callback, mark=shown.mark, submit=text("Say so"))


def details(shown: Shown, locale: str) -> View:
    """All of it, to be read only."""
    blocks = [
        *_about(shown, locale),
        *paragraph(
            [text("As a command: {command}", command=Code(one_line(shown.command_line, 3_000))), *trouble(shown)],
            locale,
        ),
        *_exactly(shown, locale),
        *(stages(shown, shown.plan, locale) if shown.plan is not None else []),
    ]
    return modal(text("R-{number}", number=str(shown.number)), blocks, locale)


def why(shown: Shown, locale: str) -> View:
    """Which rule decided, and who may vote."""
    decision = shown.decision
    if decision is None:
        return notice(text("The policy has not been asked about R-{number} yet.", number=str(shown.number)), locale)
    said: list[Text] = [mild(decision.why), what_is_asked(decision)]
    if decision.allowed:
        said.append(how_long(decision))
    people = (
        [text("It needs {count} of {voters} now.", count=shown.missing, voters=voters(shown))] if shown.missing else []
    )
    rule = text("Rule {rule} of policy {version}", rule=Code(decision.rule), version=Code(shown.policy_version or "-"))
    blocks = [*_title(shown, locale), *paragraph([*said, *people], locale), *paragraph([rule], locale)]
    return modal(text("Why?"), blocks, locale)


def notice(sentence: Text, locale: str) -> View:
    """A modal that only says something."""
    return modal(text("Note"), paragraph([mild(sentence, 1_000)], locale), locale)


def _title(shown: Shown, locale: str) -> list[Block]:
    line = text("{place} · {what}  R-{number}", place=place(shown), what=asked(shown), number=str(shown.number))
    return paragraph([line], locale, first_bold=True)


def _about(shown: Shown, locale: str) -> list[Block]:
    """What the card shows, with every warning."""
    return [
        *_title(shown, locale),
        *paragraph(change(shown, locale), locale),
        *paragraph(moved(shown), locale),
        *paragraph([*impact(shown), *warnings(shown, EVERY_WARNING)], locale),
        *paragraph([requester(shown), *voted(shown, approve=True), *voted(shown, approve=False)], locale),
        *paragraph([*covers_back(shown), *loud(shown)], locale),
    ]


def _exactly(shown: Shown, locale: str) -> list[Block]:
    """The calls, what they change, and what the vote binds to."""
    if shown.plan is None:
        return []
    return [
        *paragraph([text("Exactly this is sent:")], locale, first_bold=True),
        *calls(shown.plan.calls, locale),
        *evictions(shown.plan.evictions, locale),
        *changes(shown.changes, locale),
        *paragraph(identity(shown), locale),
    ]
