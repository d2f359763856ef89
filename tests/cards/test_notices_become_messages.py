"""The outbox holds notices; what is sent is rendered from the database at that moment, in the reader's language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.clock import SystemTokens
from bot.commandline.own import OWN
from bot.errors import Unavailable
from bot.identity.directory import Directory
from bot.identity.profiles import Profile, read_profile
from bot.operations.registry import build_registry
from bot.operations.view import File, View
from bot.policy.loading import PolicyInForce
from bot.requests.clusters import Clusters
from bot.requests.notices import (
    Address,
    CardNotice,
    FileNotice,
    HomeNotice,
    LineNotice,
    Notice,
    OfferNotice,
    PingEvent,
    PingNotice,
    Problem,
    ReplyNotice,
)
from bot.requests.services import Services
from bot.requests.states import State
from bot.requests.versions import Extras, encode_decision
from bot.settings import parse_config
from bot.slack.delivery.messages import Message, MessageKind
from bot.slack.delivery.rendering import render
from bot.store.outbox import Claimed
from bot.store.plans import PlanVersion, add_plan
from bot.store.requests import NewRequest, compare_and_set, insert_request, load
from bot.text import text
from tests.cards.reading import pressed, words
from tests.cards.requests_shown import DECISION, PLAN
from tests.clocks import HandClock
from tests.databases import KEYRING, opened

CONFIG = b"""\
slack: {team_id: T0ACME}
clusters: {prod: {title: PROD tokyo}}
people:
  U0ALICE: {user: alice, name: alice}
  U0BOB: {user: bob, name: bob, locale: ja}
channels:
  C0SHOP: {locale: ja}
"""


class Profiles:
    """What Slack says of people, by id; of all others it cannot be asked now."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}

    async def users_info(self, user: str) -> Profile:
        if user not in self.known:
            raise Unavailable(text("Slack does not answer."))
        return read_profile({"id": user, "team_id": "T0ACME", **self.known[user]})


PROFILES = Profiles()


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    clock = HandClock()
    config = parse_config(CONFIG)
    async with opened(f"sqlite:///{tmp_path / 'kajitori.db'}") as database:
        yield Services(
            database=database,
            keyring=KEYRING,
            clusters=Clusters({}),
            policy=PolicyInForce(read=None, config=config, operations=(), clock=clock),
            directory=Directory(config=config, source=PROFILES, clock=clock),
            registry=build_registry([OWN]),
            config=config,
            clock=clock,
            tokens=SystemTokens(),
            instance="test",
            owner="test",
        )


@pytest.fixture(autouse=True)
def _nobody_is_known() -> None:
    PROFILES.known.clear()


async def stored(services: Services, state: State, **changes: Any) -> int:
    now = services.clock.now()
    usual: dict[str, Any] = {
        "state": state.value,
        "cluster": "prod",
        "namespace": "shop",
        "operation": "rollout undo",
        "command_line": "rollout undo deployment/app",
        "arguments": b"{}",
        "requester_slack": "U0ALICE",
        "requester_user": "alice",
        "requester_name": "alice",
        "requester_key": "user:alice",
        "person": b"{}",
        "team_id": "T0ACME",
        "channel": "C0SHOP",
        "production": True,
        "environment": "production",
        "created_at": now,
        "expires_at": now + timedelta(minutes=20),
    }
    wanted = usual | changes
    ended_at = wanted.pop("ended_at", None)
    async with services.database.transaction() as tx:
        number = await insert_request(tx, NewRequest(**wanted | {"state": State.PLANNED.value}))
        if state is not State.PLANNED:
            await add_plan(tx, plan_of(number, now))
            assert await compare_and_set(tx, number, 1, state=state.value, plan_version=1, ended_at=ended_at)
    return number


def plan_of(number: int, at: datetime) -> PlanVersion:
    """The rollback that all these tests are about, on which bob may vote."""
    return PlanVersion(
        request_id=number,
        version=1,
        digest=f"{number:064x}",
        intent=b"{}",
        plan=msgspec.json.encode(PLAN),
        card=msgspec.json.encode(Extras(may_vote=("U0BOB",), policy_version="p-7")),
        decision=encode_decision(DECISION),
        rehearsal=b"[]",
        mac="-",
        created_at=at,
    )


