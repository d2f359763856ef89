"""From a document to a model, or to one sentence that names the line and the key that is wrong."""

from __future__ import annotations

import difflib
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Refused
from bot.settings.document import Document, Path, wrong
from bot.text import Code, Text, text


class Strict(BaseModel):
    """The base of everything read from a file: frozen, no unknown key, no guessing of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


M = TypeVar("M", bound=Strict)


def validate(document: Document, model: type[M]) -> M:
    """The document as `model`. Raises `Refused` for the first thing that is wrong, in the order of the file.

    What is missing comes last: it is often there, misspelt.
    """
    if not isinstance(document.value, dict):
        raise wrong(document.source, 1, text("the file must be a mapping of keys to values"))
    try:
        return model.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = sorted(errors, key=lambda each: (each["type"] == "missing", document.line(_path(each))))
        raise refusal(document, _path(found[0]), _problem(found[0], model)) from error


def refusal(document: Document, path: Path, problem: Text) -> Refused:
    """The refusal of one value of a document: `path` leads to it."""
    return wrong(document.source, document.line(path), problem)


def dotted(path: Path) -> str:
    """A path as people write it: `clusters.prod.title`."""
    return ".".join(str(part) for part in path)


def _path(error: ErrorDetails) -> Path:
    return tuple(part for part in error["loc"] if part != "[key]")


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the file may hold at a place: what a misspelt one is compared with."""
    schema = model.model_json_schema()
    node = schema
    for part in path:
        node = _inside(_resolved(node, schema), part)
    return sorted(_resolved(node, schema).get("properties", {}))


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The definition that a reference or an optional value leads to."""
    for choice in node.get("anyOf", ()):
        if choice.get("type") != "null":
            return _resolved(choice, schema)
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        return found
    return node


def _inside(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    """What stands under a key, a key of our users' own choice, or in a list."""
    own = node.get("properties", {}).get(part)
    patterns = next(iter(node.get("patternProperties", {}).values()), None)
    for found in (own, patterns, node.get("additionalProperties"), node.get("items")):
        if isinstance(found, dict):
            return found
    return {}


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Text:
    path = _path(error)
    key = Code(dotted(path) or "-")
    if error["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(str(path[-1]), keys_at(model, path[:-1]), n=1)
        if nearest:
            return text("unknown key {key} (did you mean {nearest}?)", key=key, nearest=Code(nearest[0]))
        return text("unknown key {key}", key=key)
    if error["type"] == "missing":
        return text("the key {key} is missing", key=key)
    return text("{key}: {problem}", key=key, problem=error["msg"].removeprefix("Value error, "))
