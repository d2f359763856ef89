"""Whoever holds the bot's token can show anybody a private message, or a Home, with a button under another name.

No place of such a message is stored, so nothing is done by pressing it: at most a view opens, rendered from the
database, which says what its submit will do (plans.md §7).
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.requests.notices import ReplyNotice
from bot.slack.desk.clicks import ROUTES, Source
from bot.text import plain
from tests.attacks.stage import Stage

MARKED = [name for name, route in ROUTES.items() if route.source is not Source.LINE]
STATES = {
    "cancel": "waiting",
    "back": "succeeded",
    "stop": "executing",
    "again": "failed",
    "ask_again": "expired",
    "check_again": "needs_attention",
    "happened": "needs_attention",
    "not_happened": "needs_attention",
}
PLACES: dict[str, dict[str, Any]] = {
    "a private message": {"payload": {"ephemeral": True}, "channel": "C0EVIL", "card_ts": "1.999999"},
    "a view": {"payload": {"view": True}, "channel": "", "card_ts": ""},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("action", MARKED)
async def test_a_press_there_does_nothing_by_itself(stage: Stage, place: str, action: str) -> None:
    number = await stage.ask(line="poke set app --to=5")  # where a way back needs no view: a press alone would do it
    await stage.put_into(number, STATES.get(action, "waiting"))
    who = "U0BOB" if action in ("approve", "reject") else "U0ALICE"
    before = await stage.rows("SELECT id, state, version FROM requests")
    opened, votes = len(stage.views), await stage.rows("SELECT count(*) FROM votes")
    await stage.click(who, action, await stage.mark(number), **PLACES[place])
    assert await stage.rows("SELECT id, state, version FROM requests") == before
    assert stage.world.changes == []
    assert await stage.rows("SELECT count(*) FROM votes") == votes
    if ROUTES[action].source is Source.CARD:
        assert len(stage.views) == opened
        assert "refused.click" in await stage.events()
        answers = [each for each in await stage.notices() if isinstance(each, ReplyNotice) and each.problem is not None]
        assert answers[-1].problem is not None
        assert plain(answers[-1].problem.what) == f"This is not my message about R-{number}, so nothing was done."


async def test_what_waits_for_somebody_is_opened_from_their_home_and_counts_when_it_is_sent_in(stage: Stage) -> None:
    number = await stage.ask(line="poke set web --to=9")
    await stage.click("U0BOB", "approve", await stage.mark(number), **PLACES["a view"])
    assert stage.world.changes == []
    await stage.submit("U0BOB")
    while await stage.attempt():
        pass
    assert (await stage.request(number)).state == "succeeded"


async def test_breaking_the_glass_on_what_has_ended_is_refused_at_the_press(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5")
    await stage.click("U0ALICE", "cancel", await stage.mark(number))
    await stage.click("U0ALICE", "break_glass", await stage.mark(number))
    assert stage.views == []
    answers = [each for each in await stage.notices() if isinstance(each, ReplyNotice) and each.problem is not None]
    assert answers[-1].problem is not None
    assert plain(answers[-1].problem.what) == "R-1 is not waiting for votes."
    assert "refused.click" in await stage.events()
