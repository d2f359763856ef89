"""The values that the API server fills in (k8s.io/kubernetes `pkg/apis/*/v1/defaults.go`, 1.36), for what is served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playground.cluster.container_resources import make_canonical
from playground.cluster.resources import (
    AUTOSCALERS,
    CONFIG_MAPS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    EVENTS,
    JOBS,
    NAMESPACES,
    NODES,
    PODS,
    REPLICA_SETS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.wire import Json, equal

TEMPLATE_GENERATION: Final = "deprecated.daemonset.template.generation"
KUBERNETES_IO: Final = "kubernetes.io/metadata.name"


def fill(resource: Resource, found: Json) -> None:
    """Fill in, in place; what is there stays."""
    filler = FILLERS.get(resource)
    if filler is not None:
        make_canonical(found, pod_spec(found))
        filler(found)


def pod_spec(found: Json) -> Json:
    """The spec of the pods that an object is, or makes; empty where it makes none."""
    spec: Json = found.get("spec") or {}
    if found["kind"] == PODS.kind:
        return spec
    if found["kind"] == CRON_JOBS.kind:
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return (spec.get("template") or {}).get("spec") or {}


def _omit(found: Json, *keys: str) -> None:
    """Zero values that Go leaves out when it writes (`omitempty`): sent, they are the same as absent."""
    for key in keys:
        if key in found and not found[key]:
            del found[key]


def settle(resource: Resource, before: Json | None, after: Json) -> None:
    """What nobody else can set: a Job's selector, and how often a DaemonSet's template changed (`*/strategy.go`)."""
    if resource is JOBS and before is None:
        _select_own_pods(after)
    if resource is not DAEMON_SETS:
        return
    known = int((before or {"metadata": {}})["metadata"].get("annotations", {}).get(TEMPLATE_GENERATION, 0))
    moved = before is None or not equal(before["spec"]["template"], after["spec"]["template"])
    annotations = after["metadata"].setdefault("annotations", {})
    annotations[TEMPLATE_GENERATION] = str(known + 1 if moved else known)


def _select_own_pods(job: Json) -> None:
    """Its own uid and name, as `generateSelector` does it."""
    name, uid = job["metadata"]["name"], job["metadata"]["uid"]
    labels = job["spec"]["template"]["metadata"].setdefault("labels", {})
    shared = labels == (job["metadata"].get("labels") or {})
    for prefix in ("batch.kubernetes.io/", ""):
        labels |= {f"{prefix}controller-uid": uid, f"{prefix}job-name": name}
    job["spec"]["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    if shared:  # a Job without labels of its own has those of its pods, these too
        job["metadata"]["labels"] = dict(labels)


def _default(found: Json, **values: object) -> None:
    for key, value in values.items():
        if found.get(key) is None:
            found[key] = value


def fill_pod_spec(spec: Json) -> None:
    _default(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    _omit(spec, "hostNetwork", "hostPID", "hostIPC", "initContainers", "volumes", "nodeSelector", "tolerations")
    if spec.get("serviceAccountName"):
        spec["serviceAccount"] = spec["serviceAccountName"]
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        _container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in spec.get("volumes") or ():
        for kind in ("configMap", "secret", "projected", "downwardAPI"):
            if volume.get(kind) is not None:
                _default(volume[kind], defaultMode=420)
        if set(volume) == {"name"}:
            volume["emptyDir"] = {}
        if volume.get("hostPath") is not None:
            _default(volume["hostPath"], type="")


def _container(container: Json, *, host_network: bool) -> None:
    image = container.get("image") or ""
    tag = image.rpartition("/")[2].partition(":")[2]
    pull = "IfNotPresent" if "@" in image or tag not in ("", "latest") else "Always"
    _default(
        container,
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy=pull,
    )
    _omit(container, "env", "ports", "command", "args", "volumeMounts", "envFrom")
    for port in container.get("ports") or ():
        _default(port, protocol="TCP")
        if host_network:
            _default(port, hostPort=port.get("containerPort"))
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            _default(reference, apiVersion="v1")
    for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(kind) is not None:
            _default(container[kind], timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
            if container[kind].get("httpGet") is not None:
                _default(container[kind]["httpGet"], path="/", scheme="HTTP")


def _template(found: Json) -> Json:
    spec: Json = found.setdefault("spec", {})
    _omit(spec, "paused", "minReadySeconds")
    template = spec.setdefault("template", {})
    metadata = template.setdefault("metadata", {})
    _omit(metadata, "labels", "annotations", "creationTimestamp")
    fill_pod_spec(template.setdefault("spec", {}))
    return spec


def _deployment(found: Json) -> None:
    spec = _template(found)
    _default(spec, replicas=1, strategy={}, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    _default(spec["strategy"], type="RollingUpdate")
    if spec["strategy"]["type"] == "RollingUpdate":
        _default(spec["strategy"], rollingUpdate={})
        _default(spec["strategy"]["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")


def _replica_set(found: Json) -> None:
    _default(_template(found), replicas=1)


def _stateful_set(found: Json) -> None:
    spec = _template(found)
    _default(
        spec,
        replicas=1,
        podManagementPolicy="OrderedReady",
        updateStrategy={},
        revisionHistoryLimit=10,
        persistentVolumeClaimRetentionPolicy={},
        serviceName="",
    )
    _default(spec["persistentVolumeClaimRetentionPolicy"], whenDeleted="Retain", whenScaled="Retain")
    _default(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        _default(spec["updateStrategy"], rollingUpdate={})
        _default(spec["updateStrategy"]["rollingUpdate"], partition=0)


def _daemon_set(found: Json) -> None:
    spec = _template(found)
    _default(spec, updateStrategy={}, revisionHistoryLimit=10)
    _default(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        _default(spec["updateStrategy"], rollingUpdate={})
        _default(spec["updateStrategy"]["rollingUpdate"], maxUnavailable=1, maxSurge=0)


def _job(found: Json) -> None:
    spec = _template(found)
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    _default(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed", suspend=False, manualSelector=False)
    _default(spec, podReplacementPolicy="TerminatingOrFailed")
    labels = spec["template"]["metadata"].get("labels")
    if labels and not found["metadata"].get("labels"):
        found["metadata"]["labels"] = dict(labels)


def _cron_job(found: Json) -> None:
    spec = found.setdefault("spec", {})
    _default(
        spec,
        concurrencyPolicy="Allow",
        suspend=False,
        successfulJobsHistoryLimit=3,
        failedJobsHistoryLimit=1,
    )
    spec.setdefault("jobTemplate", {}).setdefault("metadata", {})
    template = spec["jobTemplate"].setdefault("spec", {}).setdefault("template", {})
    template.setdefault("metadata", {})
    fill_pod_spec(template.setdefault("spec", {}))


def _pod(found: Json) -> None:
    spec = found.setdefault("spec", {})
    fill_pod_spec(spec)
    _default(spec, enableServiceLinks=True)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        resources = container["resources"]
        if resources.get("limits"):
            resources["requests"] = {**resources["limits"], **(resources.get("requests") or {})}


def _service(found: Json) -> None:
    spec = found.setdefault("spec", {})
    _default(spec, type="ClusterIP", sessionAffinity="None")
    if spec["type"] != "ExternalName":
        _default(spec, ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack", internalTrafficPolicy="Cluster")
    for port in spec.get("ports") or ():
        _default(port, protocol="TCP", targetPort=port.get("port"))


def _autoscaler(found: Json) -> None:
    spec = found.setdefault("spec", {})
    _default(spec, minReplicas=1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


def _config_map(found: Json) -> None:
    for key, value in (found.get("data") or {}).items():
        if value is None:
            found["data"][key] = ""
    _omit(found, "data", "binaryData")


def _node(found: Json) -> None:
    _omit(found.setdefault("spec", {}), "unschedulable", "taints")


def _namespace(found: Json) -> None:
    labels = found["metadata"].setdefault("labels", {})
    labels[KUBERNETES_IO] = found["metadata"].get("name", "")
    _default(found, spec={}, status={})
    _default(found["spec"], finalizers=["kubernetes"])
    _default(found["status"], phase="Active")


def _event(found: Json) -> None:
    _default(
        found,
        firstTimestamp=None,
        lastTimestamp=None,
        eventTime=None,
        source={},
        reportingComponent="",
        reportingInstance="",
    )


FILLERS: Final[dict[Resource, Callable[[Json], None]]] = {
    AUTOSCALERS: _autoscaler,
    CONFIG_MAPS: _config_map,
    CRON_JOBS: _cron_job,
    DAEMON_SETS: _daemon_set,
    DEPLOYMENTS: _deployment,
    EVENTS: _event,
    JOBS: _job,
    NAMESPACES: _namespace,
    NODES: _node,
    PODS: _pod,
    REPLICA_SETS: _replica_set,
    SERVICES: _service,
    STATEFUL_SETS: _stateful_set,
}
