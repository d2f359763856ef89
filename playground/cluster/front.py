"""The HTTP side: authentication, impersonation, authorization, faults, audit, deadlines, streams."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final, final

import msgspec
from aiohttp import web

from playground.cluster.asked import Asked, read_address
from playground.cluster.audit import Audit
from playground.cluster.discovery import discovered
from playground.cluster.dispatch import PROTOBUF, Dispatch, Incoming, NoSuchGroup, Outcome, served
from playground.cluster.faults import Faults
from playground.cluster.impersonation import become
from playground.cluster.pod_logs import PodLogs
from playground.cluster.problems import (
    Problem,
    bad_request,
    forbidden_path,
    no_such_path,
    timed_out,
    unauthorized,
    unsupported_media,
)
from playground.cluster.rbac import Attributes, Authorizer, refusal
from playground.cluster.resources import PODS
from playground.cluster.users import Tokens, User
from playground.cluster.watching import Watch
from playground.cluster.writes import Writes

ACCEPTED: Final = ("application/json", "application/yaml", PROTOBUF, "application/cbor")
DURATION: Final = re.compile(r"(?:(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h))+")
PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(kw_only=True)
class Visit:
    """One request on its way, filled in as it is understood."""

    request: web.Request
    asked: Asked
    audit_id: str
    began: float
    user: User | None = None
    acting: User | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@final
class Front:
    """Answers every request of the simulated API server."""

    def __init__(
        self, *, writes: Writes, dispatch: Dispatch, authorizer: Authorizer, tokens: Tokens, audit: Audit, logs: PodLogs
    ) -> None:
        self._writes, self._dispatch, self._authorizer = writes, dispatch, authorizer
        self._tokens, self._audit, self._logs = tokens, audit, logs
        self._became: dict[str, str] = {}
        self.faults = Faults()
        self.watches: set[Watch] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Never raises but for a cut connection."""
        asked = read_address(request.method, request.path, request.query)
        audit_id = request.headers.get("Audit-ID") or self._writes.uid()
        visit = Visit(request=request, asked=asked, audit_id=audit_id, began=asyncio.get_running_loop().time())
        visit.headers = {"Audit-Id": audit_id, "Cache-Control": "no-cache, private"}
        await self.faults.thawed()
        if self.faults.take("drop", asked.verb, request.path) is not None:
            return self._cut(request)
        try:
            outcome = await self._answer(visit)
        except NoSuchGroup:
            outcome = Outcome(status=404, body="404 page not found\n")
        except Problem as problem:
            outcome = Outcome(status=problem.code, body=problem.status())
            if problem.retry_after:
                visit.headers["Retry-After"] = str(problem.retry_after)
        if isinstance(outcome, web.StreamResponse):
            self._record(visit, {"metadata": {}, "code": outcome.status})
            return outcome
        self._record(visit, _audited(outcome), outcome.body)
        if self.faults.take("lose_answer", asked.verb, request.path) is not None:
            return self._cut(request)
        await self.faults.thawed()
        return self._response(visit, outcome)

    async def _answer(self, visit: Visit) -> Outcome | web.StreamResponse:
        asked, request = visit.asked, visit.request
        deadline = _timeout(request.query.get("timeout", ""))
        visit.user = self._tokens.user_of(request.headers.get("Authorization", ""))
        content = await request.read()
        await self._spoil(asked, request.path)
        if visit.user is None:
            raise unauthorized()
        wanted = _wanted(asked)
        visit.acting = become(visit.user, request.headers, wanted, self._authorizer, last=self._became)
        user = visit.acting or visit.user
        verdict = self._authorizer.decide(user, wanted)
        if not verdict.allowed:
            raise _forbidden(asked, refusal(user, wanted, verdict.reason))
        if not asked.is_resource:
            found = discovered(request.path)
            if found is None:
                raise no_such_path()
            return Outcome(status=200, body=found)
        incoming = self._incoming(visit, user, content)
        if deadline is not None and asyncio.get_running_loop().time() - visit.began >= deadline:
            raise timed_out()
        if asked.verb == "watch":
            return await self._watch(visit)
        if asked.subresource == "log" and served(asked) is PODS:
            return await self._log(visit)
        return self._dispatch.answer(incoming)

    async def _spoil(self, asked: Asked, path: str) -> None:
        slow = self.faults.take("delay", asked.verb, path)
        if slow is not None:
            await self._writes.pace.clock.sleep(slow.seconds)
        refused = self.faults.take("answer", asked.verb, path)
        if refused is not None and refused.problem is not None:
            raise refused.problem

    def _incoming(self, visit: Visit, user: User, content: bytes) -> Incoming:
        request = visit.request
        media = request.headers.get("Content-Type", "").partition(";")[0].strip()
        if content:
            if visit.asked.verb != "patch" and media not in ("", "application/json"):
                raise unsupported_media(ACCEPTED)
            try:
                visit.body = msgspec.json.decode(content)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise bad_request(f"the body of the request is no JSON: {error}") from error
        return Incoming(
            asked=visit.asked,
            user=user,
            query=request.query,
            content_type=media,
            agent=request.headers.get("User-Agent", ""),
            body=visit.body,
        )

    async def _watch(self, visit: Visit) -> web.StreamResponse:
        asked, request = visit.asked, visit.request
        resource = served(asked)
        namespace = asked.namespace if resource.namespaced else ""
        watch = Watch(self._writes.store, resource, namespace, request.query)
        self.watches.add(watch)
        try:
            return await watch.send(request, visit.headers, clock=self._writes.pace.clock, faults=self.faults)
        finally:
            self.watches.discard(watch)

    async def _log(self, visit: Visit) -> web.StreamResponse:
        asked = visit.asked
        pod = self._writes.current(PODS, asked.namespace, asked.name)
        lines = self._logs.read(pod, visit.request.query)
        first = await _first(lines) if visit.request.query.get("follow") != "true" else b""
        response = web.StreamResponse(headers={"Content-Type": "text/plain", **visit.headers})
        await response.prepare(visit.request)
        await response.write(first)
        self._logs.readers.append(asked.name)
        try:
            async for line in lines:
                await self.faults.thawed()
                await response.write(line)
            await response.write_eof()
        finally:
            self._logs.readers.remove(asked.name)
        return response

    def _record(self, visit: Visit, status: dict[str, Any], answer: object = None) -> None:
        self._audit.add(
            audit_id=visit.audit_id,
            uri=visit.request.raw_path,
            asked=visit.asked,
            user=visit.user,
            acting=visit.acting,
            body=visit.body,
            status=status,
            answer=answer,
        )

    def _response(self, visit: Visit, outcome: Outcome) -> web.Response:
        if isinstance(outcome.body, str):
            return web.Response(status=outcome.status, text=outcome.body, headers=visit.headers)
        body = msgspec.json.encode(outcome.body)
        response = web.Response(status=outcome.status, body=body, content_type="application/json")
        response.headers.update(visit.headers)
        for each in outcome.warnings:
            escaped = each.replace("\\", "\\\\").replace('"', '\\"')
            response.headers.add("Warning", f'299 - "{escaped}"')
        return response

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)


