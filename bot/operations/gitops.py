"""Who puts an object back: Argo CD, Flux and Helm leave their names on what they keep, and say whether they watch it.

Sources: Argo CD `docs/user-guide/resource_tracking.md`, `docs/user-guide/auto_sync.md`; Flux `docs/components`
(`spec.suspend`); Helm's `meta.helm.sh/release-name`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from bot.errors import Ambiguous, NotFound, NotServed, Refused
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Kind, Target, declare_kind, known_kinds
from bot.operations.missing_kinds import not_installed
from bot.operations.plan import Fact
from bot.operations.reader import Reader
from bot.text import Code, Text, text

# Without a short name: `app` is what half of all Deployments are called.
APPLICATION: Final = declare_kind(
    Kind(kind="Application", plural="applications", group="argoproj.io", version="v1alpha1")
)
KUSTOMIZATION: Final = declare_kind(
    Kind(kind="Kustomization", plural="kustomizations", group="kustomize.toolkit.fluxcd.io", short=("ks",))
)
HELM_RELEASE: Final = declare_kind(
    Kind(kind="HelmRelease", plural="helmreleases", group="helm.toolkit.fluxcd.io", version="v2", short=("hr",))
)
SYNCERS: Final = (APPLICATION, KUSTOMIZATION, HELM_RELEASE)
ARGO_NAMESPACE: Final = "argocd"
FLUX_NAMESPACE: Final = "flux-system"
"""Where the tools keep theirs, unless somebody chose otherwise."""

FIELD_MANAGERS: Final = {
    "argocd-controller": APPLICATION,
    "kustomize-controller": KUSTOMIZATION,
    "helm-controller": HELM_RELEASE,
}
"""As whom they write what they keep."""

RUNNING: Final = ("Running", "Terminating")
AUTOMATED: Final = "/spec/syncPolicy/automated"
HEALS_WITHIN: Final = 10
"""Seconds: Argo CD heals at once, and after that 2 and 6 s later than it did last (seen with 3.3)."""
SUSPENDED: Final = "/spec/suspend"


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """The tool that keeps an object as git or a chart has it. `name` is what the tool calls the whole; `namespace` may
    be unknown (empty). `mark` is where it says so: `labels` or `annotations`, key and value.
    """

    tool: Literal["Argo CD", "Flux", "Helm"]
    kind: Kind | None
    name: str
    namespace: str
    mark: tuple[str, str, str]

    @property
    def reference(self) -> str:
        return f"{self.kind.singular}/{self.name}" if self.kind is not None else f"release {self.name}"


def keeper_of(target: Target, whole: Object) -> Keeper | None:
    """The one that puts it back soonest. A tracking id that was copied from another object is none: Argo CD ignores it
    too.
    """
    labels, annotations = _strings(whole, "labels"), _strings(whole, "annotations")
    tracking = annotations.get("argocd.argoproj.io/tracking-id", "")
    if (application := _tracked(tracking, target)) is not None:
        return _argo(application, ("annotations", "argocd.argoproj.io/tracking-id", tracking))
    if application := labels.get("argocd.argoproj.io/instance"):
        return _argo(application, ("labels", "argocd.argoproj.io/instance", application))
    for kind in (KUSTOMIZATION, HELM_RELEASE):
        key = f"{kind.group}/name"
        if name := labels.get(key):
            namespace = labels.get(f"{kind.group}/namespace", "")
            return Keeper(tool="Flux", kind=kind, name=name, namespace=namespace, mark=("labels", key, name))
    if release := annotations.get("meta.helm.sh/release-name"):
        mark = ("annotations", "meta.helm.sh/release-name", release)
        return Keeper(tool="Helm", kind=None, name=release, namespace="", mark=mark)
    return None


def target_of(whole: Object) -> Target:
    """Which object this is, by what stands in it. The items of a list may not say their group."""
    name, version = str(resolve(whole, "/kind") or ""), resolve(whole, "/apiVersion")
    group = version.rpartition("/")[0] if isinstance(version, str) else None
    known = (each for each in known_kinds() if each.kind == name and group in (None, each.group))
    return Target(
        kind=next(known, Kind(kind=name, plural="", group=group or "")),
        name=str(resolve(whole, "/metadata/name") or ""),
        namespace=str(resolve(whole, "/metadata/namespace") or ""),
    )


def _strings(whole: Object, field: str) -> dict[str, str]:
    found = resolve(whole, f"/metadata/{field}")
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _tracked(tracking: str, target: Target) -> str | None:
    """The application of `APP:GROUP/KIND:NAMESPACE/NAME`, if that is this object."""
    application, _, rest = tracking.partition(":")
    own = f"{target.kind.group}/{target.kind.kind}:{target.namespace}/{target.name}"
    return application if application and rest == own else None


def _argo(application: str, mark: tuple[str, str, str]) -> Keeper:
    """Applications outside of Argo CD's own namespace are tracked as `NAMESPACE_NAME`; no name has a `_`."""
    namespace, outside, name = application.partition("_")
    if not outside:
        return Keeper(tool="Argo CD", kind=APPLICATION, name=application, namespace="", mark=mark)
    return Keeper(tool="Argo CD", kind=APPLICATION, name=name, namespace=namespace, mark=mark)


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """Whether its keeper acts by itself now. `policy` is the field that says so, as read at `pointer`; `by` is what
    makes the keeper itself (an ApplicationSet, another Application), which may put that field back. `listed`: the
    keeper itself says that the workload is one of its own; a mark alone anybody can write.
    """

    target: Target
    uid: str
    pointer: str
    policy: JSON
    status: str = ""
    revision: str = ""
    by: str = ""
    listed: bool = False

    @property
    def on(self) -> bool:
        if self.pointer == SUSPENDED:
            return self.policy is not True
        return isinstance(self.policy, dict) and self.policy.get("enabled") is not False

    @property
    def heals(self) -> bool:
        """Whether it puts back what somebody else changes, not only what changes in git."""
        return self.on and (self.pointer == SUSPENDED or resolve(self.policy, "/selfHeal") is True)

    @property
    def heals_at_once(self) -> bool:
        """Argo CD watches what it keeps; Flux looks when its interval is over."""
        return self.heals and self.pointer == AUTOMATED

    @property
    def fact(self) -> Fact:
        return Fact(target=self.target, pointer=self.pointer, value=self.policy, uid=self.uid)


