"""Looking for what keeps an object: the Application, Kustomization or HelmRelease, wherever its tool has it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import msgspec

from bot.errors import Ambiguous, NotFound, NotServed, Refused
from bot.operations.gitops import APPLICATION, Keeper, Sync, sync_of
from bot.operations.json import Object, resolve
from bot.operations.kinds import Kind, Target
from bot.operations.missing_kinds import not_installed
from bot.operations.reader import Reader
from bot.text import Code, text

ARGO_NAMESPACE: Final = "argocd"
FLUX_NAMESPACE: Final = "flux-system"
"""Where the tools keep theirs, unless somebody chose otherwise."""


async def read_sync(cluster: Reader, keeper: Keeper, kept: Target) -> Sync | None:
    """How its keeper stands; `None` where that cannot be read with the person's rights, or is not there.

    Raises `Unavailable`.
    """
    if keeper.kind is None or not keeper.name:
        return None
    try:
        target, whole = await find_syncer(cluster, keeper.kind, keeper.name, keeper.namespace)
    except Refused:
        return None
    return msgspec.structs.replace(sync_of(target, whole), listed=lists(keeper.kind, whole, kept))


def lists(kind: Kind, whole: Object, kept: Target) -> bool:
    """Whether an Application or Kustomization says that an object is its own. A HelmRelease has no such list."""
    at = "/status/resources" if kind == APPLICATION else "/status/inventory/entries"
    found = resolve(whole, at)
    entries = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    if kind == APPLICATION:
        own = (kept.kind.group, kept.kind.kind, kept.namespace, kept.name)
        fields = ("group", "kind", "namespace", "name")
        return any(tuple(str(each.get(field) or "") for field in fields) == own for each in entries)
    return any(each.get("id") == f"{kept.namespace}_{kept.name}_{kept.kind.group}_{kept.kind.kind}" for each in entries)


async def find_syncer(cluster: Reader, kind: Kind, name: str, namespace: str) -> tuple[Target, Object]:
    """The object, looked for in this namespace and its tool's own, then in all.

    Raises `NotFound`, `Refused` (also where the tool is not installed), and `Ambiguous` where several namespaces have
    one.
    """
    try:
        found = await _named(cluster, kind, name, namespace)
    except NotServed as error:
        # Argo CD often acts from a cluster of its own, and leaves its marks here.
        raise not_installed(
            "Argo CD" if kind == APPLICATION else "Flux",
            kind.group,
            error,
            cluster=cluster.cluster,
            next=text("If it acts from another cluster, ask there: {flag}", flag=Code("--context")),
        ) from error
    places = sorted(str(resolve(each, "/metadata/namespace")) for each in found)
    if not found:
        raise NotFound(
            text("{kind} {name} not found", kind=Code(kind.qualified), name=Code(name)),
            target=f"{kind.singular}/{name}",
            why=text("I looked in all namespaces."),
            next=text("Check the name."),
        )
    if len(found) > 1:
        raise Ambiguous(
            text("{name} is more than one thing.", name=Code(name)),
            target=name,
            next=text("Say which one: {flags}", flags=Code(", ".join(f"-n {place}" for place in places[:10]))),
        )
    return Target(kind=kind, name=name, namespace=places[0]), found[0]


async def _named(cluster: Reader, kind: Kind, name: str, namespace: str) -> list[Object]:
    """Those of this name: one in this namespace or its tool's own, else all that there are."""
    usual = ARGO_NAMESPACE if kind == APPLICATION else FLUX_NAMESPACE
    for where in dict.fromkeys(filter(None, (namespace, usual))):
        with suppress(NotFound):
            return [await cluster.get(kind, name, where, Object)]
    return await cluster.list(kind, "", Object, fields=f"metadata.name={name}")
