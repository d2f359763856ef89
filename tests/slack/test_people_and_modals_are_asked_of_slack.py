"""Profiles, modals, permalinks and direct messages by the real client; what is not known is an error, never a guess."""

from __future__ import annotations

import pytest

from bot.errors import Bug, Unavailable
from bot.slack.api.client import installation, web_client
from bot.slack.api.errors import Changed, MessageGone, NotReachable, PersonGone, TokenRefused, TriggerExpired, ViewGone
from bot.slack.api.opening import open_modal, update_modal
from bot.slack.api.profiles import SlackProfiles
from bot.slack.delivery.places import Places

VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Approve"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Roll back shop/app?"}}],
}


@pytest.fixture
def slack(workspace, session):
    return web_client(session, token=workspace.bot_token, base_url=f"{workspace.address}/api/")


async def test_a_member_and_a_guest_of_another_team_are_told_apart(slack):
    profiles = SlackProfiles(slack)
    bob, erin = await profiles.users_info("U0BOB"), await profiles.users_info("U0ERIN")
    assert (bob.user, bob.team, bob.name, bob.locale, bob.timezone) == (
        "U0BOB",
        "T0KAJITORI",
        "bob",
        "ja-JP",
        "Asia/Tokyo",
    )
    assert not (bob.is_bot or bob.deleted or bob.is_restricted or bob.is_stranger)
    assert erin.team == "T0PARTNER" and erin.is_stranger and erin.is_restricted


async def test_somebody_unknown_and_a_slack_that_does_not_answer_are_both_no_profile(slack, workspace):
    profiles = SlackProfiles(slack)
    with pytest.raises(PersonGone):
        await profiles.users_info("U0NOBODY")
    workspace.faults.status("users.info", 503)
    with pytest.raises(Unavailable):
        await profiles.users_info("U0BOB")
    workspace.faults.drop("users.info")
    with pytest.raises(NotReachable):
        await profiles.users_info("U0BOB")


async def test_a_modal_is_opened_once_for_a_trigger_and_replaced(slack, workspace):
    trigger = workspace.state.triggers.trigger("U0BOB")
    view_id = await open_modal(slack, trigger, VIEW)
    assert workspace.view("bob")["id"] == view_id and workspace.view("alice") is None
    with pytest.raises(TriggerExpired):
        await open_modal(slack, trigger, VIEW)
    await update_modal(slack, view_id, VIEW | {"title": {"type": "plain_text", "text": "Reject"}})
    assert workspace.view("bob")["title"]["text"] == "Reject"


async def test_a_modal_asked_for_too_late_is_an_error_to_the_caller(slack, workspace, clock):
    trigger = workspace.state.triggers.trigger("U0BOB")
    await clock.advance(3.1)
    with pytest.raises(TriggerExpired):
        await open_modal(slack, trigger, VIEW)
    assert workspace.view("bob") is None


async def test_somebody_elses_change_of_a_modal_is_not_lost(slack, workspace):
    view_id = await open_modal(slack, workspace.state.triggers.trigger("U0BOB"), VIEW)
    read = workspace.view("bob")["hash"]
    await update_modal(slack, view_id, VIEW, expected=read)
    with pytest.raises(Changed):
        await update_modal(slack, view_id, VIEW, expected=read)
    with pytest.raises(ViewGone):
        await update_modal(slack, "V0NONE", VIEW)


async def test_a_modal_past_the_limits_never_leaves(slack, workspace):
    trigger = workspace.state.triggers.trigger("U0BOB")
    with pytest.raises(Bug):
        await open_modal(slack, trigger, VIEW | {"title": {"type": "plain_text", "text": "x" * 25}})
    assert workspace.calls == []


async def test_a_message_has_a_permalink_as_long_as_it_is_there(slack, workspace, client):
    places = Places(slack)
    ts = (await client.chat_postMessage(channel="C0PLATFORM", text="x"))["ts"]
    assert (await places.permalink("C0PLATFORM", ts)).endswith(f"/archives/C0PLATFORM/p{ts.replace('.', '')}")
    with pytest.raises(MessageGone):
        await places.permalink("C0PLATFORM", "1.000001")


async def test_who_the_bot_is_is_asked_once_and_a_refused_token_stops_the_start(slack, workspace, session):
    found = await installation(slack)
    assert (found.team, found.bot_user, found.bot_name) == ("T0KAJITORI", "U0KAJITORI", "kajitori")
    wrong = web_client(session, token="xoxb-wrong", base_url=f"{workspace.address}/api/")
    with pytest.raises(TokenRefused):
        await installation(wrong)
