"""The check of the bot's own role, against an API server that decides by that role as RBAC does.

On the real API server: `tests/cluster/test_role.py`. Here: configurations of any shape, doubtful answers, old servers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.errors import Unavailable
from bot.identity.rbac_manifest import bot_documents
from bot.identity.self_checks import becomes, constrain, denials, needs
from bot.identity.self_rules import excess
from bot.identity.start_check import check_itself
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.connection import fixed_connection
from bot.kubernetes.reviews import Question, Rule
from bot.kubernetes.transport import Transport
from bot.operations.arguments import Arguments
from bot.operations.kinds import CONFIG_MAP, DEPLOYMENT, NODE, POD
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.registry import Registry, build_registry
from bot.operations.view import View
from bot.settings import Config, PersonConfig, parse_config
from bot.text import text

Rules = list[dict[str, Any]]
CONFIG = parse_config(
    b"""\
slack: {team_id: T0ACME}
clusters: {prod: {namespace: shop}}
people:
  U0ALICE: {user: alice, teams: [developers], groups: [auditors]}
  U0BOB: {user: bob}
teams: {developers: {}}
"""
)
FAMILY = Family("play", text("Operations that declare rights and are never run"))


class NoArguments(Arguments):
    pass


@FAMILY.read("look", rights=(Right("get", CONFIG_MAP), Right("list", POD), Right("get", POD, "log")))
async def look(cluster: Reader, arguments: NoArguments) -> View:
    raise NotImplementedError


@FAMILY.change("set", rights=(Right("patch", DEPLOYMENT), Right("patch", DEPLOYMENT, "scale"), Right("patch", NODE)))
async def change(cluster: Reader, arguments: NoArguments) -> Plan | Nothing:
    raise NotImplementedError


REGISTRY: Registry = build_registry([FAMILY])


def rules_of(config: Config, *, constrained: bool) -> Rules:
    role = bot_documents(config, REGISTRY, constrained=constrained)[1]["rules"]
    assert isinstance(role, list)
    return role


def allows(rules: Rules, asked: dict[str, str]) -> bool:
    """RBAC's own arithmetic (Kubernetes 1.36, `pkg/apis/rbac/v1/evaluation_helpers.go`)."""
    resource = asked["resource"] + (f"/{asked['subresource']}" if asked.get("subresource") else "")
    return any(
        {"*", asked["verb"]} & {*rule["verbs"]}
        and {"*", asked.get("group", "")} & {*rule["apiGroups"]}
        and {"*", resource} & {*rule["resources"]}
        and (not rule.get("resourceNames") or asked.get("name", "") in rule["resourceNames"])
        for rule in rules
    )


def attributes(question: Question) -> dict[str, str]:
    return {
        "verb": question.verb,
        "group": question.kind.group,
        "resource": question.kind.plural,
        "subresource": question.subresource,
        "name": question.name,
    }


@dataclass
class Authorizer:
    """Answers reviews of the bot itself, and who somebody is. `old`: it knows plain impersonation only."""

    rules: Rules
    old: bool = False
    doubt: str = ""
    status: int = 201
    asked: list[dict[str, str]] = field(default_factory=list)

    async def review(self, request: web.Request) -> web.Response:
        if self.status != 201:
            return web.Response(status=self.status)
        found = msgspec.json.decode(await request.read())["spec"]["resourceAttributes"]
        self.asked.append(found)
        answer: dict[str, object] = {"allowed": allows(self.rules, found)}
        if self.doubt:
            answer["evaluationError"] = self.doubt
        return web.json_response({"status": answer}, status=201)

    async def listed(self, request: web.Request) -> web.Response:
        return web.json_response({"status": {"resourceRules": self.rules, "incomplete": False}}, status=201)

    async def who(self, request: web.Request) -> web.Response:
        user, groups = request.headers["Impersonate-User"], request.headers.getall("Impersonate-Group", [])
        ways = (
            [("impersonate", "")]
            if self.old
            else [("impersonate:user-info", "authentication.k8s.io"), ("impersonate", "")]
        )
        if not any(
            allows(self.rules, {"verb": verb, "group": group, "resource": "users", "name": user})
            for verb, group in ways
        ):
            body = {
                "kind": "Status",
                "status": "Failure",
                "reason": "Forbidden",
                "code": 403,
                "details": {"kind": "users"},
            }
            return web.json_response(body, status=403)
        info = {"username": user, "groups": [*groups, "system:authenticated"]}
        return web.json_response({"status": {"userInfo": info}}, status=201)


@pytest.fixture
def authorizer() -> Authorizer:
    return Authorizer(rules_of(CONFIG, constrained=False))


@pytest.fixture
async def client(authorizer: Authorizer) -> AsyncIterator[Client]:
    application = web.Application()
    application.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", authorizer.review)
    application.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", authorizer.listed)
    application.router.add_post("/apis/authentication.k8s.io/v1/selfsubjectreviews", authorizer.who)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    clock = SystemClock()
    try:
        connection = fixed_connection("prod", f"http://127.0.0.1:{port}", clock=clock)
        async with Transport(connection, clock=clock) as transport:
            yield Cluster(name="prod", transport=transport, clock=clock).as_(None)
    finally:
        await runner.cleanup()


NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,12}\Z")
PEOPLE = st.dictionaries(
    st.from_regex(r"\AU[A-Z0-9]{2,6}\Z"),
    st.builds(PersonConfig, user=NAMES, groups=st.lists(NAMES, max_size=3).map(tuple)),
    max_size=6,
)


