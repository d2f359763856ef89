"""What the API servers are asked: conflicts, patches of every kind, dry runs, deletions, rights, reviews, lists."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.probing import Probe

NS: Final = "probe"
CORE: Final = f"/api/v1/namespaces/{NS}"
APPS: Final = f"/apis/apps/v1/namespaces/{NS}"
RBAC: Final = "rbac.authorization.k8s.io"
JSON_PATCH: Final = "application/json-patch+json"
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
MAP: Final = f"{CORE}/configmaps/a"
APP: Final = f"{APPS}/deployments/app"
REVIEWS: Final = "/apis/authorization.k8s.io/v1"
WHO: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def deployment(name: str, **pod: Any) -> dict[str, Any]:
    """A paused one, so that controllers leave it alone."""
    containers = [{"name": "app", "image": "registry.local/app:v1"}, {"name": "side", "image": "registry.local/side"}]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers, **pod}}
    spec = {"replicas": 0, "paused": True, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def role(name: str, *rules: dict[str, Any]) -> tuple[str, str, Any]:
    return "POST", f"/apis/{RBAC}/v1/namespaces/{NS}/roles", {"metadata": {"name": name}, "rules": list(rules)}


def bind(name: str, role_name: str, kind: str, subject: str) -> tuple[str, str, Any]:
    body = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": role_name},
        "subjects": [{"apiGroup": RBAC, "kind": kind, "name": subject}],
    }
    return "POST", f"/apis/{RBAC}/v1/namespaces/{NS}/rolebindings", body


SETUP: Final[tuple[tuple[str, str, Any], ...]] = (
    ("POST", "/api/v1/namespaces", {"metadata": {"name": NS}}),
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": f"{NS}-strict", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
    ),
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": f"{NS}-base", "labels": {"pod-security.kubernetes.io/warn": "baseline"}}},
    ),
    role(
        "looks",
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["app"], "verbs": ["patch"]},
    ),
    bind("looks", "looks", "Group", "kajitori:developers"),
    (
        "POST",
        f"{CORE}/resourcequotas",
        {"metadata": {"name": "few"}, "spec": {"hard": {"count/secrets": "0"}}},
    ),
    bind("nothing", "no-such-role", "User", "kajitori:eve"),
)


def review(**attributes: str) -> dict[str, Any]:
    return {"spec": {"user": "kajitori:alice", "groups": ["kajitori:developers"], "resourceAttributes": attributes}}


def probe(name: str, method: str, path: str, body: Any = None, **more: Any) -> Probe:
    return Probe(name=name, method=method, path=path, body=body, **more)


OBJECTS: Final = (
    probe("create", "POST", f"{CORE}/configmaps", {"metadata": {"name": "a"}, "data": {"k": "v", "x": "y"}}),
    probe("create again", "POST", f"{CORE}/configmaps", {"metadata": {"name": "a"}}),
    probe("create in no namespace", "POST", "/api/v1/namespaces/nowhere/configmaps", {"metadata": {"name": "a"}}),
    probe("create without a name", "POST", f"{CORE}/configmaps", {"metadata": {}}),
    probe("create with a bad name", "POST", f"{CORE}/configmaps", {"metadata": {"name": "A_b"}}),
    probe("create with a version", "POST", f"{CORE}/configmaps", {"metadata": {"name": "b", "resourceVersion": "1"}}),
    probe(
        "create for another namespace", "POST", f"{CORE}/configmaps", {"metadata": {"name": "b", "namespace": "other"}}
    ),
    probe("create dry", "POST", f"{CORE}/configmaps", {"metadata": {"name": "dry"}}, query={"dryRun": "All"}),
    probe("a dry creation left nothing", "GET", f"{CORE}/configmaps/dry"),
    probe("get", "GET", MAP),
    probe("get what is missing", "GET", f"{CORE}/configmaps/b"),
    probe("get in a namespace that is missing", "GET", "/api/v1/namespaces/nowhere/configmaps/b"),
    probe("list in a namespace that is missing", "GET", "/api/v1/namespaces/nowhere/configmaps"),
    probe("get what is nowhere", "GET", "/apis/apps/v1/namespaces/probe/things/a"),
    probe("get of no group", "GET", "/apis/nobody.example/v1/things"),
    probe("merge", "PATCH", MAP, {"data": {"k": "w", "x": None}}, content_type=MERGE, query={"fieldManager": "one"}),
    probe(
        "merge of nothing by another",
        "PATCH",
        MAP,
        {"data": {"k": "w"}},
        content_type=MERGE,
        query={"fieldManager": "two"},
    ),
    probe("merge by another", "PATCH", MAP, {"data": {"k": "z"}}, content_type=MERGE, query={"fieldManager": "two"}),
    probe(
        "merge of an old version", "PATCH", MAP, {"metadata": {"resourceVersion": "1"}, "data": {}}, content_type=MERGE
    ),
    probe(
        "merge of the current version",
        "PATCH",
        MAP,
        {"metadata": {"resourceVersion": "$resourceVersion"}, "data": {"n": "1"}},
        content_type=MERGE,
        of=MAP,
    ),
    probe(
        "merge of another uid", "PATCH", MAP, {"metadata": {"uid": "another"}, "data": {"n": "2"}}, content_type=MERGE
    ),
    probe("merge dry", "PATCH", MAP, {"data": {"dry": "run"}}, content_type=MERGE, query={"dryRun": "All"}),
    probe("a dry merge changed nothing", "GET", MAP),
    probe("dry run of another kind", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"dryRun": "Some"}),
    probe(
        "test that fails", "PATCH", MAP, [{"op": "test", "path": "/data/k", "value": "other"}], content_type=JSON_PATCH
    ),
    probe(
        "test that holds",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/k", "value": "z"}, {"op": "add", "path": "/data/t", "value": "1"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of what is absent for null",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/none", "value": None}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of what is absent",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/none", "value": "x"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "replace of what is absent",
        "PATCH",
        MAP,
        [{"op": "replace", "path": "/data/none", "value": "x"}],
        content_type=JSON_PATCH,
    ),
    probe("remove of what is absent", "PATCH", MAP, [{"op": "remove", "path": "/data/none"}], content_type=JSON_PATCH),
    probe(
        "add below what is absent",
        "PATCH",
        MAP,
        [{"op": "add", "path": "/none/x", "value": 1}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of the version",
        "PATCH",
        MAP,
        [
            {"op": "test", "path": "/metadata/resourceVersion", "value": "$resourceVersion"},
            {"op": "test", "path": "/metadata/uid", "value": "$uid"},
            {"op": "replace", "path": "/data/t", "value": "2"},
        ],
        content_type=JSON_PATCH,
        of=MAP,
    ),
    probe("a patch of no known kind", "PATCH", MAP, {}, content_type="application/json"),
    probe(
        "put",
        "PUT",
        MAP,
        {"metadata": {"name": "a", "resourceVersion": "$resourceVersion"}, "data": {"q": "1"}},
        of=MAP,
    ),
    probe("put of an old version", "PUT", MAP, {"metadata": {"name": "a", "resourceVersion": "1"}, "data": {}}),
    probe("put of another name", "PUT", MAP, {"metadata": {"name": "b"}, "data": {}}),
    probe("delete of another uid", "DELETE", MAP, {"preconditions": {"uid": "another"}}),
    probe(
        "delete of an old version", "DELETE", MAP, {"preconditions": {"uid": "$uid", "resourceVersion": "1"}}, of=MAP
    ),
    probe("delete dry", "DELETE", MAP, {"dryRun": ["All"], "preconditions": {"uid": "$uid"}}, of=MAP),
    probe("a write past its time", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"timeout": "1ns"}),
    probe("a time that is none", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"timeout": "soon"}),
    probe("delete", "DELETE", MAP, {"preconditions": {"uid": "$uid"}}, of=MAP),
    probe("delete what is gone", "DELETE", MAP),
)
WORKLOADS: Final = (
    probe("deploy", "POST", f"{APPS}/deployments", deployment("app"), query={"fieldManager": "maker"}),
    probe("scale read", "GET", f"{APP}/scale"),
    probe(
        "scale patched",
        "PATCH",
        f"{APP}/scale",
        {"spec": {"replicas": 2}},
        content_type=MERGE,
        query={"fieldManager": "scaler"},
    ),
    probe("scaled", "GET", APP),
    probe("scale below zero", "PATCH", f"{APP}/scale", {"spec": {"replicas": -1}}, content_type=MERGE),
    probe(
        "scale of an old version",
        "PATCH",
        f"{APP}/scale",
        {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 0}},
        content_type=MERGE,
    ),
    probe(
        "scale of what is missing",
        "PATCH",
        f"{APPS}/deployments/none/scale",
        {"spec": {"replicas": 1}},
        content_type=MERGE,
    ),
    probe(
        "scale back",
        "PATCH",
        f"{APP}/scale",
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        query={"fieldManager": "scaler"},
    ),
    probe(
        "image",
        "PATCH",
        APP,
        {
            "spec": {
                "template": {
                    "spec": {
                        "$setElementOrder/containers": [{"name": "app"}, {"name": "side"}],
                        "containers": [{"name": "app", "image": "registry.local/app:v2"}],
                    }
                }
            }
        },
        content_type=STRATEGIC,
        query={"fieldManager": "kubectl-set"},
    ),
    probe(
        "variable",
        "PATCH",
        APP,
        {"spec": {"template": {"spec": {"containers": [{"name": "app", "env": [{"name": "A", "value": "1"}]}]}}}},
        content_type=STRATEGIC,
    ),
    probe(
        "port",
        "PATCH",
        APP,
        {"spec": {"template": {"spec": {"containers": [{"name": "app", "ports": [{"containerPort": 80}]}]}}}},
        content_type=STRATEGIC,
    ),
    probe(
        "resources",
        "PATCH",
        APP,
        {
            "spec": {
                "template": {"spec": {"containers": [{"name": "side", "resources": {"limits": {"memory": "64Mi"}}}]}}
            }
        },
        content_type=STRATEGIC,
    ),
    probe(
        "container deleted",
        "PATCH",
        APP,
        {"spec": {"template": {"spec": {"containers": [{"name": "side", "$patch": "delete"}]}}}},
        content_type=STRATEGIC,
    ),
    probe(
        "template replaced",
        "PATCH",
        APP,
        {
            "spec": {
                "template": {
                    "$patch": "replace",
                    "metadata": {"labels": {"app": "app"}},
                    "spec": {"containers": [{"name": "app", "image": "registry.local/app:v3"}]},
                }
            }
        },
        content_type=STRATEGIC,
    ),
    probe(
        "no merge key",
        "PATCH",
        APP,
        {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
        content_type=STRATEGIC,
    ),
    probe("annotated", "PATCH", APP, {"metadata": {"annotations": {"a": "1"}}}, content_type=MERGE),
    probe("labelled", "PATCH", APP, {"metadata": {"labels": {"b": "1"}}}, content_type=MERGE),
    probe("status is not written here", "PATCH", APP, {"status": {"replicas": 9}}, content_type=MERGE),
    probe("selector is fixed", "PATCH", APP, {"spec": {"selector": {"matchLabels": {"b": "1"}}}}, content_type=MERGE),
    probe("no containers", "PATCH", APP, {"spec": {"template": {"spec": {"containers": []}}}}, content_type=MERGE),
    probe(
        "no image",
        "PATCH",
        APP,
        [{"op": "remove", "path": "/spec/template/spec/containers/0/image"}],
        content_type=JSON_PATCH,
    ),
    probe("less than none", "PATCH", APP, {"spec": {"replicas": -1}}, content_type=MERGE),
    probe(
        "rolled back",
        "PATCH",
        APP,
        [
            {"op": "test", "path": "/metadata/uid", "value": "$uid"},
            {"op": "replace", "path": "/spec/template", "value": deployment("app")["spec"]["template"]},
        ],
        content_type=JSON_PATCH,
        of=APP,
        query={"fieldManager": "kajitori-1-step-1", "timeout": "5s"},
    ),
    probe("resumed is not sent as false", "PATCH", APP, {"spec": {"minReadySeconds": 0}}, content_type=STRATEGIC),
    probe("scale where replicas are nobody's", "PATCH", f"{APP}/scale", {"spec": {"replicas": 1}}, content_type=MERGE),
    probe("nobody scaled it", "GET", APP),
    probe("replicas on the object", "PATCH", APP, {"spec": {"replicas": 0}}, content_type=MERGE),
    probe(
        "scale where replicas are somebody's", "PATCH", f"{APP}/scale", {"spec": {"replicas": 1}}, content_type=MERGE
    ),
    probe("somebody scaled it", "GET", APP),
    probe(
        "replicas on the object by another",
        "PATCH",
        APP,
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        query={"fieldManager": "another"},
    ),
    probe("a kind that does not fit", "PUT", APP, {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "app"}}),
)
PATCHES: Final = (
    probe("a map for patches", "POST", f"{CORE}/configmaps", {"metadata": {"name": "a"}, "data": {"k": "v"}}),
    probe(
        "remove below what is absent",
        "PATCH",
        MAP,
        [{"op": "remove", "path": "/metadata/annotations/x"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "replace below what is absent",
        "PATCH",
        MAP,
        [{"op": "replace", "path": "/metadata/annotations/x", "value": "1"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test null below what is absent",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/metadata/annotations/x", "value": None}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test null deep below what is absent",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/spec/a/b/c", "value": None}],
        content_type=JSON_PATCH,
    ),
    probe(
        "add of an annotation where there is none",
        "PATCH",
        MAP,
        [{"op": "add", "path": "/metadata/annotations/x", "value": "1"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "add of all annotations",
        "PATCH",
        MAP,
        [{"op": "add", "path": "/metadata/annotations", "value": {"x": "1"}}],
        content_type=JSON_PATCH,
    ),
    probe("copy", "PATCH", MAP, [{"op": "copy", "from": "/data/k", "path": "/data/l"}], content_type=JSON_PATCH),
    probe("move", "PATCH", MAP, [{"op": "move", "from": "/data/l", "path": "/data/m"}], content_type=JSON_PATCH),
    probe(
        "an operation that there is not",
        "PATCH",
        MAP,
        [{"op": "merge", "path": "/data/k", "value": "1"}],
        content_type=JSON_PATCH,
    ),
    probe("an operation without value", "PATCH", MAP, [{"op": "add", "path": "/data/k"}], content_type=JSON_PATCH),
    probe("no list", "PATCH", MAP, {"op": "add", "path": "/data/k", "value": "1"}, content_type=JSON_PATCH),
    probe(
        "uid replaced",
        "PATCH",
        MAP,
        [{"op": "replace", "path": "/metadata/uid", "value": "another"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "name replaced",
        "PATCH",
        MAP,
        [{"op": "replace", "path": "/metadata/name", "value": "another"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "an element that there is not",
        "PATCH",
        APP,
        [{"op": "replace", "path": "/spec/template/spec/containers/7/image", "value": "x"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "removal of an element that there is not",
        "PATCH",
        APP,
        [{"op": "remove", "path": "/spec/template/spec/containers/7"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "an element at the end",
        "PATCH",
        APP,
        [{"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "z", "image": "z"}}],
        content_type=JSON_PATCH,
    ),
    probe(
        "an element by a negative number",
        "PATCH",
        APP,
        [{"op": "remove", "path": "/spec/template/spec/containers/-1"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "a true that is not 1",
        "PATCH",
        APP,
        [{"op": "test", "path": "/spec/paused", "value": 1}],
        content_type=JSON_PATCH,
    ),
    probe(
        "a number as it is written",
        "PATCH",
        APP,
        [{"op": "test", "path": "/spec/progressDeadlineSeconds", "value": 600.0}],
        content_type=JSON_PATCH,
    ),
    probe(
        "an object in another order",
        "PATCH",
        APP,
        [{"op": "test", "path": "/spec/selector", "value": {"matchLabels": {"app": "app"}}}],
        content_type=JSON_PATCH,
    ),
    probe("put of another uid", "PUT", MAP, {"metadata": {"name": "a", "uid": "another"}, "data": {}}),
    probe(
        "scale of another uid",
        "PATCH",
        f"{APP}/scale",
        {"metadata": {"uid": "another"}, "spec": {"replicas": 0}},
        content_type=MERGE,
    ),
    probe("scale put", "PUT", f"{APP}/scale", {"metadata": {"name": "app"}, "spec": {"replicas": 1}}),
    probe("scale put back", "PUT", f"{APP}/scale", {"metadata": {"name": "app"}, "spec": {}}),
    probe(
        "status patched",
        "PATCH",
        f"{APP}/status",
        {"metadata": {"labels": {"c": "1"}}, "spec": {"replicas": 7}},
        content_type=MERGE,
    ),
    probe("delete of another uid of a group", "DELETE", APP, {"preconditions": {"uid": "another"}}),
    probe("delete of a policy that there is not", "DELETE", APP, {"propagationPolicy": "Sideways"}),
    probe("delete in the background", "DELETE", APP, {"propagationPolicy": "Background"}),
)
POD_SECURITY: Final = (
    probe("restricted template", "POST", f"/apis/apps/v1/namespaces/{NS}-strict/deployments", deployment("app")),
    probe(
        "host network in restricted",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-strict/deployments",
        deployment("host", hostNetwork=True),
        query={"dryRun": "All"},
    ),
    probe(
        "host network with baseline",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-base/deployments",
        deployment("host", hostNetwork=True),
        query={"dryRun": "All"},
    ),
    probe(
        "privileged pod in restricted",
        "POST",
        f"/api/v1/namespaces/{NS}-strict/pods",
        {
            "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]},
        },
    ),
    probe(
        "host path with baseline",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-base/deployments",
        deployment("path", volumes=[{"name": "v", "hostPath": {"path": "/"}}]),
        query={"dryRun": "All"},
    ),
)
QUOTA: Final = (
    probe("beyond the quota", "POST", f"{CORE}/secrets", {"metadata": {"name": "s"}, "type": "Opaque"}),
    probe("beyond the quota dry", "POST", f"{CORE}/secrets", {"metadata": {"name": "s"}}, query={"dryRun": "All"}),
)
RIGHTS: Final = (
    probe("deploy once more", "POST", f"{APPS}/deployments", deployment("app")),
    probe("a token that is wrong", "GET", "/api/v1/namespaces", token="wrong"),
    probe("groups without a user", "GET", "/api/v1/namespaces", groups=("kajitori:developers",)),
    probe("may get", "GET", f"{APPS}/deployments/none", user="kajitori:alice", groups=("kajitori:developers",)),
    probe(
        "may not patch", "PATCH", APP, {}, content_type=MERGE, user="kajitori:alice", groups=("kajitori:developers",)
    ),
    probe("may not list", "GET", f"{CORE}/pods", user="kajitori:alice", groups=("kajitori:developers",)),
    probe("may not list everywhere", "GET", "/api/v1/pods", user="kajitori:alice"),
    probe("may not see a node", "GET", "/api/v1/nodes/n", user="kajitori:alice"),
    probe(
        "may scale one",
        "PATCH",
        f"{APP}/scale",
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe(
        "may not scale another",
        "PATCH",
        f"{APPS}/deployments/b/scale",
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe("bound to a role that is missing", "GET", f"{CORE}/pods", user="kajitori:eve"),
    probe("a path", "GET", "/metrics", user="kajitori:alice"),
    probe("who am I", "POST", WHO, {}, user="kajitori:alice", groups=("kajitori:developers", "kajitori:sre")),
    probe(
        "review yes",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="get", group="apps", resource="deployments", namespace=NS),
    ),
    probe(
        "review no",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="delete", group="apps", resource="deployments", namespace=NS),
    ),
    probe(
        "review by name",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="patch", group="apps", resource="deployments", subresource="scale", namespace=NS, name="app"),
    ),
    probe(
        "review without the name",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="patch", group="apps", resource="deployments", subresource="scale", namespace=NS),
    ),
    probe(
        "review of nobody",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}},
    ),
    probe("review of nothing", "POST", f"{REVIEWS}/subjectaccessreviews", {"spec": {"user": "a"}}),
    probe(
        "review of a missing role",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        {"spec": {"user": "kajitori:eve", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": NS}}},
    ),
    probe(
        "own review",
        "POST",
        f"{REVIEWS}/selfsubjectaccessreviews",
        {"spec": {"resourceAttributes": {"verb": "get", "group": "apps", "resource": "deployments", "namespace": NS}}},
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe(
        "own rules",
        "POST",
        f"{REVIEWS}/selfsubjectrulesreviews",
        {"spec": {"namespace": NS}},
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
)
READS: Final = (
    probe("an unknown field", "GET", f"{CORE}/pods", query={"fieldSelector": "spec.color=red"}),
    probe("a selector that is none", "GET", f"{CORE}/pods", query={"labelSelector": "a in (b"}),
    probe("a continue token that is none", "GET", f"{CORE}/pods", query={"limit": "1", "continue": "x"}),
    probe("log of no pod", "GET", f"{CORE}/pods/none/log"),
    probe(
        "eviction of no pod",
        "POST",
        f"{CORE}/pods/none/eviction",
        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "none"}},
    ),
    probe("a collection is not put", "PUT", f"{CORE}/configmaps", {}),
    probe("an object is not posted to", "POST", f"{CORE}/configmaps/a", {"metadata": {"name": "a"}}),
    probe("an unknown subresource", "GET", f"{APP}/color"),
)
PROBES: Final = (*OBJECTS, *WORKLOADS, *PATCHES, *POD_SECURITY, *QUOTA, *RIGHTS, *READS)
