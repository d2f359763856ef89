"""The composition root: settings become a running service. Start order, drain order; read this first.

Start: key, database (migrated), clusters (each examined: a role that is too strong is refused), Slack (who are we?),
then the loops: engine, sealer, outbox, inbox, and last the sockets or the HTTP server, so that nothing is taken in
before it can be worked on. The end is the opposite: stop taking in, finish what was begun, let go of leases.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.audit import sealer
from bot.clock import Tokens
from bot.commandline.own import OWN
from bot.errors import Refused
from bot.identity.directory import Directory
from bot.observability.health import Health
from bot.observability.redaction import redact
from bot.operations.registry import build_registry, installed_families
from bot.policy.loading import PolicyInForce
from bot.requests.engine.loop import Engine
from bot.requests.looking import Watching
from bot.requests.opening import examine_clusters, keep_examining, open_clusters
from bot.requests.services import Services
from bot.requests.store_watch import watch_store
from bot.requests.upkeep import keep_up
from bot.running import DRAIN_SECONDS, End, Knobs, Running, at_once, looping
from bot.settings import Config, Settings, load_config, load_key
from bot.settings.files import read_file
from bot.slack.api.client import Installation, installation, open_session, web_client
from bot.slack.api.opening import open_modal
from bot.slack.api.profiles import SlackProfiles
from bot.slack.delivery.messages import Message, Outcome
from bot.slack.delivery.outgoing import Outgoing
from bot.slack.delivery.outsiders import Outsiders
from bot.slack.delivery.places import Places
from bot.slack.delivery.rendering import render
from bot.slack.delivery.sending import Sender
from bot.slack.desk.handlers import Handlers
from bot.slack.desk.incoming import Incoming
from bot.slack.desk.submits import validate
from bot.slack.desk.visits import Desk
from bot.slack.edge.answers import Suggestions
from bot.slack.edge.app import Slack, build_slack
from bot.slack.edge.forgeries import recorder
from bot.slack.edge.http_mode import http_handler
from bot.slack.edge.reception import make_receive
from bot.slack.edge.sockets import SocketReport, Sockets
from bot.slack.edge.tell import teller
from bot.slack.edge.throttle import Throttle
from bot.store.database import Database
from bot.store.inheritance import inherit
from bot.store.intake import Intake
from bot.store.memory import remembered
from bot.store.sealing import Key, Keyring
from bot.text import Code, text
from bot.web.server import build_web, serve_web

LOG: Final = structlog.get_logger("app")


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises `Refused` or `Unavailable` where it cannot start."""
    async with serving(settings) as running:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, running.stop.set)
        # What is here now stays: without it a full collection walks through 100 MB and everybody's answers wait for it.
        gc.collect()
        gc.freeze()
        LOG.info("running", port=running.port, mode="socket" if settings.socket_mode else "http")
        await running.stop.wait()
        LOG.info("stopping")
    if running.failure is not None:
        raise running.failure


