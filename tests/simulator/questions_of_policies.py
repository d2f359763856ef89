"""Autoscalers, budgets, Services and the Pod Security level of a namespace: what is valid, what is warned of."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import CORE, MERGE, NS, STRATEGIC, probe

SCALERS: Final = f"/apis/autoscaling/v2/namespaces/{NS}/horizontalpodautoscalers"
BUDGETS: Final = f"/apis/policy/v1/namespaces/{NS}/poddisruptionbudgets"
SERVICES: Final = f"{CORE}/services"
SAFE: Final = "pod-security.kubernetes.io"


def _scaler(name: str, **spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}
    return {"metadata": {"name": name}, "spec": {"scaleTargetRef": target, **spec}}


def _budget(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": "nobody"}}, **spec}}


def _dry(name: str, path: str, body: Any) -> Any:
    return probe(name, "POST", path, body, query={"dryRun": "All"})


def _level(name: str, **levels: str) -> Any:
    labels = {f"{SAFE}/{mode}": level for mode, level in levels.items()}
    body = {"metadata": {"labels": labels}}
    return probe(name, "PATCH", f"/api/v1/namespaces/{NS}-loose", body, content_type=MERGE, query={"dryRun": "All"})


def _pod(name: str, **container: Any) -> Any:
    spec = {"containers": [{"name": "app", "image": "registry.local/app:v1", **container}], "nodeName": "nowhere"}
    return probe(
        f"pod {name}", "POST", f"/api/v1/namespaces/{NS}-loose/pods", {"metadata": {"name": name}, "spec": spec}
    )


POLICIES: Final = (
    _dry("autoscaler", SCALERS, _scaler("a", maxReplicas=5)),
    _dry("autoscaler of a range upside down", SCALERS, _scaler("a", minReplicas=5, maxReplicas=2)),
    _dry("autoscaler without a maximum", SCALERS, _scaler("a")),
    _dry("autoscaler from zero", SCALERS, _scaler("a", minReplicas=0, maxReplicas=2)),
    _dry("autoscaler of nothing", SCALERS, {"metadata": {"name": "a"}, "spec": {"maxReplicas": 2}}),
    _dry("budget", BUDGETS, _budget("b", minAvailable=1)),
    _dry("budget of both kinds", BUDGETS, _budget("b", minAvailable=1, maxUnavailable=1)),
    _dry("budget below zero", BUDGETS, _budget("b", minAvailable=-1)),
    _dry("budget of too much", BUDGETS, _budget("b", maxUnavailable="120%")),
    _dry("budget of no number", BUDGETS, _budget("b", minAvailable="some")),
    probe(
        "service",
        "POST",
        SERVICES,
        {"metadata": {"name": "s"}, "spec": {"selector": {"app": "a", "version": "blue"}, "ports": [{"port": 80}]}},
        query={"fieldManager": "maker"},
    ),
    probe(
        "service switched",
        "PATCH",
        f"{SERVICES}/s",
        {"spec": {"selector": {"version": "green"}}},
        content_type=STRATEGIC,
        query={"fieldManager": "switcher"},
    ),
    probe(
        "service with one word less",
        "PATCH",
        f"{SERVICES}/s",
        {"spec": {"selector": {"version": None}}},
        content_type=MERGE,
    ),
    _dry("service without ports", SERVICES, {"metadata": {"name": "t"}, "spec": {"selector": {"app": "a"}}}),
    _dry("service of a port too high", SERVICES, {"metadata": {"name": "t"}, "spec": {"ports": [{"port": 70000}]}}),
    _dry(
        "service of two ports without names",
        SERVICES,
        {"metadata": {"name": "t"}, "spec": {"ports": [{"port": 80}, {"port": 81}]}},
    ),
    probe("namespace of loose pods", "POST", "/api/v1/namespaces", {"metadata": {"name": f"{NS}-loose"}}),
    _pod("plain"),
    _pod("mighty", securityContext={"privileged": True}),
    _level("level baseline", enforce="baseline"),
    _level("level restricted", enforce="restricted"),
    _level("level restricted only warned of", warn="restricted"),
    _level("level of no such name", enforce="strict"),
    _level("level privileged", enforce="privileged"),
)
