"""A pasted patch of a disruption budget: whether it sets the limit and nothing else, and which one it leaves."""

from __future__ import annotations

from typing import Final

from bot.errors import Choice, NotUnderstood
from bot.operations.arguments import Arguments
from bot.operations.budget_limits import FLAGS, Limit, limit_in
from bot.operations.budgets import Change, Found
from bot.operations.json import JSON, resolve
from bot.operations.patches import apply_patch
from bot.operations.plan import ContentType
from bot.operations.workloads import command_line
from bot.text import Code, text

PATHS: Final = frozenset(f"/spec/{field}" for field in FLAGS)


def sets_limit(body: JSON, content_type: ContentType) -> bool:
    """Whether a patch sets or takes away `minAvailable` or `maxUnavailable`, and does nothing else at all."""
    if content_type is ContentType.JSON_PATCH:
        return isinstance(body, list) and bool(body) and all(_sets(each) for each in body)
    spec = resolve(body, "/spec")
    return body == {"spec": spec} and isinstance(spec, dict) and bool(spec) and spec.keys() <= FLAGS.keys()


def _sets(operation: JSON) -> bool:
    """One operation of a JSON Patch, with just the members that it has."""
    if not isinstance(operation, dict) or operation.get("path") not in PATHS:
        return False
    members = {"op", "path"} if operation.get("op") == "remove" else {"op", "path", "value"}
    return operation.keys() == members and operation.get("op") in ("add", "replace", "remove")


def patch_change(found: Found, body: JSON, content_type: ContentType, arguments: Arguments) -> Change:
    """The change that a patch is. Raises `NotUnderstood` for one that leaves both limits or none, as the API server
    would refuse it or let no pod go; the command line that does what was meant is offered.
    """
    after = apply_patch(body, content_type, found.seen.whole)
    limit = limit_in(after)
    if limit is not None:
        return Change(found=found, limit=limit, body=body, content_type=content_type)
    said = [(field, value) for field in FLAGS if (value := resolve(after, f"/spec/{field}")) is not None]
    if not said:
        raise NotUnderstood(
            text("Without a limit {pdb} would let no pod go.", pdb=Code(found.target.reference)),
            next=text("Write it like {example}.", example=Code("set pdb app --min-available=2")),
        )
    old = found.limit
    meant = [Limit(field=field, value=value) for field, value in said if isinstance(value, int | str)]
    new = next((each for each in meant if old is None or each.field != old.field), None)
    line = command_line(arguments, "set", "pdb", found.target.name, new.flag) if new is not None else ""
    raise NotUnderstood(
        text("minAvailable and maxUnavailable cannot be both set"),
        why=text("{pdb} has {limit}, which stays.", pdb=Code(found.target.reference), limit=Code(str(old))),
        next=text("This takes one for the other: {command}.", command=Code(line)),
        choices=(Choice(label=line, command_line=line),) if line else (),
    )
