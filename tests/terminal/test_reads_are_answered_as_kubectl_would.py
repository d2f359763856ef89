"""`kajitori exec`: views, live follows and logs with the kubeconfig's own identity, and kubectl's exit codes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from tests.kubernetes.api_server import ApiServer, event, listing, pod, status_body
from tests.processes import started
from tests.terminal.conftest import APP, DEPLOYMENTS, Kajitori, deployment

PODS = "/api/v1/namespaces/shop/pods"


async def test_a_pipe_gets_the_table_and_everything_else_goes_to_standard_error(
    kajitori: Kajitori, kubeconfig: Path
) -> None:
    ran = await kajitori("exec", "touch view deploy/app")

    assert ran.code == 0
    assert ran.out.splitlines() == ["NAME     SAYS", "app      hi", "表計算   [bold]x[/bold]"]
    assert ran.err.splitlines() == [
        "warning: It is old.",
        "Two things.",
        "There is a file, ../../escape.txt (10 bytes); --save DIR writes it.",
    ]


async def test_machines_get_all_of_it(kajitori: Kajitori, kubeconfig: Path) -> None:
    ran = await kajitori("exec", "-o", "json", "touch", "view", "deploy/app")

    assert ran.json["title"] == "What there is"
    assert ran.json["table"]["rows"][0] == ["app", "\x1b]0;owned\x07hi"]
    assert ran.json["file"] == {"name": "../../escape.txt", "bytes": 10}


async def test_a_file_is_written_only_where_it_was_asked_for(
    kajitori: Kajitori, kubeconfig: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"

    first = await kajitori("exec", "--save", str(folder), "touch view deploy/app")
    again = await kajitori("exec", "--save", str(folder), "touch view deploy/app")

    assert (first.code, again.code) == (0, 1)
    assert [each.name for each in folder.iterdir()] == ["escape.txt"]
    assert (folder / "escape.txt").read_bytes() == b"everything"
    assert "is there already" in again.err


async def test_requests_carry_the_kubeconfigs_own_credentials_and_nobody_elses(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.answer("GET", PODS, listing(pod("app-1")))

    ran = await kajitori("exec", "get pods")

    [received] = server.received
    assert ran.code == 0
    assert received.headers["Authorization"] == "Bearer my-token"
    assert not any(name.lower().startswith("impersonate") for name in received.headers)


async def test_the_namespace_of_the_line_wins_over_the_contexts(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    path = "/api/v1/namespaces/other/pods"
    server.answer("GET", path, listing(pod("app-1")))

    await kajitori("exec", "get pods -n other")

    assert server.sent == [f"GET {path}"]


async def test_a_finished_roll_out_ends_with_zero(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    done = deployment(observedGeneration=1, replicas=2, updatedReplicas=2, availableReplicas=2, readyReplicas=2)
    server.answer("GET", DEPLOYMENTS, listing(done))
    server.stream(DEPLOYMENTS, hold=asyncio.Event())
    server.answer("GET", PODS, listing())
    server.stream(PODS, hold=asyncio.Event())

    ran = await kajitori("exec", "touch wait deploy/app")

    assert ran.code == 0
    assert ran.out == "▓▓▓▓▓▓▓▓▓▓ 2/2  rolled out\n"


async def test_each_change_of_a_roll_out_is_a_line_in_a_pipe(server: ApiServer, kubeconfig: Path) -> None:
    half = deployment(observedGeneration=1, replicas=2, updatedReplicas=1, availableReplicas=1, readyReplicas=1)
    done = deployment(
        version="6", observedGeneration=1, replicas=2, updatedReplicas=2, availableReplicas=2, readyReplicas=2
    )
    go_on = asyncio.Event()

    async def changes(request: web.Request) -> web.StreamResponse:
        await go_on.wait()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(event("MODIFIED", done))
        await asyncio.Event().wait()
        return response

    server.answer("GET", DEPLOYMENTS, listing(half))
    server.on("GET", DEPLOYMENTS, changes)
    server.answer("GET", PODS, listing())
    server.stream(PODS, hold=asyncio.Event())
    command = str(Path(sys.executable).with_name("kajitori"))

    async with started(command, "exec", "touch wait deploy/app", stdout=asyncio.subprocess.PIPE) as waiting:
        assert waiting.stdout is not None
        first = await waiting.stdout.readline()
        go_on.set()
        rest, _ = await waiting.communicate()

    assert waiting.returncode == 0
    assert "/2" in first.decode()
    assert rest.decode() == "▓▓▓▓▓▓▓▓▓▓ 2/2  rolled out\n"
    assert b"\r" not in first + rest
    assert b"\x1b" not in first + rest


async def test_a_failed_roll_out_ends_with_one(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too late"}
    failed = deployment(observedGeneration=1, replicas=2, updatedReplicas=1, conditions=[late])
    server.answer("GET", DEPLOYMENTS, listing(failed))
    server.stream(DEPLOYMENTS, hold=asyncio.Event())
    server.answer("GET", PODS, listing())
    server.stream(PODS, hold=asyncio.Event())

    ran = await kajitori("exec", "-o", "json", "touch wait deploy/app")

    assert ran.code == 1
    assert ran.json["done"] is False
    assert "progress deadline" in ran.json["failed"]


async def test_a_follow_that_is_not_allowed_is_told_and_not_retried(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.refuse("GET", DEPLOYMENTS, 403, "Forbidden", name="", group="apps", kind="deployments")

    ran = await kajitori("exec", "touch wait deploy/app")

    assert ran.code == 1
    assert "error: You may not do this with deployments.apps/shop in blue." in ran.err
    assert server.sent == [f"GET {DEPLOYMENTS}"]


async def test_logs_of_several_pods_are_told_apart_and_filtered(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    for name, lines in (("app-1", b"order 1\nnoise\n"), ("app-2", b"order 2\n")):
        server.stream(f"{PODS}/{name}/log", lines)

    ran = await kajitori("exec", "touch log deploy/app")

    assert ran.code == 0
    assert sorted(ran.out.splitlines()) == ["[app-1] order 1", "[app-2] order 2"]
    assert all("limitBytes" not in received.query for received in server.received)


async def test_help_is_answered_without_a_cluster(kajitori: Kajitori) -> None:
    ran = await kajitori("exec", "help touch note")

    assert ran.code == 0
    assert "Write a note on a deployment" in ran.out
    assert "Usage: kajitori exec touch note" in ran.out


async def test_whoami_asks_the_api_server(kajitori: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    server.answer("POST", path, {"status": {"userInfo": {"username": "alice", "groups": ["dev", "sre"]}}}, status=201)

    ran = await kajitori("exec", "whoami")

    assert ran.code == 0
    assert [line.split()[-1] for line in ran.out.splitlines()] == ["NAME", "alice", "dev", "sre", "shop"]


async def test_what_is_about_slack_is_refused_with_its_counterpart(kajitori: Kajitori) -> None:
    ran = await kajitori("exec", "use prod/payments")

    assert ran.code == 1
    assert "--context" in ran.err


async def test_an_object_that_is_not_there_is_told_in_the_four_facts(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.answer("GET", APP, status_body(404, "NotFound", name="app", kind="deployments", group="apps"), status=404)

    ran = await kajitori("plan", "touch note deploy/app --note=v2")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "error: deployments.apps/shop/app does not exist on blue.",
        "  It says: because",
        "  → Check the name and the namespace.",
    ]
