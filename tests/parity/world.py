"""A cluster as recorded: the objects of a golden file, read through the same `Reader` that operations get, and nothing
that could change them. Every look is written down, so that it can be compared with the rights that were declared.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.errors import NotFound, NotServed, Refused
from bot.operations.json import resolve
from bot.operations.kinds import KINDS, NAMESPACE, Kind, Target
from bot.operations.models import Head, Requirement, Selector
from bot.operations.patches import apply_patch
from bot.operations.plan import Call, ContentType
from bot.operations.probes import Probe
from bot.operations.reader import Access, Artifact, LogOptions
from bot.operations.selectors import selects
from bot.text import Code, text

T = TypeVar("T")
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 25, 3, 8, tzinfo=UTC)


@dataclass(kw_only=True)
class World:
    """Objects by kind, namespace and name. `forbidden` kinds answer as the API server does without the right, `unknown`
    ones as where no definition brought them. `artifacts` are files of the object store.
    """

    objects: list[dict[str, Any]]
    forbidden: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    reserved: str = ""
    command: str = "/eks"
    artifacts: dict[tuple[Artifact, str], bytes] = field(default_factory=dict)
    now: datetime = NOW
    cluster: str = "test"
    looked: list[tuple[str, str]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    """What the API server says to every probe."""
    probed: list[Probe] = field(default_factory=list)

    async def get(self, kind: Kind, name: str, namespace: str, model: type[T]) -> T:
        self._look("get", kind)
        found = self.find(Target(kind=kind, name=name, namespace=namespace))
        if found is None:
            raise NotFound(text("{kind} {name} not found", kind=Code(kind.qualified), name=Code(name)))
        return msgspec.convert(found, model)

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        self._look("list", kind)
        return [
            msgspec.convert(each, model)
            for each in self.objects
            if each["kind"] == kind.kind
            and namespace in ("", each["metadata"].get("namespace", ""))
            and selects(_selector(labels), each["metadata"].get("labels"))
            and _has(each, fields)
        ]

    async def log(self, pod: str, namespace: str, options: LogOptions) -> AsyncIterator[str]:
        for line in ():
            yield line

    async def artifact(self, wanted: Artifact, name: str, namespace: str) -> bytes:
        self.looked += [(verb, "DownloadRequest") for verb in ("create", "get", "delete")]
        if (wanted, name) not in self.artifacts:
            raise NotFound(text("There is no such file in the object store (yet)."))
        return self.artifacts[wanted, name]

    async def leaving(self, namespace: str) -> datetime | None:
        found = self.find(Target(kind=NAMESPACE, name=namespace, namespace=""))
        return None if found is None else msgspec.convert(found, Head).metadata.deletion_timestamp

    async def access(self, verb: str, kind: Kind, namespace: str, name: str = "", subresource: str = "") -> Access:
        return Access(allowed=kind.kind not in self.forbidden)

    async def probe(self, probe: Probe) -> tuple[str, ...]:
        self._look(probe.call.verb, probe.call.target.kind)
        self.probed.append(probe)
        return self.warnings

    def find(self, target: Target) -> dict[str, Any] | None:
        return next(
            (
                each
                for each in self.objects
                if each["kind"] == target.kind.kind
                and each["metadata"]["name"] == target.name
                and each["metadata"].get("namespace", "") == target.namespace
            ),
            None,
        )

    def send(self, calls: Iterable[Call]) -> None:
        """What the API server would make of these calls, controllers apart."""
        for call in calls:
            found = self.find(call.target)
            if call.verb == "create":
                assert found is None
                assert isinstance(call.body, dict)
                self.objects.append(json.loads(json.dumps(call.body)))
                continue
            assert found is not None
            self.objects.remove(found)
            if call.verb != "delete":
                self.objects.append(apply_patch(call.body, call.content_type, found))

    def _look(self, verb: str, kind: Kind) -> None:
        self.looked.append((verb, kind.kind))
        if kind.kind in self.unknown:
            raise NotServed(text("the server could not find the requested resource"), target=kind.qualified)
        if kind.kind in self.forbidden:
            raise Refused(text("may not {verb} {kind}", verb=verb, kind=kind.plural))


def _has(found: dict[str, Any], fields: str) -> bool:
    """A field selector of one term, like `spec.nodeName=node-a`."""
    way, _, wanted = fields.partition("=")
    return not fields or resolve(found, "/" + way.replace(".", "/")) == wanted


def _selector(written: str) -> Selector:
    labels, expressions = {}, []
    for part in written.split(",") if written else ():
        if " in (" in part:
            key, _, values = part.rstrip(")").partition(" in (")
            expressions.append(Requirement(key=key, operator="In", values=(values,)))
        else:
            key, _, value = part.partition("=")
            labels[key] = value
    return Selector(match_labels=labels, match_expressions=tuple(expressions))


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One golden file: what was typed, the world before it, what was sent to change it and how it ended."""

    name: str
    namespace: str
    command: tuple[str, ...]
    objects: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    exit_code: int
    stdout: str
    stderr: str

    def world(self) -> World:
        return World(objects=json.loads(json.dumps(self.objects)))


def recorded(name: str) -> Recorded:
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    command = golden["command"]
    return Recorded(
        name=name,
        namespace=command[command.index("-n") + 1] if "-n" in command else "",
        command=tuple(command),
        objects=golden["before"]["objects"],
        changes=[each for each in golden["requests"] if each["method"] != "GET"],
        exit_code=golden["exit_code"],
        stdout=golden["stdout"],
        stderr=golden["stderr"],
    )


def sent(call: Call) -> dict[str, Any]:
    """A call as the recording has a request: query and envelope apart."""
    return {
        "method": call.method,
        "path": call.path,
        "content_type": str(call.content_type) if call.verb != "delete" else "application/json",
        "body": call.body,
    }


def was_sent(request: dict[str, Any]) -> dict[str, Any]:
    return {name: request[name] for name in ("method", "path", "content_type", "body")}


__all__ = ["GOLDEN", "KINDS", "NOW", "ContentType", "Recorded", "World", "recorded", "sent", "was_sent"]
