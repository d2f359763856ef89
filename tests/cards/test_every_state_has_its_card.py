"""Each state has a card that Slack takes, that a phone shows, and whose buttons are those of that state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.operations.plan import Back
from bot.operations.progress import Progress
from bot.operations.view import Action
from bot.requests.shown import Ballot, Shown
from bot.requests.states import State
from bot.slack.cards.buttons import chosen
from bot.slack.cards.card import CARDS, card
from bot.text import Code, text
from playground.workspace.blocks import blocks_problems
from playground.workspace.mentions import in_text
from tests.cards.reading import nodes
from tests.cards.requests_shown import ALICE, BOB, DECISION, NOW, PLAN, shown

LOCALES = ("en", "ja")
CONFIRMED = msgspec.structs.replace(DECISION, approvals=0, confirm=True)
FROZEN = msgspec.structs.replace(DECISION, approvals=0, refused=text("the books are closed"), rule="year-end")
STUCK = Progress(
    ready=3,
    total=10,
    message=text("{ready} of {total} updated", ready=3, total=10),
    stuck=text("1 pod {reason}", reason=Code("ImagePullBackOff")),
)
VARIANTS = [
    *(shown(state) for state in State),
    *(shown(state, plan=None, problem=text("It cannot be planned."), calls=0) for state in State),
    shown(decision=CONFIRMED, missing=0),
    shown(decision=FROZEN, missing=0),
    shown(changed=(text("the image changed"),) * 9, plan_version=2, mark="142.2.waiting"),
    shown(break_glass=True, back_of=141, group=None, may_vote=(BOB,) * 9),
    shown(server_warnings=("spec.x is deprecated",) * 9),
    shown(State.EXECUTING, progress=STUCK),
    shown(State.EXECUTING, cancel_asked=True),
    shown(State.SUCCEEDED, calls=0, already_by=141, ballots=()),
    shown(State.SUCCEEDED, back_taken=150),
    shown(State.CANCELLED, calls=2, seconds=9),
]


def pressed(of: Shown, locale: str = "en") -> list[str]:
    """The actions of a card in the order of the screen, the menu's after a `more`."""
    found = []
    for block in card(of, locale).blocks:
        for element in block["elements"] if block["type"] == "actions" else ():
            found.append(element["action_id"])
            found += [option["value"].split(":")[0] for option in element.get("options", ())]
    return found


def test_no_state_is_without_a_card() -> None:
    assert set(CARDS) == set(State)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("of", VARIANTS, ids=lambda each: each.mark)
def test_slack_takes_it_and_a_phone_shows_it(of: Shown, locale: str) -> None:
    made = card(of, locale)
    assert blocks_problems(made.blocks) == []
    assert len(made.blocks) <= 8
    assert 0 < len(made.text) <= 120
    rows = [block["elements"] for block in made.blocks if block["type"] == "actions"]
    assert len(rows) <= 1
    for row in rows:
        assert sum(element["type"] == "button" for element in row) <= 3
        assert sum(element.get("style") == "primary" for element in row) <= 1


@pytest.mark.parametrize("of", VARIANTS, ids=lambda each: each.mark)
def test_a_card_mentions_nobody_because_only_pings_do(of: Shown) -> None:
    made = card(of, "en")
    assert list(in_text(made.text)) == []
    assert not {"user", "usergroup", "broadcast"} & set(_kinds(made.blocks))


@pytest.mark.parametrize("of", VARIANTS, ids=lambda each: each.mark)
def test_every_button_carries_the_mark_and_nothing_else(of: Shown) -> None:
    for block in card(of, "en").blocks:
        for element in block["elements"] if block["type"] == "actions" else ():
            values = [element["value"]] if element["type"] == "button" else [o["value"] for o in element["options"]]
            assert {chosen(element["action_id"], value)[1] for value in values} == {of.mark}


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (shown(State.PLANNED), []),
        (shown(), ["approve", "reject", "more", "details", "why", "cancel", "break_glass"]),
        (shown(break_glass=True), ["approve", "reject", "more", "details", "why", "cancel"]),
        (shown(decision=CONFIRMED, missing=0), ["confirm", "cancel", "more", "details", "why"]),
        (shown(decision=FROZEN, missing=0), ["cancel", "break_glass", "more", "details", "why"]),
        (shown(State.APPROVED), ["cancel", "more", "details", "why"]),
        (shown(State.EXECUTING), ["logs", "stop", "more", "details", "why"]),
        (shown(State.EXECUTING, progress=STUCK), ["logs", "stop", "more", "details", "why"]),
        (shown(State.EXECUTING, cancel_asked=True), ["logs", "more", "details", "why"]),
        (shown(State.SUCCEEDED), ["back", "more", "logs", "details"]),
        (shown(State.SUCCEEDED, back_taken=150), ["logs", "more", "details"]),
        (shown(State.SUCCEEDED, calls=0), ["more", "details"]),
        (shown(State.FAILED), ["back", "again", "more", "logs", "details"]),
        (shown(State.FAILED, calls=0), ["again", "more", "details"]),
        (shown(State.PARTLY_DONE), ["back", "again", "more", "logs", "details"]),
        (shown(State.NEEDS_ATTENTION), ["check_again", "happened", "not_happened", "more", "details", "logs"]),
        (shown(State.REJECTED), ["more", "details", "why"]),
        (shown(State.EXPIRED), ["ask_again", "more", "details", "why"]),
        (shown(State.CANCELLED), ["more", "details", "why"]),
        (shown(State.CANCELLED, calls=1), ["back", "more", "details", "why"]),
        (shown(State.HALTED, calls=0), ["ask_again", "more", "details", "why"]),
        (shown(State.HALTED, calls=1), ["back", "more", "details", "why"]),
        (shown(State.HALTED, calls=1, back_taken=143), ["more", "details", "why"]),
    ],
    ids=lambda each: each.mark if isinstance(each, Shown) else "",
)
def test_the_buttons_are_those_of_the_state(of: Shown, expected: list[str]) -> None:
    assert pressed(of) == expected


