"""The parts that people press: buttons, the overflow menu, the question before something cannot be unpressed.

A button carries its request's mark (number, plan version, state) and nothing else, so that nothing Slack gives back is
believed and a press on an older card is known as such. A `run` button carries a command line, run as its presser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from bot.slack.cards.limits import BUTTON, BUTTON_VALUE, Block, clip
from bot.slack.cards.quiet import mild
from bot.slack.texts import said
from bot.text import Text, text

Element = dict[str, Any]
Style = Literal["", "primary", "danger"]

MORE: Final = "more"
"""The action of every overflow menu; the chosen option's value is `<action>:<mark>`."""

KEEP: Final = text("Not now")


def plain_text(sentence: Text, locale: str, limit: int) -> Element:
    """A sentence where Slack takes plain text only, cut to the place's limit."""
    return {"type": "plain_text", "text": clip(said(mild(sentence), locale), limit) or "…", "emoji": True}


def confirmation(title: Text, body: Text, yes: Text, *, locale: str, danger: bool = False) -> Element:
    """A dialog before the press counts. It takes plain text only, so no moments: those stand on the card."""
    shown = {
        "title": plain_text(title, locale, 100),
        "text": plain_text(body, locale, 300),
        "confirm": plain_text(yes, locale, 30),
        "deny": plain_text(KEEP, locale, 30),
    }
    return {**shown, "style": "danger"} if danger else shown


def button(
    label: Text, action: str, value: str, *, locale: str, style: Style = "", confirm: Element | None = None
) -> Element:
    """A button; `value` is a mark or, for `run`, a command line."""
    shown: Element = {
        "type": "button",
        "text": plain_text(label, locale, BUTTON),
        "action_id": action,
        "value": value,
    }
    if style:
        shown["style"] = style
    if confirm is not None:
        shown["confirm"] = confirm
    return shown


def overflow(options: Sequence[tuple[Text, str]], mark: str, *, locale: str, action: str = MORE) -> Element:
    """The `⋯` menu of labels and actions, at most five."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [
            {"text": plain_text(label, locale, BUTTON), "value": f"{chosen}:{mark}"} for label, chosen in options[:5]
        ],
    }


def chosen(action: str, value: str) -> tuple[str, str]:
    """What a press means: its action and its value, whether it was a button, one of several `run`s, or a menu.

    `more` + `details:142.1.waiting` is `("details", "142.1.waiting")`; `run:2` is a `run`.
    """
    if action.split(":", 1)[0] == MORE:
        picked, _, mark = value.partition(":")
        return picked, mark
    return action.split(":", 1)[0], value


def runnable(command_line: str) -> bool:
    """Whether a command line fits a button: one that was cut would be another command."""
    return 0 < len(command_line) <= BUTTON_VALUE


def actions(elements: Sequence[Element], block_id: str = "") -> list[Block]:
    """The row of buttons; nothing where there is none to press."""
    if not elements:
        return []
    row: Block = {"type": "actions", "elements": list(elements)}
    return [{**row, "block_id": block_id} if block_id else row]


class Runs:
    """Gives each `run` button of a message an id of its own: Slack refuses two that are the same."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.given = 0

    def button(self, label: Text, command_line: str, style: Style = "") -> list[Element]:
        if not runnable(command_line):
            return []
        action = "run" if self.given == 0 else f"run:{self.given}"
        self.given += 1
        return [button(label, action, command_line, locale=self.locale, style=style)]
