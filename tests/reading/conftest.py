"""A cluster of given objects that answers as the API server does and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
import yaml

from bot.errors import NotFound, NotServed, Refused, Unavailable
from bot.operations.kinds import Kind
from bot.operations.probes import Probe
from bot.operations.queries import read_selector
from bot.operations.reader import Access, LogOptions
from bot.operations.selectors import selects
from bot.text import text

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 20, 0, 0, tzinfo=UTC)
OBJECTS = Path(__file__).parent / "objects"
GOLDEN = OBJECTS / "golden"


@dataclass
class RecordingReader:
    """`asked` is every right that was used; `forbidden` those that are refused; `missing` kinds that are not
    served, `down` those that nothing answers for.
    """

    objects: list[dict[str, Any]]
    now: datetime = NOW
    cluster: str = "prod-tokyo"
    command: str = "/eks"
    logs: dict[tuple[str, str, bool], list[str]] = field(default_factory=dict)
    forbidden: set[tuple[str, str, str]] = field(default_factory=set)
    missing: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    queries: list[dict[str, Any]] = field(default_factory=list)
    options: list[LogOptions] = field(default_factory=list)
    warnings: tuple[str, ...] = ()

    async def get(self, kind: Kind, name: str, namespace: str, model: type[T]) -> T:
        self._ask("get", kind)
        for each in self._of(kind, namespace):
            if each["metadata"]["name"] == name:
                return self._decoded(each, model)
        raise NotFound(text("{name} does not exist", name=name))

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        self._ask("list", kind)
        if kind.kind in self.missing:
            raise NotServed(text("the server could not find the requested resource"))
        if kind.kind in self.down:
            raise Unavailable(text("it cannot answer now (503)."))
        self.queries.append({"kind": kind.kind, "namespace": namespace, "labels": labels, "fields": fields})
        found = [
            each
            for each in self._of(kind, namespace)
            if (not labels or selects(read_selector(labels), each["metadata"].get("labels")))
            and all(_holds(each, term) for term in fields.split(",") if term)
        ]
        return [self._decoded(each, model) for each in (found[:limit] if limit else found)]

    async def _lines(self, pod: str, options: LogOptions) -> AsyncIterator[str]:
        lines = self.logs.get((pod, options.container, options.previous), [])
        for line in lines[-options.tail :] if options.tail else lines:
            yield line

    def log(self, pod: str, namespace: str, options: LogOptions) -> AsyncIterator[str]:
        self._ask("get", "pods", "log")
        self.options.append(options)
        return self._lines(pod, options)

    async def access(self, verb: str, kind: Kind, namespace: str, name: str = "", subresource: str = "") -> Access:
        self.asked.append(("review", kind.plural, subresource))
        allowed = (verb, kind.plural, subresource) not in self.forbidden
        return Access(allowed=allowed, reason="" if allowed else "no RBAC policy matched")

    async def probe(self, probe: Probe) -> tuple[str, ...]:
        self._ask(probe.call.verb, probe.call.target.kind)
        return self.warnings

    def _ask(self, verb: str, kind: Kind | str, subresource: str = "") -> None:
        plural = kind if isinstance(kind, str) else kind.plural
        self.asked.append((verb, plural, subresource))
        if (verb, plural, subresource) in self.forbidden:
            raise Refused(text("may not {verb} {plural}", verb=verb, plural=plural))

    def _of(self, kind: Kind, namespace: str) -> list[dict[str, Any]]:
        return [
            each
            for each in self.objects
            if each["kind"] == kind.kind and (not namespace or each["metadata"].get("namespace") == namespace)
        ]

    def _decoded(self, found: dict[str, Any], model: type[T]) -> T:
        wire = msgspec.json.encode(found)
        return msgspec.json.decode(wire, type=dict[str, Any] if model is dict[str, Any] else model)


def _holds(found: dict[str, Any], term: str) -> bool:
    path, _, wanted = term.replace("!=", "=").partition("=")
    value: Any = found
    for part in path.split("."):
        value = (value or {}).get(part)
    return (str(value or "") != wanted) if "!=" in term else (str(value or "") == wanted)


@pytest.fixture
def cluster() -> Callable[..., RecordingReader]:
    """A reader over objects of a file in `objects/` or given ones."""

    def make(*sources: str | dict[str, Any], **options: Any) -> RecordingReader:
        objects: list[dict[str, Any]] = []
        for source in sources:
            if isinstance(source, str):
                objects += [each for each in yaml.safe_load_all((OBJECTS / source).read_text()) if each]
            else:
                objects.append(source)
        return RecordingReader(objects=json.loads(json.dumps(objects, default=_wire)), **options)

    return make


@pytest.fixture
def golden() -> Callable[[str], tuple[RecordingReader, dict[str, Any]]]:
    """What the native CLI saw and said, recorded (`objects/golden`, from kubectl v1.36.3 on a real kube-apiserver)."""

    def load(name: str) -> tuple[RecordingReader, dict[str, Any]]:
        recorded = json.loads((GOLDEN / f"{name}.json").read_text())
        return RecordingReader(objects=recorded["before"]["objects"]), recorded

    return load


def _wire(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(type(value))


def pod(name: str = "app-1", **changes: Any) -> dict[str, Any]:
    """A pod that runs well since an hour; keys of `changes` replace whole parts of its status."""
    status = {
        "phase": "Running",
        "podIPs": [{"ip": "10.0.0.1"}],
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Initialized", "status": "True"}],
        "containerStatuses": [
            {"name": "app", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": NOW}}}
        ],
    }
    metadata = {
        "name": name,
        "namespace": "shop",
        "labels": {"app": "app"},
        "creationTimestamp": NOW - timedelta(hours=1),
    }
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata | changes.pop("metadata", {}),
        "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "registry.local/app:v1"}]}
        | changes.pop("spec", {}),
        "status": status | changes,
    }
    return json.loads(json.dumps(made, default=_wire))
