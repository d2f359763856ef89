"""From the wire into models: one decoder a model, lists straight from bytes, nothing decoded that is not used."""

from __future__ import annotations

from functools import cache
from typing import Any, Generic, TypeVar, cast, get_origin

import msgspec

T = TypeVar("T")


class Unreadable(Exception):
    """The answer is not what it should be: truncated, another form, or no JSON at all."""


class Head(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of `metadata` that following needs, of an object or of a list."""

    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class OnlyHead(msgspec.Struct, frozen=True, kw_only=True):
    """An object of which only the head is of interest (a bookmark)."""

    metadata: Head = Head()


class ListOf(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list. `items` null is how an empty list may come."""

    items: list[T] | None
    metadata: Head = Head()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a watch; what `object` is depends on `type`."""

    type: str
    object: msgspec.Raw


@cache
def _decoder(model: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_wire(model))


@cache
def _list_decoder(model: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(ListOf[_wire(model)])  # type: ignore[misc]


def _wire(model: Any) -> Any:
    """Whole objects (`Object`, `dict`) take any JSON; lean models say themselves what they hold."""
    return dict[str, Any] if model is dict or get_origin(model) is dict else model


def decode(body: bytes | msgspec.Raw, model: type[T]) -> T:
    """One object. Raises `Unreadable`."""
    try:
        return cast(T, _decoder(cast(Any, model)).decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable from error


def decode_list(body: bytes, model: type[T]) -> ListOf[T]:
    """One page. Raises `Unreadable`, also for an object that is no list."""
    try:
        return cast("ListOf[T]", _list_decoder(cast(Any, model)).decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable from error


def head_of(found: object) -> Head:
    """Name, namespace and resource version of a decoded object: a dict, or a struct with `metadata`."""
    metadata = found.get("metadata") if isinstance(found, dict) else getattr(found, "metadata", None)
    if isinstance(metadata, dict):
        return msgspec.convert(metadata, Head)
    return Head(
        name=getattr(metadata, "name", ""),
        namespace=getattr(metadata, "namespace", ""),
        resource_version=getattr(metadata, "resource_version", ""),
    )