async def rendered(services: Services, notice: Notice, kind: str = "post", channel: str = "C0SHOP") -> Message | None:
    claimed = Claimed(
        id=1,
        key="k",
        kind=kind,
        priority=20,
        channel=channel,
        thread_key=None,
        body=msgspec.json.encode(notice),
        attempts=1,
        owner="test",
        created_at=services.clock.now(),
    )
    return await render(services, claimed)


async def test_a_card_speaks_the_channels_language_in_the_thread_where_it_was_asked(services: Services) -> None:
    number = await stored(services, State.WAITING, thread_ts="1.2")
    made = await rendered(services, CardNotice(number))
    assert made is not None
    assert "alice さん" in made.text and f"R-{number}" in made.text
    assert (made.kind, made.channel, made.thread_ts, made.locale) == (MessageKind.POST, "C0SHOP", "1.2", "ja")
    elsewhere = await rendered(services, CardNotice(number), channel="C0OTHER")
    assert elsewhere is not None and elsewhere.thread_ts == ""


async def test_a_card_that_waited_shows_the_state_as_it_is_now(services: Services) -> None:
    number = await stored(services, State.PLANNED)
    before = await rendered(services, CardNotice(number))
    async with services.database.transaction() as tx:
        request = await load(tx, number)
        assert request is not None
        assert await compare_and_set(
            tx, number, request.version, state=State.REJECTED.value, ended_at=services.clock.now()
        )
    after = await rendered(services, CardNotice(number))
    assert before is not None and after is not None
    assert "計画中" in before.text and "却下" in after.text


async def test_an_ask_that_was_overtaken_is_not_sent(services: Services) -> None:
    waiting = await stored(services, State.WAITING)
    ended = await stored(services, State.EXPIRED, ended_at=services.clock.now())
    assert await rendered(services, PingNotice(waiting, PingEvent.ASK)) is not None
    assert await rendered(services, PingNotice(ended, PingEvent.ASK)) is None
    assert await rendered(services, PingNotice(ended, PingEvent.END)) is not None
    assert await rendered(services, PingNotice(ended, PingEvent.ATTENTION)) is None


async def test_an_ask_by_direct_message_speaks_the_voters_language_and_can_be_answered(services: Services) -> None:
    number = await stored(services, State.WAITING, channel="C0OTHER")
    made = await rendered(services, PingNotice(number, PingEvent.ASK), kind="dm", channel="U0BOB")
    assert made is not None
    assert (made.kind, made.channel, made.user, made.locale) == (MessageKind.DIRECT, "", "U0BOB", "ja")
    assert [action for action, _ in pressed(made.blocks)] == ["approve", "details"]


async def test_a_failure_is_also_seen_in_the_channel(services: Services) -> None:
    ended = {"ended_at": services.clock.now()}
    failed = await rendered(services, PingNotice(await stored(services, State.FAILED, **ended), PingEvent.END))
    done = await rendered(services, PingNotice(await stored(services, State.SUCCEEDED, **ended), PingEvent.END))
    assert failed is not None and failed.broadcast
    assert done is not None and not done.broadcast


async def test_a_private_answer_goes_to_its_reader_alone_by_the_address_that_came_with_the_command(
    services: Services,
) -> None:
    address = Address(user="U0BOB", channel="C0SHOP", response_url="https://hooks.slack.com/x", thread_ts="1.2")
    view = View(title=text("Nothing was done."), sensitive=True)
    notice = ReplyNotice(address=address, view=view, command_line="logs app")
    made = await rendered(services, notice, kind="respond")
    assert made is not None
    assert (made.user, made.response_url, made.private, made.locale) == ("U0BOB", address.response_url, True, "ja")
    assert ("share", "logs app") in pressed(made.blocks)


