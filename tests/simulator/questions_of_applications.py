"""An Application of Argo CD's, with the definition that Argo CD brings; nothing that would act on it is there.

It has no part for its status: whoever may write it writes all of it.
"""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import MERGE, NS, probe

APPLICATIONS: Final = f"/apis/argoproj.io/v1alpha1/namespaces/{NS}/applications"
APPLICATION: Final = f"{APPLICATIONS}/pay"
AUTOMATED: Final = {"prune": True, "selfHeal": True}


def application(name: str, **more: Any) -> dict[str, Any]:
    """One that heals by itself."""
    spec = {
        "project": "default",
        "source": {"repoURL": "https://git.example/pay", "path": "app", "targetRevision": "main"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": NS},
        "syncPolicy": {"automated": AUTOMATED},
    }
    metadata = {"name": name}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec, **more}


def _merge(name: str, body: Any, manager: str, path: str = APPLICATION) -> Any:
    return probe(name, "PATCH", path, body, content_type=MERGE, query={"fieldManager": manager})


def _automated(wanted: Any) -> dict[str, Any]:
    return {"spec": {"syncPolicy": {"automated": wanted}}}


_RESOURCE: Final = {"group": "apps", "kind": "Deployment", "namespace": NS, "name": "app", "status": "OutOfSync"}
_STATUS: Final = {"sync": {"status": "OutOfSync", "revision": "b" * 40}, "resources": [_RESOURCE]}

APPLICATIONS_ASKED: Final = (
    probe("application without a spec", "POST", APPLICATIONS, {**application("x"), "spec": None}),
    probe("application of nowhere", "POST", APPLICATIONS, {**application("x"), "spec": {"syncPolicy": {}}}),
    probe("application of no project", "POST", APPLICATIONS, {**application("x"), "spec": {"destination": {}}}),
    probe("application", "POST", APPLICATIONS, application("pay", status=_STATUS), query={"fieldManager": "maker"}),
    probe("application status is no part", "GET", f"{APPLICATION}/status"),
    _merge("application paused", _automated(None), "kajitori-1-step-1"),
    _merge("application paused again", _automated(None), "kajitori-2-step-1"),
    _merge("application compared", {"status": {"reconciledAt": "2026-11-25T03:08:00Z"}}, "argocd"),
    _merge("application resumed", _automated({**AUTOMATED, "enabled": None, "allowEmpty": None}), "kajitori-3-step-1"),
    _merge("application asked to sync", {"operation": {"sync": {"revision": "b" * 40}}}, "somebody"),
    _merge("application without its project", {"spec": {"project": None}}, "somebody"),
    _merge("application marked", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}, "somebody"),
    probe("application read", "GET", APPLICATION),
    probe("application deleted", "DELETE", APPLICATION),
)
