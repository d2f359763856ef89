"""Argo CD or Flux, which keeps objects of a world as git has them."""

from __future__ import annotations

from typing import Any, Final

from bot.operations.kinds import known_kinds
from tests.parity.world import World

MARKS: Final = {
    "Application": "argocd.argoproj.io/instance",
    "Kustomization": "kustomize.toolkit.fluxcd.io/name",
    "HelmRelease": "helm.toolkit.fluxcd.io/name",
}
"""The tools' own kinds, and the label that each leaves on what it keeps."""


def keep(
    world: World, kind: str, name: str = "", *, tool: str = "Application", automated: dict[str, Any] | None = None
) -> World:
    """The same world, whose objects of this kind (or the one of this name) carry the mark of `tool`'s `git` in the
    namespace `tools`, which lists them. A HelmRelease has no such list.
    """
    group = next(each.group for each in known_kinds() if each.kind == kind)
    status = _syncer(world, tool, {"selfHeal": True} if automated is None else automated)["status"]
    for live in [each for each in world.objects if each["kind"] == kind]:
        if name not in ("", live["metadata"]["name"]):
            continue
        live["metadata"]["labels"] = {**live["metadata"].get("labels", {}), MARKS[tool]: "git"}
        own = {"kind": kind, "namespace": live["metadata"]["namespace"], "name": live["metadata"]["name"]}
        if tool == "Application":  # which leaves the core group away
            status["resources"].append({"group": group, **own} if group else own)
        elif tool == "Kustomization":
            status["inventory"]["entries"].append({"id": f"{own['namespace']}_{own['name']}_{group}_{kind}"})
    return world


def _syncer(world: World, tool: str, automated: dict[str, Any]) -> dict[str, Any]:
    found = next((each for each in world.objects if each["kind"] == tool), None)
    if found is None:
        found = {
            "kind": tool,
            "metadata": {"name": "git", "namespace": "tools", "uid": f"u-{tool}"},
            "spec": {"syncPolicy": {"automated": automated}} if tool == "Application" else {},
            "status": {"resources": []} if tool == "Application" else {"inventory": {"entries": []}},
        }
        world.objects.append(found)
    return found
