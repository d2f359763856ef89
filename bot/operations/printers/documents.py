"""Whole objects as files: JSON and YAML as kubectl writes them, without managedFields and without hidden values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import yaml

from bot.operations.json import Object
from bot.operations.kinds import Kind
from bot.operations.redaction import redacted

DOCUMENTS: Final = 100
"""Objects in one file: writing YAML takes about a millisecond each, while everyone else waits."""
REORDERING: Final = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def document(kind: Kind, found: Object) -> Object:
    """An object with its type, which lists leave out."""
    version = f"{kind.group}/{kind.version}" if kind.group else kind.version
    shown = redacted(found)
    return {"apiVersion": version, "kind": kind.kind, **(shown if isinstance(shown, dict) else {})}


def write_documents(documents: Sequence[Object], form: Literal["json", "yaml"], *, listed: bool) -> bytes:
    """One object, or a `List` of them."""
    whole: Object = dict(documents[0]) if not listed else _list(documents)
    if form == "json":
        written = msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=4).decode()
    else:
        written = yaml.dump(whole, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=True, width=10_000)
    return REORDERING.sub("\ufffd", written).encode()


def _list(documents: Sequence[Object]) -> Object:
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": list(documents)}
