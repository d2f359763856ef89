"""Private answers to one person: what a read shows, why something is refused, what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.locales.rendering import plain
from bot.operations.view import Row, View
from bot.requests.notices import Option, Problem
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.buttons import Element, Runs, actions, button, plain_text, runnable
from bot.slack.cards.card import Card
from bot.slack.cards.limits import SECTION, Block, fit_message
from bot.slack.cards.parts import asked, paragraph, place
from bot.slack.cards.quiet import mild, name_of, quiet
from bot.slack.cards.rich import push_line
from bot.slack.cards.state_texts import STATE_WORDS
from bot.slack.cards.tables import is_cut, output_blocks, table_blocks
from bot.slack.texts import AS_FILE, CUT_BLOCKS
from bot.text import Bold, Code, Text, When, text

LONGEST: Final = 500
"""Characters of one value in an answer."""

ALL_LINES: Final = 8_000
"""Characters of all sentences in an answer, well below where Slack finds a message too long."""

CHOICES: Final = 8
ROWS: Final = 12
ONLY_THE_END: Final = text("Only the end is shown.")


def reply(view: View, locale: str, *, share: str = "", public: bool = False) -> Card:
    """A view as a message. `share`: the command line that a sensitive answer's *Share* runs for everyone.

    `public`: everyone in the channel sees it, so it mentions nobody.
    """
    if public:
        view = _named(view)
    runs = Runs(locale)
    rows = [block for row in view.rows[:ROWS] for block in _row(row, runs)]
    last = [
        each for action in view.actions[:4] for each in runs.button(action.label, action.command_line, action.style)
    ]
    if view.sensitive and runnable(share):
        last.append(button(text("Share"), "share", share, locale=locale))
    note = [AS_FILE] if view.file is not None else [ONLY_THE_END] if is_cut(view) else []
    blocks = [
        *paragraph(_bounded([view.title, *view.lines], locale), locale, first_bold=True),
        *paragraph(_bounded([text("⚠ {warning}", warning=each) for each in view.warnings], locale), locale),
        *rows,
        *(table_blocks(view.table) if view.table is not None else []),
        *output_blocks(view.output),
        *paragraph(note, locale),
        *actions(last),
    ]
    return made(view.title, blocks, locale)


def refusal(problem: Problem, locale: str) -> Card:
    """What happened, why, what next, with the choices as buttons."""
    runs = Runs(locale)
    last = [each for option in problem.options[:CHOICES] for each in _choice(option, runs)]
    action, value = problem.glass
    if action and runnable(value):
        last.append(button(text("Break glass"), action, value, locale=locale, style="danger"))
    about = text("About {target}.", target=Code(problem.target)) if problem.target else None
    said = [each for each in (about, problem.why, problem.next) if each is not None]
    record = [text("R-{number} · recorded", number=str(problem.recorded))] if problem.recorded else []
    title = text("🚫 {what}", what=problem.what)
    blocks = [
        *paragraph(_bounded([title], locale), locale, first_bold=True),
        *paragraph(_bounded([*said, *record], locale), locale),
        *actions(last),
    ]
    return made(title, blocks, locale)


def offer(other: Shown, command_line: str, locale: str, *, own: bool = False) -> Card:
    """Somebody asked the same before: approving that is offered before asking twice (messages.md rule 4).

    `own`: it was the reader, who cannot approve it.
    """
    title = (
        text("You asked for the same already: R-{number}.", number=str(other.number))
        if own
        else text(
            "{person} asked for the same: R-{number}.", person=Bold(name_of(other.requester)), number=str(other.number)
        )
    )
    about = text("{place} · {what}", place=place(other), what=asked(other))
    state = text("{state}, asked {when}", state=STATE_WORDS[other.state], when=When(other.created_at))
    row: list[Element] = []
    if other.state is State.WAITING and not own:
        label = text("Approve R-{number}", number=str(other.number))
        row.append(button(label, "approve", other.mark, locale=locale, style="primary"))
    if runnable(command_line):
        label = text("Ask once more") if own else text("Mine as well")
        row.append(button(label, "mine", command_line, locale=locale))
    blocks = [*paragraph([title, about, state], locale, first_bold=True), *actions(row)]
    return made(title, blocks, locale)


def line(message: Text, locale: str) -> Card:
    """One sentence for a channel, which mentions nobody."""
    named = quiet(message, LONGEST)
    return made(named, paragraph(_bounded([named], locale), locale), locale)


def made(title: Text, blocks: Sequence[Block], locale: str) -> Card:
    """A message whose notification is its title; a message that says nothing says so."""
    notification = push_line(mild(title), locale)
    shown = list(blocks) or paragraph([text("Nothing to show.")], locale)
    fitted_line, fitted = fit_message(notification if notification.strip() else "…", shown, locale)
    return Card(text=fitted_line, blocks=fitted)


def _named(view: View) -> View:
    """The same view with people by their names."""
    return msgspec.structs.replace(
        view,
        title=quiet(view.title, LONGEST),
        lines=tuple(quiet(each, LONGEST) for each in view.lines),
        warnings=tuple(quiet(each, LONGEST) for each in view.warnings),
        rows=tuple(msgspec.structs.replace(row, line=quiet(row.line, LONGEST)) for row in view.rows),
    )


def _row(row: Row, runs: Runs) -> list[Block]:
    """A sentence with its button beside it. A section's text is plain, for what is in it is not ours."""
    beside = [] if row.action is None else runs.button(row.action.label, row.action.command_line, row.action.style)
    if not beside:
        return paragraph([mild(row.line, LONGEST)], runs.locale)
    return [{"type": "section", "text": plain_text(row.line, runs.locale, SECTION), "accessory": beside[0]}]


def _choice(option: Option, runs: Runs) -> list[Element]:
    return runs.button(text("{label}", label=option.label), option.command_line)


def _bounded(sentences: Sequence[Text], locale: str) -> list[Text]:
    """As many sentences as fit, each with short values."""
    kept: list[Text] = []
    used = 0
    for sentence in sentences:
        shown = mild(sentence, LONGEST)
        used += len(plain(shown, locale)) + 1
        if used > ALL_LINES and kept:
            return [*kept, CUT_BLOCKS]
        kept.append(shown)
    return kept
