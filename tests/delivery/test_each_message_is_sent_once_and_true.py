"""The outbox to its end: in place, in order, true when it arrives, once, and never held up by another channel."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.slack.delivery.addressing import addressed
from bot.slack.delivery.messages import Later
from bot.store import outbox
from bot.store.messages import message_of
from bot.store.tables import outbox as rows
from tests.databases import opened
from tests.delivery.outboxes import Post, post_of
from tests.workspace.edge import Moments


@pytest.fixture
async def post(tmp_path, workspace, session, clock) -> Post:
    async with opened(f"sqlite:///{tmp_path / 'kajitori.db'}", clock=Moments(clock)) as database:
        yield post_of(database, workspace, session)


async def place(post: Post, key: str):
    async with post.database.read() as tx:
        return await message_of(tx, key)


async def test_a_card_is_posted_edited_in_place_and_answered_in_its_thread(post):
    await post.put("request/1/card", said="waiting")
    await post.put("request/1/card/a", "update", said="running", thread_key="request/1/card")
    await post.put("request/1/end", said="done", thread_key="request/1/card")
    await post.settle()
    card = await place(post, "request/1/card")
    assert post.said() == ["running"]
    assert post.said(thread_ts=card.ts) == ["running", "done"]
    assert set((await post.states()).values()) == {"sent"}
    assert (post.count("chat.postMessage"), post.count("chat.update")) == (2, 1)


async def test_what_is_out_of_date_is_dropped_unsent(post):
    await post.put("request/1/card", said="")
    await post.settle()
    assert await post.states() == {"request/1/card": "dropped"} and post.workspace.calls == []


async def test_edits_that_wait_become_one_and_say_what_is_true_then(post):
    await post.put("request/1/card", said="waiting")
    await post.settle()
    for number in range(5):
        await post.put(f"request/1/card/{number}", "update", said=f"{number}/5", thread_key="request/1/card")
    await post.settle()
    assert post.said() == ["4/5"] and post.count("chat.update") == 1


async def test_a_crowd_for_one_person_is_left_alone_and_keeps_nobody_else_waiting(post):
    """Sixty requests ask the same person for a vote: their direct messages wait for Slack's rate, the cards do not."""
    for number in range(60):
        await post.put(f"ask/{number}", "dm", channel="U0BOB")
    await post.step()
    await post.put("card", said="somebody else's", channel="C0PLATFORM")
    assert await post.step() == 1 and post.said() == ["somebody else's"]
    async with post.database.read() as tx:
        tried = (await tx.execute(select(rows.c.attempts).where(rows.c.state == "waiting"))).scalars().all()
    assert tried.count(0) == 60 - post.outgoing.settings.at_once


async def test_a_post_cut_off_by_a_crash_is_found_again(post, clock, session):
    """The first process posts and dies before it stores where; the second one finds the post by its key."""
    await post.put("request/1/card", said="waiting")
    async with post.database.transaction() as tx:
        (claimed,) = await outbox.claim(tx, 1, "killed", 90)
    message = await post.cards(claimed)
    await post.outgoing.send(addressed(message, claimed, None, uncertain=False))
    await post.settle()
    assert post.said() == ["waiting"] and await place(post, "request/1/card") is None
    await clock.advance(91)
    await post.settle()
    assert post.said() == ["waiting"]
    assert (await place(post, "request/1/card")).ts == post.workspace.messages("platform", "bob")[0]["ts"]


async def test_a_lost_answer_is_followed_by_a_look_not_by_a_second_post(post, clock):
    post.workspace.faults.lose_answer("chat.postMessage")
    await post.put("request/1/card", said="waiting")
    await post.settle()
    await clock.advance(5)
    await post.settle()
    assert post.said() == ["waiting"] and (await post.states()) == {"request/1/card": "sent"}
    assert post.count("conversations.history") == 1


async def test_a_refusal_that_is_certain_needs_no_look(post, clock):
    post.workspace.faults.rate_limit("chat.postMessage", retry_after=7)
    await post.put("request/1/card", said="waiting")
    await post.settle()
    assert post.said() == []
    await clock.advance(6)
    await post.settle()
    assert post.count("chat.postMessage") == 1
    await clock.advance(2)
    await post.settle()
    assert post.said() == ["waiting"] and post.count("conversations.history") == 0


async def test_too_many_in_one_channel_hold_up_no_other(post, clock):
    post.workspace.faults.rate_limit("chat.postMessage", retry_after=60)
    await post.put("a1", said="a1")
    await post.step()
    await post.put("a2", said="a2")
    await post.put("b1", said="b1", channel="C0PAYMENTS")
    await post.settle()
    assert post.said("payments-prod") == ["b1"] and post.said() == []
    await clock.advance(61)
    await post.settle()
    assert sorted(post.said()) == ["a1", "a2"]


async def test_a_call_that_hangs_in_one_channel_holds_up_no_other(post):
    post.workspace.faults.hang("chat.postMessage")
    await post.put("slow")
    async with asyncio.TaskGroup() as group:
        await post.outgoing.begin(group)
        await post.workspace.wait_for(lambda: not post.workspace.faults._waiting.get("chat.postMessage"))
        await post.put("b1", said="b1", channel="C0PAYMENTS")
        assert await post.outgoing.begin(group) == 1
        await post.workspace.wait_for(lambda: post.said("payments-prod") == ["b1"])
        post.workspace.faults.release()


