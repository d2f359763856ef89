"""The HTTP API to act as a person, for the browser and for tests from outside. JSON in, JSON out, `ok` in each answer.

Only JSON bodies are taken, so that a page of another origin cannot post a form here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, final

from aiohttp import web

from playground.workspace.deliveries import Outcome
from playground.workspace.errors import NotOnScreen, UnknownName
from playground.workspace.people import APP, BOT_USER
from playground.workspace.refusals import refusals
from playground.workspace.wire import Json

if TYPE_CHECKING:
    from playground.workspace.server import Workspace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOME_WITHIN = 2.0
ALIVE_EVERY = 10.0
"""Seconds; the browser takes a connection that is quiet for longer as lost."""

_IN_A_MESSAGE = ("action_id", "channel", "ts")


class BadRequest(ValueError):
    """The body is not what this address takes."""


def _told(handler: Handler) -> Handler:
    """Errors as JSON: 404 unknown name, 409 not on this person's screen, 400 bad body."""

    async def answering(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except UnknownName as error:
            return web.json_response({"ok": False, "error": "unknown_name", "message": str(error)}, status=404)
        except NotOnScreen as error:
            return web.json_response({"ok": False, "error": "not_on_screen", "message": str(error)}, status=409)
        except ValueError as error:
            return web.json_response({"ok": False, "error": "bad_request", "message": str(error)}, status=400)

    return answering


async def _body(request: web.Request, *required: str) -> Json:
    if request.content_type != "application/json":
        raise BadRequest("the body must be application/json")
    given = json.loads(await request.read() or b"null")
    if not isinstance(given, dict):
        raise BadRequest("the body must be a JSON object")
    for name in required:
        if not isinstance(given.get(name), str):
            raise BadRequest(f"{name} must be a string")
    return given


def _outcome(outcome: Outcome) -> web.Response:
    answer: Json = {
        "ok": not outcome.error,
        "acknowledged": outcome.acknowledged,
        "payload": outcome.payload,
        "latency_ms": round(outcome.latency * 1000, 3),
    }
    return web.json_response(answer | ({"error": outcome.error} if outcome.error else {}))


def _ok(**fields: Any) -> web.Response:
    return web.json_response({"ok": True, **fields})


@final
class PeopleApi:
    """Translates between HTTP and `Workspace`; decides nothing."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def add_routes(self, app: web.Application) -> None:
        person = "/api/people/{person}"
        for method, path, handler in (
            ("GET", "/api/people", self.people),
            ("GET", "/api/workspace", self.workspace),
            ("GET", "/api/channels", self.channels),
            ("GET", "/api/channels/{channel}/messages", self.messages),
            ("GET", "/api/channels/{channel}/messages/{ts}", self.one_message),
            ("GET", "/api/events", self.events),
            ("GET", f"{person}/home", self.home),
            ("GET", f"{person}/view", self.view),
            ("GET", f"{person}/notifications", self.notifications),
            ("GET", f"{person}/refusals", self.refusals),
            ("GET", f"{person}/complete", self.complete),
            ("POST", f"{person}/command", self.command),
            ("POST", f"{person}/message", self.message),
            ("POST", f"{person}/click", self.click),
            ("POST", f"{person}/options", self.options),
            ("POST", f"{person}/submit", self.submit),
            ("POST", f"{person}/close", self.close),
            ("POST", f"{person}/shortcut", self.shortcut),
            ("POST", f"{person}/invite", self.invite),
            ("POST", f"{person}/reload", self.reload),
        ):
            app.router.add_route(method, path, _told(handler))

    async def people(self, request: web.Request) -> web.Response:
        people = self._workspace.state.people.humans
        return _ok(people=[person.user(with_locale=True) for person in people])

    async def workspace(self, request: web.Request) -> web.Response:
        """Who and what there is, for a page that starts: also the app, the groups and what may be typed."""
        workspace = self._workspace
        people = workspace.state.people
        return _ok(
            app={"id": APP, "user": BOT_USER},
            people=[person.user(with_locale=True) for person in people.all],
            usergroups=[group.usergroup(with_users=False) for group in people.usergroups],
            commands=[asdict(command) for command in workspace.offers.commands],
            shortcuts=[asdict(shortcut) for shortcut in workspace.offers.shortcuts],
            real=workspace.real,
        )

    async def channels(self, request: web.Request) -> web.Response:
        """All channels; with `?as=` the ones this person may look into."""
        state, name = self._workspace.state, request.query.get("as")
        reader = state.people.get(name) if name else None
        return _ok(
            channels=[
                channel.conversation() | {"name": channel.name, "members": sorted(channel.members)}
                for channel in state.channels.all()
                if (reader is None and not channel.person) or (reader and reader.id in state.readers(channel))
            ]
        )

    async def messages(self, request: web.Request) -> web.Response:
        reader = request.query.get("as")
        if not reader:
            raise BadRequest("say who reads: ?as={person}")
        messages = self._workspace.messages(request.match_info["channel"], reader, request.query.get("thread_ts"))
        return _ok(messages=messages)

    async def one_message(self, request: web.Request) -> web.Response:
        reader = request.query.get("as")
        if not reader:
            raise BadRequest("say who reads: ?as={person}")
        named = request.match_info
        return _ok(message=self._workspace.message_seen(named["channel"], named["ts"], reader))

    async def home(self, request: web.Request) -> web.Response:
        """Opens the Home tab as the person; without a view yet, waits a moment for the app to publish one.

        `?open=false` only looks.
        """
        workspace, person = self._workspace, request.match_info["person"]
        workspace.state.people.get(person)
        if request.query.get("open") != "false":
            await self._open_home(person)
        return _ok(home=workspace.home(person))

    async def _open_home(self, person: str) -> None:
        workspace = self._workspace
        before = workspace.home(person)
        await workspace.open_home(person)
        try:
            await workspace.wait_for(lambda: workspace.home(person) != before, HOME_WITHIN)
        except TimeoutError:
            return

    async def view(self, request: web.Request) -> web.Response:
        return _ok(view=self._workspace.view(request.match_info["person"]))

    async def notifications(self, request: web.Request) -> web.Response:
        person = self._workspace.state.people.get(request.match_info["person"])
        return _ok(notifications=[asdict(ping) for ping in self._workspace.notifications[person.name]])

    async def refusals(self, request: web.Request) -> web.Response:
        """What Slack refused of what this person would have seen."""
        state = self._workspace.state
        found = refusals(state, state.people.get(request.match_info["person"]).id)
        return _ok(refusals=[refusal.shown() for refusal in found])

    async def complete(self, request: web.Request) -> web.Response:
        """Words that may go on with `?text=`, the line up to the caret; none where nobody was plugged in to tell."""
        person = self._workspace.state.people.get(request.match_info["person"])
        complete = self._workspace.complete
        found = await complete(person.name, request.query.get("text", "")) if complete else ()
        return _ok(suggestions=[{"word": each.word, "about": each.about} for each in found])

    async def command(self, request: web.Request) -> web.Response:
        body = await _body(request, "channel", "text")
        return _outcome(await self._workspace.command(request.match_info["person"], body["channel"], body["text"]))

    async def message(self, request: web.Request) -> web.Response:
        body = await _body(request, "channel", "text")
        posted = await self._workspace.message(
            request.match_info["person"], body["channel"], body["text"], body.get("thread_ts")
        )
        return _ok(ts=posted["ts"], message=posted)

    async def click(self, request: web.Request) -> web.Response:
        """Names a message (`channel`, `ts`) or a view (`view_id`)."""
        body = await _body(request, *(("action_id",) if (await _body(request)).get("view_id") else _IN_A_MESSAGE))
        outcome = await self._workspace.click(
            request.match_info["person"],
            body.get("channel"),
            body.get("ts"),
            body["action_id"],
            value=body.get("value"),
            block_id=body.get("block_id"),
            view_id=body.get("view_id"),
            decline=body.get("decline") is True,
        )
        return _outcome(outcome)

    async def options(self, request: web.Request) -> web.Response:
        body = await _body(request, "action_id", "text")
        offered = await self._workspace.options(
            request.match_info["person"],
            body["action_id"],
            body["text"],
            channel=body.get("channel"),
            ts=body.get("ts"),
            view_id=body.get("view_id"),
        )
        return _ok(options=offered)

    async def submit(self, request: web.Request) -> web.Response:
        body = await _body(request, "view_id")
        values = body.get("values") or {}
        if not isinstance(values, dict):
            raise BadRequest("values must be an object")
        errors = await self._workspace.submit(request.match_info["person"], body["view_id"], values)
        return web.json_response({"ok": errors is None, "errors": errors})

    async def close(self, request: web.Request) -> web.Response:
        body = await _body(request, "view_id")
        await self._workspace.close_view(request.match_info["person"], body["view_id"])
        return _ok()

    async def shortcut(self, request: web.Request) -> web.Response:
        body = await _body(request, "channel", "ts", "callback_id")
        person = request.match_info["person"]
        return _outcome(await self._workspace.shortcut(person, body["channel"], body["ts"], body["callback_id"]))

    async def invite(self, request: web.Request) -> web.Response:
        """Bring the app into a channel, as `/invite @kajitori` does."""
        body = await _body(request, "channel")
        await self._workspace.invite(request.match_info["person"], body["channel"])
        return _ok()

    async def reload(self, request: web.Request) -> web.Response:
        self._workspace.reload(request.match_info["person"])
        return _ok()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: what changed for this reader (`?as=`), or everything; `alive` when nothing did."""
        name = request.query.get("as")
        reader = self._workspace.state.people.get(name).id if name else None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        changes = self._workspace.state.feed.subscribe(alive_every=ALIVE_EVERY)
        await response.prepare(request)
        await response.write(b": connected\n\n")
        async for change in changes:
            if change.for_reader(reader):
                data = json.dumps({"type": change.type, **change.details})
                try:
                    await response.write(f"event: {change.type}\ndata: {data}\n\n".encode())
                except ConnectionError:
                    return response
        return response
