"""Private answers: views and problems as messages, with buttons that run command lines."""

from __future__ import annotations

import msgspec

from bot.errors import Refused
from bot.operations.view import Action, File, Row, Table, View
from bot.requests.notices import Option, Problem, problem_of
from bot.requests.states import State
from bot.slack.cards.buttons import chosen
from bot.slack.cards.replies import line, offer, refusal, reply
from bot.text import Bold, Code, Mention, text
from tests.cards.reading import mentions, pressed, problems, words
from tests.cards.requests_shown import shown

VIEW = View(
    title=text("{count} pods in {namespace}", count=2, namespace=Code("shop")),
    lines=(text("one is not ready"),),
    rows=(
        Row(
            line=text("{name} 3/10", name=Code("app")),
            action=Action(label=text("Roll back"), command_line="rollout undo deployment/app"),
        ),
        Row(line=text("worker is fine")),
    ),
    table=Table(columns=("NAME", "READY"), rows=(("app-7f", "0/1"), ("app-8c", ""))),
    output="line one\nline two",
    actions=(Action(label=text("Logs"), command_line="logs deployment/app", style="primary"),),
    warnings=(text("the metrics are old"),),
)


def test_a_view_shows_all_of_its_parts_in_order() -> None:
    made = reply(VIEW, "en")
    assert problems(made) == []
    assert [block["type"] for block in made.blocks] == [
        "rich_text",
        "rich_text",
        "section",
        "rich_text",
        "table",
        "rich_text",
        "actions",
    ]
    said = words(made.blocks)
    for part in (
        "2 pods in shop",
        "one is not ready",
        "⚠ the metrics are old",
        "app 3/10",
        "app-7f",
        "line one\nline two",
    ):
        assert part in said
    assert made.text == "2 pods in shop"


def test_every_button_of_a_message_has_an_id_of_its_own_and_means_run() -> None:
    found = pressed(reply(VIEW, "en").blocks)
    assert found == [("run", "rollout undo deployment/app"), ("run:1", "logs deployment/app")]
    assert {chosen(action, value)[0] for action, value in found} == {"run"}


def test_a_command_line_too_long_for_a_button_has_none_because_a_cut_one_is_another() -> None:
    long = Action(label=text("Run"), command_line="x" * 2_001)
    assert pressed(reply(View(title=text("t"), actions=(long,)), "en").blocks) == []


def test_only_a_sensitive_answer_offers_to_share_itself() -> None:
    sensitive = msgspec.structs.replace(VIEW, sensitive=True)
    assert ("share", "logs app") in pressed(reply(sensitive, "en", share="logs app").blocks)
    assert ("share", "logs app") not in pressed(reply(VIEW, "en", share="logs app").blocks)
    assert "share" not in dict(pressed(reply(sensitive, "en").blocks))


def test_a_table_slack_does_not_take_becomes_fixed_width_text() -> None:
    table = Table(columns=("NAME", "STATE"), rows=tuple((f"app-{number}", "実行中") for number in range(150)))
    view = View(title=text("pods"), table=table)
    made = reply(view, "en")
    assert problems(made) == []
    assert [block["type"] for block in made.blocks] == ["rich_text", "rich_text", "rich_text"]
    assert "app-149  実行中" in words(made.blocks)
    assert "Only the end is shown." in words(made.blocks)


def test_rows_of_uneven_length_are_made_even() -> None:
    table = Table(columns=("A", "B"), rows=(("1",), ("1", "2", "3")))
    made = reply(View(title=text("t"), table=table), "en")
    assert problems(made) == []
    assert [len(row) for row in made.blocks[1]["rows"]] == [2, 2, 2]


def test_of_long_output_the_end_is_shown() -> None:
    view = View(title=text("logs"), output="\n".join(f"line {number}" for number in range(5_000)))
    made = reply(view, "en")
    assert problems(made) == []
    assert words(made.blocks).count("line") < 500
    assert "line 4999" in words(made.blocks) and "line 0\n" not in words(made.blocks)


def test_a_view_with_a_file_of_its_own_says_so() -> None:
    view = View(title=text("graph"), file=File(name="a.png", title=text("graph"), content=b"png"))
    assert "The whole output is in the file." in words(reply(view, "en").blocks)


def test_a_refusal_says_what_why_and_what_next_and_gives_choices() -> None:
    problem = Problem(
        what=text("You may not change {kind} in {namespace}.", kind="deployments", namespace=Code("shop")),
        why=text("{person} lacks {right}.", person=Mention("U0ALICE", "alice"), right=Bold("patch deployments.apps")),
        next=text("Ask somebody who has it."),
        options=(
            Option(label="deployment/app", command_line="status deployment/app"),
            Option(label="x", command_line="y"),
        ),
        recorded=143,
    )
    made = refusal(problem, "en")
    assert problems(made) == []
    said = words(made.blocks)
    for part in (
        "🚫 You may not change deployments in shop.",
        "patch deployments.apps",
        "Ask somebody",
        "R-143 · recorded",
    ):
        assert part in said
    assert pressed(made.blocks) == [("run", "status deployment/app"), ("run:1", "y")]
    assert made.text == "🚫 You may not change deployments in shop."


def test_of_several_the_refused_one_is_named_where_the_sentences_do_not() -> None:
    unnamed = Refused(
        text("Expected replicas to be {expected}, was {actual}", expected=10, actual=4), target="shop/worker"
    )
    named = Refused(text("{target} is away.", target=Code("shop/app")), target="shop/app")
    assert "About shop/worker." in words(refusal(problem_of(unnamed), "en").blocks)
    assert "About" not in words(refusal(problem_of(named), "en").blocks)


def test_the_same_request_of_somebody_else_is_offered_first() -> None:
    made = offer(shown(), "rollout undo deployment/app", "en")
    assert problems(made) == []
    assert mentions(made) == set()
    assert pressed(made.blocks) == [("approve", "142.1.waiting"), ("mine", "rollout undo deployment/app")]
    own = offer(shown(), "rollout undo deployment/app", "en", own=True)
    assert "You asked for the same already" in words(own.blocks)
    assert [action for action, _ in pressed(own.blocks)] == ["mine"]
    running = offer(shown(State.EXECUTING), "rollout undo deployment/app", "en")
    assert pressed(running.blocks) == [("mine", "rollout undo deployment/app")]


def test_an_empty_answer_still_says_something() -> None:
    made = line(text("{value}", value=""), "en")
    assert problems(made) == []
    assert "Nothing to show." in words(made.blocks)


def test_what_a_whole_channel_sees_mentions_nobody() -> None:
    said = text("{person} chose {namespace}", person=Mention("U0ALICE", "alice"), namespace=Code("shop"))
    view = View(title=said, lines=(said,), warnings=(said,), rows=(Row(line=said),))
    assert mentions(reply(view, "en")) == {("user", "U0ALICE")}
    for made in (reply(view, "en", public=True), line(said, "en")):
        assert mentions(made) == set()
        assert "alice chose shop" in words(made.blocks)
