"""Who may not vote does not, a vote is for one plan and one time, and all of it is asked again before sending."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.locales.rendering import plain
from bot.requests.ending import expire_due
from bot.requests.engine.loop import Engine
from bot.requests.notices import ReplyNotice
from bot.slack.edge.deliveries import Kind
from tests.attacks.stage import CARD, Stage

POLICY = "apiVersion: kajitori.dev/v1\nkind: Policy\n"


async def _nothing_sent(stage: Stage) -> None:
    while await stage.attempt():
        pass
    assert stage.world.changes == []


@pytest.mark.parametrize("user", ["U0ALICE", "U0ALICE2", "U0NOBODY"])
async def test_whoever_asked_or_is_nobody_approves_nothing(stage: Stage, user: str) -> None:
    number = await stage.ask()
    await stage.click(user, "approve", await stage.mark(number))
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"
    assert (await stage.events())[-1] == "refused.click"


async def test_a_voter_without_the_right_approves_nothing(stage: Stage) -> None:
    number = await stage.ask()
    stage.world.deny.add("kajitori:dave")
    await stage.click("U0DAVE", "approve", await stage.mark(number))
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"


async def test_a_voter_who_lost_the_right_after_voting_does_not_count(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.deny.add("kajitori:bob")
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"


async def test_a_requester_who_lost_the_right_sends_nothing(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.deny.add("kajitori:alice")
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "halted"


@pytest.mark.parametrize("change", [{"deleted": True}, {"is_restricted": True}, {"team": "T0OTHER"}])
async def test_people_who_left_meanwhile_neither_vote_nor_send(stage: Stage, change: dict[str, object]) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.profiles.changed["U0BOB"] = change
    stage.services.directory.forget("U0BOB")
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"


@pytest.mark.parametrize("who", ["U0ALICE", "U0BOB"])
async def test_people_who_became_another_kubernetes_user_neither_vote_nor_send(stage: Stage, who: str) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    config = stage.services.config
    entry = config.people[who].model_copy(update={"user": "somebody-else"})
    people = {**config.people, who: entry}
    stage.services.directory.reconfigure(config.model_copy(update={"people": people}))
    await _nothing_sent(stage)
    assert (await stage.request(number)).state in ("halted", "waiting")


async def test_two_accounts_that_turn_out_to_be_one_human_count_once(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    config = stage.services.config
    entry = config.people["U0BOB"].model_copy(update={"same_as": ("U0ALICE",)})
    stage.services.directory.reconfigure(config.model_copy(update={"people": {**config.people, "U0BOB": entry}}))
    await _nothing_sent(stage)


async def test_no_answer_about_rights_is_a_no(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.reviews_fail = True
    await stage.attempt()
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "approved")


async def test_what_has_expired_is_not_voted_alive(stage: Stage) -> None:
    number = await stage.ask()
    stage.clock.move(16 * 60)
    await stage.click("U0BOB", "approve", await stage.mark(number))
    told = [each.problem for each in await stage.notices() if isinstance(each, ReplyNotice)][-1]
    assert told is not None
    assert told.next is not None
    assert plain(told.what) == f"R-{number} has expired, so nothing was done."
    assert plain(told.next) == "Ask for it again."
    assert (await stage.events())[-1] == "refused.click"
    await _nothing_sent(stage)
    assert "vote.approve" not in await stage.events()


async def test_what_has_expired_is_not_sent_with_broken_glass(stage: Stage) -> None:
    number = await stage.ask()
    await stage.click("U0ALICE", "break_glass", await stage.mark(number))
    stage.clock.move(16 * 60)
    await stage.submit("U0ALICE", reason="it burns now")
    await _nothing_sent(stage)


async def test_an_approval_that_was_not_started_in_time_sends_nothing(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.clock.move(16 * 60)
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "expired"


async def test_an_attempt_that_stalled_until_its_approval_expired_writes_nothing_more(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stalled = Engine(replace(stage.services, owner="stalled"))
    await stalled._claim()
    await stage.later(3600)
    await expire_due(stage.services)
    await asyncio.gather(*stalled._running.values())
    assert (stage.world.changes, (await stage.request(number)).state) == ([], "expired")
    assert (await stage.events()).count("request.expired") == 1


async def test_a_vote_for_the_plan_before_does_not_count_for_the_next(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.touch("app", 4)
    await _nothing_sent(stage)
    request = await stage.request(number)
    assert (request.state, request.plan_version) == ("waiting", 2)
    await stage.click("U0BOB", "approve", f"{number}.1.waiting")
    await _nothing_sent(stage)


async def test_destructive_changes_need_two_humans(stage: Stage) -> None:
    number = await stage.ask(line="poke set app --to=5 --hard")
    await stage.vote("U0BOB", number)
    await stage.vote("U0BOB", number)
    await _nothing_sent(stage)
    await stage.vote("U0CAROL", number)
    await stage.attempt()
    assert len(stage.world.changes) == 1


async def test_a_change_that_became_frozen_is_refused_and_nobody_said_no(stage: Stage) -> None:
    number = await stage.ask()
    stage.set_policy(POLICY + "rules: [{name: stop, match: {}, decision: {refuse: not now}}]\n")
    for user in ("U0BOB", "U0ALICE"):
        await stage.click(user, "approve", await stage.mark(number))
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"
    assert "vote.approve" not in await stage.events()


async def test_a_policy_that_refuses_after_the_vote_is_heard(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.set_policy(POLICY + "rules: [{name: stop, match: {}, decision: {refuse: not now}}]\n")
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "halted"


async def test_somebody_who_did_the_same_meanwhile_ends_it_well(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.touch("app", 5)
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "succeeded"


async def test_an_object_that_is_gone_ends_it(stage: Stage) -> None:
    number = await stage.ask()
    await stage.vote("U0BOB", number)
    stage.world.objects.clear()
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "failed"


async def test_votes_that_race_are_all_counted_and_one_change_is_sent(replicated: Stage) -> None:
    number = await replicated.ask(line="poke set app --to=5 --hard")
    mark = await replicated.mark(number)
    for user in ("U0BOB", "U0CAROL"):
        await replicated.click(user, "approve", mark)
    views = list(replicated.views)
    await asyncio.gather(
        *(replicated.submit(user, view) for user, view in zip(("U0BOB", "U0CAROL"), views, strict=True)),
    )
    await replicated.attempt()
    assert len(replicated.world.changes) == 1


async def test_an_approval_and_a_cancellation_that_race_leave_one_of_them(replicated: Stage) -> None:
    number = await replicated.ask()
    mark = await replicated.mark(number)
    await asyncio.gather(replicated.click("U0BOB", "approve", mark), replicated.click("U0ALICE", "cancel", mark))
    state = (await replicated.request(number)).state
    await replicated.attempt()
    assert len(replicated.world.changes) == (1 if state == "approved" else 0)
    assert state in ("approved", "cancelled")


async def test_a_press_on_a_message_that_is_not_ours_does_nothing(stage: Stage) -> None:
    number = await stage.ask()
    mark = await stage.mark(number)
    await stage.click("U0BOB", "approve", mark, card_ts="1700000000.999999")
    await stage.click("U0BOB", "approve", mark, channel="C0OTHER")
    await stage.click("U0BOB", "approve", f"{number + 1}.1.waiting")
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"
    assert (await stage.events()).count("refused.click") == 3


async def test_a_card_counts_for_its_own_request_only(stage: Stage) -> None:
    first = await stage.ask()
    second = await stage.ask(line="poke set web --to=9")
    await stage.click("U0BOB", "approve", await stage.mark(first), card_ts=CARD)
    await _nothing_sent(stage)
    assert {(await stage.request(each)).state for each in (first, second)} == {"waiting"}


async def test_marks_that_were_made_up_are_refused(stage: Stage) -> None:
    number = await stage.ask()
    for mark in ("", "1", "1.1", "1.1.approved ", "-1.1.waiting", "1.1.waiting.x", "9" * 70, f"{number}.2.waiting"):
        await stage.click("U0BOB", "approve", mark)
        await stage.handle(stage.delivery(Kind.CLICK, "U0BOB", action="more", value=f"approve:{mark}", card_ts=CARD))
    await _nothing_sent(stage)
    assert (await stage.request(number)).state == "waiting"
