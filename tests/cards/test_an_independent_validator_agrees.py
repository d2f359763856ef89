"""The `blockkit` package knows Slack's limits from elsewhere than we and the playground do: it takes what we make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import blockkit
import pytest
from blockkit import core

from bot.operations.view import Action, Row, Table, View
from bot.requests.notices import PingEvent
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards.card import card
from bot.slack.cards.home import HomeShown, home
from bot.slack.cards.pings import ping
from bot.slack.cards.replies import reply
from bot.slack.modals import views
from bot.text import Link, Mention, text
from tests.cards.requests_shown import shown

PARTS: dict[str, Callable[..., Any]] = {
    "text": blockkit.RichTextEl,
    "user": blockkit.RichUserEl,
    "usergroup": blockkit.RichUserGroupEl,
    "date": blockkit.RichDateEl,
    "link": blockkit.RichLinkEl,
    "rich_text": blockkit.RichText,
    "rich_text_section": core.RichTextSection,
    "rich_text_preformatted": blockkit.RichTextPreformatted,
    "section": blockkit.Section,
    "actions": blockkit.Actions,
    "button": blockkit.Button,
    "overflow": blockkit.Overflow,
    "input": blockkit.Input,
    "plain_text_input": blockkit.PlainTextInput,
    "divider": blockkit.Divider,
    "table": core.Table,
    "raw_text": core.RawText,
}
OBJECTS: dict[str, Callable[..., Any]] = {"confirm": blockkit.Confirm, "style": blockkit.RichStyle}


def component(node: Any, key: str = "") -> Any:
    """The same thing, made of that package's own classes."""
    if isinstance(node, list):
        return [component(each, key) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {name: component(value, name) for name, value in node.items() if name != "type"}
    kind = node.get("type")
    if kind in ("plain_text", "mrkdwn"):
        return blockkit.Text(**inner, type=kind)
    if kind is not None:
        return PARTS[kind](**inner)
    return (OBJECTS.get(key) or blockkit.Option)(**inner)


def built(of: Any) -> Any:
    """What it would send, once it has judged it."""
    return of.build()["blocks"]


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("state", list(State))
def test_it_takes_every_card_and_ping(state: State, locale: str) -> None:
    for made in (card(shown(state), locale), ping(shown(state), PingEvent.END, locale)):
        message = blockkit.Message(text=made.text, blocks=component(made.blocks))
        assert built(message) == made.blocks


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("make", [views.approve, views.reject, views.break_glass, views.back, views.details, views.why])
def test_it_takes_every_modal(make: Callable[[Shown, str], dict[str, Any]], locale: str) -> None:
    made = make(shown(State.WAITING), locale)
    inner = {name: component(value, name) for name, value in made.items() if name != "type"}
    assert built(blockkit.Modal(**inner)) == made["blocks"]


def test_it_takes_answers_and_home() -> None:
    view = View(
        title=text(
            "{count} pods, {person}, {link}", count=2, person=Mention("U0BOB"), link=Link("https://x.example", "x")
        ),
        rows=(Row(line=text("a"), action=Action(label=text("Logs"), command_line="logs a")),),
        table=Table(columns=("A", "B"), rows=(("1", ""),)),
        output="x\ny",
    )
    made = reply(view, "en")
    assert built(blockkit.Message(text=made.text, blocks=component(made.blocks))) == made.blocks
    published = home(HomeShown(name="bob", waiting=(shown(),), latest=(shown(State.FAILED),)), "ja")
    assert built(blockkit.Home(blocks=component(published["blocks"]))) == published["blocks"]
