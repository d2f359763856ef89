"""Access reviews: the API server's own answer to "may this person do that?", asked by the bot, never remembered.

Groups are taken literally by the API server, so everyone's group is sent along. Only `allowed: true` without an
evaluation error is a yes (operations.md §6, plans.md §8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import msgspec

from bot.kubernetes.cluster import Client
from bot.kubernetes.decoding import Unreadable, decode
from bot.kubernetes.errors import unreachable
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.statuses import clean
from bot.operations.json import JSON, Object
from bot.operations.kinds import NAMESPACE, Kind
from bot.operations.plan import Call
from bot.operations.reader import Access
from bot.text import text

M = TypeVar("M")

API: Final = "/apis/authorization.k8s.io/v1"
MOST_NAMES: Final = 20
"""Above this many names of one kind it is asked once, for all names."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One right. `namespace` empty is right for kinds without one only: elsewhere it means all namespaces."""

    verb: str
    kind: Kind
    namespace: str
    name: str = ""
    subresource: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an authorizer lists as allowed; no `resource_names` means all names."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()


class _Listed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    resource_rules: tuple[Rule, ...] | None = None


class _RulesReview(msgspec.Struct, frozen=True, kw_only=True):
    status: _Listed


class _Verdict(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    allowed: bool = False
    denied: bool = False
    reason: str = ""
    evaluation_error: str = ""


class _Review(msgspec.Struct, frozen=True, kw_only=True):
    status: _Verdict


def question_of(call: Call) -> Question:
    """The right that a call needs, with its exact verb and subresource; a creation is authorised without a name."""
    unnamed = call.verb == "create" and not call.subresource
    return Question(
        verb=call.verb,
        kind=call.target.kind,
        # A Namespace is authorised as an object in itself, so that a role in it can give the right (RequestInfo).
        namespace=call.target.namespace if unnamed else call.target.space,
        name="" if unnamed else call.target.name,
        subresource=call.subresource,
    )


async def review(
    bot: Client,
    who: Impersonation,
    *,
    verb: str,
    kind: Kind,
    namespace: str,
    name: str = "",
    subresource: str = "",
) -> Access:
    """Whether `who` may do it, by a SubjectAccessReview. `bot` is the client that asks: the bot's own identity."""
    asked = Question(verb=verb, kind=kind, namespace=namespace, name=name, subresource=subresource)
    subject: Object = {"user": who.user, "groups": list(who.review_groups)}
    if who.uid:
        subject["uid"] = who.uid
    return await _ask(bot, "SubjectAccessReview", {**subject, "resourceAttributes": _attributes(asked)})


async def review_call(bot: Client, who: Impersonation, call: Call) -> Access:
    """Whether `who` may make a plan's call."""
    return (await review_many(bot, who, (question_of(call),)))[0]


async def review_many(bot: Client, who: Impersonation, questions: Sequence[Question]) -> list[Access]:
    """The answers in the order of the questions, asked at once; the same question is asked once."""
    return await _each_once(questions, lambda question: _review(bot, who, question))


async def self_review_many(client: Client, questions: Sequence[Question]) -> list[Access]:
    """The same of the client's own identity (for a terminal)."""
    return await _each_once(questions, lambda question: _self_review(client, question))


async def _each_once(questions: Sequence[Question], ask: Callable[[Question], Awaitable[Access]]) -> list[Access]:
    names: dict[Question, set[str]] = {}
    for question in questions:
        names.setdefault(_unnamed(question), set()).add(question.name)
    asked = [_unnamed(question) if len(names[_unnamed(question)]) > MOST_NAMES else question for question in questions]
    distinct = list(dict.fromkeys(asked))
    answers = await asyncio.gather(*(ask(question) for question in distinct))
    by_question = dict(zip(distinct, answers, strict=True))
    return [by_question[question] for question in asked]


async def self_review(
    client: Client, *, verb: str, kind: Kind, namespace: str, name: str = "", subresource: str = ""
) -> Access:
    """Whether the client's own identity may do it, by a SelfSubjectAccessReview (for a terminal)."""
    asked = Question(verb=verb, kind=kind, namespace=namespace, name=name, subresource=subresource)
    return await _self_review(client, asked)


async def _self_review(client: Client, asked: Question) -> Access:
    return await _ask(client, "SelfSubjectAccessReview", {"resourceAttributes": _attributes(asked)})


async def self_denied(client: Client, question: Question) -> bool:
    """Whether the client's own identity is refused this, for what must never be allowed.

    Doubt counts the other way round here: a yes stays a yes whatever else the authorizer complains of.
    """
    verdict = await _verdict(client, "SelfSubjectAccessReview", {"resourceAttributes": _attributes(question)})
    return verdict.denied or not verdict.allowed


async def self_rules(client: Client, namespace: str) -> tuple[Rule, ...]:
    """What the client's own identity may do in a namespace, by a SelfSubjectRulesReview: RBAC lists all it knows,
    other authorizers perhaps nothing."""
    found = await _posted(client, "SelfSubjectRulesReview", {"namespace": namespace}, _RulesReview)
    return found.status.resource_rules or ()


async def _review(bot: Client, who: Impersonation, question: Question) -> Access:
    return await review(
        bot,
        who,
        verb=question.verb,
        kind=question.kind,
        namespace=question.namespace,
        name=question.name,
        subresource=question.subresource,
    )


async def _ask(client: Client, kind: str, spec: Object) -> Access:
    verdict = await _verdict(client, kind, spec)
    allowed = verdict.allowed and not verdict.denied and not verdict.evaluation_error
    return Access(allowed=allowed, reason=clean(verdict.evaluation_error or verdict.reason))


async def _verdict(client: Client, kind: str, spec: Object) -> _Verdict:
    return (await _posted(client, kind, spec, _Review)).status


async def _posted(client: Client, kind: str, spec: Object, model: type[M]) -> M:
    path = f"{API}/{kind.lower()}s"
    body: Object = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    response = await client.request("POST", path, body=msgspec.json.encode(body))
    try:
        return decode(response.body, model)
    except Unreadable as error:
        why = text("Its answer is not what an API server answers.")
        raise unreachable(client.cluster.name, target=path, why=why, sent=True) from error


def _attributes(question: Question) -> dict[str, JSON]:
    attributes = {
        "verb": question.verb,
        "group": question.kind.group,
        "version": question.kind.version,
        "resource": question.kind.plural,
        "subresource": question.subresource,
        "namespace": question.namespace if question.kind.namespaced or question.kind == NAMESPACE else "",
        "name": question.name,
    }
    return {name: value for name, value in attributes.items() if value}


def _unnamed(question: Question) -> Question:
    return msgspec.structs.replace(question, name="")
