"""Names as path segments: checked before anything is sent, so that no name can reach another address."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from bot.errors import Refused
from bot.operations.kinds import Kind
from bot.text import Code, text

LONGEST: Final = 253
SEPARATORS: Final = frozenset("/%?#\\")


def check_name(name: str) -> str:
    """The name itself, if it can be one segment of a path.

    As the API server has it (`ValidatePathSegmentName` in k8s.io/apimachinery: no `.`, `..`, `/`, `%`), and no spaces,
    control characters or more than 253 characters. Raises `Refused`; nothing was sent.
    """
    if (
        0 < len(name) <= LONGEST
        and name not in (".", "..")
        and name.isprintable()
        and not any(character in SEPARATORS or character.isspace() for character in name)
    ):
        return name
    raise Refused(
        text("{name} cannot be the name of an object.", name=Code(ascii(name[:80]))),
        why=text("A name has 1 to 253 characters, and no spaces, slashes, percent signs or control characters."),
        next=text("Check what was typed."),
    )


def object_path(kind: Kind, namespace: str, name: str, subresource: str = "") -> str:
    """The path of one object. Raises `Refused` without a name, or without the namespace of a kind that has one.

    Without these the path would be the whole collection's, and a DELETE there means all of it.
    """
    check_name(name)
    if kind.namespaced and not namespace:
        raise Refused(
            text("{target} needs a namespace.", target=Code(f"{kind.singular}/{name}")),
            next=text("Say which with {flag}.", flag=Code("-n NAMESPACE")),
        )
    return collection_path(kind, namespace, quote(name, safe=":"), subresource)


def title_of(kind: Kind, namespace: str, name: str = "") -> str:
    """What errors call an object, or all of a kind in a namespace: `deployments.apps/shop/app`, `pods/shop`."""
    return "/".join(part for part in (kind.qualified, namespace if kind.namespaced else "", name) if part)


def collection_path(kind: Kind, namespace: str, name: str = "", subresource: str = "") -> str:
    """The path of all objects of a kind, in one namespace or (empty) in all."""
    scope = quote(check_name(namespace), safe="") if namespace and kind.namespaced else ""
    return kind.path(scope, name, subresource)
