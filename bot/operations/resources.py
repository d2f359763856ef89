"""What `get` and `describe` are asked for: kinds, with or without names, in kubectl's forms."""

from __future__ import annotations

import shlex
from typing import Final

import msgspec

from bot.errors import Choice, NotFound, NotUnderstood, Refused
from bot.operations import kinds
from bot.operations.arguments import Arguments
from bot.operations.kinds import Kind, find_kind, known_kinds
from bot.operations.models import Head
from bot.operations.near import near_names
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.text import Code, text

ALL: Final = (
    *(kinds.POD, kinds.SERVICE, kinds.DAEMONSET, kinds.DEPLOYMENT, kinds.REPLICASET, kinds.STATEFULSET),
    *(kinds.HPA, kinds.CRON_JOB, kinds.JOB),
)
"""What kubectl means by `all`."""
SECRET: Final = frozenset({"secret", "secrets"})
NAMES: Final = 1_000
"""Objects looked through for names that are near."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A kind and the names wanted of it; no names means all."""

    kind: Kind
    names: tuple[str, ...] = ()


def read_resources(words: tuple[str, ...], verb: str) -> tuple[Asked, ...]:
    """`pods`, `deploy,po`, `deploy app other`, `deploy/app sts/db`, `all`. Each kind once, in order.

    Raises `NotUnderstood` with kubectl's reasons and the nearest kinds, `Refused` for Secrets.
    """
    given = [word for word in words if word]
    if not given:
        raise NotUnderstood(
            text("Required resource not specified."),
            next=text("Name a kind, like {example}.", example=Code(f"{verb} pods")),
            choices=tuple(_choice(verb, plural) for plural in ("pods", "deployments", "events")),
        )
    typed = [word.partition("/")[0] for word in given] if any("/" in word for word in given) else given[0].split(",")
    _refuse_secrets(typed)
    if any("/" in word for word in given):
        return _slashed(tuple(given), verb)
    found = [kind for word in typed if word for kind in (ALL if word.lower() == "all" else (_kind(word, verb),))]
    if not found:
        raise _no_type(given[0], verb)
    names = given[1:]
    return tuple(Asked(kind=kind, names=_names(kind, names)) for kind in dict.fromkeys(found))


def _names(kind: Kind, names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    word = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
    return tuple(each.name for each in read_targets(tuple(f"{word}/{name}" for name in names), known_kinds()))


def _slashed(words: tuple[str, ...], verb: str) -> tuple[Asked, ...]:
    for word in words:
        if "/" in word and find_kind(word.partition("/")[0]) is None:
            raise _no_type(word.partition("/")[0], verb)
    named = read_targets(words, known_kinds())
    wanted: dict[Kind, list[str]] = {}
    for each in named:
        if each.kind is None:
            raise NotUnderstood(
                text(
                    "there is no need to specify a resource type as a separate argument when passing arguments in "
                    "resource/name form"
                ),
                next=text("Write it like {example}.", example=Code(f"{verb} deployment/{each.name}")),
            )
        wanted.setdefault(each.kind, []).append(each.name)
    return tuple(Asked(kind=kind, names=tuple(names)) for kind, names in wanted.items())


def placed(line: str, arguments: Arguments, *, namespaced: bool = True) -> str:
    """A command line that means the same place wherever and whenever its button is pressed."""
    words = [line]
    if namespaced and arguments.namespace:
        words.append(f"-n {shlex.quote(arguments.namespace)}")
    if arguments.context:
        words.append(f"--context {shlex.quote(arguments.context)}")
    return " ".join(words)


async def not_found(cluster: Reader, kind: Kind, name: str, arguments: Arguments, verb: str) -> NotFound:
    """kubectl's words for an object that is not there, with the names near it that the person may list."""
    namespace = arguments.namespace if kind.namespaced else ""
    try:
        listed = await cluster.list(kind, namespace, Head, limit=NAMES)
    except Refused:
        listed = []
    near = near_names(name, (each.metadata.name for each in listed))
    return NotFound(
        text("{kind} {name} not found", kind=Code(kind.qualified), name=Code(name)),
        target=f"{kind.singular}/{name}",
        why=text("I looked in the namespace {namespace}.", namespace=Code(namespace)) if namespace else None,
        next=text("Did you mean one of these?") if near else text("Check the name and the namespace."),
        choices=tuple(
            Choice(
                label=each,
                command_line=placed(
                    f"{verb} {kind.singular}/{shlex.quote(each)}", arguments, namespaced=kind.namespaced
                ),
            )
            for each in near
        ),
    )


def _refuse_secrets(typed: list[str]) -> None:
    if any(word.lower().partition(".")[0] in SECRET for word in typed):
        raise Refused(
            text("Secrets are not shown in a chat."),
            why=text("What is posted here stays here, also for people who may not read Secrets."),
            next=text("Look in a terminal with {command}.", command=Code("kubectl get secrets")),
        )


def _kind(word: str, verb: str) -> Kind:
    kind = find_kind(word)
    if kind is None:
        raise _no_type(word, verb)
    return kind


def _no_type(word: str, verb: str) -> NotUnderstood:
    known = {name: kind for kind in reversed(known_kinds()) for name in kind.names if "." not in name}
    near = dict.fromkeys(known[name].plural for name in near_names(word, known))
    return NotUnderstood(
        text("the server doesn't have a resource type {word}", word=Code(word[:80])),
        next=text("Did you mean one of these?") if near else text("Name a kind, like {example}.", example=Code("pods")),
        choices=tuple(_choice(verb, plural) for plural in near),
    )


def _choice(verb: str, plural: str) -> Choice:
    return Choice(label=f"{verb} {plural}", command_line=f"{verb} {plural}")
