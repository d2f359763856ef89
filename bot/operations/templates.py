"""Pod templates: their images in words, what else differs, and patches of their containers as kubectl makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.operations.json import Object, pointer, resolve
from bot.operations.patches import Change, differences
from bot.operations.plan import Precondition
from bot.operations.workloads import Seen
from bot.text import Bold, Code, Text, text

GROUPS: Final = ("containers", "initContainers")
HASH: Final = "pod-template-hash"


def containers(template: Object, group: str = "containers") -> list[dict[str, Any]]:
    """The containers of one group of a template, as they are."""
    found = resolve(template, f"/spec/{group}")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def images(template: Object) -> dict[str, str]:
    """Image by container name, containers before init containers."""
    return {
        str(each.get("name")): str(each.get("image") or "") for group in GROUPS for each in containers(template, group)
    }


def split_image(image: str) -> tuple[str, str]:
    """Repository, and tag or digest: `a.b:5000/app:v2` is `a.b:5000/app` and `v2`; none is `latest`."""
    name, at, digest = image.partition("@")
    repository, colon, tag = name.rpartition(":")
    if at:
        return (repository if colon and "/" not in tag else name), digest
    return (repository, tag) if colon and "/" not in tag else (name, "latest")


def before_and_after(old: Object, new: Object) -> tuple[Text, Text] | None:
    """The images that change: tags alone where the repository stays; `None` if no image changes."""
    then, now = images(old), images(new)
    changed = [name for name in now if name in then and then[name] != now[name]]
    if not changed:
        return None
    same_place = all(split_image(then[name])[0] == split_image(now[name])[0] for name in changed)
    shown = (lambda image: split_image(image)[1]) if same_place else (lambda image: image)
    if len({(then[name], now[name]) for name in changed}) == 1:
        return text("{value}", value=Code(shown(then[changed[0]]))), text("{value}", value=Bold(shown(now[changed[0]])))
    return (
        text("{value}", value=Code(", ".join(f"{name} {shown(then[name])}" for name in changed))),
        text("{value}", value=Bold(", ".join(f"{name} {shown(now[name])}" for name in changed))),
    )


def also_changed(old: Object, new: Object) -> Text | None:
    """What changes besides images, counted by what people call it; values are never shown (they may be secrets)."""
    counts: dict[str, int] = {}
    for change in differences(old, new):
        for what in _kinds_of(change):
            counts[what] = counts.get(what, 0) + 1
    if not counts:
        return None
    listed = ", ".join(f"{what} ×{count}" if count > 1 else what for what, count in counts.items())
    return text("also: {changes}", changes=listed)


def _kinds_of(change: Change) -> Iterator[str]:
    parts = change.pointer.split("/")
    if parts[-1] == "image" or change.pointer.startswith("/metadata/labels/" + HASH):
        return
    for word in ("env", "envFrom", "resources", "volumes", "volumeMounts", "args", "command", "ports", "annotations"):
        if word in parts:
            yield word
            return
    if parts[-1].endswith("Probe") or any(part.endswith("Probe") for part in parts):
        yield "probes"
    elif "labels" in parts:
        yield "labels"
    elif len(parts) == 4 and parts[2] in GROUPS:
        yield f"{parts[2]} added" if change.before is None else f"{parts[2]} removed"
    else:
        yield next((part for part in reversed(parts) if part and not part.isdigit()), "template")


def container_patch(seen: Seen, changes: dict[str, dict[str, Any]]) -> Object:
    """A strategic merge of containers as kubectl's two-way patch: the changed ones, and the order of all.

    `changes` are fields by container name. From `set image` and `set resources` (kubectl v1.36 `pkg/cmd/set`).
    """
    spec: dict[str, Any] = {}
    for group in GROUPS:
        names = [str(each.get("name")) for each in containers(seen.template, group)]
        changed = [{"name": name, **changes[name]} for name in names if name in changes]
        if changed:
            spec[f"$setElementOrder/{group}"] = [{"name": name} for name in names]
            spec[group] = changed
    return {"spec": {"template": {"spec": spec}}}


def container_preconditions(seen: Seen, changed: set[str], *fields: tuple[str, ...]) -> tuple[Precondition, ...]:
    """That the groups touched hold the same containers in the same order, and the changed ones these fields as read."""
    pointers: list[str] = []
    for group in GROUPS:
        names = [str(each.get("name")) for each in containers(seen.template, group)]
        if not changed & set(names):
            continue
        at = ("spec", "template", "spec", group)
        pointers += [pointer(*at, index, "name") for index in range(len(names) + 1)]
        pointers += [
            pointer(*at, index, *field) for index, name in enumerate(names) if name in changed for field in fields
        ]
    return seen.holds(*pointers)