async def test_an_edit_of_a_deleted_card_posts_it_anew_and_later_edits_find_it(post):
    await post.put("request/1/card", said="waiting")
    await post.settle()
    old = await place(post, "request/1/card")
    post.workspace.state.messages.remove(post.workspace.state.messages.find(old.channel, old.ts))
    await post.put("request/1/card/a", "update", said="running", thread_key="request/1/card")
    await post.settle()
    assert post.said() == ["running"]
    await post.put("request/1/card/b", "update", said="done", thread_key="request/1/card")
    await post.settle()
    assert post.said() == ["done"] and (await place(post, "request/1/card")).ts != old.ts


async def test_a_card_that_was_diverted_to_a_person_is_edited_and_answered_there(post):
    await post.put("request/1/card", said="waiting", channel="C0RANDOM")
    await post.put("request/1/card/a", "update", said="done", channel="C0RANDOM", thread_key="request/1/card")
    await post.put("request/1/end", said="ended", channel="C0RANDOM", thread_key="request/1/card")
    await post.settle()
    card = await place(post, "request/1/card")
    assert post.said("D", "alice") == ["done"]
    assert post.said("D", "alice", thread_ts=card.ts) == ["done", "ended"]


async def test_a_direct_message_and_a_home_go_to_the_person_whose_id_is_the_channel(post):
    await post.put("request/1/ask/1/U0CAROL", "dm", said="please", channel="U0CAROL")
    await post.settle()
    assert post.said("D", "carol") == ["please"] and post.said("D", "alice") == []
    await post.put("home/U0CAROL/1", "home", said="your last ten", channel="U0CAROL")
    await post.settle()
    assert post.workspace.home("carol")["blocks"][0]["text"]["text"] == "your last ten"


async def test_a_message_is_deleted_and_its_place_forgotten(post):
    await post.put("stream/1", said="log")
    await post.settle()
    await post.put("stream/1/end", "delete", thread_key="stream/1")
    await post.settle()
    assert post.said() == [] and await place(post, "stream/1") is None


async def test_a_refused_bot_keeps_everything_and_sends_it_once_it_is_let_in_again(post, clock):
    post.workspace.faults.error("chat.postMessage", "token_revoked", times=3)
    await post.put("request/1/card", said="waiting")
    for _ in range(3):
        await post.settle()
        await clock.advance(61)
    assert post.said() == []
    await post.settle()
    assert post.said() == ["waiting"]


async def test_what_cannot_be_sent_for_half_a_day_is_dropped(post, clock):
    post.workspace.faults.error("chat.postMessage", "token_revoked", times=100)
    await post.put("request/1/card", said="waiting")
    await post.settle()
    await clock.advance(12 * 3600 + 1)
    await post.settle()
    assert await post.states() == {"request/1/card": "dropped"}


async def test_nobody_to_write_to_ends_it(post):
    await post.put("request/1/ask/1/U0GONE", "dm", channel="U0GONE")
    await post.settle()
    assert set((await post.states()).values()) == {"dropped"}


async def test_a_renderer_that_fails_holds_up_only_its_own_message(post, clock):
    calm = post.outgoing.render

    async def failing(claimed):
        if claimed.key == "bad":
            raise ValueError("cannot be rendered")
        return await calm(claimed)

    post.outgoing.render = failing
    await post.put("bad")
    await post.put("good", said="good")
    await post.settle()
    assert post.said() == ["good"] and await post.states() == {"bad": "waiting", "good": "sent"}


async def test_the_worker_sends_what_is_put_while_it_runs_and_ends_what_it_began(database, workspace, session):
    post = post_of(database, workspace, session)
    running = asyncio.create_task(post.outgoing.run())
    await post.put("one", said="one")
    await workspace.wait_for(lambda: post.said() == ["one"])
    workspace.faults.hang("chat.postMessage")
    await post.put("two", said="two")
    await workspace.wait_for(lambda: not workspace.faults._waiting.get("chat.postMessage"))
    post.outgoing.stop()
    workspace.faults.release()
    await running
    assert (await post.states())["one"] == "sent"


async def test_two_workers_send_each_message_once(database, workspace, session):
    first = post_of(database, workspace, session)
    second = post_of(database, workspace, session, owner="two")
    for number in range(12):
        await first.put(f"m{number}", said=f"m{number}", channel=["C0PLATFORM", "C0PAYMENTS"][number % 2])
    first.outgoing.pace.posts.clear()
    sending = [asyncio.create_task(each.outgoing.run()) for each in (first, second)]
    await workspace.wait_for(
        lambda: len(first.said()) + len(first.said("payments-prod")) >= 6,
    )
    for each in (first, second):
        each.outgoing.stop()
    await asyncio.gather(*sending)
    said = first.said() + first.said("payments-prod")
    assert len(said) == len(set(said))


async def test_later_without_words_is_tried_ever_more_slowly(post, clock):
    tried: list[float] = []

    async def unreachable(message):
        tried.append(clock.now().timestamp())
        return Later(seconds=2.0, why="unreachable", uncertain=True)

    post.outgoing.send = unreachable
    await post.put("one")
    for _ in range(200):
        await post.settle()
        await clock.advance(1)
    gaps = [round(after - before) for before, after in pairwise(tried)]
    assert gaps == [2, 4, 8, 16, 32, 60, 60]


async def test_a_message_that_somebody_changed_is_not_sent_and_holds_nobody_up(post):
    post.cards.says["changed"] = "rendered from what nobody can trust"
    await post.put("changed", said="secret of another")
    await post.put("good", said="good", channel="C0PAYMENTS")
    async with post.database.transaction() as tx:
        bodies = {row.key: row.body for row in await tx.execute(rows.select())}
        await tx.execute(rows.update().where(rows.c.key == "changed").values(body=bodies["good"]))
    await post.settle()
    assert post.said("payments-prod") == ["good"] and post.said() == []
    assert await post.states() == {"changed": "dropped", "good": "sent"}
