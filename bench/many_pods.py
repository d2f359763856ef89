"""Five thousand pods read from a real API server: our path beside the official typed client, each a process."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import uvloop

from bench.figures import Result, Side, at_most, percentile
from bench.places import folder
from bot.clock import SystemClock
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from bot.operations.kinds import POD
from bot.operations.models import Pod
from tests.controlplane.control_plane import ControlPlane

PODS = 5_000
NAMESPACE = "many"
OURS, OFFICIAL = "ours (msgspec, lean models)", "kubernetes.client, typed"


async def measure(*, quick: bool, minutes: float) -> Result:
    """By turns; time as the median of whole reads, memory as what a process has more after its first read."""
    del minutes
    count, rounds = (500, 2) if quick else (PODS, 5)
    found: dict[str, list[dict[str, float]]] = {OURS: [], OFFICIAL: []}
    with folder() as place:
        (place / "plane").mkdir()
        plane = ControlPlane(place / "plane")
        await asyncio.to_thread(plane.start)
        try:
            await asyncio.to_thread(_fill, plane, count)
            for _ in range(rounds):
                for name in found:
                    found[name].append(await asyncio.to_thread(_apart, name, plane.kubeconfig, count))
        finally:
            await asyncio.to_thread(plane.stop)

    def median(name: str, key: str) -> float:
        return percentile([each[key] for each in found[name]], 0.5)

    sides = tuple(
        Side(
            name=name,
            count=rounds,
            p50=median(name, "seconds") * 1e3,
            p99=max(each["seconds"] for each in found[name]) * 1e3,
            memory=median(name, "resident"),
        )
        for name in found
    )
    return Result(
        name="pods",
        how=f"All {count:,} pods of a namespace listed from the real kube-apiserver (TLS), with containers, conditions "
        "and managedFields as kwok's kubelet leaves them; each read in a process of its own, after one of one pod.",
        sides=sides,
        targets=(
            at_most("time, ours / official", median(OURS, "seconds") / median(OFFICIAL, "seconds"), 1 / 20, ""),
            at_most(
                "memory more by the read, ours / official",
                median(OURS, "resident") / median(OFFICIAL, "resident"),
                1 / 4,
                "",
            ),
            at_most(
                "memory held by the answer, ours / official", median(OURS, "held") / median(OFFICIAL, "held"), 1 / 4, ""
            ),
        ),
        notes=tuple(
            f"{name}: {median(name, 'cpu'):.2f} s of processor, the answer itself holds {median(name, 'held'):.1f} MB"
            for name in found
        ),
    )


def _fill(plane: ControlPlane, count: int) -> None:
    """Pods that run: one by the fake kubelet's hand, the others with the status that it gave to that one."""
    admin = plane.admin
    admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    admin.wait(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default", lambda _: True)
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"
    admin.create(path, _pod("app-0"))
    running = admin.wait(f"{path}/app-0", lambda it: it.get("status", {}).get("phase") == "Running")
    status = {key: value for key, value in running["status"].items() if key != "observedGeneration"}

    def make(number: int) -> None:
        admin.create(path, _pod(f"app-{number}"))
        body = {"status": status}
        admin.do("PATCH", f"{path}/app-{number}/status", body, content_type="application/merge-patch+json")

    with plane.paused_kubelet(), ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(1, count)))


def _pod(name: str) -> dict[str, Any]:
    labels = {"app": "app", "app.kubernetes.io/name": "app", "app.kubernetes.io/part-of": "shop", "version": "v1"}
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    environment = [{"name": f"SETTING_{number}", "value": f"value-{number}"} for number in range(8)]
    container = {
        "name": "app",
        "image": "registry.example/shop/app:v1",
        "env": environment,
        "ports": [{"containerPort": 8080}],
        "readinessProbe": probe,
        "livenessProbe": probe,
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "64Mi"}},
    }
    sidecar = {"name": "proxy", "image": "registry.example/proxy:v3", "env": environment}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [container, sidecar], "nodeName": "node-a", "terminationGracePeriodSeconds": 1},
    }


def _apart(name: str, kubeconfig: Path, count: int) -> dict[str, float]:
    which = "ours" if name == OURS else "official"
    command = [sys.executable, "-m", "bench.many_pods", which, str(kubeconfig), str(count)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2000:])
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def _figures(read: Callable[[], list[Any]], count: int) -> dict[str, float]:
    gc.collect()
    before, began, used = _resident(), perf_counter(), process_time()
    answer = read()
    seconds, cpu = perf_counter() - began, process_time() - used
    resident = _resident() - before
    if len(answer) != count:
        raise RuntimeError(f"{len(answer)} pods")
    del answer
    tracemalloc.start()
    answer = read()  # held while it is weighed
    held, _ = tracemalloc.get_traced_memory()
    return {"count": len(answer), "seconds": seconds, "cpu": cpu, "resident": resident, "held": held / 1e6}


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def _ours(kubeconfig: str, count: int) -> dict[str, float]:
    clock = SystemClock()
    connection = kubeconfig_connection("real", path=kubeconfig, clock=clock)
    async with Transport(connection, clock=clock, timeout=60) as transport:
        client = Cluster(name="real", transport=transport, clock=clock).as_(None)
        await client.list(POD, NAMESPACE, Pod, limit=1)
        gc.collect()
        before, began, used = _resident(), perf_counter(), process_time()
        answer = await client.list(POD, NAMESPACE, Pod)
        seconds, cpu, resident = perf_counter() - began, process_time() - used, _resident() - before
        if len(answer) != count:
            raise RuntimeError(f"{len(answer)} pods")
        del answer
        tracemalloc.start()
        answer = await client.list(POD, NAMESPACE, Pod)  # held while it is weighed
        held, _ = tracemalloc.get_traced_memory()
        return {"count": len(answer), "seconds": seconds, "cpu": cpu, "resident": resident, "held": held / 1e6}


def _official(kubeconfig: str, count: int) -> dict[str, float]:
    from kubernetes import client, config

    config.load_kube_config(kubeconfig)  # type: ignore[no-untyped-call]
    api = client.CoreV1Api()
    api.list_namespaced_pod(NAMESPACE, limit=1)
    return _figures(lambda: api.list_namespaced_pod(NAMESPACE).items, count)


if __name__ == "__main__":
    which, path, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
    print(json.dumps(uvloop.run(_ours(path, many)) if which == "ours" else _official(path, many)))
