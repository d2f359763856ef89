"""The installed command as a process: exit codes, standard streams, signals, languages; never a traceback."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.locales.rendering import plain
from bot.text import Code, text
from tests.kubernetes.api_server import ApiServer, listing, pod
from tests.processes import started
from tests.terminal.conftest import Kajitori, Ran

PODS = "/api/v1/namespaces/shop/pods"
COMMAND = str(Path(sys.executable).with_name("kajitori"))


async def test_without_arguments_help_stands_in_sections(process: Kajitori) -> None:
    ran = await process()

    assert ran.code == 0
    for section in ("Clusters:", "The bot:", "Rules and records:"):
        assert section in ran.out
    for name in ("exec", "plan", "run", "doctor", "config", "manifest", "policy", "audit"):
        [line] = [line for line in ran.out.splitlines() if line.startswith(f"  {name} ")]
        assert "cannot be loaded" not in line


async def test_the_version_is_told(process: Kajitori) -> None:
    ran = await process("--version")

    assert (ran.code, ran.out) == (0, "kajitori 0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("exec",), 2, "Missing argument"),
        (("nothing",), 2, "No such command"),
        (("exec", "--context", "green", "get pods --context blue"), 2, "Two clusters"),
        (("exec", "--as-group", "a", "get pods"), 2, "--as USER"),
        (("exec", "--as", "system:admin", "get pods"), 1, "Nobody may act as system:admin"),
        (("exec", "touch note deploy/app --note=v2"), 1, "--local"),
    ],
)
async def test_each_kind_of_refusal_has_its_code(
    kajitori: Kajitori, server: ApiServer, kubeconfig: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    _is_refused(await kajitori(*arguments), code, told)
    assert server.sent == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("exec", "gett pods"), 2, "gett"),
        (("exec", "--context", "green", "get pods"), 1, "green"),
        (("exec", "touch broken deploy/app"), 70, "ZeroDivisionError"),
    ],
)
async def test_each_code_is_what_the_process_ends_with(
    process: Kajitori, server: ApiServer, kubeconfig: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    _is_refused(await process(*arguments), code, told)
    assert server.sent == []


def _is_refused(ran: Ran, code: int, told: str) -> None:
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert "secret detail" not in ran.err


async def test_a_cluster_that_does_not_answer_is_a_three(
    process: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    server.cut("GET", PODS)
    server.cut("GET", PODS)  # a read is asked twice over a connection that was lost

    ran = await process("exec", "get pods")

    assert ran.code == 3
    assert ran.err.startswith("error: blue does not answer.")


async def test_no_kubeconfig_is_told_with_its_path(process: Kajitori, home: Path) -> None:
    ran = await process("exec", "get pods")

    assert ran.code == 1
    assert ".kube/config" in ran.err


async def test_a_pipe_gets_no_colours(process: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    server.answer("GET", PODS, listing(pod("app-1"), pod("app-2")))

    ran = await process("exec", "get pods")

    assert "app-1" in ran.out
    assert "\x1b" not in ran.out + ran.err


async def test_a_reader_that_goes_away_ends_it_quietly(process: Kajitori, server: ApiServer, kubeconfig: Path) -> None:
    server.answer("GET", PODS, listing(*(pod(f"app-{number}") for number in range(5_000))))

    async with started("sh", "-c", f"{COMMAND} exec 'get pods' | head -n 1", stdout=PIPE, stderr=PIPE) as shell:
        out, err = await shell.communicate()

    assert out.decode().startswith("NAME")
    assert b"Traceback" not in err
    assert b"Broken pipe" not in err


async def test_ctrl_c_ends_a_follow_with_130_and_no_traceback(
    process: Kajitori, server: ApiServer, kubeconfig: Path
) -> None:
    for name in ("app-1", "app-2"):
        server.stream(f"{PODS}/{name}/log", b"order 1\n", hold=asyncio.Event())
    async with started(COMMAND, "exec", "touch log deploy/app", stdout=PIPE, stderr=PIPE) as following:
        assert following.stdout is not None
        await following.stdout.readline()
        following.send_signal(signal.SIGINT)
        _, err = await following.communicate()

    assert following.returncode == 130
    assert b"Traceback" not in err


async def test_people_are_answered_in_their_language(
    process: Kajitori, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    japanese = await process("exec", "--context", "green", "get pods")
    monkeypatch.setenv("LC_ALL", "C")
    english = await process("exec", "--context", "green", "get pods")

    what = text("error: {what}", what=text("The kubeconfig for {cluster} cannot be used.", cluster=Code("green")))
    assert english.err.splitlines()[0] == "error: The kubeconfig for green cannot be used."
    assert japanese.err.splitlines()[0] == plain(what, "ja")