async def _first(lines: AsyncIterator[bytes]) -> bytes:
    async for line in lines:
        return line
    return b""


def _audited(outcome: Outcome) -> dict[str, Any]:
    status: dict[str, Any] = {"metadata": {}, "code": outcome.status}
    if outcome.status >= 300 and isinstance(outcome.body, dict):
        keys = ("status", "message", "reason", "details")
        status |= {key: outcome.body[key] for key in keys if key in outcome.body}
    return status


def _wanted(asked: Asked) -> Attributes:
    if not asked.is_resource:
        return Attributes(verb=asked.verb, path=asked.path)
    return Attributes(
        verb=asked.verb,
        group=asked.group,
        resource=asked.plural,
        subresource=asked.subresource,
        namespace=asked.namespace,
        name=asked.name,
    )


def _forbidden(asked: Asked, why: str) -> Problem:
    if not asked.is_resource:
        return forbidden_path(why)
    qualified = f"{asked.plural}.{asked.group}" if asked.group else asked.plural
    subject = f'{qualified} "{asked.name}"' if asked.name else qualified
    named = {"name": asked.name} if asked.name else {}
    group = {"group": asked.group} if asked.group else {}
    details = {**named, **group, "kind": asked.plural}
    return Problem(403, "Forbidden", f"{subject} is forbidden: {why}", details=details)


def _timeout(written: str) -> float | None:
    """Seconds of a Go duration. Raises `Problem` 400."""
    if not written:
        return None
    if not DURATION.fullmatch(written):
        raise bad_request(f'invalid timeout specified in the request URL - time: invalid duration "{written}"')
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(written))
