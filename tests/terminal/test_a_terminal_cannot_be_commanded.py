"""At a real terminal: what a cluster wrote can neither move the cursor, set a title, nor pretend to be ours."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import sys
from pathlib import Path

from tests.kubernetes.api_server import ApiServer, status_body
from tests.processes import started
from tests.terminal.conftest import APP

COMMAND = str(Path(sys.executable).with_name("kajitori"))
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


async def shown_by(*arguments: str) -> str:
    outer, inner = pty.openpty()
    async with started(COMMAND, *arguments, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        shown = await asyncio.to_thread(_read, outer)
        os.close(outer)
        await process.wait()
    return shown


def _read(terminal: int) -> str:
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            return shown.decode()
        if not chunk:
            return shown.decode()
        shown += chunk


async def test_cells_of_a_table_are_text(kubeconfig: Path) -> None:
    shown = await shown_by("exec", "touch view deploy/app")

    assert "What there is" in shown
    assert "[bold]x[/bold]" in shown
    assert "\x1b" not in COLOURS.sub("", shown)


async def test_log_lines_are_text(server: ApiServer, kubeconfig: Path) -> None:
    for name in ("app-1", "app-2"):
        server.stream(f"/api/v1/namespaces/shop/pods/{name}/log", b"order \x1b]0;owned\x07\x1b[2Jdone\n")

    shown = await shown_by("exec", "touch log deploy/app")

    assert shown.splitlines() == ["[app-1] order done", "[app-2] order done"] or shown.splitlines() == [
        "[app-2] order done",
        "[app-1] order done",
    ]


async def test_messages_of_an_api_server_are_text(server: ApiServer, kubeconfig: Path) -> None:
    evil = status_body(404, "NotFound", message="\x1b[2J\x1b]0;owned\x07gone\nerror: done", name="app", kind="x")
    server.answer("GET", APP, evil, status=404)

    shown = await shown_by("plan", "touch note deploy/app --note=v2")

    assert "\x1b" not in COLOURS.sub("", shown)
    assert not any(line.startswith("error: done") for line in shown.splitlines())
