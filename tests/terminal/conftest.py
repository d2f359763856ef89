"""The command as it is installed, an API server stand-in over real HTTP, and a kubeconfig that leads there."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import pty
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
import yaml
from aiohttp import web

from bot.cli import run
from tests.kubernetes.api_server import ApiServer
from tests.processes import started

DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
APP = f"{DEPLOYMENTS}/app"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
ENTRY_POINTS = "[kajitori.commands]\ntouching = touching\n"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Kajitori = Callable[..., Awaitable[Ran]]
AtTerminal = Callable[..., Awaitable[Ran]]
COMMAND = str(Path(sys.executable).with_name("kajitori"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing of the machine's own: no kubeconfig, no settings, English."""
    for name in list(os.environ):
        if name.startswith(("KAJITORI_", "SLACK_", "LC_", "LANG", "KUBE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAJITORI_DATA", str(tmp_path / "data"))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield tmp_path
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def touching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs the tests' own family, as pip would install another company's."""
    folder = tmp_path / "site"
    metadata = folder / "touching-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: touching\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    shutil.copy(Path(__file__).with_name("touching.py"), folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", "")))))
    sys.modules.pop("touching", None)
    return folder


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    found = ApiServer()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", found.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()
    assert found.unforeseen == []


@pytest.fixture
def kubeconfig(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Context `blue`, namespace `shop`, user `me`."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig_yaml(server.url))
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


def kubeconfig_yaml(url: str, *, context: str = "blue") -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "me", "user": {"token": "my-token"}}],
            "contexts": [{"name": context, "context": {"cluster": "c", "user": "me", "namespace": "shop"}}],
        }
    )


@pytest.fixture
def at_terminal() -> AtTerminal:
    """The installed command at a terminal of its own, with a person who types one line when asked to."""

    async def ran(*arguments: str, typed: str) -> Ran:
        outer, inner = pty.openpty()
        async with started(COMMAND, *arguments, stdin=inner, stdout=inner, stderr=inner) as process:
            os.close(inner)
            shown = await asyncio.to_thread(_converse, outer, typed)
            os.close(outer)
            return Ran(code=await process.wait(), out=shown, err="")

    return ran


def _converse(terminal: int, typed: str) -> str:
    shown = b""
    answered = False
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            return shown.decode()
        if not chunk:
            return shown.decode()
        shown += chunk
        if not answered and b"to go on:" in shown:
            os.write(terminal, typed.encode())
            answered = True


@pytest.fixture
def kajitori() -> Kajitori:
    """The command in this process, in a thread of its own, with pipes for output."""

    def call(arguments: tuple[str, ...]) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(list(arguments))
        return Ran(code=code, out=out.getvalue(), err=err.getvalue())

    async def ran(*arguments: str) -> Ran:
        return await asyncio.to_thread(call, arguments)

    return ran


@pytest.fixture
def process() -> Kajitori:
    """The installed command as a process of its own."""

    async def ran(*arguments: str) -> Ran:
        command = str(Path(sys.executable).with_name("kajitori"))
        async with started(command, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE) as process:
            out, err = await process.communicate()
        return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())

    return ran


def deployment(note: str = "v1", version: str = "5", **status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "app",
            "namespace": "shop",
            "uid": "u-1",
            "resourceVersion": version,
            "generation": 1,
            "annotations": {"example.com/note": note},
        },
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "app"}}, "template": {}},
        "status": status,
    }


def review(allowed: bool) -> dict[str, Any]:
    return {"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}}


def foresee_plan(server: ApiServer, *, after: str = "v2") -> None:
    """Read, ask the right, read again, rehearse: what a plan of `touch note` sends."""
    server.answer("GET", APP, deployment())
    server.answer("POST", REVIEWS, review(True))
    server.answer("GET", APP, deployment())
    server.answer("PATCH", APP, deployment(after, "5"), headers=[("Warning", '299 - "notes are deprecated"')])