@given(people=PEOPLE, constrained=st.booleans())
def test_the_generated_role_passes_whoever_the_people_are(people: dict[str, PersonConfig], constrained: bool) -> None:
    config = CONFIG.model_copy(update={"people": people})
    rules = rules_of(config, constrained=constrained)
    for check in (*denials(config, REGISTRY), *needs(config, REGISTRY, constrained=constrained)):
        assert allows(rules, attributes(check.question)) == check.allowed, check.question


@given(people=PEOPLE.filter(bool))
def test_the_two_kinds_of_role_allow_nothing_of_each_other(people: dict[str, PersonConfig]) -> None:
    config = CONFIG.model_copy(update={"people": people})
    for question in becomes(config):
        assert not allows(rules_of(config, constrained=True), attributes(question))
        assert not allows(rules_of(config, constrained=False), attributes(constrain(question)))


@pytest.mark.parametrize("constrained", [False, True])
async def test_the_right_role_passes(authorizer: Authorizer, client: Client, constrained: bool) -> None:
    authorizer.rules = rules_of(CONFIG, constrained=constrained)
    report = await check_itself(client, CONFIG, REGISTRY)
    assert (report.passed, report.failures, report.constrained) == (True, (), constrained)


async def test_a_yes_with_an_evaluation_error_is_still_a_yes(authorizer: Authorizer, client: Client) -> None:
    """What must be denied is not excused by whatever else the authorizer complains of."""
    authorizer.rules = [*authorizer.rules, {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    authorizer.doubt = "a binding leads nowhere"
    report = await check_itself(client, CONFIG, REGISTRY)
    assert "read Secrets" in " ".join(map(str, report.failures))


async def test_an_old_api_server_does_not_know_constrained_impersonation(
    authorizer: Authorizer, client: Client
) -> None:
    """Its reviews say yes to any verb that a role names, known or not."""
    authorizer.rules, authorizer.old = rules_of(CONFIG, constrained=True), True
    report = await check_itself(client, CONFIG, REGISTRY)
    assert [str(each) for each in report.failures] == [
        "The role looks right, but the API server lets the bot act as nobody."
    ]


@pytest.mark.parametrize("status", [500, 503])
async def test_no_answer_is_no(authorizer: Authorizer, client: Client, status: int) -> None:
    authorizer.status = status
    with pytest.raises(Unavailable):
        await check_itself(client, CONFIG, REGISTRY)


async def test_a_sentence_names_a_few_rights_and_counts_the_others(authorizer: Authorizer, client: Client) -> None:
    authorizer.rules = []
    report = await check_itself(client, CONFIG, REGISTRY)
    assert len(report.failures) == 1
    sentence = str(report.failures[0])
    assert sentence.startswith("The bot may not create subjectaccessreviews.authorization.k8s.io, ")
    assert f"… ({len(needs(CONFIG, REGISTRY, constrained=False))})" in sentence
    assert sentence.endswith("Apply what kajitori manifest rbac prints.")


async def test_every_weakness_has_its_own_sentence(authorizer: Authorizer, client: Client) -> None:
    authorizer.rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    report = await check_itself(client, CONFIG, REGISTRY)
    meanings = ("become somebody else", "read Secrets", "widen its own rights", "never in its own name", "limits off")
    assert len(report.failures) == len(meanings)
    for meaning, failure in zip(meanings, report.failures, strict=True):
        assert meaning in str(failure)


@pytest.mark.parametrize("constrained", [False, True])
@given(people=PEOPLE)
def test_the_list_of_the_generated_role_holds_nothing_more(people: dict[str, PersonConfig], constrained: bool) -> None:
    config = CONFIG.model_copy(update={"people": people})
    listed = msgspec.convert(rules_of(config, constrained=constrained), tuple[Rule, ...])
    assert excess({"own": listed, "shop": listed}, config) == ()


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (Rule(verbs=("get",), api_groups=("",), resources=("secrets",), resource_names=("a",)), "get secrets/a"),
        (Rule(verbs=("impersonate",), api_groups=("",), resources=("users",), resource_names=("kajitori:eve",)), "eve"),
        (Rule(verbs=("impersonate",), api_groups=("",), resources=("users",)), "impersonate users"),
        (Rule(verbs=("impersonate",), api_groups=("",), resources=("serviceaccounts",), resource_names=("a",)), "a"),
        (Rule(verbs=("impersonate:user-info",), api_groups=("*",), resources=("groups",), resource_names=("x",)), "x"),
        (Rule(verbs=("create",), api_groups=("",), resources=("pods/eviction",)), "create pods/eviction"),
        (Rule(verbs=("get",), api_groups=("",), resources=("pods/exec",)), "get pods/exec"),
        (Rule(verbs=("list",), api_groups=("*",), resources=("*",)), "list *.*"),
        (Rule(verbs=("*",), api_groups=("apps",), resources=("deployments",)), "* deployments.apps"),
        (Rule(verbs=("impersonate-on:user-info:get",), api_groups=("",), resources=("secrets",)), "secrets"),
    ],
    ids=str,
)
def test_what_nobody_asks_for_is_found_in_the_list(rule: Rule, found: str) -> None:
    checks = excess({"own": (), "shop": (rule,)}, CONFIG)
    assert [check.question.namespace for check in checks] == ["shop"]
    question = checks[0].question
    resource = question.kind.qualified + (f"/{question.subresource}" if question.subresource else "")
    assert found in f"{question.verb} {resource}" + (f"/{question.name}" if question.name else "")


def test_what_holds_everywhere_is_said_once() -> None:
    rule = Rule(verbs=("delete",), api_groups=("",), resources=("pods",))
    assert [check.question.namespace for check in excess({"own": (rule,), "shop": (rule,)}, CONFIG)] == [""]
