"""What the API serves, and what the real one serves beside it: the former by table, the latter answered 501."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playground.cluster.wire import Json


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource. `counted`: its spec has a generation. `status`: status is written by its own subresource only.

    `custom`: a CustomResourceDefinition brought it; `scaled` is where its scale then finds replicas and selector.
    """

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    counted: bool = False
    custom: bool = False
    scaled: tuple[str, str] = ("", "")

    @property
    def qualified(self) -> str:
        """As messages name it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def status(self) -> bool:
        return "status" in self.subresources

    @property
    def root(self) -> str:
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str = "", name: str = "") -> str:
        within = ["namespaces", namespace] if self.namespaced and namespace else []
        return "/".join([self.root, *within, self.plural, *([name] if name else [])])


RBAC: Final = "rbac.authorization.k8s.io"
SCALED: Final = ("scale", "status")

NAMESPACES: Final = Resource(
    kind="Namespace", plural="namespaces", namespaced=False, short=("ns",), subresources=("status",)
)
NODES: Final = Resource(kind="Node", plural="nodes", namespaced=False, short=("no",), subresources=("status",))
PODS: Final = Resource(
    kind="Pod", plural="pods", short=("po",), subresources=("eviction", "log", "status"), counted=True
)
SERVICES: Final = Resource(kind="Service", plural="services", short=("svc",), subresources=("status",))
CONFIG_MAPS: Final = Resource(kind="ConfigMap", plural="configmaps", short=("cm",))
SECRETS: Final = Resource(kind="Secret", plural="secrets")
ACCOUNTS: Final = Resource(kind="ServiceAccount", plural="serviceaccounts", short=("sa",), subresources=("token",))
EVENTS: Final = Resource(kind="Event", plural="events", short=("ev",))
QUOTAS: Final = Resource(kind="ResourceQuota", plural="resourcequotas", short=("quota",), subresources=("status",))
CLAIMS: Final = Resource(
    kind="PersistentVolumeClaim", plural="persistentvolumeclaims", short=("pvc",), subresources=("status",)
)
DEPLOYMENTS: Final = Resource(
    kind="Deployment", plural="deployments", group="apps", short=("deploy",), subresources=SCALED, counted=True
)
REPLICA_SETS: Final = Resource(
    kind="ReplicaSet", plural="replicasets", group="apps", short=("rs",), subresources=SCALED, counted=True
)
STATEFUL_SETS: Final = Resource(
    kind="StatefulSet", plural="statefulsets", group="apps", short=("sts",), subresources=SCALED, counted=True
)
DAEMON_SETS: Final = Resource(
    kind="DaemonSet", plural="daemonsets", group="apps", short=("ds",), subresources=("status",), counted=True
)
REVISIONS: Final = Resource(kind="ControllerRevision", plural="controllerrevisions", group="apps")
AUTOSCALERS: Final = Resource(
    kind="HorizontalPodAutoscaler",
    plural="horizontalpodautoscalers",
    group="autoscaling",
    version="v2",
    short=("hpa",),
    subresources=("status",),
)
BUDGETS: Final = Resource(
    kind="PodDisruptionBudget",
    plural="poddisruptionbudgets",
    group="policy",
    short=("pdb",),
    subresources=("status",),
    counted=True,
)
SLICES: Final = Resource(kind="EndpointSlice", plural="endpointslices", group="discovery.k8s.io", counted=True)
INGRESSES: Final = Resource(
    kind="Ingress",
    plural="ingresses",
    group="networking.k8s.io",
    short=("ing",),
    subresources=("status",),
    counted=True,
)
NETWORK_POLICIES: Final = Resource(
    kind="NetworkPolicy", plural="networkpolicies", group="networking.k8s.io", short=("netpol",), counted=True
)
JOBS: Final = Resource(kind="Job", plural="jobs", group="batch", subresources=("status",), counted=True)
CRON_JOBS: Final = Resource(
    kind="CronJob", plural="cronjobs", group="batch", short=("cj",), subresources=("status",), counted=True
)
LEASES: Final = Resource(kind="Lease", plural="leases", group="coordination.k8s.io")
ROLES: Final = Resource(kind="Role", plural="roles", group=RBAC)
ROLE_BINDINGS: Final = Resource(kind="RoleBinding", plural="rolebindings", group=RBAC)
CLUSTER_ROLES: Final = Resource(kind="ClusterRole", plural="clusterroles", group=RBAC, namespaced=False)
CLUSTER_ROLE_BINDINGS: Final = Resource(
    kind="ClusterRoleBinding", plural="clusterrolebindings", group=RBAC, namespaced=False
)

ROLLOUTS: Final = Resource(
    kind="Rollout",
    plural="rollouts",
    group="argoproj.io",
    version="v1alpha1",
    short=("ro",),
    subresources=SCALED,
    counted=True,
    custom=True,
    scaled=("HPAReplicas", "selector"),
)
ANALYSIS_TEMPLATES: Final = Resource(
    kind="AnalysisTemplate",
    plural="analysistemplates",
    group="argoproj.io",
    version="v1alpha1",
    short=("at",),
    counted=True,
    custom=True,
)
APPLICATIONS: Final = Resource(
    kind="Application",
    plural="applications",
    group="argoproj.io",
    version="v1alpha1",
    short=("app", "apps"),
    counted=True,
    custom=True,
)
ANALYSIS_RUNS: Final = Resource(
    kind="AnalysisRun",
    plural="analysisruns",
    group="argoproj.io",
    version="v1alpha1",
    short=("ar",),
    counted=True,
    custom=True,
)
EXPERIMENTS: Final = Resource(
    kind="Experiment",
    plural="experiments",
    group="argoproj.io",
    version="v1alpha1",
    short=("exp",),
    counted=True,
    custom=True,
)

VELERO: Final = "velero.io"
BACKUPS: Final = Resource(kind="Backup", plural="backups", group=VELERO, counted=True, custom=True)
RESTORES: Final = Resource(kind="Restore", plural="restores", group=VELERO, counted=True, custom=True)
SCHEDULES: Final = Resource(kind="Schedule", plural="schedules", group=VELERO, counted=True, custom=True)
DELETIONS: Final = Resource(
    kind="DeleteBackupRequest", plural="deletebackuprequests", group=VELERO, counted=True, custom=True
)
DOWNLOADS: Final = Resource(kind="DownloadRequest", plural="downloadrequests", group=VELERO, counted=True, custom=True)
LOCATIONS: Final = Resource(
    kind="BackupStorageLocation",
    plural="backupstoragelocations",
    group=VELERO,
    short=("bsl",),
    counted=True,
    custom=True,
)

SERVED: Final = (
    *(NAMESPACES, NODES, PODS, SERVICES, CONFIG_MAPS, SECRETS, ACCOUNTS, EVENTS, QUOTAS, CLAIMS),
    *(DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, REVISIONS, AUTOSCALERS, BUDGETS, SLICES, INGRESSES),
    NETWORK_POLICIES,
    *(JOBS, CRON_JOBS, LEASES, ROLES, ROLE_BINDINGS, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS),
    *(ROLLOUTS, ANALYSIS_TEMPLATES, ANALYSIS_RUNS, EXPERIMENTS, APPLICATIONS),
    *(BACKUPS, RESTORES, SCHEDULES, DELETIONS, DOWNLOADS, LOCATIONS),
)
BY_ADDRESS: Final = {(each.group, each.version, each.plural): each for each in SERVED}
BY_KIND: Final = {(each.api_version, each.kind): each for each in SERVED}


def is_custom(found: Json) -> bool:
    """Whether a CustomResourceDefinition brought its kind."""
    resource = BY_KIND.get((found["apiVersion"], found["kind"]))
    return resource is not None and resource.custom


UNSERVED: Final = frozenset(
    {
        *(("", each) for each in ("bindings", "componentstatuses", "endpoints", "limitranges", "persistentvolumes")),
        *(("", each) for each in ("podtemplates", "replicationcontrollers")),
        *(("admissionregistration.k8s.io", f"{each}webhookconfigurations") for each in ("mutating", "validating")),
        *(("admissionregistration.k8s.io", f"{each}admissionpolicies") for each in ("mutating", "validating")),
        *(("admissionregistration.k8s.io", f"{each}admissionpolicybindings") for each in ("mutating", "validating")),
        ("apiextensions.k8s.io", "customresourcedefinitions"),
        ("apiregistration.k8s.io", "apiservices"),
        ("authentication.k8s.io", "tokenreviews"),
        ("authorization.k8s.io", "localsubjectaccessreviews"),
        ("autoscaling", "horizontalpodautoscalers"),
        ("certificates.k8s.io", "certificatesigningrequests"),
        ("events.k8s.io", "events"),
        *(("flowcontrol.apiserver.k8s.io", each) for each in ("flowschemas", "prioritylevelconfigurations")),
        *(("networking.k8s.io", each) for each in ("ingressclasses", "ipaddresses", "servicecidrs")),
        ("node.k8s.io", "runtimeclasses"),
        *(("resource.k8s.io", each) for each in ("deviceclasses", "resourceclaims", "resourceclaimtemplates")),
        ("resource.k8s.io", "resourceslices"),
        ("scheduling.k8s.io", "priorityclasses"),
        *(("storage.k8s.io", each) for each in ("csidrivers", "csinodes", "csistoragecapacities", "storageclasses")),
        *(("storage.k8s.io", each) for each in ("volumeattachments", "volumeattributesclasses")),
        *((VELERO, each) for each in ("backuprepositories", "podvolumebackups", "podvolumerestores")),
        *((VELERO, each) for each in ("serverstatusrequests", "volumesnapshotlocations")),
        ("argoproj.io", "clusteranalysistemplates"),
    }
)
"""What API server 1.36 serves and this one does not, by group and plural."""
