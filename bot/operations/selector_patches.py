"""What a pasted `kubectl patch` would do: set a Service's selector or a disruption budget's limit, or something that
has an operation of its own.

A patch can change anything, and nobody can vote on anything. So two things are recognised, and for the rest the nearest
operation is named, with its values where they are clear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from bot.errors import Choice, NotUnderstood, Refused
from bot.operations.arguments import Arguments
from bot.operations.budget_patches import sets_limit
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import DEPLOYMENT, HPA, PDB, ROLLABLE, SCALABLE, SERVICE, Kind, Target, known_kinds
from bot.operations.plan import ContentType
from bot.operations.queries import KEY, VALUE
from bot.operations.targets import read_targets
from bot.operations.workloads import command_line
from bot.text import Code, text

TYPES: Final = {
    "strategic": ContentType.STRATEGIC,
    "merge": ContentType.MERGE_PATCH,
    "json": ContentType.JSON_PATCH,
}
EXAMPLE: Final = """patch service app -p '{"spec":{"selector":{"version":"green"}}}'"""
LABEL: Final = re.compile(KEY, re.ASCII)
LABEL_VALUE: Final = re.compile(VALUE, re.ASCII)
SELECTOR: Final = "/spec/selector"
_NEXT: Final = text("Write it like {example}.", example=Code(EXAMPLE))


def read_patch(written: str) -> JSON:
    """A patch as it was pasted. Raises `NotUnderstood` for what is no JSON; kubectl's YAML is not read here."""
    try:
        found: JSON = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotUnderstood(text("The patch is no JSON."), next=_NEXT) from error
    return found


def sets_selector(body: JSON, content_type: ContentType) -> bool:
    """Whether a patch sets labels of `/spec/selector` and nothing else at all."""
    if content_type is ContentType.JSON_PATCH:
        return isinstance(body, list) and bool(body) and all(_sets_label(each) for each in body)
    selector = resolve(body, SELECTOR)
    return body == {"spec": {"selector": selector}} and isinstance(selector, dict) and _labels(selector)


def _sets_label(operation: JSON) -> bool:
    """One operation of a JSON Patch, with just the members that it has."""
    if not isinstance(operation, dict):
        return False
    kind, path, value = operation.get("op"), operation.get("path"), operation.get("value")
    if not isinstance(path, str) or operation.keys() - {"op", "path", "value"}:
        return False
    if path == SELECTOR:
        whole = isinstance(value, dict) and None not in value.values() and _labels(value)
        return kind in ("add", "replace") and whole
    above, _, last = path.rpartition("/")
    key = last.replace("~1", "/").replace("~0", "~")
    if above != SELECTOR or LABEL.fullmatch(key) is None:
        return False
    if kind == "remove":
        return "value" not in operation
    return kind in ("add", "replace") and isinstance(value, str) and LABEL_VALUE.fullmatch(value) is not None


def _labels(found: Mapping[str, JSON]) -> bool:
    return bool(found) and all(
        LABEL.fullmatch(key) is not None
        and (value is None or (isinstance(value, str) and LABEL_VALUE.fullmatch(value)))
        for key, value in found.items()
    )


def selector_body(before: Mapping[str, str], after: Mapping[str, str]) -> Object:
    """The strategic merge that makes one selector of another, as kubectl sends it.

    The keys that stay are left out, so that only what is said is written; one that goes is null, for a merge keeps it.
    """
    changed = {key: after.get(key) for key in (*after, *(key for key in before if key not in after))}
    return {"spec": {"selector": {key: value for key, value in changed.items() if before.get(key) != value}}}


def recognised(arguments: Arguments, words: tuple[str, ...], written: str, type_: str) -> tuple[Target, JSON]:
    """The Service or budget and the patch of its selector or limit. Raises `Refused` for any other patch, with the
    operation that does it, in the same place.
    """
    if not written:
        raise NotUnderstood(
            text("must specify --patch or --patch-file containing the contents of the patch"), next=_NEXT
        )
    body = read_patch(written)
    named = read_targets(words, known_kinds())
    if len(named) > 1 or named[0].kind is None:
        raise NotUnderstood(text("One object at a time, with its kind."), next=_NEXT)
    kind, name = named[0].kind, named[0].name
    target = Target(kind=kind, name=name, namespace=arguments.namespace if kind.namespaced else "")
    if kind == SERVICE and sets_selector(body, TYPES[type_]):
        return target, body
    if kind == PDB and sets_limit(body, TYPES[type_]):
        return target, body
    nearest = nearest_operation(kind, name, body)
    raise _not_taken(target, nearest, command_line(arguments, *nearest) if nearest else "")


def _not_taken(target: Target, nearest: tuple[str, ...], line: str) -> Refused:
    said = text("{command} does it.", command=Code(line)) if nearest else text("Send {help}.", help=Code("help"))
    return Refused(
        text("A patch of {target} is not taken.", target=Code(target.reference)),
        why=text(
            "A patch can change anything; only one of a Service's selector or of a budget's limit is understood here."
        ),
        next=said,
        choices=(Choice(label=line, command_line=line),) if nearest and not OPEN.intersection(nearest) else (),
    )


def nearest_operation(kind: Kind, name: str, body: JSON) -> tuple[str, ...]:
    """The words of the command line that does what a merge patch was for; none if there is no such operation."""
    for kinds, where, write in _OPERATIONS:
        value = resolve(body, where)
        if kind in kinds and value is not None:
            return write(f"{kind.singular}/{name}", value)
    return ()


def _scale(target: str, value: Any) -> tuple[str, ...]:
    return ("scale", target, f"--replicas={value}") if _count(value) else ("scale", target, "--replicas=COUNT")


def _pause(target: str, value: Any) -> tuple[str, ...]:
    return ("rollout", "pause" if value is True else "resume", target)


def _containers(target: str, value: Any) -> tuple[str, ...]:
    """The image of the first container that is given one; else its resources."""
    first = next((each for each in value if isinstance(each, dict)), {}) if isinstance(value, list) else {}
    if isinstance(first.get("image"), str) and isinstance(first.get("name"), str):
        return ("set", "image", target, f"{first['name']}={first['image']}")
    return ("set", "resources", target, "--limits=RESOURCE=QUANTITY") if "resources" in first else ()


def _restart(target: str, _: Any) -> tuple[str, ...]:
    return ("rollout", "restart", target)


def _maximum(target: str, value: Any) -> tuple[str, ...]:
    return ("hpa", "set", target, f"--max={value}" if _count(value) else "--max=COUNT")


def _minimum(target: str, value: Any) -> tuple[str, ...]:
    return ("hpa", "set", target, f"--min={value}" if _count(value) else "--min=COUNT")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


OPEN: Final = frozenset({"--replicas=COUNT", "--max=COUNT", "--min=COUNT", "--limits=RESOURCE=QUANTITY"})
"""What a person must fill in first: no button for these."""
_OPERATIONS: Final[tuple[tuple[tuple[Kind, ...], str, Callable[[str, Any], tuple[str, ...]]], ...]] = (
    (SCALABLE, "/spec/replicas", _scale),
    ((DEPLOYMENT,), "/spec/paused", _pause),
    (ROLLABLE, "/spec/template/spec/containers", _containers),
    (ROLLABLE, "/spec/template/metadata/annotations", _restart),
    ((HPA,), "/spec/maxReplicas", _maximum),
    ((HPA,), "/spec/minReplicas", _minimum),
)
