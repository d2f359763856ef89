"""An answer to `rollout status` beside `kubectl rollout status --watch=false`, on the same real API server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter

from bench.figures import Result, at_most, percentile, side
from bench.places import folder
from bot.clock import SystemClock
from bot.commandline.grammar import parse
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from bot.operations.registry import build_registry, installed_families
from bot.operations.view import View
from bot.requests.clusters import Acting
from bot.settings.config import OwnConfig
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import Shop

OURS, KUBECTL = "the bot's operation", "a kubectl process"


async def measure(*, quick: bool, minutes: float) -> Result:
    """By turns; ours on a connection that is open, as it is in a bot; kubectl as it is started by a script."""
    del minutes
    rounds = 10 if quick else 100
    times: dict[str, list[float]] = {OURS: [], KUBECTL: []}
    with folder() as place:
        plane = ControlPlane(place)
        await asyncio.to_thread(plane.start)
        try:
            await asyncio.to_thread(plane.admin.create, "/api/v1/namespaces", {"metadata": {"name": "shop"}})
            path = "/api/v1/namespaces/shop/serviceaccounts/default"
            await asyncio.to_thread(plane.admin.wait, path, lambda _: True)
            await Shop(plane, "shop").deployment("app", images=["app:v1"], replicas=10)
            clock = SystemClock()
            connection = kubeconfig_connection("real", path=str(plane.kubeconfig), clock=clock)
            async with Transport(connection, clock=clock) as transport:
                client = Cluster(name="real", transport=transport, clock=clock).as_(None)
                acting = Acting(
                    cluster=client.cluster,
                    who=None,
                    person="admin",
                    name="real",
                    title="real",
                    clock=clock,
                    bot=None,
                    own=OwnConfig(),
                )
                for number in range(rounds + 3):
                    ours, theirs = await _ours(acting), await _kubectl(plane)
                    if number >= 3:
                        times[OURS].append(ours)
                        times[KUBECTL].append(theirs)
        finally:
            await asyncio.to_thread(plane.stop)
    ratio = percentile(times[OURS], 0.5) / percentile(times[KUBECTL], 0.5)
    return Result(
        name="status",
        how="`rollout status deployment/app` of a Deployment with ten pods on the real kube-apiserver: the bot's "
        "operation from the typed line to its answer (it reads the pods, too), and kubectl v1.36 from start to exit.",
        sides=tuple(side(name, found) for name, found in times.items()),
        targets=(at_most("p50, ours / kubectl", ratio, 1 / 5, ""),),
    )


REGISTRY = build_registry(installed_families())


async def _ours(acting: Acting) -> float:
    began = perf_counter()
    parsed = parse("rollout status deployment/app --watch=false -n shop", REGISTRY)
    if parsed.operation.run is None:
        raise RuntimeError("rollout status has no function")
    answer = await parsed.operation.run(acting.reader(), parsed.arguments)
    took = perf_counter() - began
    if not isinstance(answer, View) or "rolled out" not in str(answer.lines[0]):
        raise RuntimeError(f"unexpected answer: {answer}")
    return took


async def _kubectl(plane: ControlPlane) -> float:
    kubeconfig: Path = plane.kubeconfig
    arguments = ("rollout", "status", "deployment/app", "--watch=false", "-n", "shop")
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        str(plane.kubectl), "--kubeconfig", str(kubeconfig), *arguments, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    took = perf_counter() - began
    if process.returncode or b"successfully rolled out" not in said:
        raise RuntimeError(f"kubectl ended with {process.returncode}: {said!r}")
    return took
