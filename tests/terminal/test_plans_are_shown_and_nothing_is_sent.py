"""`kajitori plan`: the exact calls with their digest, rehearsed, and nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

from bot.clock import SystemClock
from bot.commandline.grammar import parse
from bot.identity.person import Person
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.connection import fixed_connection
from bot.kubernetes.transport import Transport
from bot.operations.intent import plan_digest
from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.plan import Plan, Wait
from bot.requests.clusters import OpenCluster
from bot.requests.planning import Planned, draw
from bot.settings import ClusterConfig, OwnConfig
from bot.terminal.lines import the_registry
from bot.terminal.plan_document import plan_document
from bot.terminal.screen import Screen
from bot.text import Code, text
from tests.kubernetes.api_server import ApiServer
from tests.terminal.conftest import APP, REVIEWS, Kajitori, deployment, foresee_plan, review

LINE = "touch note deploy/app --note=v2"
KEYS = ["digest", "operation", "arguments", "steps", "changes", "facts", "impact", "warnings", "back"]


async def test_the_document_holds_the_calls_and_all_they_rest_on(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    foresee_plan(server)

    ran = await kajitori("plan", "-o", "json", LINE)

    assert (ran.code, ran.err) == (0, "")
    assert list(ran.json) == KEYS
    assert ran.json | {"digest": ""} == {
        "digest": "",
        "operation": "touch note",
        "arguments": {"context": "blue", "namespace": "shop", "note": "v2", "targets": ["deploy/app"]},
        "steps": [
            {
                "kind": "call",
                "method": "PATCH",
                "path": APP,
                "query": {},
                "contentType": "application/merge-patch+json",
                "body": {"metadata": {"annotations": {"example.com/note": "v2"}}},
                "preconditions": [{"pointer": "/metadata/annotations/example.com~1note", "value": "v1"}],
                "rehearsal": "dry run ok",
            }
        ],
        "changes": [{"path": APP, "pointer": "/metadata/annotations/example.com~1note", "before": "v1", "after": "v2"}],
        "facts": [{"path": APP, "pointer": "/spec/replicas", "value": 2, "uid": "u-1"}],
        "impact": {"pods": 2, "unavailable": 1, "seconds": 30},
        "warnings": ["It is only a note.", "notes are deprecated"],
        "back": {"commandLine": "touch note deployment/app --note=v1", "label": "Back", "steps": []},
    }


async def test_only_a_rehearsal_is_sent(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    foresee_plan(server)

    await kajitori("plan", LINE)

    assert server.sent == [f"GET {APP}", f"POST {REVIEWS}", f"GET {APP}", f"PATCH {APP}"]
    assert server.received[-1].query["dryRun"] == "All"


async def test_the_same_plan_is_the_same_text(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    foresee_plan(server)
    foresee_plan(server)

    first = await kajitori("plan", "-o", "json", LINE)
    again = await kajitori("plan", "-o", "json", LINE)

    assert first.out == again.out


async def test_the_digest_is_the_one_that_the_bot_computes(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.answer("GET", APP, deployment())
    clock = SystemClock()
    async with Transport(fixed_connection("blue", server.url, clock=clock), clock=clock) as transport:
        cluster = Cluster(name="blue", transport=transport, clock=clock)
        opened = OpenCluster(config=ClusterConfig(), cluster=cluster, clock=clock, own=OwnConfig())
        alice = Person(slack_user="U0ALICE", team="T0ACME", name="Alice", user="kajitori:alice", key="alice")
        parsed = parse(f"{LINE} -n shop --context blue", the_registry())
        plan = await draw(opened.as_(alice), parsed.operation, parsed.arguments)
    assert isinstance(plan, Plan)
    foresee_plan(server)
    foresee_plan(server)

    by_context = await kajitori("plan", "-o", "json", LINE)
    in_line = await kajitori("plan", "-o", "json", f"{LINE} -n shop --context blue")

    digest = plan_digest(plan, cluster="blue", namespace="shop", operation="touch note")
    assert [by_context.json["digest"], in_line.json["digest"]] == [digest, digest]


async def test_the_configuration_lends_its_name_for_the_same_address(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        json.dumps({"slack": {"team_id": "T0ACME"}, "clusters": {"prod": {"kubeconfig": str(kubeconfig)}}})
    )
    foresee_plan(server)

    ran = await kajitori("plan", "-o", "json", "--config", str(config), LINE)

    assert ran.json["arguments"]["context"] == "prod"


async def test_people_get_the_decision_first_and_the_digest(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    foresee_plan(server)

    ran = await kajitori("plan", LINE)

    lines = ran.out.splitlines()
    assert lines[:2] == ["Note on shop/app", "  v1 → v2"]
    assert f"  PATCH {APP}  [dry run ok]" in lines
    assert "  ⚠ notes are deprecated" in lines
    assert "  back: touch note deployment/app --note=v1" in lines
    assert lines[-1].startswith("  digest ")


async def test_values_that_look_like_secrets_are_hidden_until_asked_for(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    for _ in range(3):
        server.answer("GET", APP, deployment())
        server.answer("POST", REVIEWS, review(True))
        server.answer("GET", APP, deployment())
        server.answer("PATCH", APP, deployment())

    line = "touch password deploy/app"
    text = await kajitori("plan", line)
    document = await kajitori("plan", "-o", "json", line)
    shown = await kajitori("plan", "-o", "json", "--show-values", line)

    assert "hunter2" not in text.out + document.out
    assert "hunter2" in shown.out
    assert document.json["digest"] == shown.json["digest"]


async def test_what_is_so_already_needs_no_plan(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    server.answer("GET", APP, deployment("v2"))
    server.answer("GET", APP, deployment("v2"))

    text = await kajitori("plan", LINE)
    document = await kajitori("plan", "-o", "json", LINE)

    assert (text.code, text.out) == (0, "The note says v2 already.\n")
    assert (document.json["digest"], document.json["steps"]) == (None, [])
    assert set(server.sent) == {f"GET {APP}"}


async def test_a_missing_right_is_told_and_nothing_is_rehearsed(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.answer("GET", APP, deployment())
    server.answer("POST", REVIEWS, review(False))

    ran = await kajitori("plan", LINE)

    assert (ran.code, ran.out) == (1, "")
    assert "patch deployments.apps" in ran.err
    assert server.sent == [f"GET {APP}", f"POST {REVIEWS}"]


async def test_another_identity_is_taken_by_impersonation(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    foresee_plan(server)

    await kajitori("plan", "--as", "kajitori:alice", "--as-group", "kajitori:dev", "--as-group", "kajitori:sre", LINE)

    for received in server.received:
        assert received.headers["Impersonate-User"] == "kajitori:alice"
        assert received.headers.getall("Impersonate-Group") == ["kajitori:dev", "kajitori:sre"]


async def test_a_read_cannot_be_planned(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    ran = await kajitori("plan", "touch view deploy/app")

    assert ran.code == 1
    assert 'kajitori exec "touch view' in ran.err
    assert server.sent == []


def test_every_step_has_the_same_keys_so_that_a_script_reads_all_alike() -> None:
    target = Target(kind=DEPLOYMENT, namespace="shop", name="app")
    wait = Wait(id="step-2", condition="rolled-out", target=target, deadline=600)
    plan = Plan(summary=text("Restart {target}", target=Code("shop/app")), steps=(wait,), pinned={})
    planned = Planned(plan=plan, digest="d", rehearsals=())
    shown = plan_document(
        planned, the_registry()["rollout restart"], screen=Screen(locale="en"), hide=lambda value, _: value
    )
    assert list(shown) == KEYS
    assert shown["steps"] == [
        {
            "kind": "wait",
            "method": None,
            "path": "/apis/apps/v1/namespaces/shop/deployments/app",
            "query": {},
            "contentType": None,
            "body": None,
            "preconditions": [],
            "rehearsal": None,
            "condition": "rolled-out",
            "deadline": 600,
            "arguments": {},
        }
    ]
