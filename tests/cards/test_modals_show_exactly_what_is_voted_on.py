"""Modals are rendered from the database: the calls as they go out, secrets hidden, the mark in their metadata."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from bot.operations.disclosure import disclosed, disclosed_change
from bot.operations.json import Object
from bot.operations.kinds import CONFIG_MAP, Target
from bot.operations.patches import Change
from bot.operations.plan import Call, ContentType
from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.modals import views
from tests.cards.reading import problems, words
from tests.cards.requests_shown import APP, PATCH, PLAN, shown

MODALS: dict[str, Callable[[Shown, str], dict[str, Any]]] = {
    "approve": views.approve,
    "confirm": views.confirm,
    "reject": views.reject,
    "break_glass": views.break_glass,
    "back": views.back,
    "happened": partial(views.happened, it_did=True),
    "not_happened": partial(views.happened, it_did=False),
}
READ_ONLY = {"details": views.details, "why": views.why}


def with_calls(*calls: Call) -> Shown:
    return shown(plan=msgspec.structs.replace(PLAN, steps=calls))


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", [*MODALS, *READ_ONLY])
def test_slack_takes_every_modal(name: str, state: State, locale: str) -> None:
    make = {**MODALS, **READ_ONLY}[name]
    assert problems(make(shown(state), locale)) == []
    assert problems(make(shown(state, plan=None, decision=None, calls=0), locale)) == []


@pytest.mark.parametrize("name", list(MODALS))
def test_a_modal_that_does_something_carries_its_name_and_the_mark(name: str) -> None:
    view = MODALS[name](shown(), "en")
    assert (view["callback_id"], view["private_metadata"]) == (name, "142.1.waiting")
    assert "submit" in view


@pytest.mark.parametrize("name", list(READ_ONLY))
def test_a_modal_to_read_has_nothing_to_submit(name: str) -> None:
    view = READ_ONLY[name](shown(), "en")
    assert "submit" not in view and "callback_id" not in view


def test_the_approval_shows_the_exact_call_and_what_the_vote_binds_to() -> None:
    said = words(views.approve(shown(), "en")["blocks"])
    assert "PATCH /apis/apps/v1/namespaces/shop/deployments/app" in said
    assert '"image": "shop/app:v2.4.0"' in said
    assert "digest 9f9f9f9f9f9f" in said and "policy p-7" in said
    assert "Nothing is sent unless the field it relies on is still as it was read." in said
    assert "/spec/template/spec/containers/0/image: shop/app:v2.4.1 → shop/app:v2.4.0" in said


def test_a_reason_is_needed_only_to_break_the_glass() -> None:
    optional = {}
    for name, make in MODALS.items():
        inputs = [block for block in make(shown(), "en")["blocks"] if block["type"] == "input"]
        optional[name] = [(block["block_id"], block["optional"]) for block in inputs]
    assert optional == {
        "approve": [("reason", True)],
        "confirm": [],
        "reject": [("reason", True)],
        "break_glass": [("reason", False)],
        "back": [],
        "happened": [("reason", True)],
        "not_happened": [("reason", True)],
    }


SECRET = "hunter2-very-secret"
CONTAINER = {"name": "app", "env": [{"name": "DB_PASSWORD", "value": SECRET}], "args": [f"--token={SECRET}"]}
TEMPLATE = {"spec": {"containers": [CONTAINER]}}


@pytest.mark.parametrize(
    "body",
    [
        {"spec": {"template": TEMPLATE}},
        {"data": {"password": SECRET}},
        {"stringData": {"password": SECRET}},
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET}}},
        [{"op": "replace", "path": "/spec/template", "value": TEMPLATE}],
        [{"op": "replace", "path": "/spec/template/spec/containers/0/env/0/value", "value": SECRET}],
        [{"op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": {"name": "A", "value": SECRET}}],
        [{"op": "replace", "path": "/spec/template/spec/containers/0/env", "value": CONTAINER["env"]}],
        [{"op": "add", "path": "/data/0", "value": SECRET}],
        [{"op": "replace", "path": "", "value": {"data": {"a": SECRET}}}],
    ],
    ids=str,
)
def test_no_secret_is_shown_wherever_a_body_holds_it(body: Any) -> None:
    call = Call(
        id="set",
        verb="patch",
        target=Target(kind=CONFIG_MAP, name="app", namespace="shop"),
        content_type=ContentType.JSON_PATCH if isinstance(body, list) else ContentType.MERGE_PATCH,
        body=body,
    )
    assert SECRET not in str(disclosed(body))
    for make in (views.approve, views.details, views.back):
        of = with_calls(call)
        if make is views.back and of.plan is not None and of.plan.back is not None:
            way = msgspec.structs.replace(of.plan.back, calls=(call,))
            of = shown(plan=msgspec.structs.replace(of.plan, back=way))
        assert SECRET not in str(make(of, "en"))


@pytest.mark.parametrize(
    "pointer",
    [
        "/spec/template/spec/containers/0/env/0/value",
        "/data/password",
        "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
    ],
)
def test_a_change_of_a_hidden_value_is_seen_as_a_change(pointer: str) -> None:
    told = disclosed_change(Change(pointer=pointer, before=SECRET, after=SECRET + "!"))
    assert SECRET not in str(told)
    assert told.before != told.after
    view = views.details(shown(changes=(Change(pointer=pointer, before=SECRET, after="other"),)), "en")
    assert SECRET not in str(view) and pointer in words(view["blocks"])


def test_what_is_not_secret_is_shown_as_it_is() -> None:
    body: Object = {"spec": {"replicas": 3, "paused": None, "list": [1, "two"]}}
    assert disclosed(body) == body
    assert disclosed(5, "/spec/replicas") == 5


def test_a_plan_of_many_large_calls_still_fits() -> None:
    large = {"spec": {f"field-{number}": "x" * 500 for number in range(400)}}
    calls = tuple(msgspec.structs.replace(PATCH, id=f"c{number}", body=large) for number in range(60))
    view = views.approve(with_calls(*calls), "en")
    assert problems(view) == []
    assert "… and 40 more calls" in words(view["blocks"])


def test_why_names_the_rule_and_who_may_vote() -> None:
    said = words(views.why(shown(), "en")["blocks"])
    assert "It needs 1 vote of other people of sre" in said
    assert "Rule production of policy p-7" in said
    assert "It needs 1 of @sre-oncall now." in said


def test_details_tell_how_each_step_was_rehearsed_and_how_it_stands() -> None:
    said = words(views.details(shown(State.SUCCEEDED), "en")["blocks"])
    assert f"patch {APP.title}: done, rehearsed by dry-run" in said
    assert f"wait for rolled-out of {APP.title}: not begun" in said
