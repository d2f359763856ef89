"""Does what was sent still stand? A pod template as one write left it, and who changed it afterwards.

A roll-out is followed by the object's status, which tells of whatever template is newest. So the wait is tied to the
template that its own write made (its digest, as the API server answered it, after admission and defaults).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from bot.errors import Bug
from bot.operations.gitops import FIELD_MANAGERS, Keeper, keeper_of, target_of
from bot.operations.json import JSON, Object, digest, resolve
from bot.operations.patches import apply_patch
from bot.operations.plan import Call, Plan, Wait
from bot.operations.templates import images, split_image
from bot.text import Code, Text, text

TEMPLATE: Final = "template"
"""Argument of a wait: the digest of the template that is followed."""
CONTROLLERS: Final = "kube-controller-manager"
"""The field manager of Kubernetes' own controllers, autoscalers among them."""
_PATH: Final = "/spec/template"
_OWNED: Final = "/fieldsV1/f:spec/f:template"
_REPLICAS: Final = "/fieldsV1/f:spec/f:replicas"
_OURS: Final = re.compile(r"kajitori-(\d{1,18})-")


def template_digest(whole: JSON) -> str:
    """Of an object's pod template; empty where it has none."""
    template = resolve(whole, _PATH)
    return digest(template) if template is not None else ""


def template_after(call: Call, observed: Object) -> str:
    """The same, of an object that a call has changed before and others may have changed since: as the call left it."""
    try:
        return template_digest(apply_patch(call.body, call.content_type, observed))
    except Bug:
        return template_digest(observed)


def tied(wait: Wait, plan: Plan, left: Mapping[str, str]) -> Wait:
    """The wait for what the calls before it left of its target, by step, where that is known."""
    found = [left[call.id] for call in plan.calls if call.target == wait.target and left.get(call.id)]
    return msgspec.structs.replace(wait, arguments={**wait.arguments, TEMPLATE: found[-1]}) if found else wait


def overtaken(target: Object, wanted: JSON) -> Text | None:
    """The sentence that says so, if the template is another than the one that is followed."""
    if not wanted or template_digest(target) == wanted:
        return None
    manager = _last_manager(target, _OWNED)
    if (keeper := _keeper(target, manager)) is not None:
        return _put_back(target, keeper)
    return text("{who} changed its template meanwhile, so what was sent here is no longer what runs", who=_who(manager))


def set_back(target: Object, count: int, *, autoscaler: str = "") -> Text:
    """Who made the number of pods another than the one that is followed, as far as that is known.

    `autoscaler`: the one that is known to scale it. A change by way of `scale`, as autoscalers make it, has no time.
    """
    manager = _last_manager(target, _REPLICAS)
    if (keeper := _keeper(target, manager)) is not None:
        return text(
            "{tool} ({name}) set it back to {count}", tool=keeper.tool, name=Code(keeper.reference), count=count
        )
    # No controller but an autoscaler sets the number of others; that of a ReplicaSet is its Deployment's.
    if manager == CONTROLLERS and target.get("kind") != "ReplicaSet":
        who = Code(f"hpa/{autoscaler}") if autoscaler else text("an autoscaler")
        return text("{who} set it to {count}", who=who, count=count)
    return text("{who} set it to {count}", who=_who(manager), count=count)


def _put_back(target: Object, keeper: Keeper) -> Text:
    """What a tool applies is what git says, or the chart: to that it is back, whatever was there before."""
    template = resolve(target, _PATH)
    found = images(template) if isinstance(template, dict) else {}
    tags = {split_image(each)[1] for each in found.values()}
    if len(tags) != 1:
        return text(
            "{tool} ({name}) put it back, so what was sent here is no longer what runs",
            tool=keeper.tool,
            name=Code(keeper.reference),
        )
    return text(
        "{tool} ({name}) put it back to {version}, so what was sent here is no longer what runs",
        tool=keeper.tool,
        name=Code(keeper.reference),
        version=Code(tags.pop()),
    )


def _keeper(target: Object, manager: str) -> Keeper | None:
    """The tool that keeps the object, if this is how it writes and its name is known."""
    kind = FIELD_MANAGERS.get(manager)
    found = keeper_of(target_of(target), target) if kind is not None else None
    return found if found is not None and found.kind == kind and found.name else None


def _last_manager(target: Object, owned: str) -> str:
    """Whose change of a field is the newest, as far as its field managers tell; empty where they do not.

    They tell whole seconds, within which a tool puts things back: then what is not ours is the later one.
    """
    fields = resolve(target, "/metadata/managedFields")
    found = [
        (str(each.get("time") or ""), not _OURS.match(manager := str(each.get("manager") or "")), manager)
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, dict) and resolve(each, owned) is not None
    ]
    return max(found, default=("", False, ""))[2]


def _who(manager: str) -> Text | Code:
    if ours := _OURS.match(manager):
        return text("R-{number}", number=ours[1])
    return Code(manager) if manager else text("somebody else")
