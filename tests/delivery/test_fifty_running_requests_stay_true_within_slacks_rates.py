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

    async def change(self, says: dict[int, str], priority: int) -> None:
        """Of these requests another thing is true now; what is to be sent is put together."""
        changed = []
        for number, said in says.items():
            self.changes += 1
            self.post.cards.says[key(number)] = said
            more = {"priority": priority, "channel": CHANNELS[number % 2], "thread_key": key(number)}
            changed.append(self.post.message(f"{key(number)}/{self.changes}", "update", said=said, **more))
            if priority != PROGRESS:
                self.pending[number] = self.post.clock.monotonic()
        await self.post.put_all(changed)

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
            await crowd.change({number: f"{number} at {half_second}" for number in range(REQUESTS)}, PROGRESS)
        if half_second % 10 == 5:
            number = half_second // 10
            await crowd.change({number: f"{number} ended"}, RESULT)
            crowd.post.cards.says[key(number)] = f"{number} ended"
        await crowd.tick()
    assert refused(crowd) == []
    assert len(crowd.waited) + len(crowd.pending) == 9 and max(crowd.waited) <= 5.0
    assert crowd.post.count("chat.update") > 25


async def test_when_all_end_at_once_every_card_says_so_and_votes_go_first(crowd):
    await crowd.change({number: f"{number} at 5/10" for number in range(REQUESTS)}, PROGRESS)
    for _ in range(10):
        await crowd.tick()
    await crowd.change({number: f"{number} ended" for number in range(49)}, RESULT)
    await crowd.change({49: "49 ended"}, VOTE)
    await crowd.tick()
    assert crowd.seen()[49] == "49 ended"
    for _ in range(180):
        await crowd.tick()
    assert crowd.seen() == {number: f"{number} ended" for number in range(REQUESTS)}
    assert refused(crowd) == [] and max(crowd.waited) <= 75


async def test_a_card_that_waited_says_what_is_true_when_it_is_sent(crowd):
    late = 0
    for half_second in range(16):
        await crowd.change({number: f"{number} at {half_second}" for number in range(0, REQUESTS, 2)}, PROGRESS)
        sent = len(crowd.post.workspace.calls)
        await crowd.tick()
        for call in crowd.post.workspace.calls[sent:]:
            number = int(str(call.arguments["text"]).split()[0])
            assert call.arguments["text"] == crowd.post.cards.says[key(number)]
            late += 1
    assert refused(crowd) == [] and late >= 10