def sync_of(target: Target, whole: Object) -> Sync:
    """An Application, Kustomization or HelmRelease as it was read."""
    at = AUTOMATED if target.kind == APPLICATION else SUSPENDED
    status = resolve(whole, "/status/sync/status") if target.kind == APPLICATION else _ready(whole)
    revision = resolve(whole, "/status/sync/revision") or resolve(whole, "/status/lastAppliedRevision")
    return Sync(
        target=target,
        uid=str(resolve(whole, "/metadata/uid") or ""),
        pointer=at,
        policy=resolve(whole, at),
        status=status if isinstance(status, str) else "",
        revision=revision if isinstance(revision, str) else "",
        by=_maker(target, whole),
    )


def under_way(whole: Object) -> bool:
    """Whether a sync of an Application was asked for or runs; pausing does not end that one."""
    return resolve(whole, "/operation") is not None or resolve(whole, "/status/operationState/phase") in RUNNING


def _ready(whole: Object) -> str:
    conditions = resolve(whole, "/status/conditions")
    found = [each for each in conditions if isinstance(each, dict)] if isinstance(conditions, list) else []
    return next((str(each.get("reason") or "") for each in found if each.get("type") == "Ready"), "")


def _maker(target: Target, whole: Object) -> str:
    owners = resolve(whole, "/metadata/ownerReferences")
    for each in owners if isinstance(owners, list) else []:
        if isinstance(each, dict) and each.get("controller") is True:
            return f"{str(each.get('kind')).lower()}/{each.get('name')}"
    keeper = keeper_of(target, whole)
    return keeper.reference if keeper is not None else ""


async def read_sync(cluster: Reader, keeper: Keeper, kept: Target) -> Sync | None:
    """How its keeper stands; `None` where that cannot be read with the person's rights, or is not there.

    Raises `Unavailable`.
    """
    if keeper.kind is None:
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


def keeping_warnings(keeper: Keeper, sync: Sync | None, *, flag: bool) -> tuple[Text, ...]:
    """What becomes of a change by hand; `flag`: whether the command line takes `--pause-sync`."""
    tool, name = keeper.tool, Code(keeper.reference)
    if keeper.kind is None:
        return (text("{tool} made it ({name}): its next upgrade brings its own version back.", tool=tool, name=name),)
    if sync is None:
        return (text("{tool} keeps it ({name}) and may put this back; I cannot see whether.", tool=tool, name=name),)
    if not sync.listed:
        return (text("It carries a mark of {tool} ({name}), which does not list it as its own.", tool=tool, name=name),)
    if not sync.on:
        return (text("{tool} keeps it ({name}); its sync is paused until somebody resumes it.", tool=tool, name=name),)
    if not flag:
        pause = Code(f"gitops pause {keeper.reference} -n {sync.target.namespace}")
        values = {"tool": tool, "name": name, "pause": pause}
        if sync.heals_at_once:
            return (text("{tool} ({name}) puts this back within seconds, unless you send {pause} first.", **values),)
        return (text("{tool} ({name}) puts this back at its next sync, unless you send {pause} first.", **values),)
    values = {"tool": tool, "name": name, "pause": Code("--pause-sync")}
    if sync.heals_at_once:
        return (text("{tool} ({name}) puts this back within seconds, unless you add {pause}.", **values),)
    return (text("{tool} ({name}) puts this back at its next sync, unless you add {pause}.", **values),)
