"""App Home: what waits for me, what runs, my last ten, and how to begin. It outlives private messages (rule 6)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.buttons import Element, actions, button
from bot.slack.cards.limits import Block, fit_view
from bot.slack.cards.parts import change, head, needs_confirmation, paragraph, reached, requester, trouble, voters
from bot.slack.cards.quiet import one_line
from bot.slack.cards.state_texts import STATE_WORDS
from bot.text import Code, Link, Text, When, text

LISTED: Final = 10


class HomeShown(msgspec.Struct, frozen=True, kw_only=True):
    """What one person's Home shows. `name` is the person's, `command` the slash command; newest last in `waiting`."""

    name: str
    command: str = "/eks"
    waiting: tuple[Shown, ...] = ()
    running: tuple[Shown, ...] = ()
    latest: tuple[Shown, ...] = ()
    teams: tuple[str, ...] = ()


def home(shown: HomeShown, locale: str) -> dict[str, Any]:
    """The view to publish."""
    parts = (
        (text("Waits for you"), text("Nothing waits for you."), shown.waiting),
        (text("Runs now"), text("Nothing runs."), shown.running),
        (text("Your last 10"), text("You have asked for nothing yet."), shown.latest),
    )
    blocks: list[Block] = []
    for place, (title, empty, found) in enumerate(parts):
        blocks += paragraph([title], locale, first_bold=True)
        blocks += _listed(found, locale, place) if found else paragraph([empty], locale)
        blocks.append({"type": "divider"})
    blocks += paragraph(_help(shown), locale)
    return fit_view({"type": "home", "blocks": blocks}, locale)


def _listed(found: tuple[Shown, ...], locale: str, place: int) -> list[Block]:
    blocks: list[Block] = []
    for each in found[:LISTED]:
        blocks += [*paragraph(_about(each, locale), locale), *_row(each, locale, f"{place}.{each.number}")]
    if len(found) > LISTED:
        blocks += paragraph([text("… and {count} more", count=len(found) - LISTED)], locale)
    return blocks


def _about(shown: Shown, locale: str) -> list[Text]:
    said = [head(shown, reached(shown), with_state=shown.state is not State.WAITING)]
    if shown.state is State.WAITING:
        said += change(shown, locale)[:1]
        said.append(requester(shown))
        if shown.missing:
            said.append(text("needs {count} of {voters}", count=shown.missing, voters=voters(shown)))
        if shown.expires_at is not None:
            said.append(text("until {when}", when=When(shown.expires_at)))
    else:
        at = shown.ended_at or shown.created_at
        said.append(text("{state}, {when}", state=STATE_WORDS[shown.state], when=When(at)))
        said += trouble(shown)
    if shown.permalink.startswith("https://"):
        said.append(text("{card}", card=Link(shown.permalink, f"R-{shown.number}")))
    return said


def _row(shown: Shown, locale: str, name: str) -> list[Block]:
    """Votes only for what waits for this person (the first list); ids are made unique by `name`."""
    row: list[Element] = []
    if shown.state is State.WAITING and name.startswith("0."):
        action, say = ("confirm", text("Confirm")) if needs_confirmation(shown) else ("approve", text("Approve"))
        row.append(button(say, f"{action}:{name}", shown.mark, locale=locale, style="primary"))
    row.append(button(text("Details"), f"details:{name}", shown.mark, locale=locale))
    return actions(row)


def _help(shown: HomeShown) -> list[Text]:
    example = Code(f"{shown.command} rollout undo deploy/app")
    said = [
        text("Type what you type in a terminal: {example}", example=example),
        text("All commands: {command}", command=Code(f"{shown.command} help")),
        text("You: {person}", person=one_line(shown.name, 60)),
    ]
    if shown.teams:
        said.append(text("Teams: {teams}", teams=one_line(", ".join(shown.teams))))
    return said
