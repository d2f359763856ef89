"""Names, reasons, log lines and object values are shown as they are written: never markup, a mention or a link, and
never so long that Slack refuses the message."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.patches import Change
from bot.operations.plan import Back, Call
from bot.operations.progress import Progress
from bot.operations.view import Action, Row, Table, View
from bot.requests.notices import Option, PingEvent, Problem
from bot.requests.shown import Ballot, Shown
from bot.requests.states import State
from bot.slack.cards.card import card
from bot.slack.cards.home import HomeShown, home
from bot.slack.cards.pings import ping
from bot.slack.cards.replies import offer, refusal, reply
from bot.slack.modals import views
from bot.text import Bold, Code, GroupMention, Mention, text
from tests.cards.reading import links, markup, mentions, pressed, problems
from tests.cards.requests_shown import NOW, PLAN, shown

NASTY = (
    "<!channel>",
    "<!here|here>",
    "<@U0MALLORY>",
    "<!subteam^S0ALL>",
    "<https://evil.example|https://good.example>",
    "```\n*bold* _it_ ~no~ `code`",
    "&lt;!channel&gt;",
    "\u202egnp.exe\u2066",
    "\x1b[31mred\x1b[0m\x00\x07",
    "{number} {person}",
    "\ud800",
    "",
    " \n ",
    "名前" * 5_000,
    "x" * 10_000,
    "\n" * 3_000,
)
ANYTHING = st.one_of(st.sampled_from(NASTY), st.text(max_size=300))
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def filled(word: str, state: State) -> Shown:
    """A request in which every value that somebody else wrote is that word."""
    said = text("a {value} b {bold} c {code}", value=word, bold=Bold(word), code=Code(word))
    target = Target(kind=DEPLOYMENT, name=word, namespace=word)
    call = Call(
        id="undo", verb="patch", target=target, body={"spec": {word: word}, "metadata": {"a": [word]}}, effect=said
    )
    plan = msgspec.structs.replace(
        PLAN,
        summary=said,
        steps=(call, *PLAN.steps[1:]),
        before=said,
        after=said,
        note=said,
        warnings=(said,) * 6,
        back=Back(command_line=word, label=said, calls=(call,)),
    )
    progress = Progress(ready=3, total=10, message=said, stuck=said)
    return shown(
        state,
        plan=plan,
        requester=Mention("U0ALICE", word),
        reason=word,
        command_line=word,
        cluster=word,
        environment=word,
        may_vote=(Mention("U0BOB", word),) * 9,
        group=GroupMention("S0SRE", word),
        ballots=tuple(Ballot(voter=Mention("U0BOB", word), approve=yes, reason=word, at=NOW) for yes in (True, False)),
        server_warnings=(word,) * 6,
        changed=(said,) * 6,
        changes=(Change(pointer="/spec/" + word, before=word, after={word: word}),) * 3,
        problem=said,
        progress=progress,
        policy_version=word,
        permalink=word,
        steps=shown(state).steps,
    )


def check_blocks(blocks: Any) -> None:
    assert markup(blocks) == []
    assert links(blocks) == set()


@SETTINGS
@given(word=ANYTHING, state=st.sampled_from(list(State)), locale=st.sampled_from(["en", "ja"]))
def test_a_card_shows_it_as_it_is_written(word: str, state: State, locale: str) -> None:
    made = card(filled(word, state), locale)
    assert problems(made) == []
    assert mentions(made) == set()
    assert "<!" not in made.text and "<@" not in made.text and "<http" not in made.text
    check_blocks(made.blocks)
    assert {value.split(":")[-1] for _, value in pressed(made.blocks)} <= {f"142.1.{state.value}"}


@SETTINGS
@given(word=ANYTHING, state=st.sampled_from(list(State)), event=st.sampled_from(list(PingEvent)), direct=st.booleans())
def test_a_ping_mentions_nobody_else_for_it(word: str, state: State, event: PingEvent, direct: bool) -> None:
    made = ping(filled(word, state), event, "en", direct=direct)
    assert problems(made) == []
    assert mentions(made) <= {("user", "U0ALICE"), ("group", "S0SRE")}
    check_blocks(made.blocks)


@SETTINGS
@given(word=ANYTHING, state=st.sampled_from(list(State)))
def test_a_modal_and_home_take_it(word: str, state: State) -> None:
    of = filled(word, state)
    for make in (views.approve, views.details, views.reject, views.break_glass, views.back, views.why):
        view = make(of, "ja")
        assert problems(view) == []
        check_blocks(view["blocks"])
    made = home(HomeShown(name=word, waiting=(of,), running=(of,), latest=(of,), teams=(word,)), "en")
    assert problems(made) == []
    assert markup(made) == [] and links(made) == set()


@SETTINGS
@given(word=ANYTHING, other=ANYTHING)
def test_an_answer_shows_it_as_it_is_written(word: str, other: str) -> None:
    said = text("a {value} {code}", value=word, code=Code(other))
    view = View(
        title=said,
        lines=(said,) * 40,
        rows=(Row(line=said, action=Action(label=said, command_line="help")), Row(line=said)),
        table=Table(columns=(word, "B"), rows=((word, other),) * 30),
        output=word + other,
        actions=(Action(label=said, command_line=word),),
        warnings=(said,) * 9,
    )
    problem = Problem(what=said, why=said, next=said, options=(Option(label=word, command_line=other),), recorded=7)
    for made in (reply(view, "en"), refusal(problem, "ja"), offer(filled(word, State.WAITING), other, "en")):
        assert problems(made) == []
        assert mentions(made) == set()
        assert markup(made.blocks) == [] and links(made.blocks) == set()


def test_a_terminal_colour_and_a_hidden_direction_are_not_passed_on() -> None:
    made = reply(View(title=text("logs"), output="\x1b[31mred\x1b[0m \u202eabc\x00"), "en")
    (part,) = made.blocks[1]["elements"][0]["elements"]
    assert part["text"].startswith("red ")
    assert not {"\x1b", "\u202e", "\x00"} & set(part["text"])


@pytest.mark.parametrize("word", NASTY)
def test_the_notification_keeps_id_and_voters_whatever_the_names(word: str) -> None:
    made = card(filled(word, State.WAITING), "en")
    assert "R-142" in made.text and "needs" in made.text
