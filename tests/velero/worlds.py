"""Made-up worlds with Velero in them, and what an operation answers there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.commandline.grammar import parse
from bot.operations.plan import Plan
from bot.operations.reader import Artifact
from bot.operations.registry import build_registry
from commands.velero import velero
from commands.velero_backups import backups
from commands.velero_restores import restores
from commands.velero_schedules import schedules
from tests.parity.world import World

REGISTRY = build_registry([velero, backups, restores, schedules])
NOW = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
Json = dict[str, Any]


def made(kind: str, name: str, *, spec: Json | None = None, status: Json | None = None, **metadata: Any) -> Json:
    return {
        "apiVersion": "velero.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "velero", "uid": f"u-{name}", **metadata},
        "spec": spec or {},
        "status": status or {},
    }


def location(name: str = "default", *, phase: str = "Available", ago: float = 30, **spec: Any) -> Json:
    seen = (NOW - timedelta(seconds=ago)).isoformat()
    message = "" if phase == "Available" else "no such bucket"
    return made(
        "BackupStorageLocation",
        name,
        spec={"provider": "aws", "objectStorage": {"bucket": "backups"}, "default": name == "default", **spec},
        status={
            "phase": phase,
            "lastValidationTime": seen,
            "message": message,
        },
    )


def backup(name: str = "nightly", *, phase: str = "Completed", **spec: Any) -> Json:
    status = {"phase": phase, "startTimestamp": "2026-11-30T02:00:00Z"}
    return made(
        "Backup", name, spec={"storageLocation": "default", "includedNamespaces": ["shop"], **spec}, status=status
    )


def thing(kind: str, name: str, namespace: str = "shop") -> Json:
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace, "uid": f"u-{kind}-{name}"}}


def going(found: Json) -> Json:
    """The same, deleted ten minutes ago and not gone yet."""
    return {**found, "metadata": {**found["metadata"], "deletionTimestamp": "2026-11-30T13:50:00Z"}}


def world(*objects: Json, contents: dict[str, list[str]] | None = None, **more: Any) -> World:
    """With one location that is available, unless the objects hold one."""
    own = any(each["kind"] == "BackupStorageLocation" for each in objects)
    artifacts = {} if contents is None else {(Artifact.BACKUP_CONTENTS, "nightly"): msgspec.json.encode(contents)}
    return World(objects=[*objects, *([] if own else [location()])], now=NOW, artifacts=artifacts, **more)


async def ask(here: World, line: str) -> Any:
    parsed = parse(line, REGISTRY)
    assert parsed.operation.run is not None
    given = parsed.arguments
    return await parsed.operation.run(here, given.model_copy(update={"namespace": given.namespace or given.home}))


async def plan(here: World, line: str) -> Plan:
    outcome = await ask(here, line)
    assert isinstance(outcome, Plan), outcome
    return outcome


def said(found: Plan) -> str:
    """All warnings in one string."""
    return " | ".join(map(str, found.warnings))


def body_of(found: Plan) -> Any:
    return found.calls[-1].body
