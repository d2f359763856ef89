"""A line that changes is refused as a secret, so ordinary lines must not change."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observability.redaction import redact

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ORDINARY = [
    "kubectl rollout undo deployment/app --to-revision=3",
    "kubectl rollout undo deployment/token-service -n token-service",
    f"set image deploy/app app=registry.example.com:5000/team/app@sha256:{DIGEST}",
    f"set image deploy/token-service token-service=registry/token-service@sha256:{DIGEST}",
    "set image deploy/token token=registry/token:v2.4.1",
    "set image deploy/secret-manager password=img/password:v1",
    "kubectl get secret db-credentials -n prod",
    "kubectl get secrets",
    "describe secret/token",
    "kubectl get secret db -o jsonpath='{.data.password}'",
    "kubectl create token my-sa --duration=1h",
    "kubectl create serviceaccount my-sa",
    "logs deploy/token-service --since=10m",
    "rollout undo deploy/app --reason='the token is expired'",
    "rollout restart deploy/app --reason 'password rotated yesterday, R-142'",
    "helm install x y --set auth.existingSecret=db-credentials --set tls.secretName=web-tls",
    "helm install x y --set serviceAccount.automountServiceAccountToken=false",
    "helm install x y --set imagePullSecrets[0].name=regcred",
    "kubectl annotate deploy/app kubernetes.io/change-cause='release 42 of 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'",
    "annotate deploy/app runbook=https://wiki.example.com/Runbooks/Payments/2026",
    "label deployment/app tier=web old- example.com/team=Payments",
    "kubectl label namespace shop pod-security.kubernetes.io/enforce=restricted --overwrite",
    "set env deploy/app LOG_LEVEL=debug MAX_TOKENS=4096 TOKEN_TTL=5m SECRET_NAME=db GREETING=こんにちは",
    "set env deploy/app DATABASE_URL=postgres://db.prod.svc:5432/app",
    "set env deploy/app GIT_COMMIT=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b VERSION=2024-01-02T03:04:05Z",
    "set env deploy/app ROLE=arn:aws:iam::123456789012:role/my-Role-With-Long-Name-42",
    "external-secrets sync externalsecret/db-password",
    "aws secretsmanager describe-secret --secret-id arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    "git clone ssh://git@github.com/org/repo",
    "helm repo add x https://charts.example.com:8443/@scope/pkg",
    "<@U0ALICE> rollout status deploy/app in <#C0PROD|prod>",
    "<mailto:alice@example.com|alice@example.com>",
    "scale deploy/app --replicas=10 --current-replicas=3",
    "use prod/token-service",
    'patch deploy app -p \'{"spec":{"template":{"spec":{"automountServiceAccountToken":false}}}}\'',
    'patch service app-service -p \'{"spec":{"selector":{"version":"green"}}}\'',
    "label ns prod pod-security.kubernetes.io/enforce=restricted",
    "annotate deploy/app checksum/secret-config=9f86d081884c7d65",
    "auth can-i patch deployments",
    "rollout restart deployment/auth -n auth",
    "set image deploy/auth auth=registry/auth:v2",
    "canary start auth auth=registry/auth:v2 --weight=50",
    "get pods -l app=auth",
    "label deployment/auth tier=web app.kubernetes.io/part-of=auth",
    "annotate deploy/token-service note=pw-rotation",
    "annotate deploy/app author=alice authors=alice,bob",
    "help",
    "",
]


@pytest.mark.parametrize("typed", ORDINARY)
def test_an_ordinary_line_stays(typed: str) -> None:
    assert redact(typed) == typed


LINES = [
    "eksctl utils associate-iam-oidc-provider --region=us-east-1 --cluster=my-cluster --approve",
    "aws iam create-role --role-name my-pod-role --assume-role-policy-document file://trust-policy.json",
    "aws iam attach-role-policy --role-name my-pod-role --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    "eksctl create iamserviceaccount --name my-sa --namespace default --cluster my-cluster --attach-policy-arn "
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess --approve --override-existing-serviceaccounts",
    "helm repo add external-secrets https://charts.external-secrets.io",
    "helm install external-secrets external-secrets/external-secrets -n external-secrets-system --create-namespace",
    "kubectl set image deployment/app app=myapp:v2",
    "kubectl apply -n argo-rollouts -f https://github.com/argoproj/argo-rollouts/releases/latest/download/install.yaml",
    "kubectl argo rollouts promote app-rollout",
    "eksctl utils update-cluster-logging --enable-types=all --region=us-east-1 --cluster=my-cluster --approve",
    "helm install aws-ebs-csi-driver aws-ebs-csi-driver/aws-ebs-csi-driver --namespace kube-system --set "
    "controller.serviceAccount.create=false --set controller.serviceAccount.name=ebs-csi-controller-sa",
    "aws efs create-file-system --performance-mode generalPurpose --throughput-mode bursting --encrypted --tags "
    "Key=Name,Value=eks-efs",
    "velero install --provider aws --plugins velero/velero-plugin-for-aws:v1 --bucket b --secret-file "
    "./credentials-velero",
    'velero schedule create daily-backup --schedule="0 2 * * *"',
    "velero restore create --from-backup full-backup \\\n  --include-resources deployments,services",
]


@pytest.mark.parametrize("typed", LINES)
def test_a_line_of_the_guide_stays(typed: str) -> None:
    assert redact(typed) == typed


WORDS = st.from_regex(re.compile(r"[a-z][a-z0-9-]{0,20}"), fullmatch=True)


@given(kind=st.sampled_from(["deploy", "sts", "pod", "secret"]), name=WORDS, namespace=WORDS, revision=st.integers(0))
def test_any_object_of_any_name_stays(kind: str, name: str, namespace: str, revision: int) -> None:
    line = f"kubectl rollout undo {kind}/{name} -n {namespace} --to-revision={revision}"
    assert redact(line) == line


@given(st.from_regex(re.compile(r"[0-9a-f]{7,64}"), fullmatch=True))
def test_any_digest_stays(digest: str) -> None:
    line = f"set image deploy/app app=repo/app@sha256:{digest} --reason=commit-{digest}"
    assert redact(line) == line
