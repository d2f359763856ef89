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
from bot.operations.json import JSON, Object, digest, resolve
from bot.operations.patches import apply_patch
from bot.operations.plan import Call, Plan, Wait
from bot.text import Code, Text, text

TEMPLATE: Final = "template"
"""Argument of a wait: the digest of the template that is followed."""
CONTROLLERS: Final = "kube-controller-manager"
"""The field manager of Kubernetes' own controllers, autoscalers among them."""
_PATH: Final = "/spec/template"
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
    return text(
        "{who} changed its template meanwhile, so what was sent here is no longer what runs",
        who=writer(last_manager(target, "f:template")),
    )


def last_manager(target: Object, field: str) -> str:
    """Whose change of a field of the spec (`f:template`) is the newest, as far as its field managers tell.

    A change by way of a subresource (`scale`) has no time there; whoever set another value before lost the field by it.
    """
    fields = resolve(target, "/metadata/managedFields")
    found = [
        (str(each.get("time") or ""), str(each.get("manager") or ""))
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, dict) and resolve(each, f"/fieldsV1/f:spec/{field}") is not None
    ]
    return max(found, default=("", ""))[1]


def writer(manager: str) -> Text | Code:
    """Who that is, to a person: one of our own requests by its number."""
    if ours := _OURS.match(manager):
        return text("R-{number}", number=ours[1])
    return Code(manager) if manager else text("somebody else")
