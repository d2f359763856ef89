"""The exact verb and subresource, literal groups, and only a plain `allowed: true` is a yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ClusterUnavailable
from bot.kubernetes.reader import ClusterReader
from bot.kubernetes.reviews import Question, question_of, review, review_call, review_many, self_review
from bot.operations.kinds import DEPLOYMENT, NAMESPACE, NODE, POD, Target
from bot.operations.plan import Call, ContentType
from bot.operations.reader import Reader
from tests.kubernetes.api_server import ApiServer
from tests.kubernetes.conftest import ALICE

PATH = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
SELF = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def verdict(**status: Any) -> dict[str, Any]:
    return {"kind": "SubjectAccessReview", "status": status}


async def test_what_is_asked(server: ApiServer, bot: Client) -> None:
    server.answer("POST", PATH, verdict(allowed=True, reason="RBAC: allowed"), status=201)
    call = Call(
        id="s",
        verb="patch",
        target=Target(kind=DEPLOYMENT, name="app", namespace="shop"),
        subresource="scale",
        content_type=ContentType.MERGE_PATCH,
    )
    found = await review_call(bot, ALICE, call)
    assert (found.allowed, found.reason) == (True, "RBAC: allowed")
    (received,) = server.received
    assert received.json == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": "kajitori:alice",
            "groups": ["kajitori:dev", "kajitori:payments", "system:authenticated"],
            "resourceAttributes": {
                "verb": "patch",
                "group": "apps",
                "version": "v1",
                "resource": "deployments",
                "subresource": "scale",
                "namespace": "shop",
                "name": "app",
            },
        },
    }
    assert "Impersonate-User" not in received.headers


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            Call(id="s", verb="create", target=Target(kind=POD, name="a", namespace="shop"), subresource="eviction"),
            Question(verb="create", kind=POD, namespace="shop", name="a", subresource="eviction"),
        ),
        (
            Call(id="s", verb="create", target=Target(kind=POD, name="a", namespace="shop")),
            Question(verb="create", kind=POD, namespace="shop"),
        ),
        (
            Call(id="s", verb="delete", target=Target(kind=POD, name="a", namespace="shop")),
            Question(verb="delete", kind=POD, namespace="shop", name="a"),
        ),
        (
            Call(id="s", verb="patch", target=Target(kind=NODE, name="n")),
            Question(verb="patch", kind=NODE, namespace="", name="n"),
        ),
        (
            Call(id="s", verb="patch", target=Target(kind=NAMESPACE, name="shop")),
            Question(verb="patch", kind=NAMESPACE, namespace="shop", name="shop"),
        ),
        (
            Call(id="s", verb="create", target=Target(kind=NAMESPACE, name="shop")),
            Question(verb="create", kind=NAMESPACE, namespace=""),
        ),
    ],
)
def test_the_right_that_a_call_needs(call: Call, expected: Question) -> None:
    assert question_of(call) == expected


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"allowed": False},
        {"denied": True},
        {"allowed": True, "denied": True},
        {"allowed": True, "evaluationError": "webhook timed out"},
    ],
)
async def test_anything_else_is_a_no(server: ApiServer, bot: Client, status: dict[str, Any]) -> None:
    server.answer("POST", PATH, verdict(**status))
    found = await review(bot, ALICE, verb="get", kind=POD, namespace="shop")
    assert found.allowed is False
    assert found.reason == status.get("evaluationError", "")


@pytest.mark.parametrize("content", [b"{", b"{}", {"status": {"allowed": "true"}}, {"status": None}])
async def test_an_answer_that_cannot_be_read_is_no_yes(server: ApiServer, bot: Client, content: Any) -> None:
    server.answer("POST", PATH, content)
    with pytest.raises(ClusterUnavailable):
        await review(bot, ALICE, verb="get", kind=POD, namespace="shop")


async def test_each_name_is_asked_up_to_twenty(server: ApiServer, bot: Client) -> None:
    questions = [Question(verb="delete", kind=POD, namespace="shop", name=f"p{n % 20}") for n in range(40)]
    for _ in range(20):
        server.answer("POST", PATH, verdict(allowed=True))
    found = await review_many(bot, ALICE, questions)
    assert [each.allowed for each in found] == [True] * 40
    assert len(server.received) == 20


async def test_above_twenty_names_it_is_asked_once_for_all(server: ApiServer, bot: Client) -> None:
    questions = [Question(verb="delete", kind=POD, namespace="shop", name=f"p{n}") for n in range(21)]
    server.answer("POST", PATH, verdict(allowed=False))
    assert [each.allowed for each in await review_many(bot, ALICE, questions)] == [False] * 21
    assert "name" not in server.received[0].json["spec"]["resourceAttributes"]


async def test_ones_own_right(server: ApiServer, bot: Client) -> None:
    server.answer("POST", SELF, verdict(allowed=True), status=201)
    assert (await self_review(bot, verb="get", kind=NODE, namespace="ignored", name="n")).allowed
    assert server.received[0].json["spec"] == {
        "resourceAttributes": {"verb": "get", "version": "v1", "resource": "nodes", "name": "n"}
    }


@pytest.mark.parametrize("person", [True, False])
async def test_a_reader_asks_as_its_identity_demands(
    server: ApiServer, client: Client, bot: Client, person: bool
) -> None:
    reader: Reader = ClusterReader(
        client=client,
        bot=bot,
        person=ALICE if person else None,
        cluster="blue",
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )
    server.answer("POST", PATH if person else SELF, verdict(allowed=True))
    assert (await reader.access("get", POD, "shop", "app-1")).allowed
    assert ("Impersonate-User" in server.received[0].headers) is not person
