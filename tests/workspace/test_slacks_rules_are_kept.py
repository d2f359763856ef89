"""What Slack refuses, this refuses, with Slack's words: limits, triggers, response addresses, rates, tokens."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from playground.workspace.limits import RateLimits
from playground.workspace.server import Workspace
from tests.workspace.conftest import web_client


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict:
    return {"type": "section", "text": plain(text)}


def button(**more: object) -> dict:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def overflow(*options: dict) -> dict:
    return {"type": "overflow", "action_id": "more", "options": list(options)}


def option(text: str = "One", value: str = "1") -> dict:
    return {"text": plain(text), "value": value}


REFUSED = {
    "51 blocks": [{"type": "divider"}] * 51,
    "section of 3,001": [section("x" * 3_001)],
    "section without text": [{"type": "section"}],
    "empty text": [section("")],
    "header of 151": [{"type": "header", "text": plain("x" * 151)}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "button of 76": [actions(button(text=plain("x" * 76)))],
    "button in mrkdwn": [actions(button(text={"type": "mrkdwn", "text": "Go"}))],
    "button value of 2,001": [actions(button(value="x" * 2_001))],
    "action_id of 256": [actions(button(action_id="x" * 256))],
    "two of one action_id": [actions(button(), button())],
    "26 elements": [actions(*(button(action_id=f"a{n}") for n in range(26)))],
    "6 overflow options": [actions(overflow(*(option(value=f"{n}") for n in range(6))))],
    "option text of 76": [actions(overflow(option("x" * 76)))],
    "option value of 151": [actions(overflow(option(value="x" * 151)))],
    "11 fields": [{"type": "section", "fields": [plain("x")] * 11}],
    "field of 2,001": [{"type": "section", "fields": [plain("x" * 2_001)]}],
    "11 in context": [{"type": "context", "elements": [plain("x")] * 11}],
    "two of one block_id": [section("a") | {"block_id": "b"}, section("c") | {"block_id": "b"}],
    "101 table rows": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
    "21 table columns": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
    "two tables": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
    "empty rich text part": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
        }
    ],
    "unknown block": [{"type": "marquee"}],
    "unknown key": [section("x") | {"colour": "red"}],
    "alert outside a modal": [{"type": "alert", "text": plain("x")}],
}


@pytest.mark.parametrize("case", REFUSED)
async def test_blocks_past_a_limit_are_refused_and_not_shown(workspace, client, case):
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0PLATFORM", text="x", blocks=REFUSED[case])
    assert refused.value.response["error"] == "invalid_blocks"
    assert any("json-pointer:/blocks" in each for each in refused.value.response["response_metadata"]["messages"])
    assert workspace.messages("platform", "alice") == []


ALLOWED = {
    "50 blocks": [{"type": "divider"}] * 50,
    "section of 3,000": [section("x" * 3_000)],
    "button of 75 with a value of 2,000": [actions(button(text=plain("x" * 75), value="x" * 2_000))],
    "5 overflow options": [actions(overflow(*(option("x" * 75, f"{n}" * 150) for n in range(5))))],
    "100 table rows of 20": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100}],
}


@pytest.mark.parametrize("case", ALLOWED)
async def test_blocks_at_the_limit_are_taken(workspace, client, case):
    assert (await client.chat_postMessage(channel="C0PLATFORM", text="x", blocks=ALLOWED[case]))["ok"]
    assert len(workspace.messages("platform", "alice")) == 1


VIEW = {"type": "modal", "title": plain("Title"), "blocks": [section("x")]}


@pytest.mark.parametrize(
    "more",
    [
        {"title": plain("x" * 25)},
        {"submit": plain("x" * 25)},
        {"close": plain("x" * 25)},
        {"private_metadata": "x" * 3_001},
        {"callback_id": "x" * 256},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]},
        {"blocks": [{"type": "input", "label": plain("l"), "element": {"type": "plain_text_input"}}]},
    ],
)
async def test_a_view_past_a_limit_is_refused_without_using_up_its_trigger(workspace, client, more):
    trigger = workspace.state.triggers.trigger("U0ALICE")
    with pytest.raises(SlackApiError):
        await client.views_open(trigger_id=trigger, view=VIEW | more)
    assert workspace.view("alice") is None
    assert (await client.views_open(trigger_id=trigger, view=VIEW))["ok"]


async def test_a_trigger_is_good_once_and_for_three_seconds(workspace, client, clock):
    used, late = workspace.state.triggers.trigger("U0ALICE"), workspace.state.triggers.trigger("U0ALICE")
    await client.views_open(trigger_id=used, view=VIEW)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=used, view=VIEW)
    await clock.advance(3)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=VIEW)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.3", view=VIEW)


@pytest.mark.parametrize("uses", [5])
async def test_a_response_url_is_good_five_times_and_for_thirty_minutes(workspace, session, clock, uses):
    url = f"{workspace.address}/hooks/commands/{workspace.state.triggers.hook('U0ALICE', 'C0PLATFORM')}"
    for number in range(uses):
        async with session.post(url, json={"text": f"{number}"}) as answer:
            assert answer.status == 200
    async with session.post(url, json={"text": "sixth"}) as answer:
        assert answer.status == 404 and await answer.text() == "used_url"
    other = f"{workspace.address}/hooks/commands/{workspace.state.triggers.hook('U0ALICE', 'C0PLATFORM')}"
    await clock.advance(30 * 60)
    async with session.post(other, json={"text": "late"}) as answer:
        assert answer.status == 404 and await answer.text() == "expired_url"
    assert [message["text"] for message in workspace.messages("platform", "alice")] == list("01234")
    assert workspace.messages("platform", "bob") == []


async def test_rates_are_kept_by_channel_and_by_method(clock, session):
    async with Workspace(clock=clock, limits=RateLimits()) as workspace:
        client = web_client(workspace, session)
        for _ in range(3):
            ts = (await client.chat_postMessage(channel="C0PLATFORM", text="x"))["ts"]
        with pytest.raises(SlackApiError, match="ratelimited") as refused:
            await client.chat_postMessage(channel="C0PLATFORM", text="x")
        assert refused.value.response.status_code == 429 and refused.value.response.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel="C0PAYMENTS", text="x")
        for number in range(50):
            await client.chat_update(channel="C0PLATFORM", ts=ts, text=f"{number}")
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.chat_update(channel="C0PLATFORM", ts=ts, text="51")
        await clock.advance(60)
        await client.chat_update(channel="C0PLATFORM", ts=ts, text="52")


async def test_methods_that_read_see_nothing_of_a_json_body(client):
    with pytest.raises(SlackApiError):
        await client.api_call("users.info", json={"user": "U0ALICE"})
    assert (await client.users_info(user="U0ALICE"))["user"]["name"] == "alice"


async def test_an_edit_is_bounded_to_4000_and_a_post_is_cut_at_40000(workspace, client):
    posted = await client.chat_postMessage(channel="C0PLATFORM", text="x" * 40_001)
    assert len(workspace.messages("platform", "alice")[0]["text"]) == 40_000
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="C0PLATFORM", ts=posted["ts"], text="x" * 4_001)


@pytest.mark.parametrize("token", ["xoxb-wrong", None])
async def test_no_token_or_a_wrong_one_is_refused(workspace, session, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(f"{workspace.address}/api/auth.test", headers=headers) as answer:
        assert (await answer.json())["error"] == ("invalid_auth" if token else "not_authed")
