"""A cluster with a few Deployments that can be patched by whoever has the right, and remembers what was sent to it."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


def deployment(name: str, *, replicas: int = 3, namespace: str = "shop") -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{namespace}-{name}",
            "resourceVersion": "100",
            "labels": {"tier": "web"},
            "managedFields": [],
        },
        "spec": {
            "replicas": replicas,
            "template": {
                "spec": {"containers": [{"name": "app", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]}
            },
        },
    }


LATE = -1


@dataclass(frozen=True, kw_only=True)
class Change:
    """One write that was no rehearsal."""

    user: str
    path: str
    manager: str
    body: Any


@dataclass
class World:
    """`deny` holds users without rights; `answers` the next statuses of real writes.

    0: done, and then no answer. `LATE`: no answer, and done only when what is put into `late` is called.
    """

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    deny: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    late: list[Callable[[], object]] = field(default_factory=list)
    reviews_fail: bool = False
    gate: asyncio.Event | None = None
    url: str = ""
    version: int = 100

    def add(self, name: str, **kwargs: Any) -> None:
        made = deployment(name, **kwargs)
        self.objects[f"/apis/apps/v1/namespaces/{made['metadata']['namespace']}/deployments/{name}"] = made

    def object(self, name: str, namespace: str = "shop") -> dict[str, Any]:
        return self.objects[f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]

    def touch(self, name: str, replicas: int) -> None:
        """Somebody else changes it."""
        found = self.object(name)
        self.version += 1
        found["spec"]["replicas"] = replicas
        found["metadata"]["resourceVersion"] = str(self.version)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.method == "POST" and request.path == REVIEWS:
            return self._review(msgspec.json.decode(body))
        user = request.headers.get("Impersonate-User", "")
        found = self.objects.get(request.path)
        if found is None:
            return _status(404, "NotFound", "not found")
        if request.method == "GET":
            return web.json_response(found)
        if user in self.deny:
            return _status(403, "Forbidden", "forbidden")
        return self._patch(request, found, msgspec.json.decode(body), user)

    def _review(self, review: Any) -> web.Response:
        if self.reviews_fail:
            return _status(503, "ServiceUnavailable", "away")
        allowed = review["spec"]["user"] not in self.deny
        return web.json_response({**review, "status": {"allowed": allowed}}, status=201)

    def _patch(self, request: web.Request, found: dict[str, Any], body: Any, user: str) -> web.Response:
        answer = 200
        rehearsed = request.query.get("dryRun") == "All"
        if not rehearsed and self.answers:
            answer = self.answers.pop(0)
        if answer == LATE:
            self.late.append(partial(self._patch, request, found, body, user))
            return _status(504, "Timeout", "too late")
        if answer not in (0, 200):
            return _status(answer, "Failed", 'env[0].value: Invalid value: "DB_PASSWORD=hunter2"')
        changed = copy.deepcopy(found)
        for operation in body:
            *way, last = [int(part) if part.isdigit() else part for part in operation["path"].split("/")[1:]]
            place: Any = changed
            for part in way:
                place = place[part]
            if operation["op"] == "test":
                if place[last] != operation["value"]:
                    return _status(422, "Invalid", "a test failed")
            else:
                place[last] = operation["value"]
        if rehearsed:
            return web.json_response(changed)
        self.version += 1
        changed["metadata"]["resourceVersion"] = str(self.version)
        manager = request.query["fieldManager"]
        changed["metadata"]["managedFields"].append({"manager": manager, "operation": "Update"})
        self.objects[request.path] = changed
        plain = [operation for operation in body if operation["op"] != "test"]
        self.changes.append(Change(user=user, path=request.path, manager=manager, body=plain))
        if answer == 0:
            return _status(504, "Timeout", "too late")
        return web.json_response(changed)


def _status(code: int, reason: str, message: str) -> web.Response:
    content = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
    return web.json_response({**content, "message": message}, status=code)