def test_only_the_emphasis_moves_when_it_stands_still() -> None:
    styles = [
        [element.get("style", "") for element in card(of, "en").blocks[-1]["elements"]]
        for of in (shown(State.EXECUTING), shown(State.EXECUTING, progress=STUCK))
    ]
    assert styles == [["", "", ""], ["", "primary", ""]]


def test_going_back_asks_first_and_says_until_when_it_is_free() -> None:
    back = card(shown(State.SUCCEEDED), "en").blocks[-1]["elements"][0]
    assert back["text"]["text"] == "Back to v2.4.1"
    assert back["confirm"]["title"]["text"] == "Back to v2.4.1?"
    assert back["confirm"]["text"]["text"].startswith("No new vote is needed until the time on the card.")
    until = NOW + timedelta(minutes=37)
    assert {"date", int(until.timestamp())} <= {
        value
        for node in nodes(card(shown(State.SUCCEEDED), "en").blocks)
        for value in (node.get("type"), node.get("timestamp"))
    }


def test_the_approval_card_says_what_a_vote_needs_to_know() -> None:
    said = words(card(shown(server_warnings=("spec.x is deprecated",)), "en").blocks)
    for part in (
        "🔴 PROD tokyo · Roll back shop/app  R-142",
        "v2.4.1 → v2.4.0",
        "healthy for 3 days",
        "10 pods, at most 1 down, ~90 s",
        "⚠ Argo CD will revert this: auto-sync is on",
        "⚠ The API server: spec.x is deprecated",
        "alice: “5xx since 03:02”",
        "needs 1 of @sre-oncall",
        "Approving also lets alice go back for 30 minutes.",
    ):
        assert part in said


def test_the_way_back_is_promised_only_where_the_vote_covers_it() -> None:
    needs_its_own_vote = msgspec.structs.replace(DECISION, back_window=timedelta(0))
    without_calls = msgspec.structs.replace(PLAN, back=Back(command_line="x", label=text("Back")))
    for of in (shown(decision=needs_its_own_vote), shown(plan=without_calls), shown(decision=None)):
        assert "Approving also" not in words(card(of, "en").blocks)


def test_a_bar_is_full_only_at_the_end() -> None:
    def said(ready: int) -> str:
        progress = Progress(ready=ready, total=1000, message=text("rolling"))
        return words(card(shown(State.EXECUTING, progress=progress), "en").blocks)

    assert "▓▓▓▓▓▓▓▓▓░ 999/1,000" in said(999)
    assert "▓▓▓▓▓▓▓▓▓▓ 1,000/1,000" in said(1000)


def test_an_end_that_leaves_a_question_asks_it_until_it_is_taken_back() -> None:
    promote = Action(label=text("Promote"), command_line="argo rollouts promote app --at=9bb4:1", style="primary")
    long = Action(label=text("Long"), command_line="x" * 3_000)
    held = Progress(done=True, message=text("holding at {weight}", weight="20 %"), next=(promote, long, promote))
    placed = held.placed(namespace="shop", cluster="prod")
    made = card(shown(State.SUCCEEDED, progress=placed, calls=1), "en")
    assert "holding at 20 %" in words(made.blocks)
    runs = [each for each in made.blocks[-1]["elements"] if each["action_id"].startswith("run")]
    assert [(each["value"], each["style"]) for each in runs] == [
        ("argo rollouts promote app --at=9bb4:1 --namespace=shop --context=prod", "primary")
    ], "what does not fit a button is left out, not cut"
    taken = card(shown(State.SUCCEEDED, progress=placed, calls=1, back_taken=2), "en")
    assert not any(each["action_id"].startswith("run") for each in taken.blocks[-1]["elements"])


def test_nothing_was_sent_is_said_exactly_where_it_is_so() -> None:
    for state in (State.REJECTED, State.EXPIRED, State.CANCELLED, State.HALTED, State.FAILED):
        assert "Nothing was sent." in words(card(shown(state, calls=0), "en").blocks)
        assert "Nothing was sent." not in words(card(shown(state, calls=1), "en").blocks)


def test_two_voters_are_named_with_their_reasons() -> None:
    ballots = (
        Ballot(voter=ALICE, approve=False, reason="freeze", at=NOW),
        Ballot(voter=BOB, approve=True, reason="", at=NOW),
    )
    assert "rejected by alice: “freeze”" in words(card(shown(State.REJECTED, ballots=ballots), "en").blocks)


def test_an_ordinary_cluster_is_not_called_production() -> None:
    made = card(shown(cluster="staging", production=False), "en")
    assert made.text.startswith("staging · alice: Roll back shop/app v2.4.1→v2.4.0")
    assert "🔵 staging · Roll back shop/app" in words(made.blocks)


def words(blocks: list[dict[str, Any]]) -> str:
    """What a person reads in rich text."""
    return "\n".join(
        "".join(part.get("text") or part.get("fallback", "") for part in section["elements"])
        for block in blocks
        if block["type"] == "rich_text"
        for section in block["elements"]
    )


def _kinds(node: Any) -> list[str]:
    if isinstance(node, list):
        return [kind for each in node for kind in _kinds(each)]
    if isinstance(node, dict):
        return [str(node.get("type")), *(kind for each in node.values() for kind in _kinds(each))]
    return []
