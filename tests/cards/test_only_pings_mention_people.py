"""Three pings and no more: who is mentioned by each, what they say, and when they are not sent at all."""

from __future__ import annotations

import msgspec
import pytest

from bot.requests.notices import PingEvent
from bot.requests.shown import Ballot
from bot.requests.states import ENDED, State
from bot.slack.cards.pings import loud, ping, still_true
from bot.text import Code, text
from tests.cards.reading import mentions, pressed, problems, words
from tests.cards.requests_shown import BOB, CAROL, DECISION, NOW, PLAN, shown

CONFIRMED = msgspec.structs.replace(DECISION, approvals=0, confirm=True)
SRE = ("group", "S0SRE")
ALICE = ("user", "U0ALICE")


def test_an_ask_mentions_the_group() -> None:
    made = ping(shown(), PingEvent.ASK, "en")
    assert mentions(made) == {SRE}
    assert made.text.startswith("<!subteam^S0SRE> waits for approval: PROD tokyo · Roll back shop/app v2.4.1→v2.4.0")


def test_without_a_group_an_ask_mentions_the_people_in_their_order_and_at_most_five() -> None:
    made = ping(shown(group=None, may_vote=(CAROL, BOB)), PingEvent.ASK, "en")
    assert made.text.startswith("<@U0CAROL> <@U0BOB> waits")
    many = tuple(msgspec.structs.replace(BOB, user=f"U{number}") for number in range(9))
    assert len(mentions(ping(shown(group=None, may_vote=many), PingEvent.ASK, "en"))) == 5


def test_a_confirmation_is_asked_of_the_requester_alone() -> None:
    made = ping(shown(decision=CONFIRMED, missing=0), PingEvent.ASK, "en")
    assert mentions(made) == {ALICE}
    direct = ping(shown(decision=CONFIRMED, missing=0), PingEvent.ASK, "en", direct=True)
    assert pressed(direct.blocks) == [("confirm", "142.1.waiting"), ("details", "142.1.waiting")]


def test_an_ask_by_direct_message_has_what_a_vote_needs_and_pings_nobody_else() -> None:
    made = ping(shown(permalink="https://acme.slack.com/archives/C0SHOP/p1"), PingEvent.ASK, "en", direct=True)
    assert mentions(made) == set()
    assert pressed(made.blocks) == [("approve", "142.1.waiting"), ("details", "142.1.waiting")]
    said = words(made.blocks)
    for part in ("v2.4.1 → v2.4.0", "10 pods, at most 1 down", "⚠ Argo CD", "alice: “5xx since 03:02”"):
        assert part in said


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_end_mentions_the_requester_and_says_which(state: State) -> None:
    made = ping(shown(state), PingEvent.END, "en")
    assert mentions(made) == {ALICE}
    assert made.text.startswith("<@U0ALICE> ")
    assert "R-142" in made.text


def test_a_failure_says_what_next_and_is_seen_in_the_channel() -> None:
    made = ping(shown(State.FAILED), PingEvent.END, "en")
    assert "app-7f does not start" in words(made.blocks)
    assert "the way back is on the card" in words(made.blocks)
    assert loud(shown(State.FAILED), PingEvent.END)
    assert not loud(shown(State.SUCCEEDED), PingEvent.END)
    assert not loud(shown(), PingEvent.ASK)


def test_attention_mentions_the_owner_and_the_group() -> None:
    made = ping(shown(State.NEEDS_ATTENTION), PingEvent.ATTENTION, "en")
    assert mentions(made) == {ALICE, SRE}


@pytest.mark.parametrize("state", list(State))
def test_a_ping_that_is_no_longer_true_is_not_sent(state: State) -> None:
    assert still_true(shown(state), PingEvent.ASK) is (state is State.WAITING)
    assert still_true(shown(state), PingEvent.ATTENTION) is (state is State.NEEDS_ATTENTION)
    assert still_true(shown(state), PingEvent.END) is (state in ENDED)


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("event", list(PingEvent))
@pytest.mark.parametrize("state", list(State))
def test_slack_takes_every_ping(state: State, event: PingEvent, locale: str) -> None:
    for direct in (False, True):
        made = ping(shown(state), event, locale, direct=direct)
        assert problems(made) == []


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("event", list(PingEvent))
def test_a_push_line_is_at_most_120_characters_as_a_person_counts_them(event: PingEvent, locale: str) -> None:
    long = Code("payments-authorisation-gateway-" * 3)
    plan = msgspec.structs.replace(
        PLAN,
        summary=text("Roll back {target}", target=long),
        before=text("{value}", value=long),
        after=text("{value}", value=long),
    )
    states = {PingEvent.ASK: State.WAITING, PingEvent.END: State.PARTLY_DONE}
    of = shown(states.get(event, State.NEEDS_ATTENTION), plan=plan, cluster="production-ap-northeast-1-blue")
    for direct in (False, True):
        made = ping(of, event, locale, direct=direct)
        seen = made.text.replace("<!subteam^S0SRE>", "@sre-oncall").replace("<@U0ALICE>", "@alice")
        assert len(seen) <= 120
        assert "R-142" in seen


def test_what_was_stopped_and_taken_back_is_not_to_be_asked_again() -> None:
    said = words(ping(shown(State.HALTED, calls=1, back_taken=143), PingEvent.END, "en").blocks)
    assert "Taken back by R-143." in said and "Ask again" not in said
    assert "Ask again is on the card." in words(ping(shown(State.HALTED, calls=0), PingEvent.END, "en").blocks)


def test_who_rejected_it_is_said_once() -> None:
    ballots = (Ballot(voter=BOB, approve=False, reason="freeze", at=NOW),)
    problem = text("{person} said no: {reason}", person=BOB, reason="freeze")
    said = words(ping(shown(State.REJECTED, ballots=ballots, problem=problem), PingEvent.END, "en").blocks)
    assert said.count("freeze") == 1 and "rejected by bob" in said
