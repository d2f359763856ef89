"""The kinds of object that operations name, as data: where they live in the API, their names, what they can do.

Those of Kubernetes itself stand here; a family of operations declares those of the system that it operates:

    ROLLOUT = declare_kind(Kind(kind="Rollout", plural="rollouts", group="argoproj.io", version="v1alpha1"))
"""

from __future__ import annotations

from typing import Final

import msgspec


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One Kubernetes resource. `plural` and `group` are as in the URL; `short` as kubectl's short names."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        return self.kind.lower()

    @property
    def qualified(self) -> str:
        """As RBAC messages say it: `deployments.apps`, `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, the object or its subresource."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        parts = [root]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts += [part for part in (self.plural, name, subresource) if part]
        return "/".join(parts)

    @property
    def names(self) -> frozenset[str]:
        """Every way to write this kind on a command line, in lower case."""
        plain = {self.singular, self.plural, *self.short}
        if not self.group:
            return frozenset(plain)
        return frozenset(
            plain
            | {f"{word}.{self.group}" for word in (self.singular, self.plural)}
            | {f"{word}.{self.version}.{self.group}" for word in (self.singular, self.plural)}
        )


APPS: Final = "apps"
DEPLOYMENT: Final = Kind(
    kind="Deployment", plural="deployments", group=APPS, short=("deploy",), subresources=("scale", "status")
)
STATEFULSET: Final = Kind(
    kind="StatefulSet", plural="statefulsets", group=APPS, short=("sts",), subresources=("scale", "status")
)
DAEMONSET: Final = Kind(kind="DaemonSet", plural="daemonsets", group=APPS, short=("ds",), subresources=("status",))
REPLICASET: Final = Kind(
    kind="ReplicaSet", plural="replicasets", group=APPS, short=("rs",), subresources=("scale", "status")
)
CONTROLLER_REVISION: Final = Kind(kind="ControllerRevision", plural="controllerrevisions", group=APPS)
POD: Final = Kind(kind="Pod", plural="pods", short=("po",), subresources=("log", "eviction", "status"))
SERVICE: Final = Kind(kind="Service", plural="services", short=("svc",))
CONFIG_MAP: Final = Kind(kind="ConfigMap", plural="configmaps", short=("cm",))
NODE: Final = Kind(kind="Node", plural="nodes", namespaced=False, short=("no",))
NAMESPACE: Final = Kind(kind="Namespace", plural="namespaces", namespaced=False, short=("ns",))
EVENT: Final = Kind(kind="Event", plural="events", short=("ev",))
QUOTA: Final = Kind(kind="ResourceQuota", plural="resourcequotas", short=("quota",))
VOLUME_CLAIM: Final = Kind(kind="PersistentVolumeClaim", plural="persistentvolumeclaims", short=("pvc",))
HPA: Final = Kind(
    kind="HorizontalPodAutoscaler",
    plural="horizontalpodautoscalers",
    group="autoscaling",
    version="v2",
    short=("hpa",),
)
PDB: Final = Kind(kind="PodDisruptionBudget", plural="poddisruptionbudgets", group="policy", short=("pdb",))
ENDPOINT_SLICE: Final = Kind(kind="EndpointSlice", plural="endpointslices", group="discovery.k8s.io")
INGRESS: Final = Kind(kind="Ingress", plural="ingresses", group="networking.k8s.io", short=("ing",))
JOB: Final = Kind(kind="Job", plural="jobs", group="batch")
CRON_JOB: Final = Kind(kind="CronJob", plural="cronjobs", group="batch", short=("cj",))

KINDS: Final = (
    DEPLOYMENT,
    STATEFULSET,
    DAEMONSET,
    REPLICASET,
    POD,
    SERVICE,
    CONFIG_MAP,
    NODE,
    NAMESPACE,
    EVENT,
    QUOTA,
    VOLUME_CLAIM,
    HPA,
    PDB,
    ENDPOINT_SLICE,
    INGRESS,
    JOB,
    CRON_JOB,
    CONTROLLER_REVISION,
)
ROLLABLE: Final = (DEPLOYMENT, STATEFULSET, DAEMONSET)
SCALABLE: Final = (DEPLOYMENT, STATEFULSET, REPLICASET)


_DECLARED: list[Kind] = []


def declare_kind(kind: Kind) -> Kind:
    """Make a kind known to `get`, `describe`, help and completion. A name that two kinds have means the earlier one."""
    if kind not in (*KINDS, *_DECLARED):
        _DECLARED.append(kind)
    return kind


def known_kinds() -> tuple[Kind, ...]:
    """All kinds that the installed families can name, Kubernetes' own first."""
    return (*KINDS, *_DECLARED)


def find_kind(word: str) -> Kind | None:
    """The kind that a word on a command line means, in any case and number; `None` if it is not a kind we know."""
    wanted = word.lower()
    return next((kind for kind in known_kinds() if wanted in kind.names), None)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One object: kind, namespace (empty for cluster-scoped kinds) and name."""

    kind: Kind
    name: str
    namespace: str = ""

    @property
    def path(self) -> str:
        return self.kind.path(self.namespace, self.name)

    @property
    def space(self) -> str:
        """The namespace that it is in, or that it is; empty where it has to do with none."""
        return self.name if self.kind == NAMESPACE else self.namespace

    @property
    def reference(self) -> str:
        """As kubectl writes it: `deployment/app`."""
        return f"{self.kind.singular}/{self.name}"

    @property
    def title(self) -> str:
        """As cards write it: `shop/app`."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def __str__(self) -> str:
        return f"{self.kind.qualified}/{self.title}"
