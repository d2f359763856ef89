"""All buttons and all modals, as the program registers them: whoever is too weak for one is refused, told, recorded.

A new button fails here until it says who may not press it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.requests.notices import ReplyNotice
from bot.slack.desk.clicks import ROUTES, Presser, Source
from bot.slack.desk.submits import SUBMITS
from bot.slack.modals.stamps import stamped
from tests.attacks.stage import Stage

GUEST, NOBODY, READER, REQUESTER, SECOND, OTHER = (
    "U0GUEST",
    "U0NOBODY",
    "U0DAVE",
    "U0ALICE",
    "U0ALICE2",
    "U0BOB",
)
STRANGERS = (GUEST, NOBODY)
LINE = "poke set web --to=9"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`weak`: who is refused. `state`: of the request at that moment. `line`: the button carries this, not a mark."""

    weak: tuple[str, ...]
    state: str = "waiting"
    line: str = ""


CLICKS = {
    "approve": Case(weak=(*STRANGERS, READER, REQUESTER, SECOND)),
    "confirm": Case(weak=(*STRANGERS, READER, REQUESTER, SECOND, OTHER)),
    "reject": Case(weak=(*STRANGERS, REQUESTER, SECOND)),
    "details": Case(weak=STRANGERS),
    "why": Case(weak=STRANGERS),
    "cancel": Case(weak=(*STRANGERS, READER, SECOND, OTHER)),
    "break_glass": Case(weak=(*STRANGERS, READER, SECOND, OTHER)),
    "back": Case(weak=(*STRANGERS, READER), state="succeeded"),
    "stop": Case(weak=(*STRANGERS, READER), state="executing"),
    "check_again": Case(weak=(*STRANGERS, READER), state="needs_attention"),
    "happened": Case(weak=STRANGERS, state="needs_attention"),
    "not_happened": Case(weak=STRANGERS, state="needs_attention"),
    "again": Case(weak=(*STRANGERS, READER), state="failed"),
    "ask_again": Case(weak=(*STRANGERS, READER), state="expired"),
    "logs": Case(weak=STRANGERS),
    "graph": Case(weak=STRANGERS),
    "run": Case(weak=(*STRANGERS, READER), line=LINE),
    "mine": Case(weak=(*STRANGERS, READER), line=LINE),
    "glass": Case(weak=(*STRANGERS, READER), line=LINE),
    "share": Case(weak=(*STRANGERS, READER), line=LINE),
}
SUBMITTED = {
    "approve": Case(weak=(*STRANGERS, READER, REQUESTER, SECOND)),
    "confirm": Case(weak=(*STRANGERS, READER, REQUESTER, SECOND)),
    "reject": Case(weak=(*STRANGERS, REQUESTER, SECOND)),
    "break_glass": Case(weak=(*STRANGERS, READER, SECOND, OTHER)),
    "back": Case(weak=(*STRANGERS, READER), state="succeeded"),
    "happened": Case(weak=(*STRANGERS, READER), state="needs_attention"),
    "not_happened": Case(weak=(*STRANGERS, READER), state="needs_attention"),
}


def _each(cases: dict[str, Case]) -> list[tuple[str, str]]:
    return [(name, user) for name, case in cases.items() for user in case.weak]


def test_no_button_and_no_modal_is_without_a_case() -> None:
    assert set(CLICKS) == set(ROUTES)
    assert set(SUBMITTED) == set(SUBMITS)
    for name, case in CLICKS.items():
        assert set(STRANGERS) <= set(case.weak)
        assert (ROUTES[name].presser is Presser.REQUESTER) <= ({READER, SECOND, OTHER} <= set(case.weak))
        assert (ROUTES[name].presser is Presser.VOTER) <= ({REQUESTER, SECOND} <= set(case.weak))
        assert (ROUTES[name].source is Source.LINE) == bool(case.line)


async def _prepared(stage: Stage, state: str) -> int:
    """A request in that state; the reader has no right to change, the guest is of another workspace."""
    number = await stage.ask(line="poke set app --to=5 --context=prod")
    await stage.put_into(number, state)
    stage.profiles.changed[GUEST] = {"team": "T0OTHER", "is_stranger": True}
    stage.world.deny.add("kajitori:dave")
    return number


async def _refused(stage: Stage, user: str, number: int, before: object) -> None:
    assert stage.world.changes == []
    assert await stage.rows("SELECT state, version FROM requests WHERE id = :id", id=number) == before
    assert (await stage.rows("SELECT count(*) FROM votes"))[0][0] == 0
    # Whoever lacks the right for a new request has it kept as a rejected one.
    assert any(event.startswith("refused.") for event in (await stage.events())[-2:])
    answers = [each for each in await stage.notices() if isinstance(each, ReplyNotice) and each.problem is not None]
    assert answers and answers[-1].address.user == user
    states = {row[0] for row in await stage.rows("SELECT state FROM requests WHERE id <> :id", id=number)}
    assert states <= {"rejected"}


@pytest.mark.parametrize(("action", "user"), _each(CLICKS))
async def test_a_press_by_the_weak_is_refused(stage: Stage, action: str, user: str) -> None:
    case = CLICKS[action]
    number = await _prepared(stage, case.state)
    before = await stage.rows("SELECT state, version FROM requests WHERE id = :id", id=number)
    team = "T0OTHER" if user == GUEST else "T0ACME"
    opened = len(stage.views)
    await stage.click(user, action, case.line or await stage.mark(number), user_team=team)
    if len(stage.views) > opened:  # whoever may look before they are judged is judged when they send it in
        await stage.submit(user, user_team=team)
    await _refused(stage, user, number, before)


@pytest.mark.parametrize(("callback", "user"), _each(SUBMITTED))
async def test_a_modal_sent_in_by_the_weak_is_refused(stage: Stage, callback: str, user: str) -> None:
    """Also one with a code that is right: as if we had opened it for them before they became weak."""
    number = await _prepared(stage, SUBMITTED[callback].state)
    before = await stage.rows("SELECT state, version FROM requests WHERE id = :id", id=number)
    view = {"callback_id": callback, "private_metadata": await stage.mark(number)}
    team = "T0OTHER" if user == GUEST else "T0ACME"
    for sent in (stamped(stage.services, view, user), stamped(stage.services, view, "U0CAROL"), view):
        await stage.submit(user, sent, reason="because I want it", user_team=team)
        await _refused(stage, user, number, before)


async def test_a_modal_for_one_purpose_or_request_is_none_for_another(stage: Stage) -> None:
    first = await stage.ask(line="poke set app --to=5 --context=prod")
    await stage.click("U0BOB", "approve", await stage.mark(first))
    second = await stage.ask(line="poke set web --to=9 --context=prod")
    code = stage.views[-1]["private_metadata"].partition("|")[2]
    await stage.submit("U0BOB", metadata=f"{await stage.mark(second)}|{code}")
    await stage.submit("U0BOB", callback="reject")
    await stage.submit("U0CAROL")
    assert {row[0] for row in await stage.rows("SELECT state FROM requests")} == {"waiting"}
    assert (await stage.events()).count("refused.click") == 3


async def test_a_modal_sent_in_twice_is_one_vote(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5 --hard --context=prod")
    await stage.click("U0BOB", "approve", await stage.mark(number))
    await stage.submit("U0BOB")
    await stage.submit("U0BOB")
    while await stage.attempt():
        pass
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "waiting")
