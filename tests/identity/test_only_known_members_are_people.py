"""Everyone else is refused, with whom to ask. The profile's flags are those of Slack's `users.info`."""

from __future__ import annotations

import pytest

from bot.errors import Refused, Unavailable
from bot.identity.directory import Directory
from bot.identity.errors import NotAMember, Unknown
from bot.identity.profiles import read_profile
from bot.settings import Config, parse_config
from bot.text import text
from tests.identity.conftest import CONFIG, Clock, Workspace, member

MEMBER = {
    "id": "U0ALICE",
    "team_id": "T0ACME",
    "name": "alice",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "locale": "ja-JP",
    "tz": "Asia/Tokyo",
    "profile": {"display_name": "Alice", "email": "alice@example.com"},
}


async def test_a_member_who_is_configured_is_a_person(directory: Directory) -> None:
    bob = await directory.resolve("U0BOB", "T0ACME")
    assert bob.impersonation.user == "kajitori:bob"
    assert bob.impersonation.groups == ("kajitori:developers", "kajitori:sre", "kajitori:auditors")
    assert (bob.teams, bob.locale, bob.timezone, bob.on_call) == (("developers", "sre"), "ja", "Asia/Tokyo", True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"deleted": True}, "deactivated"),
        ({"is_bot": True}, "bot"),
        ({"is_restricted": True}, "Guests"),
        ({"is_ultra_restricted": True}, "Guests"),
        ({"is_stranger": True}, "another workspace"),
        ({"team": "T0OTHER"}, "another workspace"),
        ({"team": ""}, "another workspace"),
        ({"user": "U0BOB"}, "somebody else"),
    ],
)
async def test_who_is_no_full_member_is_refused(
    directory: Directory, workspace: Workspace, changes: dict[str, object], says: str
) -> None:
    workspace.profiles["U0ALICE"] = member("U0ALICE", **changes)
    with pytest.raises(NotAMember, match=says) as refused:
        await directory.resolve("U0ALICE", "T0ACME")
    assert "U0BOB" in str(refused.value.next)


@pytest.mark.parametrize("team", ["T0OTHER", "", "E0ORG"])
async def test_a_delivery_of_another_team_is_refused_without_asking_slack(
    directory: Directory, workspace: Workspace, team: str
) -> None:
    with pytest.raises(NotAMember, match="another workspace"):
        await directory.resolve("U0ALICE", team)
    assert workspace.asked == []


@pytest.mark.parametrize("user", ["U0MALLORY", "u0alice", "U0ALICE ", "", "USLACKBOT"])
async def test_unknown_ids_are_refused(directory: Directory, user: str) -> None:
    with pytest.raises(Refused):
        await directory.resolve(user, "T0ACME")


async def test_an_unknown_member_learns_their_id_and_whom_to_ask(directory: Directory) -> None:
    with pytest.raises(Unknown) as refused:
        await directory.resolve("U0MALLORY", "T0ACME")
    assert "U0MALLORY" in str(refused.value.why)
    assert "U0BOB" in str(refused.value.next)


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "team_id", "id"])
@pytest.mark.parametrize("value", ["absent", None, "false", 0])
async def test_a_flag_that_slack_does_not_send_plainly_counts_against_the_member(
    directory: Directory, workspace: Workspace, flag: str, value: object
) -> None:
    user: dict[str, object] = {**MEMBER, flag: value}
    if value == "absent":
        del user[flag]
    workspace.profiles["U0ALICE"] = read_profile(user)
    with pytest.raises(NotAMember):
        await directory.resolve("U0ALICE", "T0ACME")


async def test_slack_s_answer_is_read_as_it_is_sent(directory: Directory, workspace: Workspace) -> None:
    workspace.profiles["U0ALICE"] = read_profile(MEMBER)
    alice = await directory.resolve("U0ALICE", "T0ACME")
    assert (alice.name, alice.locale, alice.timezone) == ("Alice", "ja", "Asia/Tokyo")


@pytest.mark.parametrize("user", [{}, {"profile": "x", "enterprise_user": []}, {"profile": None}])
def test_nonsense_instead_of_a_user_is_nobody(user: dict[str, object]) -> None:
    profile = read_profile(user)
    assert profile.deleted
    assert profile.is_bot


async def test_when_slack_does_not_answer_nobody_is_anyone(directory: Directory, workspace: Workspace) -> None:
    workspace.failure = Unavailable(text("Slack does not answer."))
    with pytest.raises(Unavailable):
        await directory.resolve("U0ALICE", "T0ACME")


async def test_when_slack_is_too_slow_nobody_is_anyone(directory: Directory, workspace: Workspace) -> None:
    workspace.failure = TimeoutError()
    with pytest.raises(Unavailable, match="nothing was done"):
        await directory.resolve("U0ALICE", "T0ACME")


async def test_a_member_of_the_organisation_is_one_only_where_the_organisation_is_configured(
    workspace: Workspace, clock: Clock
) -> None:
    workspace.profiles["U0ALICE"] = member(
        "U0ALICE", team="T0HOME", enterprise="E0ORG", enterprise_teams=("T0HOME", "T0ACME")
    )
    plain = Directory(config=parse_config(CONFIG.encode()), source=workspace, clock=clock)
    with pytest.raises(NotAMember):
        await plain.resolve("U0ALICE", "T0ACME")
    grid = CONFIG.replace("{team_id: T0ACME}", "{team_id: T0ACME, enterprise_id: E0ORG}")
    directory = Directory(config=parse_config(grid.encode()), source=workspace, clock=clock)
    assert (await directory.resolve("U0ALICE", "T0ACME")).user == "kajitori:alice"


def sso(config: str = CONFIG) -> Config:
    return parse_config(config.replace("identity: {", "identity: {email_from_sso: true, ").encode())


async def test_an_e_mail_finds_nobody_unless_the_configuration_says_it_comes_from_sso(
    directory: Directory, workspace: Workspace
) -> None:
    workspace.profiles["U0NEW"] = member("U0NEW", email="alice@example.com")
    with pytest.raises(Unknown):
        await directory.resolve("U0NEW", "T0ACME")


async def test_an_e_mail_from_sso_finds_exactly_the_one_who_has_it(workspace: Workspace, clock: Clock) -> None:
    directory = Directory(config=sso(), source=workspace, clock=clock)
    workspace.profiles["U0NEW"] = member("U0NEW", email="ALICE@example.com")
    workspace.profiles["U0TAG"] = member("U0TAG", email="alice+x@example.com")
    workspace.profiles["U0NONE"] = member("U0NONE")
    assert (await directory.resolve("U0NEW", "T0ACME")).user == "kajitori:alice"
    for user in ("U0TAG", "U0NONE"):
        with pytest.raises(Unknown):
            await directory.resolve(user, "T0ACME")


async def test_an_e_mail_of_two_people_finds_neither(workspace: Workspace, clock: Clock) -> None:
    both = CONFIG.replace("{user: bob,", "{user: bob, email: alice@example.com,")
    directory = Directory(config=sso(both), source=workspace, clock=clock)
    workspace.profiles["U0NEW"] = member("U0NEW", email="alice@example.com")
    with pytest.raises(Unknown):
        await directory.resolve("U0NEW", "T0ACME")


async def test_without_a_prefix_people_act_under_their_own_names(workspace: Workspace, clock: Clock) -> None:
    config = parse_config((CONFIG + "impersonation: {prefix: ''}\n").encode())
    alice = await Directory(config=config, source=workspace, clock=clock).resolve("U0ALICE", "T0ACME")
    assert (alice.user, alice.groups) == ("alice", ("developers",))
