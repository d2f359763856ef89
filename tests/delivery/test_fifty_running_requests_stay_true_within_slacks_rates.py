"""Fifty cards that all move, under Slack's published rates and a clock of our own: results first, nothing refused."""

from __future__ import annotations

import pytest

from playground.workspace.limits import RateLimits
from playground.workspace.server import Workspace
from tests.databases import opened
from tests.delivery.outboxes import Post, post_of
from tests.workspace.edge import Moments

REQUESTS = 50
CHANNELS = ("C0PLATFORM", "C0PAYMENTS")
VOTE, RESULT, PROGRESS = 10, 20, 50


def key(number: int) -> str:
    return f"request/{number}/card"


class Crowd:
    """The requests, what is true of each, and when it became so."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.changes = 0
        self.pending: dict[int, float] = {}
        self.waited: list[float] = []

    async def change(self, number: int, said: str, priority: int) -> None:
        self.changes += 1
        self.post.cards.says[key(number)] = said
        name = f"{key(number)}/{self.changes}"
        channel = CHANNELS[number % 2]
        await self.post.put(name, "update", said=said, priority=priority, channel=channel, thread_key=key(number))
        if priority != PROGRESS:
            self.pending[number] = self.post.clock.monotonic()

    def seen(self) -> dict[int, str]:
        texts = [*self.post.said("C0PLATFORM"), *self.post.said("C0PAYMENTS")]
        return {int(text.split()[0]): text for text in texts}

    async def tick(self, seconds: float = 0.5) -> None:
        await self.post.settle()
        seen, now = self.seen(), self.post.clock.monotonic()
        for number, since in list(self.pending.items()):
            if seen.get(number) == self.post.cards.says[key(number)]:
                self.waited.append(now - since)
                del self.pending[number]
        await self.post.clock.manual.advance(seconds)


@pytest.fixture
async def crowd(tmp_path, session, clock):
    async with (
        Workspace(clock=clock, limits=RateLimits()) as workspace,
        opened(f"sqlite:///{tmp_path / 'kajitori.db'}", clock=Moments(clock)) as database,
    ):
        crowd = Crowd(post_of(database, workspace, session))
        for number in range(REQUESTS):
            crowd.post.cards.says[key(number)] = f"{number} waiting"
            await crowd.post.put(key(number), channel=CHANNELS[number % 2], priority=VOTE)
        for _ in range(80):
            await crowd.tick()
        assert len(crowd.seen()) == REQUESTS
        yield crowd


def refused(crowd: Crowd) -> list[str]:
    return [call.method for call in crowd.post.workspace.calls if call.error == "ratelimited"]


async def test_results_are_seen_within_five_seconds_while_everything_moves(crowd):
    for half_second in range(90):
        if half_second % 4 == 0:
            for number in range(REQUESTS):
                await crowd.change(number, f"{number} at {half_second}", PROGRESS)
        if half_second % 10 == 5:
            number = half_second // 10
            await crowd.change(number, f"{number} ended", RESULT)
            crowd.post.cards.says[key(number)] = f"{number} ended"
        await crowd.tick()
    assert refused(crowd) == []
    assert len(crowd.waited) + len(crowd.pending) == 9 and max(crowd.waited) <= 5.0
    assert crowd.post.count("chat.update") > 25


async def test_when_all_end_at_once_every_card_says_so_and_votes_go_first(crowd):
    for number in range(REQUESTS):
        await crowd.change(number, f"{number} at 5/10", PROGRESS)
    for _ in range(10):
        await crowd.tick()
    for number in range(REQUESTS):
        await crowd.change(number, f"{number} ended", VOTE if number == 49 else RESULT)
    await crowd.tick()
    assert crowd.seen()[49] == "49 ended"
    for _ in range(180):
        await crowd.tick()
    assert crowd.seen() == {number: f"{number} ended" for number in range(REQUESTS)}
    assert refused(crowd) == [] and max(crowd.waited) <= 75


async def test_a_card_that_waited_says_what_is_true_when_it_is_sent(crowd):
    late = 0
    for half_second in range(16):
        for number in range(0, REQUESTS, 2):
            await crowd.change(number, f"{number} at {half_second}", PROGRESS)
        sent = len(crowd.post.workspace.calls)
        await crowd.tick()
        for call in crowd.post.workspace.calls[sent:]:
            number = int(str(call.arguments["text"]).split()[0])
            assert call.arguments["text"] == crowd.post.cards.says[key(number)]
            late += 1
    assert refused(crowd) == [] and late >= 10
