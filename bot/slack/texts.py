"""The sentences of the Slack edge itself, apart from the code that shows them."""

from __future__ import annotations

from typing import Final

from bot.locales.rendering import plain
from bot.text import Code, Text, text

TOO_SLOW: Final = text("The database takes too long, so nothing was stored.")
NOT_READABLE: Final = text("I could not read what Slack sent, so nothing was done.")
GIVEN_UP: Final = text("This failed too often, so it was given up.")
ASK_OPERATORS: Final = text(
    "See whether it was done before asking again; whoever runs the bot finds the reason in its log."
)
NOT_RECORDED_TITLE: Final = text("Nothing was done")
CLOSE: Final = text("Close")
CUT_BLOCKS: Final = text("More did not fit into one message.")
AS_FILE: Final = text("The whole output is in the file.")


def not_in_channel(channel: str, bot: str) -> Text:
    """The way out of a channel the bot was never invited to (messages.md rule 8)."""
    return text(
        "I am not in {channel}, so this comes to you alone. To let me in, type there: {line}",
        channel=Code(channel),
        line=Code(f"/invite @{bot}"),
    )


def shared_outside(channel: str, id: str) -> Text:
    """Why nothing is posted in a channel that another organisation reads too, and who can allow it."""
    return text(
        "{channel} is shared with another organisation, so this comes to you alone. Whoever runs me can allow it: "
        "{setting}",
        channel=Code(channel),
        setting=Code(f"channels.{id}.outsiders: true"),
    )


def not_recorded(reason: Text) -> Text:
    """What people are told who asked for something while the store does not take it."""
    return text("Nothing was done. {reason} Try again in a minute.", reason=reason)


def said(sentence: Text, locale: str) -> str:
    """A sentence in a reader's language, for places that take no rich text: acknowledgements, modals' titles."""
    return plain(sentence, locale or "en")
