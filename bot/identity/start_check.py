"""The bot examines itself in one cluster: before it serves it, and whenever somebody runs `doctor`.

It refuses to start on a role that is too strong, because whoever took its token could then act without any vote; and
on one that is too weak, because its first user would find out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bot.identity.rbac_manifest import AUTHENTICATION, NAME, PLAIN, WHO_AM_I
from bot.identity.self_checks import Check, becomes, constrain, denials, needs
from bot.identity.self_rules import excess, namespaces_to_list
from bot.kubernetes.cluster import Client
from bot.kubernetes.decoding import Unreadable, decode
from bot.kubernetes.errors import Forbidden
from bot.kubernetes.identity import EVERYONE, Impersonation
from bot.kubernetes.reviews import Question, self_denied, self_rules
from bot.operations.json import Object, resolve
from bot.operations.registry import Registry
from bot.settings import Config
from bot.text import Code, Text, text

AT_ONCE: Final = 10
"""Reviews under way: a configuration with hundreds of people must not be noticed by the API server's fairness."""

NAMED: Final = 3
"""Rights that one sentence names; a role that is wrong is nearly always wrong in dozens."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`failures` are sentences for whoever runs the bot; `constrained` tells which kind of impersonation is in use."""

    passed: bool
    failures: tuple[Text, ...]
    constrained: bool
    asked: int
    """Reviews that were asked."""


async def check_itself(client: Client, config: Config, registry: Registry) -> Report:
    """Ask the API server about the bot's own rights. `client` is the bot's own identity, not anybody's impersonation.

    Raises `Unavailable` when the API server cannot be asked: no answer is no.
    """
    plain = becomes(config)
    constrained = not all(await _denied(client, [constrain(each) for each in plain]))
    checks = [*denials(config, registry), *needs(config, registry, constrained=constrained)]
    wrong = await _wrong(client, checks)
    listed = {namespace: await self_rules(client, namespace) for namespace in namespaces_to_list(config)}
    wrong += excess(listed, config)
    command = f"{NAME} manifest rbac" + (" --constrained" if constrained else "")
    failures = [_sentence(meaning, found, command=command) for meaning, found in _by_meaning(wrong)]
    if constrained and not all(await _denied(client, plain)):
        failures.append(
            text(
                "The role allows constrained impersonation and the plain verb {verb}, which takes its limits off.",
                verb=Code(PLAIN),
            )
        )
    if not wrong and not await _can_act(client, config):
        failures.append(text("The role looks right, but the API server lets the bot act as nobody."))
    return Report(passed=not failures, failures=tuple(failures), constrained=constrained, asked=len(checks))


async def _can_act(client: Client, config: Config) -> bool:
    """Become the first person and ask who that is: everybody may ask it, so a refusal is about the bot.

    Rights on paper are not enough: constrained ones mean nothing to an API server older than they are.
    """
    person = next(iter(config.people.values()), None)
    if person is None:
        return True
    prefix = config.impersonation.prefix
    groups = tuple(dict.fromkeys(prefix + group for group in (*person.teams, *person.groups)))
    acting = client.cluster.as_(Impersonation(prefix + person.user, groups))
    body: Object = {"apiVersion": f"{AUTHENTICATION}/v1", "kind": WHO_AM_I.kind}
    try:
        answer = await acting.request("POST", WHO_AM_I.path(), body=msgspec.json.encode(body))
        found = decode(answer.body, Object)
    except (Forbidden, Unreadable):
        return False
    return resolve(found, "/status/userInfo/username") == prefix + person.user and resolve(
        found, "/status/userInfo/groups"
    ) == [*groups, EVERYONE]


async def _wrong(client: Client, checks: Sequence[Check]) -> list[Check]:
    denied = await _denied(client, [check.question for check in checks])
    return [check for check, no in zip(checks, denied, strict=True) if no == check.allowed]


async def _denied(client: Client, questions: Sequence[Question]) -> list[bool]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(question: Question) -> bool:
        async with gate:
            return await self_denied(client, question)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(question)) for question in questions]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in tasks]


def _by_meaning(wrong: Sequence[Check]) -> list[tuple[Text, list[Check]]]:
    """Checks with the same meaning in one sentence, in their order."""
    found: dict[str, tuple[Text, list[Check]]] = {}
    for check in wrong:
        found.setdefault(str(check.otherwise), (check.otherwise, []))[1].append(check)
    return list(found.values())


def _sentence(meaning: Text, checks: Sequence[Check], *, command: str) -> Text:
    rights = list(dict.fromkeys(_right(check.question) for check in checks))
    named = ", ".join(rights[:NAMED])
    more = f" … ({len(rights)})" if len(rights) > NAMED else ""
    if checks[0].allowed:
        return text(
            "The bot may not {rights}. {meaning} Apply what {command} prints.",
            rights=Code(named + more),
            meaning=meaning,
            command=Code(command),
        )
    return text("The bot may {rights}. {meaning}", rights=Code(named + more), meaning=meaning)


def _right(question: Question) -> str:
    """As `kubectl auth can-i` takes it."""
    resource = question.kind.qualified + (f"/{question.subresource}" if question.subresource else "")
    words = [question.verb, f"{resource}/{question.name}" if question.name else resource]
    return " ".join(words + (["-n", question.namespace] if question.namespace else []))
