"""`Workspace`: start it, point slack-sdk's `base_url` at `{address}/api/`, and act as its people."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, final

from aiohttp import web

from bot.clock import SystemClock
from playground.workspace import clicking, desk, modals, typing_in
from playground.workspace.channels import DEFAULT_CHANNELS, Channel
from playground.workspace.clicking import Spot
from playground.workspace.clock import Clock
from playground.workspace.deliveries import RETRY_DELAYS, Courier, Delivery, Outcome
from playground.workspace.feed import Change
from playground.workspace.hooks import Hooks
from playground.workspace.limits import RateLimits
from playground.workspace.neighbours import only_local
from playground.workspace.offers import Complete, Offers
from playground.workspace.pages import Pages
from playground.workspace.people import DEFAULT_PEOPLE, DEFAULT_USERGROUPS, Person, UserGroup
from playground.workspace.people_api import PeopleApi
from playground.workspace.signed_requests import SignedRequests
from playground.workspace.sockets import Sockets
from playground.workspace.state import Call, Dialog, Notification, State
from playground.workspace.uploads import Uploads
from playground.workspace.web_api import WebApi
from playground.workspace.wire import Json

T = TypeVar("T")
SUBSCRIPTIONS = frozenset({"app_mention", "message.im", "app_home_opened", "member_joined_channel"})
LARGEST_BODY = 16 * 1024 * 1024


@final
class Workspace:
    """A Slack workspace with one app, on loopback, as an async context manager.

    `limits=None` switches rate limits off. With `request_url` (it may be set later) deliveries are POSTed, signed, to
    `{request_url}/slack/events` instead of going over the sockets. `should_escape` is the setting of a slash command
    that turns names and addresses in its text into Slack's marks. People and channels are named by name or id.
    `offers` is what the app registered with Slack; `complete` (it may be set later) completes lines in the browser.
    `routes`, set before the start, are served beside its own. `real` names the cluster that the app really changes; the
    page says of it that it is real, and where there is none that it is a stand-in.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        people: Sequence[Person] = DEFAULT_PEOPLE,
        channels: Sequence[Channel] = DEFAULT_CHANNELS,
        usergroups: Sequence[UserGroup] = DEFAULT_USERGROUPS,
        limits: RateLimits | None = None,
        clock: Clock | None = None,
        signing_secret: str = "playground-signing-secret",  # noqa: S107 (of the emulator only)
        request_url: str | None = None,
        subscriptions: frozenset[str] = SUBSCRIPTIONS,
        should_escape: bool = False,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        offers: Offers | None = None,
        complete: Complete | None = None,
        real: str = "",
    ) -> None:
        self.bot_token = f"xoxb-playground-{secrets.token_hex(8)}"
        self.app_token = f"xapp-1-playground-{secrets.token_hex(8)}"
        self.signing_secret = signing_secret
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self.state = State(
            people=people, usergroups=usergroups, channels=channels, limits=limits, clock=clock or SystemClock()
        )
        self._sockets = Sockets(self.state.feed)
        self._courier = Courier(
            clock=self.state.clock,
            feed=self.state.feed,
            sockets=self._sockets,
            signed=SignedRequests(signing_secret),
            request_url=request_url,
            retry_delays=retry_delays,
        )
        self._desk = desk.Desk(
            state=self.state, courier=self._courier, subscriptions=subscriptions, should_escape=should_escape
        )
        self.faults = self.state.faults
        self.offers = offers or Offers()
        self.complete = complete
        self.real = real
        self.routes: Sequence[web.RouteDef] = ()

    # Life

    @property
    def address(self) -> str:
        return self.state.address

    async def start(self) -> None:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[only_local])
        web_api = WebApi(
            self.state,
            bot_token=self.bot_token,
            app_token=self.app_token,
            open_connection=self._sockets.open_connection,
        )
        uploads = Uploads(self.state)
        PeopleApi(self).add_routes(app)
        app.router.add_routes(self.routes)
        app.router.add_routes(Pages().routes())
        app.router.add_route("*", r"/api/{method:\w+\.[\w.]+}", web_api.handle)
        app.router.add_route("*", "/api/{method}", web_api.handle)
        app.router.add_get("/socket/{ticket}", self._sockets.handle)
        app.router.add_post("/hooks/{kind}/{key}", Hooks(self.state).handle)
        app.router.add_post("/upload/{key}", uploads.receive)
        app.router.add_get("/files/{id}/{key}", uploads.show)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.state.address = f"http://{self._host}:{port}"
        self._sockets.address = f"ws://{self._host}:{port}"

    async def stop(self) -> None:
        if self._runner is None:
            return
        await self._courier.close()
        self.state.faults.release()
        self.state.feed.close()
        await self._sockets.close()
        await self._runner.cleanup()
        self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    # Acting as a person

    def _person(self, name: str) -> Person:
        return self.state.people.get(name)

    async def command(self, person: str, channel: str, text: str) -> Outcome:
        return await typing_in.command(self._desk, self._person(person), channel, text)

    async def message(self, person: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
        """The message as Slack shows it; the app is told in the background."""
        posted = await typing_in.message(self._desk, self._person(person), channel, text, thread_ts)
        return self.state.messages.shown(posted)

    async def click(
        self,
        person: str,
        channel: str | None,
        ts: str | None,
        action_id: str,
        *,
        value: Any = None,
        block_id: str | None = None,
        view_id: str | None = None,
        decline: bool = False,
        forged: bool = False,
    ) -> Outcome:
        """`value` is what is chosen or typed; for an option, its value. Raises NotOnScreen unless `forged`."""
        spot = Spot(channel=channel, ts=ts, view_id=view_id, action_id=action_id, block_id=block_id)
        return await clicking.click(self._desk, self._person(person), spot, value, decline=decline, forged=forged)

    async def options(
        self,
        person: str,
        action_id: str,
        text: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
    ) -> list[Json]:
        """Type into an external select; what it offers can then be clicked or submitted by its value."""
        spot = Spot(channel=channel, ts=ts, view_id=view_id, action_id=action_id)
        return await clicking.options(self._desk, self._person(person), spot, text)

    async def submit(self, person: str, view_id: str, values: Json | None = None) -> dict[str, str] | None:
        return await modals.submit(self._desk, self._person(person), view_id, values or {})

    async def close_view(self, person: str, view_id: str, *, whole_stack: bool = False) -> None:
        await modals.close(self._desk, self._person(person), view_id, whole_stack=whole_stack)

    async def open_home(self, person: str) -> None:
        typing_in.open_home(self._desk, self._person(person))

    async def shortcut(self, person: str, channel: str, ts: str, callback_id: str) -> Outcome:
        return await typing_in.shortcut(self._desk, self._person(person), channel, ts, callback_id)

    async def invite(self, person: str, channel: str) -> None:
        """Bring the app into a channel."""
        typing_in.invite(self._desk, self._person(person), channel)

    async def replay(self, delivery: Delivery) -> Outcome:
        """The same payload once more, in a new envelope, once."""
        again = Delivery(kind=delivery.kind, payload=delivery.payload, takes_answer=delivery.takes_answer)
        return await self._courier.once(again)

    # What a person sees

    def messages(self, channel: str, as_person: str, thread_ts: str | None = None) -> list[Json]:
        """Oldest first: the channel outside its threads, or one thread; with this reader's private messages."""
        person = self._person(as_person)
        where = desk.channel_of(self._desk, person, channel)
        if thread_ts is None:
            found = self.state.messages.top(where.id, reader=person.id)
        else:
            found = self.state.messages.thread(where.id, thread_ts, reader=person.id)
        return [self.state.messages.shown(message) for message in found]

    def message_seen(self, channel: str, ts: str, as_person: str) -> Json:
        """One message, also inside a thread. Raises NotOnScreen."""
        person = self._person(as_person)
        where = desk.channel_of(self._desk, person, channel)
        return self.state.messages.shown(desk.message_before(self._desk, person, where, ts))

    def home(self, person: str) -> Json | None:
        view = self.state.views.home(self._person(person).id)
        return view.shown() if view else None

    def view(self, person: str) -> Json | None:
        view = self.state.views.top(self._person(person).id)
        return view.shown() if view else None

    def direct(self, person: str) -> str:
        """The id of the person's direct message channel with the app."""
        return self.state.channels.direct(self._person(person)).id

    def reload(self, person: str) -> None:
        """What reloading the client does: private messages are gone."""
        self.state.messages.forget_private(self._person(person).id)
        self.state.feed.tell("reload", audience=frozenset({self._person(person).id}))

    @property
    def notifications(self) -> dict[str, list[Notification]]:
        """The pings of each person, by name."""
        return self.state.notifications

    # What the app did, and what went to it

    @property
    def calls(self) -> list[Call]:
        return self.state.calls

    @property
    def dialogs(self) -> list[Dialog]:
        return self.state.dialogs

    @property
    def deliveries(self) -> list[Delivery]:
        return self._courier.deliveries

    @property
    def connections(self) -> int:
        return self._sockets.connections

    @property
    def request_url(self) -> str | None:
        return self._courier.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._courier.request_url = url

    async def disconnect_sockets(self, reason: str = "warning") -> None:
        """warning | refresh_requested | link_disabled | too_many_websockets."""
        await self._sockets.disconnect(reason)

    async def drop_sockets(self) -> None:
        """Cut the connections without a close frame."""
        self._sockets.drop()

    def events(self) -> AsyncIterator[Change]:
        """Everything that changes from now on, until the workspace stops."""
        return self.state.feed.subscribe()

    async def wait_for(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        """The first true value of `condition`, which is asked again after each change."""
        return await self.state.feed.wait_for(condition, timeout)
