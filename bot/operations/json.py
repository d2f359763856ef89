"""JSON values: their type, the canonical form that is digested (RFC 8785) and pointers into them (RFC 6901)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import rfc8785

if TYPE_CHECKING:
    JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
else:
    JSON = Any  # msgspec decodes no recursive alias; what comes off the wire is JSON anyway
Object: TypeAlias = dict[str, JSON]


def canonical(value: JSON) -> bytes:
    """The one byte form of a value (RFC 8785): what is stored, digested and compared.

    Raises `rfc8785.CanonicalizationError` for what JSON cannot hold (NaN, integers beyond 2^53).
    """
    return rfc8785.dumps(value)


def digest(value: JSON) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def escape(token: str) -> str:
    """One reference token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def pointer(*tokens: str | int) -> str:
    """A JSON pointer from its tokens: `pointer("metadata", "annotations", "a/b")` is `/metadata/annotations/a~1b`."""
    return "".join("/" + escape(str(token)) for token in tokens)


def resolve(value: JSON, at: str) -> JSON:
    """What a pointer points at; `None` where there is nothing, for in Kubernetes absent and null mean the same."""
    for raw in at.split("/")[1:]:
        token = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(token)
        elif isinstance(value, Sequence) and not isinstance(value, str) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value
