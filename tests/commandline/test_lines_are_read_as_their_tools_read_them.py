"""What is pasted from a terminal means here what it means there."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from tests.commandline.families import REGISTRY

LINES = {
    "status app": "rollout status app",
    "kubectl set image deployment/app app=myapp:v2": "set image deployment/app app=myapp:v2",
    "set image app=myapp:v2 sidecar=x:1 deployment/app": "set image deployment/app app=myapp:v2 sidecar=x:1",
    "set env deploy/app GREETING=やあ OLD-": "set env deploy/app 'GREETING=やあ' OLD-",
    "kubectl argo rollouts promote app": "rollouts promote app",
    "kubectl -n prod argo rollouts promote app": "rollouts promote app --namespace=prod",
    "kubectl-argo-rollouts promote app": "rollouts promote app",
    "kubectl argo rollouts undo app": "rollouts undo app",
    "velero backup create full --include-namespaces a,b --include-namespaces c": (
        "backup create full --include-namespaces=a --include-namespaces=b --include-namespaces=c"
    ),
    "backup create full --labels a=b,c=d": "backup create full --labels=a=b,c=d",
    "logs -fp pod/x -c=main": "logs pod/x --follow --previous --container=main",
    "logs pod/x --follow=false --timestamps=F": "logs pod/x --timestamps=false",
    "logs pod/x --timestamps=true": "logs pod/x",
    "kubectl -f logs pod/x": "logs pod/x --follow",
    "logs pod/x --match=-error": "logs pod/x --match=-error",
    "logs pod/x --match 失敗": "logs pod/x --match='失敗'",
    "get pods -l 'app in (a, b)'": "get pods '--selector=app in (a, b)'",
    "kubectl delete pod/app-1 -n prod": "delete pod pod/app-1 --namespace=prod",
    "kubectl -n prod delete pods app-1 app-2": "delete pod app-1 app-2 --namespace=prod",
    "delete po app-1 -h": "help delete po app-1",
    "scale app -r0": "scale app --replicas=0",
    "scale app --replicas=+3": "scale app --replicas=3",
    "logs -- -odd": "logs -- -odd",
    "-n prod": "help --namespace=prod",
    "kubectl": "help",
    "": "help",
    "/eks": "help",
    "rollout undo --help": "help rollout undo",
    "kubectl rollout undo app -h": "help rollout undo",
    "rollout --help": "help rollout",
    "--help rollout": "help",
    "use prod/payments": "use prod/payments",
    "whoami": "whoami",
}


@pytest.mark.parametrize("typed", LINES)
def test_a_line_becomes(typed: str) -> None:
    parsed = parse(typed, REGISTRY)
    assert parse(LINES[typed], REGISTRY).arguments == parsed.arguments
    assert parsed.line == parse(LINES[typed], REGISTRY).line
    assert parsed.operation.name == " ".join(LINES[typed].split()[: len(parsed.operation.name.split())])


def test_a_field_without_a_flag_cannot_be_typed() -> None:
    parsed = parse("undo app", REGISTRY)
    assert "template_hash" in type(parsed.arguments).model_fields
    assert "template" not in parsed.line
