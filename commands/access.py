"""`auth can-i`: whether the person may do something, asked of the cluster itself."""

from __future__ import annotations

import re
from typing import Annotated, Final

from bot.errors import NotUnderstood
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.kinds import Kind, find_kind, known_kinds
from bot.operations.operation import Family
from bot.operations.reader import Reader
from bot.operations.untrusted import one_line
from bot.operations.view import View
from bot.text import Bold, Code, Text, text

authorization = Family("auth", text("Ask about rights"))

VERBS: Final = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    *("bind", "escalate", "impersonate", "use", "approve", "sign", "*"),
)
SECRET: Final = Kind(kind="Secret", plural="secrets")
RESOURCE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*|\*")


class CanIArguments(Arguments):
    """As `kubectl auth can-i` takes them."""

    words: Annotated[tuple[str, ...], Words("VERB KIND[/NAME]", text("for example: patch deploy/app"))] = ()
    subresource: Annotated[str, Flag("--subresource", "", "NAME", text("for example scale or log"))] = ""
    all_namespaces: Annotated[bool, Flag("--all-namespaces", "-A", "", text("in all namespaces"))] = False


@authorization.probe("can-i", short=("can-i",), example="auth can-i patch deployments --subresource=scale")
async def can_i(cluster: Reader, arguments: CanIArguments) -> View:
    """Ask whether you may do something (kubectl auth can-i). Nothing is changed by asking."""
    verb, kind, name = _read_words(arguments)
    namespace = arguments.namespace if kind.namespaced and not arguments.all_namespaces else ""
    access = await cluster.access(verb, kind, namespace, name, arguments.subresource)
    answer = text("{answer}", answer=Bold("yes" if access.allowed else "no"))
    why = one_line(access.reason, 300)
    return View(
        title=_title(verb, kind, name, arguments),
        lines=(answer, text("{reason}", reason=why)) if why else (answer,),
        warnings=_warnings(verb, kind, arguments),
    )


def _read_words(arguments: CanIArguments) -> tuple[str, Kind, str]:
    words = arguments.words
    if not 2 <= len(words) <= 3:
        raise NotUnderstood(
            text("you must specify two or three arguments: verb, resource, and optional resourceName"),
            next=text("Write it like {example}.", example=Code("auth can-i patch deploy/app")),
        )
    word, _, name = words[1].partition("/")
    if len(words) == 3 and name:
        raise NotUnderstood(text("The object is named twice."), next=text("Leave out one of the two."))
    if not RESOURCE.fullmatch(word.lower()):
        raise NotUnderstood(
            text("{word} is no kind of object", word=Code(word[:80])),
            next=text("Write it like {example}.", example=Code("auth can-i patch deploy/app")),
        )
    kind = find_kind(word) or _unknown_kind(word.lower())
    return words[0].lower(), kind, name or (words[2] if len(words) == 3 else "")


def _unknown_kind(word: str) -> Kind:
    """A kind that is not served here (Secrets, custom ones) can be asked about all the same."""
    plural, _, group = word.partition(".")
    return SECRET if plural in ("secret", "secrets") else Kind(kind=plural, plural=plural, group=group)


def _warnings(verb: str, kind: Kind, arguments: CanIArguments) -> tuple[Text, ...]:
    found: list[Text] = []
    if verb not in VERBS:
        found.append(text("verb {verb} is not a known verb", verb=Code(verb[:40])))
    if kind not in (*known_kinds(), SECRET):
        found.append(text("I do not know the resource type {word}; the cluster may.", word=Code(kind.qualified[:80])))
    if not kind.namespaced and not arguments.all_namespaces:
        found.append(text("resource {kind} is not namespace scoped", kind=Code(kind.qualified)))
    return tuple(found)


def _title(verb: str, kind: Kind, name: str, arguments: CanIArguments) -> Text:
    below = f"{kind.qualified}/{arguments.subresource}" if arguments.subresource else kind.qualified
    shown = f"{verb} {below} {name}".strip()
    if not kind.namespaced:
        return text("Can you {what}?", what=Code(shown))
    if arguments.all_namespaces:
        return text("Can you {what} in all namespaces?", what=Code(shown))
    return text("Can you {what} in {namespace}?", what=Code(shown), namespace=Code(arguments.namespace))
