"""What the town's containers write while they run: a line every few seconds, from the pod's identity and the time.

Nothing is kept and nothing runs for it: whoever reads a log has it reckoned, the same each time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from playground.cluster.pod_logs import Line
from playground.cluster.wire import Json

EVERY: Final = 3.0
"""Seconds of the clock between two lines of one container, on average."""
MOST: Final = 400
"""Lines that are left of it: what is older was rotated away."""

_SHOP: Final = (
    *("GET /products/{n} 200 {ms}ms", "GET /products?page={few} 200 {ms}ms", "POST /cart 201 {ms}ms"),
    *("GET /healthz 200 1ms", "GET /cart/{n} 200 {ms}ms", "GET /products/{n} 404 {ms}ms"),
)
SAID: Final[Mapping[str, tuple[str, ...]]] = {
    "app": _SHOP,
    "front": ("GET / 200 {ms}ms", "GET /static/app.js 304 1ms", "GET /products 200 {ms}ms", "GET /healthz 200 1ms"),
    "checkout": ("POST /orders 201 {ms}ms", "POST /payments 200 {ms}ms order={n}", "GET /orders/{n} 200 {ms}ms"),
    "worker": ("job mail-{n} done in {ms}ms", "job thumbnail-{n} done in {ms}ms", "queue: {few} waiting"),
    "redis": ("{few} changes in 300 seconds. Saving...", "Background saving terminated with success"),
    "search": ("query hits={few} took={ms}ms", "GET /search?q={n} 200 {ms}ms", "GET /healthz 200 1ms"),
    "invoices": ("POST /invoices 201 {ms}ms", "GET /invoices/{n} 200 {ms}ms", "GET /healthz 200 1ms"),
    "toy": ("GET / 200 {ms}ms",),
}
"""By the name of the image."""


def said(pod: Json, container: str, since: datetime, until: datetime) -> list[Line]:
    """Its lines after `since`, up to `until`; none of a container that does not run."""
    shapes = SAID.get(_image(pod, container), ())
    started = _started(pod, container)
    if not shapes or started is None:
        return []
    last = math.floor((until - started).total_seconds() / EVERY)
    first = max(1, math.floor((since - started).total_seconds() / EVERY), last - MOST)
    uid = pod["metadata"]["uid"]
    found = (_line(shapes, f"{uid}/{container}/{number}", started, number) for number in range(first, last + 1))
    return [each for each in found if since < each.at <= until]


def _line(shapes: tuple[str, ...], name: str, started: datetime, number: int) -> Line:
    chance = crc32(name.encode())
    at = started + timedelta(seconds=EVERY * (number + chance % 100 / 100))
    shape = shapes[chance // 100 % len(shapes)]
    return Line(
        at=at, text=shape.format(n=1000 + chance // 7 % 9000, few=1 + chance // 11 % 9, ms=3 + chance // 13 % 90)
    )


def _image(pod: Json, container: str) -> str:
    images = (each["image"] for each in pod["spec"]["containers"] if each["name"] == container)
    return str(next(images, "")).rpartition("/")[2].partition(":")[0]


def _started(pod: Json, container: str) -> datetime | None:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    state: Json = next((each["state"] for each in statuses if each["name"] == container), {})
    at = (state.get("running") or {}).get("startedAt")
    return datetime.fromisoformat(at) if at else None
