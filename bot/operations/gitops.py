"""Who puts an object back: Argo CD, Flux and Helm leave their names on what they keep, and say whether they watch it.

Where they left none, what they wrote still tells the tool (`managedFields`). Which of its objects keeps this one is
then a guess by its usual label, and counts for nothing unless that object lists it.

Sources: Argo CD `docs/user-guide/resource_tracking.md`, `docs/user-guide/auto_sync.md`; Flux `docs/components`
(`spec.suspend`); Helm's `meta.helm.sh/release-name`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import msgspec

from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Kind, Target, declare_kind, known_kinds
from bot.operations.plan import Fact
from bot.operations.writers import last_writer
from bot.text import Code, Text, When, text

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

ARGO_CONTROLLER: Final = "argocd-application-controller"
"""As whom old ones wrote what they keep, and all of them write Applications."""
FIELD_MANAGERS: Final = {
    "argocd-controller": APPLICATION,
    ARGO_CONTROLLER: APPLICATION,
    "kustomize-controller": KUSTOMIZATION,
    "helm-controller": HELM_RELEASE,
}
"""As whom they write what they keep."""
HELM: Final = "helm"
INSTANCE: Final = "app.kubernetes.io/instance"
"""By this label Argo CD up to 2.x tracks what an Application keeps; charts write their release there."""
RELEASE: Final = "meta.helm.sh/release-name"

RUNNING: Final = ("Running", "Terminating")
AUTOMATED: Final = "/spec/syncPolicy/automated"
HEALS_WITHIN: Final = 10
"""Seconds: Argo CD heals at once, and after that 2 and 6 s later than it did last (seen with 3.3)."""
SUSPENDED: Final = "/spec/suspend"


Mark = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """The tool that keeps an object as git or a chart has it. `name` is what the tool calls the whole; `namespace` may
    be unknown (empty). `mark` is where it says so: `labels` or `annotations`, key and value.

    `applied`: it is known only by what it wrote then; its name is a guess, or unknown (empty).
    """

    tool: Literal["Argo CD", "Flux", "Helm"]
    kind: Kind | None
    name: str
    namespace: str
    mark: Mark | None
    applied: datetime | None = None

    @property
    def reference(self) -> str:
        if not self.name:
            return self.tool
        return f"{self.kind.singular}/{self.name}" if self.kind is not None else f"release {self.name}"


def keeper_of(target: Target, whole: Object) -> Keeper | None:
    """The one that puts it back soonest; a mark says more than what was written. A tracking id that was copied from
    another object is none: Argo CD ignores it too.
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
    writer = _writer(target, whole)
    if writer is not None and writer.kind is not None:
        return writer
    if release := annotations.get(RELEASE):
        return Keeper(tool="Helm", kind=None, name=release, namespace="", mark=("annotations", RELEASE, release))
    return writer


def _writer(target: Target, whole: Object) -> Keeper | None:
    """The tool that wrote its spec last. What Argo CD's controller writes of Applications keeps none of them."""
    own = {ARGO_CONTROLLER} if target.kind in SYNCERS else set()
    if (found := last_writer(whole, {*FIELD_MANAGERS, HELM} - own)) is None:
        return None
    manager, at = found
    kind = FIELD_MANAGERS.get(manager)
    mark = _guess(kind, whole)
    name = mark[2] if mark is not None else ""
    if kind == APPLICATION:
        return replace(_argo(name, mark), applied=at)
    return Keeper(tool="Helm" if kind is None else "Flux", kind=kind, name=name, namespace="", mark=mark, applied=at)


def _guess(kind: Kind | None, whole: Object) -> Mark | None:
    """Where the name of its keeper stands mostly. That of a Kustomization stands in its mark only."""
    release, instance = _strings(whole, "annotations").get(RELEASE), _strings(whole, "labels").get(INSTANCE)
    if kind == HELM_RELEASE and release:
        return ("annotations", RELEASE, release)
    return ("labels", INSTANCE, instance) if instance and kind != KUSTOMIZATION else None


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


def _argo(application: str, mark: Mark | None) -> Keeper:
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


def keeping_warnings(keeper: Keeper, sync: Sync | None, *, flag: bool) -> tuple[Text, ...]:
    """What becomes of a change by hand; `flag`: whether the command line takes `--pause-sync`."""
    tool, name = keeper.tool, Code(keeper.reference)
    if keeper.applied is not None and (keeper.kind is None or sync is None or not sync.listed):
        return (last_applied(keeper.tool, keeper.kind, keeper.applied),)
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


def last_applied(tool: str, kind: Kind | None, at: datetime) -> Text:
    """All that is known of a keeper which left no mark, and is not known to list what it wrote."""
    if kind is None:
        return text(
            "{tool} applied it last ({when}): its next upgrade brings its own version back.", tool=tool, when=When(at)
        )
    return text(
        "{tool} applied it last ({when}) and may put this back; which {kind} keeps it is not known.",
        tool=tool,
        when=When(at),
        kind=Code(kind.kind),
    )
