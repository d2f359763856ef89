"""What is looked at between a request and the store: namespaces, quotas, Pod Security, and what pods are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playground.cluster import pod_security
from playground.cluster.defaults import pod_spec
from playground.cluster.problems import forbidden, not_found
from playground.cluster.quota import admit_quota
from playground.cluster.resources import (
    ACCOUNTS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.store import Store
from playground.cluster.wire import Json, labels_of

TEMPLATED: Final = frozenset({DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, JOBS, CRON_JOBS})
NOT_READY: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def admit_namespace(store: Store, resource: Resource, namespace: str, name: str) -> None:
    """Raises `Problem` for what would be created in a namespace that is not there, or is going."""
    found = store.get(NAMESPACES, "", namespace)
    if found is None:
        raise not_found(NAMESPACES, namespace)
    if found["metadata"].get("deletionTimestamp"):
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        refused = forbidden(resource, name, why)
        refused.details = {
            **(refused.details or {}),
            "causes": [
                {
                    "reason": "NamespaceTerminating",
                    "message": f"namespace {namespace} is being terminated",
                    "field": "metadata.namespace",
                }
            ],
        }
        raise refused


def complete_pod(store: Store, pod: Json, fraction: Callable[[int], str]) -> None:
    """What the service account, priority and toleration plugins put into a pod, in place. Raises `Problem` 403."""
    spec, namespace = pod["spec"], pod["metadata"]["namespace"]
    account = spec.setdefault("serviceAccountName", "default")
    spec["serviceAccount"] = account
    if store.get(ACCOUNTS, namespace, account) is None:
        message = f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
        raise forbidden(PODS, pod["metadata"].get("name", ""), message)
    if spec.get("automountServiceAccountToken") is not False:
        _mount_token(spec, f"kube-api-access-{fraction(5)}")
    tolerations = spec.setdefault("tolerations", [])
    for key in NOT_READY:
        if not any(
            each.get("key") in (None, key) and each.get("effect") in (None, "NoExecute") for each in tolerations
        ):
            tolerations.append({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300})
    spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")


def _mount_token(spec: Json, name: str) -> None:
    path = "/var/run/secrets/kubernetes.io/serviceaccount"
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    if any(mount.get("mountPath") == path for each in containers for mount in each.get("volumeMounts") or ()):
        return
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}},
    ]
    spec["volumes"] = [
        *(spec.get("volumes") or ()),
        {"name": name, "projected": {"sources": sources, "defaultMode": 420}},
    ]
    for each in containers:
        mount = {"name": name, "readOnly": True, "mountPath": path}
        each["volumeMounts"] = [*(each.get("volumeMounts") or ()), mount]


def admit_created(store: Store, resource: Resource, found: Json) -> None:
    """Quota, and Pod Security for pods. Raises `Problem` 403."""
    if resource is PODS:
        level = _level(store, found["metadata"]["namespace"], "enforce")
        broken = pod_security.violations(found["spec"], level)
        if broken:
            raise forbidden(
                PODS,
                found["metadata"]["name"],
                pod_security.sentence(level, broken).replace("violate ", "violates ", 1),
            )
    admit_quota(store, resource, found)


def warnings_for(store: Store, resource: Resource, after: Json, before: Json | None) -> list[str]:
    """The `Warning` headers of Pod Security: for templates by the warn and the enforce level, for pods by warn.

    For a namespace that becomes stricter they tell of the pods in it.
    """
    namespace = after["metadata"].get("namespace", "")
    if resource is NAMESPACES and before is not None:
        return _left_behind(store, after, before)
    if not namespace or (resource is not PODS and resource not in TEMPLATED):
        return []
    spec = pod_spec(after)
    if before is not None and pod_spec(before) == spec:
        return []
    found: dict[str, None] = {}
    for mode in ("warn",) if resource is PODS else ("enforce", "warn"):
        level = _level(store, namespace, mode)
        broken = pod_security.violations(spec, level)
        if broken:
            found[f"would {pod_security.sentence(level, broken)}"] = None
    return list(found)


def _left_behind(store: Store, after: Json, before: Json) -> list[str]:
    """The pods that a namespace would not take in any more (`EvaluatePodsInNamespace`); those alike in one line."""
    level, known = (pod_security.level_of(labels_of(each), "enforce") for each in (after, before))
    if pod_security.LEVELS.index(level) <= pod_security.LEVELS.index(known):
        return []
    name = after["metadata"]["name"]
    alike: dict[str, list[str]] = {}
    for pod in store.list(PODS, name):
        broken = pod_security.violations(pod["spec"], level)
        if broken:
            reasons = ", ".join(each.partition(" (")[0] for each in broken)
            alike.setdefault(reasons, []).append(pod["metadata"]["name"])
    if not alike:
        return []
    head = f'existing pods in namespace "{name}" violate the new PodSecurity enforce level "{level}:latest"'
    return [head, *sorted(f"{pods[0]}{_others(len(pods) - 1)}: {reasons}" for reasons, pods in alike.items())]


def _others(count: int) -> str:
    return f" (and {count} other pod{'s' if count > 1 else ''})" if count else ""


def _level(store: Store, namespace: str, mode: str) -> str:
    found = store.get(NAMESPACES, "", namespace)
    return pod_security.level_of(labels_of(found), mode) if found else "privileged"
