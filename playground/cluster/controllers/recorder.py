"""Events as controllers and kubelets write them; the same one again counts up."""

from __future__ import annotations

from typing import final

from playground.cluster.problems import Problem
from playground.cluster.resources import EVENTS
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes

Message = tuple[str, str, str, str]


@final
class Recorder:
    """One component's events."""

    def __init__(self, writes: Writes, component: str) -> None:
        self._writes, self._component = writes, component
        self._known: dict[tuple[str, str, str], str] = {}

    def normal(self, about: Json, reason: str, message: str, *, field: str = "") -> None:
        self._record(about, "Normal", reason, message, field)

    def warning(self, about: Json, reason: str, message: str, *, field: str = "") -> None:
        self._record(about, "Warning", reason, message, field)

    def _record(self, about: Json, kind: str, reason: str, message: str, field: str) -> None:
        metadata, now = about["metadata"], self._writes.pace.stamp()
        namespace = metadata.get("namespace") or "default"
        key = (metadata["uid"], reason, message)
        known = self._known.get(key)
        if known is not None and self._writes.store.get(EVENTS, namespace, known) is not None:
            self._writes.change(EVENTS, namespace, known, lambda it: _again(it, now), self._writer())
            return
        involved = {
            "kind": about["kind"],
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            "uid": metadata["uid"],
            "apiVersion": about["apiVersion"],
            "resourceVersion": metadata["resourceVersion"],
        }
        name = f"{metadata['name']}.{self._writes.random(16)}"
        body = {
            "metadata": {"name": name},
            "involvedObject": {key: value for key, value in (involved | {"fieldPath": field}).items() if value},
            "reason": reason,
            "message": message,
            "source": {"component": self._component},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": kind,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": "",
        }
        try:
            self._writes.create(EVENTS, namespace, body, self._writer())
            self._known[key] = name
        except Problem:
            return  # a namespace that goes takes no events, on the real one neither

    def _writer(self) -> Writer:
        return Writer(manager=self._component)


def _again(event: Json, now: str) -> None:
    event["count"] = event.get("count", 1) + 1
    event["lastTimestamp"] = now
