"""A name that does not exist: which ones there are that are nearly it, among those that the person may list."""

from __future__ import annotations

import asyncio

from bot.commandline.line import line_of
from bot.commandline.shape import shape_of
from bot.errors import Choice, KajitoriError, NotUnderstood
from bot.operations.arguments import Arguments
from bot.operations.kinds import Kind, find_kind
from bot.operations.models import Head
from bot.operations.near import near_names
from bot.operations.operation import Operation
from bot.operations.targets import read_targets
from bot.requests.clusters import Acting

MOST = 3
LOOKED_AT = 500
"""Names of one kind that are compared; a namespace with more has no use for a guess."""


async def near_lines(
    acting: Acting, operation: Operation, arguments: Arguments, *, typed: Arguments
) -> tuple[Choice, ...]:
    """The line as it was typed, with names that exist in the place of the one that does not.

    Only for a line that names one object that does not exist; what cannot be listed now, or not by this person, is not
    offered.
    """
    field = next((each for each in shape_of(operation.arguments).words if each.kinds), None)
    if field is None:
        return ()
    kinds = tuple(kind for kind in (find_kind(word) for word in field.kinds) if kind is not None)
    try:
        named = read_targets(getattr(arguments, field.field), kinds)
    except NotUnderstood:
        return ()
    if len(named) != 1:
        return ()
    wanted = (named[0].kind,) if named[0].kind is not None else kinds
    found = await asyncio.gather(*(_names(acting, kind, arguments.namespace) for kind in wanted))
    references = {name: f"{kind.singular}/{name}" for kind, names in zip(wanted, found, strict=True) for name in names}
    if named[0].name in references:
        return ()  # it exists: what was not found is something else, and the same line would fail again
    near = near_names(named[0].name, references, limit=MOST)
    return tuple(
        Choice(
            label=references[name],
            command_line=line_of(operation, typed.model_copy(update={field.field: (references[name],)})),
        )
        for name in near
    )


async def _names(acting: Acting, kind: Kind, namespace: str) -> list[str]:
    try:
        listed = await acting.reader().list(kind, namespace if kind.namespaced else "", Head, limit=LOOKED_AT)
    except KajitoriError:
        return []
    return [each.metadata.name for each in listed]
