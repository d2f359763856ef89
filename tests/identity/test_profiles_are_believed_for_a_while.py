"""Slack is asked once in a while, once at a time, and again when it says that someone changed."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import Unavailable
from bot.identity.directory import Directory
from bot.identity.errors import NotAMember
from bot.identity.profiles import Profile
from bot.settings import Config
from bot.text import text
from tests.identity.conftest import Clock, Workspace, member


async def test_a_profile_is_asked_again_after_its_time(
    directory: Directory, workspace: Workspace, clock: Clock
) -> None:
    await directory.resolve("U0BOB", "T0ACME")
    clock.seconds = 299
    await directory.resolve("U0BOB", "T0ACME")
    assert workspace.asked == ["U0BOB"]
    clock.seconds = 300
    await directory.resolve("U0BOB", "T0ACME")
    assert workspace.asked == ["U0BOB", "U0BOB"]


async def test_many_at_once_ask_once(directory: Directory, workspace: Workspace) -> None:
    await asyncio.gather(*(directory.resolve("U0BOB", "T0ACME") for _ in range(50)))
    assert workspace.asked == ["U0BOB"]


async def test_a_change_of_the_member_is_seen_at_once(directory: Directory, workspace: Workspace) -> None:
    await directory.resolve("U0BOB", "T0ACME")
    workspace.profiles["U0BOB"] = member("U0BOB", deleted=True)
    directory.forget("U0BOB")
    with pytest.raises(NotAMember):
        await directory.resolve("U0BOB", "T0ACME")


async def test_a_failure_is_not_remembered_and_hides_no_profile(
    directory: Directory, workspace: Workspace, clock: Clock
) -> None:
    await directory.resolve("U0BOB", "T0ACME")
    clock.seconds = 300
    workspace.failure = Unavailable(text("Slack does not answer."))
    with pytest.raises(Unavailable):
        await directory.resolve("U0BOB", "T0ACME")
    workspace.failure = None
    assert (await directory.resolve("U0BOB", "T0ACME")).user == "kajitori:bob"


async def test_an_answer_from_before_a_change_is_not_kept(config: Config, clock: Clock) -> None:
    answered, asked = asyncio.Event(), asyncio.Event()

    class Slow:
        calls = 0

        async def users_info(self, user: str) -> Profile:
            self.calls += 1
            asked.set()
            await answered.wait()
            return member(user)

    slow = Slow()
    directory = Directory(config=config, source=slow, clock=clock)
    resolving = asyncio.create_task(directory.resolve("U0BOB", "T0ACME"))
    await asked.wait()
    directory.forget("U0BOB")
    answered.set()
    await resolving
    await directory.resolve("U0BOB", "T0ACME")
    assert slow.calls == 2


async def test_a_new_configuration_counts_from_the_next_question(directory: Directory, config: Config) -> None:
    await directory.resolve("U0BOB", "T0ACME")
    directory.reconfigure(config.model_copy(update={"people": {}}))
    with pytest.raises(Exception, match="names nobody with the id U0BOB"):
        await directory.resolve("U0BOB", "T0ACME")


def test_cards_can_name_people_without_asking_slack_and_people_on_call_come_first(
    directory: Directory, workspace: Workspace
) -> None:
    assert [person.slack_user for person in directory.everyone][:2] == ["U0BOB", "U0ALICE"]
    assert directory.configured("U0NONE") is None
    assert workspace.asked == []
