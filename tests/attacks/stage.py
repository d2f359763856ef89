"""The bot as `bot.app` builds it, less Slack: deliveries go in by hand, attempts are run one at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web
from sqlalchemy import delete, insert, select
from sqlalchemy import text as sql

from bot.audit import records
from bot.commandline.own import OWN
from bot.identity.directory import Directory
from bot.identity.profiles import Profile
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.connection import fixed_connection
from bot.kubernetes.transport import Transport
from bot.operations.registry import build_registry
from bot.policy.loading import PolicyInForce
from bot.requests.clusters import Clusters, OpenCluster
from bot.requests.engine.loop import Engine
from bot.requests.looking import Watching
from bot.requests.notices import Notice
from bot.requests.services import Services
from bot.settings import parse_config
from bot.slack.desk.handlers import Handlers
from bot.slack.desk.visits import Desk
from bot.slack.edge.deliveries import Delivery, Kind, Lane, Submitted
from bot.slack.edge.throttle import Throttle
from bot.store.database import Database, Transaction
from bot.store.requests import Request, load
from bot.store.tables import audit, messages, outbox
from tests.attacks.poking import poke
from tests.attacks.world import World
from tests.clocks import CountingTokens, HandClock
from tests.databases import KEYRING

CONFIG = """\
slack: {team_id: T0ACME}
default_cluster: stage
clusters:
  prod: {environment: production, namespace: shop, approval_channel: C0APPROVE}
  stage: {environment: staging, namespace: shop}
people:
  U0ALICE: {user: alice, teams: [developers]}
  U0BOB: {user: bob, teams: [developers]}
  U0CAROL: {user: carol, teams: [sre]}
  U0DAVE: {user: dave, teams: [readers]}
  U0ALICE2: {user: alice-two, teams: [developers], same_as: [U0ALICE]}
teams: {developers: {}, sre: {}, readers: {}}
own: {namespace: helm-house}
"""
CARD = "1700000000.000100"
REQUEST_CHANNEL = "C0OPS"
STARTED = frozenset({"executing", "succeeded", "failed", "needs_attention"})
ENDED = frozenset({"succeeded", "failed", "expired"})


@dataclass
class Profiles:
    """Slack's answers; guests are of another team or restricted."""

    changed: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def users_info(self, user: str) -> Profile:
        plain = Profile(
            user=user,
            team="T0ACME",
            name=user.lower(),
            deleted=False,
            is_bot=False,
            is_restricted=False,
            is_ultra_restricted=False,
            is_stranger=False,
        )
        return replace(plain, **self.changed.get(user, {}))