@asynccontextmanager
async def serving(settings: Settings, knobs: Knobs | None = None) -> AsyncIterator[Running]:
    """The whole bot, for as long as it is entered. Raises `Refused` or `Unavailable` where it cannot start."""
    knobs = knobs or Knobs()
    async with AsyncExitStack() as stack:
        health = Health(knobs.clock)
        session = await stack.enter_async_context(open_session())
        client = web_client(session, token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
        services = await _services(stack, settings, client, knobs)
        installed = await _installed(client, services.config)
        running = Running(services=services, knobs=knobs)
        slack = await _begin(stack, running, client, session, installed, health)
        running.port = await _listen(stack, running, slack, client, settings, health)
        yield running


async def _services(stack: AsyncExitStack, settings: Settings, client: AsyncWebClient, knobs: Knobs) -> Services:
    config = load_config(settings.config_file)
    registry = build_registry([*installed_families(), OWN])
    policy = PolicyInForce(
        read=partial(read_file, config.policy) if config.policy is not None else None,
        source=str(config.policy or ""),
        config=config,
        operations=tuple(registry.operations),
        clock=knobs.clock,
    )
    keyring = Keyring(Key(load_key(settings)))
    database = await stack.enter_async_context(Database.open(settings.database, keyring=keyring, clock=knobs.clock))
    async with database.transaction() as tx:
        await inherit(tx)
    clusters = await open_clusters(stack, config, clock=knobs.clock, tokens=knobs.tokens)
    await examine_clusters(clusters, config, registry)
    writes = [each.timeouts.write for each in config.clusters.values()]
    return Services(
        database=database,
        keyring=keyring,
        clusters=clusters,
        policy=policy,
        directory=Directory(config=config, source=SlackProfiles(client), clock=knobs.clock),
        registry=registry,
        config=config,
        clock=knobs.clock,
        tokens=knobs.tokens,
        instance=await _instance(database, knobs.tokens),
        owner=f"bot-{knobs.tokens.hex(6)}",
        point=knobs.point,
        write_timeout=knobs.write_timeout or min(writes),
        settle=knobs.settle,
        lease_ttl=knobs.lease_ttl,
    )


async def _instance(database: Database, tokens: Tokens) -> str:
    """A short name of this installation, made once: it keeps two on one cluster apart in the API server's audit log."""
    async with database.transaction() as tx:
        return (await remembered(tx, "instance", tokens.hex(4).encode())).decode()


async def _installed(client: AsyncWebClient, config: Config) -> Installation:
    installed = await installation(client)
    if installed.team != config.slack.team_id:
        raise Refused(
            text("The bot token belongs to another workspace than the configuration names."),
            why=text(
                "It is {found}; slack.team_id is {wanted}.",
                found=Code(installed.team),
                wanted=Code(config.slack.team_id),
            ),
            next=text("Correct one of the two."),
        )
    return installed


async def _begin(
    stack: AsyncExitStack,
    running: Running,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    installed: Installation,
    health: Health,
) -> Slack:
    """All loops that work on what is stored, and the Slack app that stores what comes in."""
    services = running.services
    clock, config, database = services.clock, services.config, services.database

    async def loop(name: str, work: Coroutine[Any, Any, None], end: End | None = None) -> None:
        await stack.enter_async_context(looping(running, name, work, end))

    checkpoints = config.audit.checkpoint_file
    await loop("sealer", sealer.run(database, clock, checkpoint_file=checkpoints))
    await loop("upkeep", keep_up(services))
    await loop("store", watch_store(database, health, clock))
    await loop("clusters", keep_examining(services.clusters, config, services.registry, clock=clock))
    invited = [channel for channel, each in config.channels.items() if each.outsiders]
    sender = Sender(
        client=client,
        session=session,
        places=Places(client),
        outsiders=Outsiders(client, clock, invited=invited),
        clock=clock,
        bot_name=installed.bot_name,
    )
    outgoing = Outgoing(
        database=database,
        render=partial(render, services),
        send=partial(_send, sender, services.point),
        clock=clock,
        owner=services.owner,
    )
    await loop("outbox", outgoing.run(), at_once(outgoing.stop))
    engine = Engine(services)
    await loop("engine", engine.run(), partial(engine.stop, DRAIN_SECONDS))
    watching = Watching()
    stack.push_async_callback(watching.stop)
    throttle = Throttle(clock=clock, limit=config.limits.commands_per_minute)
    desk = Desk(services=services, watching=watching, open_view=partial(open_modal, client), throttle=throttle)
    handlers = Handlers(desk)
    incoming = Incoming(
        database=database, handle=handlers.handle, on_dropped=handlers.dropped, clock=clock, owner=services.owner
    )
    await loop("inbox", incoming.run(), at_once(incoming.stop))
    intake = await stack.enter_async_context(
        Intake(database, limit=config.limits.inbox, clock=clock, tokens=services.tokens)
    )
    receive = make_receive(intake, suggest=lambda _: Suggestions(), validate=validate)
    slack = build_slack(
        client=client,
        installed=installed,
        receive=receive,
        redact=redact,
        tell=teller(session),
        seconds=running.knobs.recording,
    )
    stack.push_async_callback(slack.drain)
    return slack


async def _send(sender: Sender, point: Callable[[str], None], message: Message) -> Outcome:
    """Send one message; between its effect in Slack and its storing lies a labelled point."""
    outcome = await sender.send(message)
    point("posted")
    return outcome


async def _listen(
    stack: AsyncExitStack, running: Running, slack: Slack, client: AsyncWebClient, settings: Settings, health: Health
) -> int:
    """The two ways in: health over HTTP always, Slack over sockets or over the same HTTP server. Last to begin."""
    services = running.services
    routes: list[web.RouteDef] = []
    if settings.socket_mode:
        health.expect("slack")
        sockets = Sockets(
            slack=slack,
            client=client,
            app_token=settings.slack_app_token.get_secret_value(),
            clock=services.clock,
            tokens=services.tokens,
            report=_trouble,
        )
        await stack.enter_async_context(looping(running, "sockets", sockets.run(), sockets.close))
        await sockets.ready()
        health.ready("slack")
    else:
        secret = settings.slack_signing_secret.get_secret_value()
        on_forgery = recorder(services)
        handler = http_handler(slack, signing_secret=secret, clock=services.clock, on_forgery=on_forgery)
        routes.append(web.post("/slack/events", handler))
        health.ready("slack")
    application = build_web(routes, health=health, tokens=services.tokens)
    listening = serve_web(application, host=settings.http_host, port=settings.http_port)
    return await stack.enter_async_context(listening)


def _trouble(report: SocketReport) -> None:
    LOG.error("socket_trouble", trouble=report.trouble, ours=report.ours, counted=report.counted, why=report.why)
