"""The API server's own record of what it was asked, which is what "written exactly once" is held against."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, final

import yaml

Entry = dict[str, Any]

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})

COMPONENTS = ("apiserver", "controllers", "scheduler", "kubelet", "rollouts", "argocd")
"""Users `system:test:…` the control plane's own parts act as. What they do would drown what tests look for."""

MARKER = "marker"
"""Requests whose Audit-ID begins so only show that the log was written up to them."""

PATIENCE = 10
"""Seconds until a mark must be in the log."""


def component(name: str) -> str:
    return f"system:test:{name}"


def write_policy(file: Path) -> None:
    """Writes with their bodies, all else without; one entry for each request, when it is answered."""
    silent = ["system:apiserver", *map(component, COMPONENTS)]
    volatile = {"group": "coordination.k8s.io", "resources": ["leases"]}, {"group": "", "resources": ["events"]}
    rules = [
        {"level": "None", "users": silent},
        {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*"]},
        {"level": "Metadata", "resources": [*volatile, {"group": "events.k8s.io"}]},
        {"level": "Request", "verbs": sorted(WRITES)},
        {"level": "Metadata"},
    ]
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": rules,
    }
    file.write_text(yaml.safe_dump(policy))


@final
class AuditLog:
    """Entries of one file that only grows; each is read once."""

    def __init__(self, file: Path, *, mark: Callable[[str], None]) -> None:
        self._file, self._mark = file, mark
        self._entries: list[Entry] = []
        self._offset = 0
        self._marks = 0

    def entries(self) -> list[Entry]:
        """All that was answered before this call. The server writes an entry just after its answer, hence the mark.

        Raises `TimeoutError`.
        """
        self._marks += 1
        last = f"{MARKER}-{self._marks}"
        self._mark(last)
        deadline = time.monotonic() + PATIENCE
        while not any(each["auditID"] == last for each in self._read()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The API server wrote no audit entry {last} within {PATIENCE} s.")
            time.sleep(0.002)
        return [each for each in self._entries if not each["auditID"].startswith(MARKER)]

    def _read(self) -> list[Entry]:
        with self._file.open("rb") as file:
            file.seek(self._offset)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return []
        self._offset += len(whole) + 1
        new = [json.loads(line) for line in whole.splitlines()]
        self._entries += new
        return new


def matches(
    entry: Entry, *, user: str | None, verbs: Collection[str] | None, namespace: str | None, audit_id_prefix: str | None
) -> bool:
    """`user` is who it was done as: the impersonated person where there is one, else the one who came."""
    acting = entry.get("impersonatedUser") or entry["user"]
    return (
        (user is None or acting.get("username") == user)
        and (verbs is None or entry["verb"] in verbs)
        and (namespace is None or entry.get("objectRef", {}).get("namespace") == namespace)
        and (audit_id_prefix is None or entry["auditID"].startswith(audit_id_prefix))
    )