@dataclass(kw_only=True)
class Stage:
    """`policy` holds the policy file's text; `views` the modals that were opened, last one last."""

    services: Services
    world: World
    clock: HandClock
    policy: list[bytes]
    profiles: Profiles
    views: list[dict[str, Any]]
    handlers: Handlers
    count: int = 0

    def delivery(self, kind: Kind, user: str, **more: Any) -> Delivery:
        self.count += 1
        usual: dict[str, Any] = {
            "key": f"{kind}:{self.count}",
            "lane": Lane.PEOPLE,
            "team": "T0ACME",
            "user_team": "T0ACME",
            "channel": REQUEST_CHANNEL,
            "trigger": f"trigger-{self.count}",
        }
        return Delivery(kind=kind, user=user, **{**usual, **more})

    async def handle(self, delivery: Delivery) -> None:
        async def done(tx: Transaction) -> None:
            del tx

        await self.handlers.handle(delivery, done)

    async def type(self, user: str, line: str, **more: Any) -> None:
        await self.handle(self.delivery(Kind.COMMAND, user, line=line, **more))

    async def click(self, user: str, action: str, value: str, **more: Any) -> None:
        usual = {"card_ts": CARD, **more}
        await self.handle(self.delivery(Kind.CLICK, user, action=action, value=value, **usual))

    async def submit(self, user: str, view: dict[str, Any] | None = None, *, reason: str = "", **more: Any) -> None:
        """Send in the last modal that was opened, or another one."""
        shown = view or self.views[-1]
        submitted = Submitted(
            view="V1",
            callback=more.pop("callback", shown["callback_id"]),
            metadata=more.pop("metadata", shown["private_metadata"]),
            values={"reason": reason},
        )
        await self.handle(self.delivery(Kind.SUBMIT, user, submitted=submitted, channel="", **more))

    async def request(self, number: int) -> Request:
        async with self.services.database.read() as tx:
            found = await load(tx, number)
        assert found is not None
        return found

    async def put_into(self, number: int, state: str) -> None:
        """Let a request of `poke set app --to=5` be in a state, as if it had come there by itself."""
        now = self.moment()
        await self.run(
            "UPDATE requests SET state = :state, started_at = :started, ended_at = :ended",
            state=state,
            started=now if state in STARTED else None,
            ended=now if state in ENDED else None,
        )
        if state in STARTED:
            await self.run(
                "INSERT INTO steps (request_id, plan_version, step_id, state, fence, ended_at)"
                " VALUES (:id, 1, 'step-1', :state, 0, :now)",
                id=number,
                state="unknown" if state == "needs_attention" else "done",
                now=now,
            )
            self.world.touch("app", 3 if state == "failed" else 5)

    async def mark(self, number: int) -> str:
        found = await self.request(number)
        return f"{found.id}.{found.plan_version}.{found.state}"

    async def ask(self, user: str = "U0ALICE", line: str = "poke set app --to=5") -> int:
        """A waiting request whose card has been posted."""
        await self.type(user, line)
        number = int((await self.rows("SELECT max(id) FROM requests"))[0][0])
        await self.post(number)
        return number

    async def post(self, number: int) -> None:
        """The card of a request is in the channel; the only one there is, for all tests look at one at a time."""
        place = {"key": f"request/{number}/card", "channel": REQUEST_CHANNEL, "ts": CARD, "version": 1}
        async with self.services.database.transaction() as tx:
            await tx.execute(delete(messages).where(messages.c.ts == CARD))
            await tx.execute(insert(messages).values(**place, updated_at=self.clock.now()))

    async def vote(self, user: str, number: int) -> None:
        """Approve by the button, and by the view where that is asked for."""
        before = len(self.views)
        await self.click(user, "approve", await self.mark(number))
        if len(self.views) > before:
            await self.submit(user)

    async def attempt(self) -> bool:
        """Run one attempt of whatever is due, to its end; whether there was one."""
        await self.later(0)
        engine = Engine(self.services)
        if not await engine._claim():
            return False
        for task in list(engine._running.values()):
            await task
        return True

    async def run(self, statement: str, **values: Any) -> None:
        """What somebody who owns the database does."""
        async with self.services.database.transaction() as tx:
            await tx.execute(sql(statement).bindparams(**values))

    def moment(self) -> int | datetime:
        """This moment as the database keeps it."""
        now = self.clock.now()
        return now if self.services.database.dialect == "postgresql" else int(now.timestamp() * 1_000_000)

    async def later(self, seconds: float) -> None:
        """Time passes, also for PostgreSQL, whose own clock nobody can move: what is due by ours is due by that."""
        self.clock.move(seconds)
        if self.services.database.dialect == "postgresql":
            for due in ("wake_at", "lease_until", "expires_at"):
                await self.run(
                    f"UPDATE requests SET {due} = clock_timestamp() WHERE {due} <= :now AND {due} > clock_timestamp()",
                    now=self.clock.now(),
                )

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.services.database.read() as tx:
            return list(await tx.execute(sql(statement).bindparams(**values)))

    async def notices(self) -> list[Any]:
        """Everything that goes to people, in order."""
        async with self.services.database.read() as tx:
            found = await tx.execute(select(outbox.c.key, outbox.c.body).order_by(outbox.c.id))
            decoder = msgspec.json.Decoder(Notice)
            return [decoder.decode(KEYRING.open(body, f"outbox/{key}")) for key, body in found]

    async def events(self) -> list[str]:
        """What was recorded, in order."""
        async with self.services.database.read() as tx:
            found = await tx.execute(select(audit.c.body).order_by(audit.c.id))
            return [records.decode(body).event.value for (body,) in found]

    def set_policy(self, content: str) -> None:
        self.policy[0] = content.encode()
        self.services.policy.reload()


@asynccontextmanager
async def staged(address: str, *, config: str = CONFIG, clock: HandClock | None = None) -> AsyncIterator[Stage]:
    """The stage, empty but for two Deployments in `shop` and one in the bot's own namespace."""
    clock, world, profiles = clock or HandClock(), World(), Profiles()
    for name in ("app", "web"):
        world.add(name)
    world.add("bot", namespace="helm-house")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(address, keyring=KEYRING, clock=clock))
        url = await stack.enter_async_context(_serving(world))
        settings = parse_config(config.encode())
        registry = build_registry([poke, OWN])
        policy = [b"apiVersion: kajitori.dev/v1\nkind: Policy\n"]
        opened: dict[str, OpenCluster] = {}
        tokens = CountingTokens()
        for name, each in settings.clusters.items():
            connection = fixed_connection(name, url, clock=clock, token="bot")
            transport = await stack.enter_async_context(Transport(connection, clock=clock, timeout=5.0))
            cluster = Cluster(name=name, transport=transport, clock=clock, tokens=tokens)
            opened[name] = OpenCluster(config=each, cluster=cluster, clock=clock, own=settings.own)
        clusters = Clusters(opened)
        for name in opened:
            clusters.examined(name)
        services = Services(
            database=database,
            keyring=KEYRING,
            clusters=clusters,
            policy=PolicyInForce(
                read=lambda: policy[0], config=settings, operations=tuple(registry.operations), clock=clock
            ),
            directory=Directory(config=settings, source=profiles, clock=clock),
            registry=registry,
            config=settings,
            clock=clock,
            tokens=tokens,
            instance="test",
            owner="bot-one",
        )
        views: list[dict[str, Any]] = []

        async def open_view(trigger: str, view: dict[str, Any]) -> str:
            views.append(view)
            return f"V{len(views)}"

        throttle = Throttle(clock=clock, limit=settings.limits.commands_per_minute)
        desk = Desk(services=services, watching=Watching(), open_view=open_view, throttle=throttle)
        yield Stage(
            services=services,
            world=world,
            clock=clock,
            policy=policy,
            profiles=profiles,
            views=views,
            handlers=Handlers(desk),
        )


@asynccontextmanager
async def _serving(world: World) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", world.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
