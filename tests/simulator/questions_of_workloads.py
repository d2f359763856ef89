"""Scales, strategic merges, what is not valid, and field managers of a Deployment."""

from __future__ import annotations

from typing import Final

from tests.simulator.asking import (
    APP,
    APPS,
    JSON_PATCH,
    MERGE,
    STRATEGIC,
    deployment,
    probe,
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
