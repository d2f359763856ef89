"""What a command line's words mean as objects, in kubectl's forms: `deploy/app`, `deployment a b`, or just `app`.

Rules and reasons as in `k8s.io/cli-runtime` `pkg/resource/builder.go`; beyond kubectl, a bare name is looked up.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from bot.errors import Ambiguous, Choice, NotFound, NotUnderstood, Refused
from bot.operations.kinds import Kind, Target, find_kind
from bot.operations.models import Lean, Meta
from bot.operations.reader import Reader
from bot.text import Code, Text, text

LONGEST: Final = 253
MOST: Final = 20
"""Objects that one command line may name: more than a card could show is more than someone could have read."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One object as typed. `kind` None: to be looked up by its name."""

    kind: Kind | None
    name: str


class _Seen(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()


def read_targets(words: tuple[str, ...], kinds: tuple[Kind, ...]) -> tuple[Named, ...]:
    """The objects that words name, each once, in order; `kinds` are those that the operation can work on.

    Names are lowered: Kubernetes has no others for these kinds, and phones start words with a capital.
    Raises `NotUnderstood` with kubectl's reasons.
    """
    given = [word for word in words if word]
    if not given:
        raise _not_understood(text("required resource not specified"), kinds)
    found = _slashed(given, kinds) if any("/" in word for word in given) else _spaced(given, kinds)
    if len(found) > MOST:
        raise _not_understood(text("More than {most} objects at once.", most=MOST), kinds)
    return tuple(dict.fromkeys(found))


async def find_targets(
    cluster: Reader, words: tuple[str, ...], namespace: str, kinds: tuple[Kind, ...]
) -> tuple[Target, ...]:
    """The objects that words name, bare names looked up among `kinds`. Named kinds are not read here.

    Raises `NotUnderstood`; `Ambiguous` with the `choices` (command-line fragments); `NotFound`.
    """
    named = read_targets(words, kinds)
    found = await asyncio.gather(*(_find(cluster, each, namespace, kinds) for each in named))
    return tuple(dict.fromkeys(found))


async def _find(cluster: Reader, named: Named, namespace: str, kinds: tuple[Kind, ...]) -> Target:
    if named.kind is not None:
        return Target(kind=named.kind, name=named.name, namespace=namespace if named.kind.namespaced else "")
    seen = await asyncio.gather(*(_exists(cluster, kind, named.name, namespace) for kind in kinds))
    found = [
        Target(kind=kind, name=named.name, namespace=namespace if kind.namespaced else "")
        for kind, each in zip(kinds, seen, strict=True)
        if each is True
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            text("{name} is more than one thing.", name=Code(named.name)),
            target=named.name,
            next=text("Say which one you mean."),
            choices=tuple(Choice(label=each.reference, command_line=each.reference) for each in found),
        )
    refused = [each for each in seen if isinstance(each, Refused)]
    if refused:
        raise refused[0]
    raise NotFound(
        text("There is no {name} in {namespace}.", name=Code(named.name), namespace=Code(namespace or "-")),
        target=named.name,
        why=text("I looked for {kinds}.", kinds=Code(", ".join(kind.plural for kind in kinds))),
        next=text("Check the name and the namespace, or name the kind: {example}.", example=Code(_example(kinds))),
    )


async def _exists(cluster: Reader, kind: Kind, name: str, namespace: str) -> bool | Refused:
    """Whether it is there; the refusal if the person may not look, which counts only if nothing else is found."""
    try:
        await cluster.get(kind, name, namespace if kind.namespaced else "", _Seen)
    except NotFound:
        return False
    except Refused as refused:
        return refused
    return True


def _slashed(words: list[str], kinds: tuple[Kind, ...]) -> list[Named]:
    found: list[Named] = []
    for word in words:
        if "/" not in word:
            if find_kind(word) is not None:
                raise _not_understood(
                    text(
                        "there is no need to specify a resource type as a separate argument when passing arguments "
                        "in resource/name form"
                    ),
                    kinds,
                )
            found.append(Named(kind=None, name=_name(word, kinds)))
            continue
        kind, _, name = word.partition("/")
        if "/" in name:
            raise _not_understood(text("arguments in resource/name form may not have more than one slash"), kinds)
        if not kind or not name:
            raise _not_understood(text("arguments in resource/name form must have a single resource and name"), kinds)
        found.append(Named(kind=_kind(kind, kinds), name=_name(name, kinds)))
    return found


def _spaced(words: list[str], kinds: tuple[Kind, ...]) -> list[Named]:
    first, *names = words
    types = [word for word in first.split(",") if word]
    if not types or (len(types) == 1 and find_kind(types[0]) is None):
        return [Named(kind=None, name=_name(word, kinds)) for word in words]
    if not names:
        raise _not_understood(text("resource(s) were provided, but no name was specified"), kinds)
    return [Named(kind=_kind(each, kinds), name=_name(name, kinds)) for each in types for name in names]


def _kind(word: str, kinds: tuple[Kind, ...]) -> Kind:
    kind = find_kind(word)
    if kind is None:
        raise _not_understood(
            text("the server doesn't have a resource type {word}", word=Code(ascii(word[:80])[1:-1])), kinds
        )
    if kind not in kinds:
        raise _not_understood(text("this is not supported for {kind}", kind=Code(kind.qualified)), kinds)
    return kind


def _name(word: str, kinds: tuple[Kind, ...]) -> str:
    """The name if it can be an object's (RFC 1123 subdomain), so that no name reaches another address."""
    name = word.lower()
    plain = name.isascii() and all(character.isalnum() or character in "-." for character in name)
    if plain and 0 < len(name) <= LONGEST and name[0].isalnum() and name[-1].isalnum() and ".." not in name:
        return name
    raise _not_understood(text("{name} cannot be the name of an object.", name=Code(ascii(word[:80])[1:-1])), kinds)


def _not_understood(what: Text, kinds: tuple[Kind, ...]) -> NotUnderstood:
    return NotUnderstood(what, next=text("Write it like {example}.", example=Code(_example(kinds))))


def _example(kinds: tuple[Kind, ...]) -> str:
    return f"{kinds[0].singular if kinds else 'deployment'}/NAME"
