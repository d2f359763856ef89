"""The examinations that `doctor` makes. Each changes nothing and says all that it finds."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from bot.clock import Clock
from bot.errors import KajitoriError, Refused
from bot.identity.slack_manifest import slack_scopes
from bot.identity.start_check import Report, check_itself
from bot.kubernetes.cluster import Client, Cluster, Version
from bot.kubernetes.configured import configured_connection
from bot.kubernetes.decoding import Unreadable, decode
from bot.kubernetes.transport import Transport
from bot.operations.registry import Registry
from bot.policy.examples import run_examples
from bot.settings import ClusterConfig, Config, Settings, load_key
from bot.settings.key import FILE
from bot.slack.api.inspection import inspect as inspect_slack
from bot.store.inspection import Standing
from bot.store.inspection import inspect as inspect_store
from bot.terminal.errors import leaf
from bot.terminal.findings import Finding, bad, failed, good, note
from bot.terminal.guards import load_policy
from bot.text import Code, text

SKEW: Final = 10.0
"""Seconds that our clock and an API server's may differ. Leases last 10 s; the header has whole seconds."""

CONSTRAINED_SINCE: Final = (1, 36)
"""The version in which constrained impersonation is on by itself (KEP-5284, beta)."""


def examine_settings(settings: Settings) -> list[Finding]:
    """Tokens are there, or it is said which is not."""
    try:
        settings.check_slack()
    except Refused as error:
        return [failed("settings", error)]
    mode = text("Socket Mode") if settings.socket_mode else text("HTTP mode")
    return [good("settings", text("All that is needed is set; {mode}.", mode=mode))]


def examine_key(settings: Settings) -> list[Finding]:
    """The key can be read, and by nobody else. None is made here: the first start does that."""
    path = settings.data / FILE
    if not settings.key.get_secret_value() and not os.path.lexists(path):
        return [note("key", text("There is none yet; the first start makes {path}.", path=Code(str(path))))]
    try:
        load_key(settings)
    except Refused as error:
        return [failed("key", error)]
    where = Code("KAJITORI_KEY" if settings.key.get_secret_value() else str(path))
    return [good("key", text("{where} holds it.", where=where))]


async def examine_database(settings: Settings) -> list[Finding]:
    """It opens, and its tables are those of this version."""
    try:
        standing = await inspect_store(settings.database)
    except KajitoriError as error:
        return [failed("database", error)]
    sentences = {
        Standing.ABSENT: note("database", text("There is none yet; the first start makes it.")),
        Standing.OLD: note("database", text("Its tables are of an older version; the next start brings them up.")),
        Standing.CURRENT: good("database", text("It opens, and its tables are current.")),
        Standing.IN_USE: good("database", text("A bot is running on it.")),
    }
    return [sentences[standing]]


async def examine_slack(settings: Settings, config: Config | None) -> list[Finding]:
    """The token is accepted, by the workspace of the configuration, with every scope that is used."""
    try:
        found, scopes = await inspect_slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    except KajitoriError as error:
        return [failed("slack", error)]
    if config is not None and found.team != config.slack.team_id:
        return [
            bad(
                "slack",
                text(
                    "The token is for {got}, the configuration for {wanted}.",
                    got=Code(found.team),
                    wanted=Code(config.slack.team_id),
                ),
                text("Correct {key}, or take the other app's token.", key=Code("slack.team_id")),
            )
        ]
    if scopes is None:
        return [note("slack", text("{name} is known; Slack did not tell its scopes.", name=Code(found.bot_name)))]
    missing = sorted(set(slack_scopes()) - scopes)
    if missing:
        return [
            bad(
                "slack",
                text("The installed app lacks the scopes {scopes}.", scopes=Code(", ".join(missing))),
                text("Apply {command} to the app and install it again.", command=Code("kajitori manifest slack")),
            )
        ]
    return [good("slack", text("{name} is known, with all scopes.", name=Code(found.bot_name)))]


def examine_policy(config: Config, registry: Registry, clock: Clock) -> list[Finding]:
    """The policy is taken up whole, and its own examples come out."""
    try:
        policy = load_policy(config, registry)
    except Refused as error:
        return [failed("policy", error)]
    results = run_examples(policy, config, now=clock.now())
    wrong = [each for each in results if not each.passed]
    if wrong:
        name, decided = Code(wrong[0].name), wrong[0].decided
        return [
            bad(
                "policy",
                text("The example {name} fails; the decision was: {decided}", name=name, decided=decided),
                text("Run {command}.", command=Code("kajitori policy test")),
            )
        ]
    if config.policy is None:
        return [good("policy", text("The built-in default: every change needs a vote of another person."))]
    return [good("policy", text("{count} rules; all examples hold.", count=len(policy.rules)))]


async def examine_cluster(
    name: str, cluster: ClusterConfig, config: Config, *, registry: Registry, clock: Clock
) -> list[Finding]:
    """It answers, its clock agrees with ours, and the bot has in it the rights it needs and no others."""
    part = f"cluster {name}"
    found: list[Finding] = []
    try:
        connection = configured_connection(name, cluster, clock=clock)
        async with Transport(connection, clock=clock, timeout=cluster.timeouts.read) as transport:
            client = Cluster(name=name, transport=transport, clock=clock).as_(None)
            version, answered = await _examine_server(part, client, clock)
            found += answered
            report = await check_itself(client, config, registry)
    except (KajitoriError, ExceptionGroup) as error:
        cause = leaf(error)
        if not isinstance(cause, KajitoriError):
            raise
        return [*found, failed(part, cause)]
    if report.passed:
        rights = text("The bot may do what it needs and nothing else ({asked} reviews).", asked=report.asked)
        return [*found, good(part, rights), *_plain_where_less_would_do(part, version, report)]
    advice = text("Apply {command}, and remove what else binds it.", command=Code("kajitori manifest rbac"))
    return [*found, *(bad(part, why, advice) for why in report.failures)]


def _plain_where_less_would_do(part: str, version: Version, report: Report) -> list[Finding]:
    """The plain verb lets whoever has the bot's token do all that a person may; constrained it is what the bot asks.

    It is no failure: a cluster that is upgraded to where the better way exists must not lose its bot.
    """
    if report.constrained or not version.at_least(CONSTRAINED_SINCE):
        return []
    return [
        note(
            part,
            text("Its role lets the bot do as somebody all that they may, and this version can limit that."),
            text(
                "Apply what {command} prints instead; if the API server does not take it, this says so.",
                command=Code("kajitori manifest rbac --constrained"),
            ),
        )
    ]


async def _examine_server(part: str, client: Client, clock: Clock) -> tuple[Version, list[Finding]]:
    answer = await client.request("GET", "/version")
    skew = skew_of(answer.headers.get("Date", ""), clock.now())
    try:
        version = decode(answer.body, Version)
    except Unreadable:
        return Version(), [bad(part, text("What answers is no API server."), text("Correct its address."))]
    found = [good(part, text("It answers; version {version}.", version=Code(version.git_version)))]
    if abs(skew) > SKEW:
        wrong = text("Its clock and ours differ by {seconds} s.", seconds=round(abs(skew)))
        found.append(bad(part, wrong, text("Synchronise the clocks: tokens, votes and leases depend on them.")))
    return version, found


def skew_of(date: str, now: datetime) -> float:
    """Seconds by which our clock is ahead of an HTTP `Date` (RFC 9110 §6.6.1); 0 for an unreadable one."""
    try:
        return (now - parsedate_to_datetime(date).astimezone(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
