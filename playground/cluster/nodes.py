"""The nodes that a cluster begins with: three zones, as the real harness has them."""

from __future__ import annotations

from typing import Final

from playground.cluster.wire import Json

ZONES: Final = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
SIZE: Final = {"cpu": "64", "memory": "256Gi", "pods": "2000"}
HEALTHY: Final = (
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def node(zone: str, *, at: str) -> Json:
    """A Ready node named after its zone."""
    name = f"node-{zone[-1]}"
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "node.kubernetes.io/instance-type": "m5.16xlarge",
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
    }
    conditions = [
        {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": at,
            "lastTransitionTime": at,
            "reason": reason,
            "message": message,
        }
        for kind, status, reason, message in HEALTHY
    ]
    info = {"kubeletVersion": "v1.36.3", "operatingSystem": "linux", "architecture": "amd64"}
    status = {
        "capacity": dict(SIZE),
        "allocatable": dict(SIZE),
        "conditions": conditions,
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": name}],
        "nodeInfo": info,
    }
    return {"metadata": {"name": name, "labels": labels}, "spec": {}, "status": status}
