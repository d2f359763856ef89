"""A kind that a CustomResourceDefinition brings, here a Rollout that no controller takes for its own."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import JSON_PATCH, MERGE, NS, STRATEGIC, deployment, probe

GROUP: Final = "argoproj.io"
ROLLOUTS: Final = f"/apis/{GROUP}/v1alpha1/namespaces/{NS}/rollouts"
ROLLOUT: Final = f"{ROLLOUTS}/canary"
NOBODYS: Final = {"argo-rollouts.argoproj.io/controller-instance-id": "nobody"}


def _open(**properties: Any) -> dict[str, Any]:
    """A schema that keeps whatever it does not know."""
    return {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": properties}


_CONTAINERS: Final = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "items": {**_open(name={"type": "string"}), "required": ["name"]},
}
_SPEC: Final = _open(
    selector={**_open(), "x-kubernetes-map-type": "atomic"}, template=_open(spec=_open(containers=_CONTAINERS))
)
DEFINITION: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"rollouts.{GROUP}"},
    "spec": {
        "group": GROUP,
        "names": {"kind": "Rollout", "listKind": "RolloutList", "plural": "rollouts", "singular": "rollout"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": _open(spec=_SPEC, status=_open())},
                "subresources": {
                    "status": {},
                    "scale": {
                        "specReplicasPath": ".spec.replicas",
                        "statusReplicasPath": ".status.HPAReplicas",
                        "labelSelectorPath": ".status.selector",
                    },
                },
            }
        ],
    },
}
"""What the recording of the real server is made with: Argo's own schema where it decides who owns a field.

Else it keeps what it does not know, as we do.
"""


def rollout(name: str, **more: Any) -> dict[str, Any]:
    """A canary of one step; its template is a Deployment's."""
    template = deployment(name)["spec"]["template"]
    steps = {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}
    spec = {"replicas": 5, "selector": {"matchLabels": {"app": name}}, "template": template, "strategy": steps}
    metadata = {"name": name, "labels": NOBODYS}
    return {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Rollout", "metadata": metadata, "spec": spec, **more}


def _merge(name: str, body: Any, path: str = ROLLOUT, **more: Any) -> Any:
    return probe(name, "PATCH", path, body, content_type=MERGE, **more)


CUSTOM: Final = (
    probe("custom of another kind", "POST", ROLLOUTS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}),
    probe("custom dry", "POST", ROLLOUTS, rollout("dry"), query={"dryRun": "All", "fieldManager": "maker"}),
    probe("custom without a name", "POST", ROLLOUTS, {**rollout("x"), "metadata": {}}),
    probe("custom with a bad name", "POST", ROLLOUTS, rollout("A_b")),
    probe("custom", "POST", ROLLOUTS, rollout("canary", status={"phase": "Healthy"}), query={"fieldManager": "maker"}),
    probe("custom again", "POST", ROLLOUTS, rollout("canary")),
    probe("custom read", "GET", ROLLOUT),
    probe("custom missing", "GET", f"{ROLLOUTS}/none"),
    _merge("custom labelled", {"metadata": {"labels": {"b": "1"}}}, query={"fieldManager": "one"}),
    _merge("custom changed", {"spec": {"paused": True}}, query={"fieldManager": "two"}),
    _merge("custom changed to the same", {"spec": {"paused": True}}, query={"fieldManager": "three"}),
    _merge("custom status is not written here", {"status": {"phase": "Degraded"}}),
    _merge(
        "custom status",
        {"metadata": {"annotations": {"a": "1"}}, "spec": {"paused": False}, "status": {"abort": True}},
        f"{ROLLOUT}/status",
        query={"fieldManager": "walker"},
    ),
    _merge("custom status without an object", {"status": {"phase": None}}, f"{ROLLOUTS}/none/status"),
    probe("custom status read", "GET", f"{ROLLOUT}/status"),
    probe("custom merged by keys", "PATCH", ROLLOUT, {"spec": {"paused": None}}, content_type=STRATEGIC),
    probe(
        "custom replaced in part",
        "PATCH",
        ROLLOUT,
        [
            {"op": "test", "path": "/metadata/uid", "value": "$uid"},
            {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "registry.local/app:v2"},
        ],
        content_type=JSON_PATCH,
        of=ROLLOUT,
        query={"fieldManager": "undo"},
    ),
    _merge("custom of an old version", {"metadata": {"resourceVersion": "1"}, "spec": {"paused": None}}),
    probe("custom put without a version", "PUT", ROLLOUT, rollout("canary")),
    probe("custom scale", "GET", f"{ROLLOUT}/scale"),
    _merge("custom scaled", {"spec": {"replicas": 6}}, f"{ROLLOUT}/scale", query={"fieldManager": "scaler"}),
    _merge("custom scaled below zero", {"spec": {"replicas": -1}}, f"{ROLLOUT}/scale"),
    probe("custom after its scale", "GET", ROLLOUT),
    probe("custom by its field", "GET", ROLLOUTS, query={"fieldSelector": "spec.paused=true"}),
    probe("custom by its name", "GET", ROLLOUTS, query={"fieldSelector": "metadata.name=canary"}),
    probe("custom and no such part", "GET", f"{ROLLOUT}/log"),
    probe("custom deleted", "DELETE", ROLLOUT),
)
