"""`kajitori exec` and `plan` on a real API server, as the kubeconfig's own identity: only what is asked for is done."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.shop import Shop
from tests.installation.world import changes

pytestmark = pytest.mark.cluster

RULES: list[dict[str, Any]] = [
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch", "patch"]},
    {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
]


@pytest.fixture
async def kubeconfig(shop: Shop) -> Path:
    """Of an account that may read and patch Deployments here."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "operator"}}
    await shop.apply([account])
    await shop.allow(RULES, user=f"system:serviceaccount:{shop.namespace}:operator")
    return await asyncio.to_thread(shop.control_plane.service_account, shop.namespace, "operator")


async def _kajitori(kubeconfig: Path, data: Path, *words: str) -> str:
    """What it prints into a pipe."""
    process = await asyncio.create_subprocess_exec(
        *_command(kubeconfig, *words), stdout=asyncio.subprocess.PIPE, env=_environment(data)
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def _typed(kubeconfig: Path, data: Path, *words: str, typed: str) -> str:
    """What stands on a terminal at which this was typed."""
    person, terminal = pty.openpty()
    try:
        os.write(person, typed.encode())
        process = await asyncio.create_subprocess_exec(
            *_command(kubeconfig, *words), stdin=terminal, stdout=terminal, stderr=terminal, env=_environment(data)
        )
        code = await process.wait()
        said = os.read(person, 1 << 16).decode()
    finally:
        os.close(person)
        os.close(terminal)
    assert code == 0, said
    return said


def _command(kubeconfig: Path, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "bot.cli", words[0], "--kubeconfig", str(kubeconfig), *words[1:])


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm", "KAJITORI_DATA": str(data)}


async def test_a_read_is_answered_with_its_own_rights(shop: Shop, kubeconfig: Path, tmp_path: Path) -> None:
    await shop.deployment("app", images=("app:v1",), replicas=2)
    said = await _kajitori(kubeconfig, tmp_path, "exec", f"get deployments -n {shop.namespace}")
    assert "2/2" in said
    assert changes(shop) == []


async def test_a_plan_is_the_digest_and_the_steps_and_changes_nothing(
    shop: Shop, kubeconfig: Path, tmp_path: Path
) -> None:
    app = await shop.deployment("app", images=("app:v1", "app:v2"), replicas=2)
    before = (await app.get())["metadata"]["generation"]
    found = json.loads(
        await _kajitori(kubeconfig, tmp_path, "plan", "-o", "json", f"rollout undo deploy/app -n {shop.namespace}")
    )
    assert found["operation"] == "rollout undo"
    assert len(found["digest"]) >= 64
    step = found["steps"][0]
    assert (step["method"], step["kind"]) == ("PATCH", "call")
    assert step["path"].endswith(f"/namespaces/{shop.namespace}/deployments/app")
    assert step["rehearsal"]
    assert found["back"]
    assert (await app.get())["metadata"]["generation"] == before
    assert changes(shop) == []


async def test_a_change_from_here_is_sent_once_after_its_name_was_typed(
    shop: Shop, kubeconfig: Path, tmp_path: Path
) -> None:
    app = await shop.deployment("app", images=("app:v1", "app:v2"), replicas=2)
    line = f"rollout undo deploy/app -n {shop.namespace}"
    said = await _typed(kubeconfig, tmp_path, "exec", "--local", line, typed="app\n")
    assert "Done." in said
    assert await app.image() == "app:v1"
    assert changes(shop) == [f"system:serviceaccount:{shop.namespace}:operator patch deployments/app"]