async def test_a_shared_answer_speaks_the_channels_language_and_offers_no_sharing(services: Services) -> None:
    address = Address(user="U0ALICE", channel="C0OTHER", locale="ja")
    view = View(title=text("Nothing was done."), sensitive=True)
    made = await rendered(services, ReplyNotice(address=address, view=view, shared=True, command_line="logs app"))
    assert made is not None
    assert (made.private, made.locale, made.text) == (False, "en", "Nothing was done.")
    assert pressed(made.blocks) == []


async def test_a_copy_by_direct_message_is_in_no_thread(services: Services) -> None:
    address = Address(user="U0BOB", channel="C0SHOP", thread_ts="1.2")
    notice = ReplyNotice(address=address, problem=Problem(what=text("Nothing was done.")), copy=True)
    made = await rendered(services, notice, kind="dm", channel="U0BOB")
    assert made is not None
    assert (made.kind, made.user, made.thread_ts, made.channel) == (MessageKind.DIRECT, "U0BOB", "", "")


async def test_lines_files_and_offers_are_rendered_too(services: Services) -> None:
    line = await rendered(services, LineNotice(channel="C0SHOP", message=text("Nothing was done.")))
    assert line is not None and line.text == "何も実行していません。" and not line.private
    address = Address(user="U0BOB", channel="C0SHOP")
    file = await rendered(
        services, FileNotice(address=address, file=File(name="a.txt", title=text("Logs"), content=b"x")), kind="file"
    )
    assert file is not None and file.file is not None
    assert (file.file.name, file.file.title, file.file.content) == ("a.txt", "ログ", b"x")
    number = await stored(services, State.WAITING)
    offered = await rendered(
        services,
        OfferNotice(address=address, request=number, command_line="rollout undo deployment/app"),
        kind="ephemeral",
    )
    assert offered is not None and offered.user == "U0BOB"
    assert [action for action, _ in pressed(offered.blocks)] == ["approve", "mine"]


async def test_a_home_shows_what_one_may_vote_on_and_nothing_that_others_may(services: Services) -> None:
    number = await stored(services, State.WAITING)
    theirs = await rendered(services, HomeNotice("U0BOB"), kind="home", channel="U0BOB")
    assert theirs is not None and theirs.view is not None
    assert [value for action, value in pressed(theirs.view) if action.startswith("approve")] == [f"{number}.1.waiting"]
    own = await rendered(services, HomeNotice("U0ALICE"), kind="home", channel="U0ALICE")
    assert own is not None and own.view is not None
    assert not [action for action, _ in pressed(own.view) if action.startswith("approve")]


async def test_what_one_person_alone_reads_is_in_the_language_of_their_slack(services: Services) -> None:
    PROFILES.known["U0ALICE"] = {"locale": "ja-JP"}
    number = await stored(services, State.WAITING, requester_slack="U0BOB", requester_key="user:bob")
    home = await rendered(services, HomeNotice("U0ALICE"), kind="home", channel="U0ALICE")
    assert home is not None and home.locale == "ja"
    asked = await rendered(services, PingNotice(number, PingEvent.ASK), kind="dm", channel="U0ALICE")
    assert asked is not None and asked.locale == "ja" and "承認" in str(asked.blocks)


async def test_slack_that_does_not_say_the_language_holds_no_message_up(services: Services) -> None:
    number = await stored(services, State.WAITING, channel="C0OTHER")
    asked = await rendered(services, PingNotice(number, PingEvent.ASK), kind="dm", channel="U0ALICE")
    assert asked is not None and asked.locale == "en"


async def test_a_home_lists_what_one_asked_for_and_a_stranger_has_none(services: Services) -> None:
    person = services.directory.configured("U0ALICE")
    assert person is not None
    await stored(services, State.EXECUTING, requester_key=person.key)
    made = await rendered(services, HomeNotice("U0ALICE"), kind="home", channel="U0ALICE")
    assert made is not None and made.view is not None
    assert (made.kind, made.user) == (MessageKind.HOME, "U0ALICE")
    assert words(made.view).count("shop/app → v2.4.0") == 2
    assert await rendered(services, HomeNotice("U0STRANGER"), kind="home", channel="U0STRANGER") is None
