"""The three pings and no more (messages.md rule 2): asking for votes, the end, a need for a person.

They are new messages, because an edit notifies nobody, and the only ones that mention people.
"""

from __future__ import annotations

from typing import Final

from bot.requests.notices import PingEvent
from bot.requests.shown import Shown
from bot.requests.states import ENDED, State
from bot.slack.cards.buttons import actions, button
from bot.slack.cards.card import Card
from bot.slack.cards.limits import Block, clip, fit_message
from bot.slack.cards.parts import (
    asked,
    change,
    fitted,
    needs_confirmation,
    paragraph,
    place,
    plain_value,
    reached,
    requester,
    together,
    trouble,
    voted,
    was_sent,
    what,
)
from bot.slack.cards.quiet import mild, name_of
from bot.slack.cards.state_texts import STATE_WORDS
from bot.slack.cards.waiting import impact, warnings
from bot.text import GroupMention, Link, Mention, Text, text

MENTIONED: Final = 5
"""People mentioned where there is no group: those first who are on call."""

LOUD: Final = frozenset({State.FAILED, State.PARTLY_DONE, State.NEEDS_ATTENTION})
"""Ends that the whole channel has to see."""

NEXT: Final[dict[State, Text]] = {
    State.FAILED: text("Nothing is taken back by itself: the way back is on the card."),
    State.PARTLY_DONE: text("Only a part took effect: the commands for the rest and for the way back are on the card."),
    State.NEEDS_ATTENTION: text("Look, then say on the card whether it happened."),
    State.EXPIRED: text("There were not enough votes in time. Ask again is on the card."),
    State.HALTED: text("It was halted and nothing was sent: the card says why. Ask again is on the card."),
}


def still_true(shown: Shown, event: PingEvent) -> bool:
    """Whether a ping has anything to say when it is its turn to be sent."""
    match event:
        case PingEvent.ASK:
            return shown.state is State.WAITING
        case PingEvent.ATTENTION:
            return shown.state is State.NEEDS_ATTENTION
        case PingEvent.END:
            return shown.state in ENDED


def loud(shown: Shown, event: PingEvent) -> bool:
    """Whether the thread reply is also shown in the channel."""
    return event is not PingEvent.ASK and shown.state in LOUD


def ping(shown: Shown, event: PingEvent, locale: str, *, direct: bool = False) -> Card:
    """A ping in the card's thread, or (`direct`) to one voter, with all that a vote needs and its buttons."""
    match event:
        case PingEvent.ASK if direct:
            return _asked_directly(shown, locale)
        case PingEvent.ASK:
            return _made(shown, locale, _whom(shown), [_asks(shown)])
        case PingEvent.ATTENTION:
            whom: list[Mention | GroupMention] = [shown.requester]
            if shown.group is not None:
                whom.append(shown.group)
            return _made(shown, locale, whom, [*trouble(shown), NEXT[State.NEEDS_ATTENTION]])
        case PingEvent.END:
            return _made(shown, locale, [shown.requester], [*trouble(shown), *_next(shown)])


def _whom(shown: Shown) -> list[Mention | GroupMention]:
    if needs_confirmation(shown):
        return [shown.requester]
    if shown.group is not None:
        return [shown.group]
    return list(shown.may_vote[:MENTIONED])


def _asks(shown: Shown) -> Text:
    if needs_confirmation(shown):
        return text("Only you have to confirm.")
    return text("{count} needed; vote on the card above or in your messages with me.", count=shown.missing)


def _made(shown: Shown, locale: str, whom: list[Mention | GroupMention], said: list[Text]) -> Card:
    """Mentions and state first, then what it is about."""
    people = mild(together(whom))
    headline = reached(shown) if shown.state is State.SUCCEEDED else asked(shown)
    first = text(
        "{people} {state}: {place} · {what}  R-{number}",
        people=people,
        state=STATE_WORDS[shown.state],
        place=place(shown),
        what=headline,
        number=str(shown.number),
    )
    blocks = paragraph([first, *said, *_link(shown)], locale)

    def line(limit: int) -> Text:
        return text(
            "{people} {state}: {place} · {what} · R-{number}",
            people=people,
            state=STATE_WORDS[shown.state],
            place=clip(plain_value(place(shown), locale), limit),
            what=what(shown, locale, limit),
            number=str(shown.number),
        )

    return _card(fitted(line, locale), blocks, locale)


def _asked_directly(shown: Shown, locale: str) -> Card:
    """What the card shows, for one voter, away from the channel."""

    def line(limit: int) -> Text:
        return text(
            "{place} · {person} asks you: {what} · R-{number}",
            place=clip(plain_value(place(shown), locale), limit),
            person=clip(name_of(shown.requester), limit),
            what=what(shown, locale, limit),
            number=str(shown.number),
        )

    confirms = needs_confirmation(shown)
    say = text("Confirm") if confirms else text("Approve")
    row = [
        button(say, "confirm" if confirms else "approve", shown.mark, locale=locale, style="primary"),
        button(text("Details"), "details", shown.mark, locale=locale),
    ]
    title = text(
        "{place} · {what}  R-{number}",
        place=place(shown),
        what=asked(shown),
        number=str(shown.number),
    )
    blocks = [
        *paragraph([title], locale, first_bold=True),
        *paragraph(change(shown, locale), locale),
        *paragraph([*impact(shown), *warnings(shown)], locale),
        *paragraph([requester(shown), *_link(shown)], locale),
        *actions(row),
    ]
    return _card(fitted(line, locale), blocks, locale)


def _next(shown: Shown) -> list[Text]:
    if shown.state is State.FAILED and not was_sent(shown):
        return [text("Nothing was sent. Try again is on the card.")]
    if shown.state is State.SUCCEEDED and not was_sent(shown):
        return [text("It was already so. Nothing was sent.")]
    if shown.state is State.REJECTED:
        return voted(shown, approve=False)
    if shown.state is State.HALTED and was_sent(shown):
        return [text("Taken back by R-{number}.", number=str(shown.back_taken))] if shown.back_taken else []
    if shown.state is State.FAILED and shown.calls == 0:
        return [text("Nothing took effect. Try again is on the card.")]
    if shown.state is State.PARTLY_DONE and shown.way_back is None:
        return [text("Only a part took effect: the command for the rest is on the card.")]
    return [NEXT[shown.state]] if shown.state in NEXT else []


def _link(shown: Shown) -> list[Text]:
    if not shown.permalink.startswith("https://"):
        return []
    return [text("{card}", card=Link(shown.permalink, f"R-{shown.number}"))]


def _card(line: str, blocks: list[Block], locale: str) -> Card:
    fitted_line, fitted_blocks = fit_message(line, blocks, locale)
    return Card(text=fitted_line, blocks=fitted_blocks)
