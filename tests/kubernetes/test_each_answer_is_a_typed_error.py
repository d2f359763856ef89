"""Decided by status and reason, never by words; a body that is no Status says nothing; every error tells what next."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot import errors
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import (
    AlreadyExists,
    ClusterUnavailable,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    ObjectNotFound,
    Rejected,
    TooMany,
    Unauthorized,
    failure,
)
from bot.kubernetes.statuses import LONGEST, clean, parse_status
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT
from tests.kubernetes.api_server import ApiServer, status_body

PATH = "/apis/apps/v1/namespaces/shop/deployments/app"
NAMED = {"name": "app", "kind": "deployments", "group": "apps"}


@pytest.mark.parametrize(
    ("code", "reason", "expected", "base"),
    [
        (400, "BadRequest", Rejected, errors.Refused),
        (401, "Unauthorized", Unauthorized, errors.Unavailable),
        (403, "Forbidden", Forbidden, errors.Refused),
        (404, "NotFound", ObjectNotFound, errors.NotFound),
        (405, "MethodNotAllowed", Rejected, errors.Refused),
        (408, "Timeout", ClusterUnavailable, errors.Unavailable),
        (409, "Conflict", Conflict, errors.Refused),
        (409, "AlreadyExists", AlreadyExists, errors.Refused),
        (410, "Expired", Gone, errors.Refused),
        (415, "UnsupportedMediaType", Rejected, errors.Refused),
        (422, "Invalid", Invalid, errors.Refused),
        (429, "TooManyRequests", TooMany, errors.Unavailable),
        (500, "InternalError", ClusterUnavailable, errors.Unavailable),
        (502, "", ClusterUnavailable, errors.Unavailable),
        (503, "ServiceUnavailable", ClusterUnavailable, errors.Unavailable),
        (504, "Timeout", ClusterUnavailable, errors.Unavailable),
    ],
)
async def test_the_answers_of_an_api_server(
    server: ApiServer, client: Client, code: int, reason: str, expected: type[Any], base: type[errors.KajitoriError]
) -> None:
    server.refuse("GET", PATH, code, reason, **NAMED)
    with pytest.raises(expected) as caught:
        await client.get(DEPLOYMENT, "app", "shop", Object)
    error = caught.value
    assert type(error) is expected
    assert issubclass(expected, base)
    assert (error.status.code, error.status.reason, error.status.message) == (code, reason, "because")
    assert "blue" in str(error.what)
    assert error.target == "deployments.apps/shop/app"
    assert "because" in str(error.why)
    assert error.next is not None
    assert server.sent == [f"GET {PATH}"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [(401, Unauthorized), (403, Forbidden), (404, Rejected), (409, Conflict), (500, ClusterUnavailable)],
)
async def test_a_page_of_a_proxy_is_no_answer_of_the_api_server(
    server: ApiServer, client: Client, code: int, expected: type[Any]
) -> None:
    server.answer("GET", PATH, b"<html>token=hunter2 not found</html>", status=code, content_type="text/html")
    with pytest.raises(expected) as caught:
        await client.get(DEPLOYMENT, "app", "shop", Object)
    assert type(caught.value) is expected
    assert "hunter2" not in str(caught.value)
    assert caught.value.status.message == ""


async def test_a_redirect_is_not_followed(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, b"", status=302, headers=[("Location", "/elsewhere")])
    with pytest.raises(Rejected):
        await client.get(DEPLOYMENT, "app", "shop", Object)
    assert server.sent == [f"GET {PATH}"]


async def test_a_kind_that_is_not_served_is_not_an_absent_object(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, b"404 page not found\n", status=404, content_type="text/plain")
    with pytest.raises(Rejected):
        await client.get(DEPLOYMENT, "app", "shop", Object)


def test_a_disruption_budget_is_told_from_the_api_servers_own_fairness() -> None:
    budget = status_body(
        429, "TooManyRequests", causes=[{"reason": "DisruptionBudget", "message": "needs 2"}], retryAfterSeconds=10
    )
    found = failure(parse_status(429, msgspec.json.encode(budget)), cluster="blue", target="x")
    assert isinstance(found, TooMany)
    assert (found.budget, found.retry_after) == (True, 10.0)
    fairness = failure(parse_status(429, b"Too many requests"), cluster="blue", target="x", retry_after=2.0)
    assert isinstance(fairness, TooMany)
    assert (fairness.budget, fairness.retry_after) == (False, 2.0)


async def test_retry_after_is_read(server: ApiServer, client: Client) -> None:
    server.answer("GET", PATH, b"slow down", status=429, headers=[("Retry-After", "7")])
    server.answer("GET", PATH, b"slow down", status=429, headers=[("Retry-After", "soon")])
    with pytest.raises(TooMany) as caught:
        await client.get(DEPLOYMENT, "app", "shop", Object)
    assert caught.value.retry_after == 7.0
    with pytest.raises(TooMany) as caught:
        await client.get(DEPLOYMENT, "app", "shop", Object)
    assert caught.value.retry_after == 1.0


def test_a_right_that_the_bot_lacks_is_told_from_one_that_the_person_lacks() -> None:
    bots = status_body(403, "Forbidden", name="kajitori:alice", kind="users")
    persons = status_body(403, "Forbidden", **NAMED)
    found = [failure(parse_status(403, msgspec.json.encode(each)), cluster="b", target="x") for each in (bots, persons)]
    assert [getattr(each, "impersonation", None) for each in found] == [True, False]


def test_so_is_one_that_is_told_of_what_was_asked_for() -> None:
    """As API server 1.36 words it where neither form of impersonation is allowed and none ever was."""
    who, what = 'User "system:serviceaccount:own:kajitori"', 'resource "deployments" in API group "apps"'
    words = f"deployments.apps is forbidden: {who} cannot impersonate-on:user-info:list {what}"
    body = {**status_body(403, "Forbidden", group="apps", kind="deployments"), "message": words}
    found = failure(parse_status(403, msgspec.json.encode(body)), cluster="b", target="x")
    assert getattr(found, "impersonation", None) is True


def test_whoever_may_not_look_everywhere_is_led_to_one_namespace() -> None:
    why = 'pods is forbidden: User "alice" cannot list resource "pods" in API group "" at the cluster scope'
    for said, advice in ((why, "Where one namespace is enough, name it with -n"), ("no", "Check the name of the name")):
        found = failure(
            parse_status(403, msgspec.json.encode(status_body(403, "Forbidden", said))), cluster="b", target="pods"
        )
        assert advice in str(found)


def test_what_an_api_server_quotes_is_cut_cleaned_and_for_secrets_dropped() -> None:
    assert len(clean("x" * 5000)) == LONGEST
    assert clean("a\x00b\r\nc\u2028d") == "a b c d"
    assert clean("Authorization: Bearer abcdefghijkl.mno") == "Authorization: Bearer …"
    assert clean("\ud800").isprintable()
    quoted = status_body(422, "Invalid", "data: hunter2", kind="Secret", causes=[{"message": "hunter2", "field": "d"}])
    assert "hunter2" not in repr(parse_status(422, msgspec.json.encode(quoted)))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'{"kind":"Pod"}', b'{"kind":"Status","code":"x"}', b"\xff\xfe"]
)
def test_a_body_that_is_no_status_says_nothing(body: bytes) -> None:
    assert parse_status(500, body).message == ""
    assert parse_status(500, body).code == 500


async def test_the_bots_token_is_in_no_error(server: ApiServer, client: Client) -> None:
    server.refuse("GET", PATH, 500, "InternalError", message="got Bearer secret-token")
    with pytest.raises(ClusterUnavailable) as caught:
        await client.get(DEPLOYMENT, "app", "shop", Object)
    assert "secret-token" not in repr((str(caught.value), caught.value.status))
