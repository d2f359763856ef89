"""Keys that controllers keep their books in, or act on, are refused with the reason; and so is a pod's selection."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.owned_keys import DOMAINS, KEYS, OPEN, why_owned
from bot.operations.pod_selection import selector_keys
from tests.spaces.planning import nothing, plan, refused, shop, thing

OWNED = [
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubernetes.io/metadata.name",
    "node-role.kubernetes.io/control-plane",
    "cluster-autoscaler.kubernetes.io/safe-to-evict",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "networking.k8s.io/thing",
    "meta.helm.sh/release-name",
    "argocd.argoproj.io/tracking-id",
    "rollout.argoproj.io/revision",
    "kustomize.toolkit.fluxcd.io/name",
    "pre.hook.backup.velero.io/command",
    "eks.amazonaws.com/role-arn",
    "karpenter.sh/do-not-disrupt",
    "sidecar.istio.io/inject",
    "vault.hashicorp.com/agent-inject",
    "admission.gatekeeper.sh/ignore",
    "policy.sigstore.dev/include",
    "kajitori.dev/request",
    "Kajitori.dev/request",
    "pod-template-hash",
    "controller-revision-hash",
    "rollouts-pod-template-hash",
    "job-name",
    "istio-injection",
    "networking.gke.io/load-balancer-type",
    "cloud.google.com/load-balancer-type",
    "cloud.google.com/neg",
    "iam.gke.io/gcp-service-account",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "service.kubernetes.io/topology-mode",
    "service.eks.amazonaws.com/load-balancer-scheme",
    "vpc.amazonaws.com/pod-eni",
    "kubernetes.azure.com/set-kube-service-host-fqdn",
    "azure.workload.identity/use",
    "aadpodidbinding",
    "service.cilium.io/global",
    "io.cilium.io/global-service",
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "config.linkerd.io/skip-inbound-ports",
    "linkerd.io/inject",
    "metallb.universe.tf/address-pool",
    "loadbalancer.openstack.org/class",
    "k8s.v1.cni.cncf.io/networks",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/instance",
]


@pytest.mark.parametrize("key", OWNED)
@pytest.mark.parametrize("change", ["{}=x --overwrite", "{}-"])
async def test_they_are_refused_whether_set_or_removed(key: str, change: str) -> None:
    line = f"annotate deployment/app {change.format(key)}"
    assert f"{key} is not changed from a chat. {why_owned(key)}" in await refused(shop(), line)


@pytest.mark.parametrize("key", [each for each in OWNED if each.lower() == each])
async def test_they_are_refused_as_labels_too(key: str) -> None:
    assert f"{key} is not changed from a chat" in await refused(shop(), f"label deployment/app {key}=x --overwrite")


@pytest.mark.parametrize(
    "key",
    [
        *sorted(OPEN),
        "team",
        "example.com/team",
        "notgke.io/x",
        "gke.io.example.com/x",
        "notkubernetes.io/x",
        "my-job-name",
    ],
)
async def test_all_others_may_be_set(key: str) -> None:
    assert (await plan(shop(), f"annotate deployment/app {key}=x")).calls


def test_each_has_a_reason() -> None:
    assert all(str(why) for why in (*KEYS.values(), *DOMAINS.values()))
    assert not OPEN & KEYS.keys()


@pytest.mark.parametrize("line", ["annotate ns/shop {}=restricted", "label deployment/app {}=restricted"])
async def test_pod_security_has_a_way_of_its_own(line: str) -> None:
    said = await refused(shop(), line.format("pod-security.kubernetes.io/enforce"))
    assert "podsecurity set" in said


@pytest.mark.parametrize(
    ("key", "by"), [("app", "replicaset/app-1"), ("role", "service/front"), ("zone", "poddisruptionbudget/few")]
)
@pytest.mark.parametrize("change", ["{}=x --overwrite", "{}=front --overwrite"])
async def test_what_selects_a_pod_keeps_its_label(key: str, by: str, change: str) -> None:
    said = await refused(shop(), f"label pod/app-1-x {change.format(key)}")
    assert f"{by} selects pods by {key}" in said


@pytest.mark.parametrize("key", ["networking.gke.io/load-balancer-type", "service.beta.kubernetes.io/internal"])
async def test_a_service_is_not_opened_to_everybody_by_an_annotation(key: str) -> None:
    assert f"{key} is not changed from a chat" in await refused(shop(), f"annotate svc/front {key}-")


async def test_a_pods_other_labels_may_be_set() -> None:
    assert (await plan(shop(), "label pod/app-1-x seen=yes")).calls
    assert "has no seen" in await nothing(shop(), "label pod/app-1-x seen-")


async def test_an_annotation_selects_nothing() -> None:
    assert (await plan(shop(), "annotate pod/app-1-x app=x")).calls


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget", "NetworkPolicy", "ReplicaSet"])
async def test_what_may_not_be_seen_may_select_it(kind: str) -> None:
    assert "may not" in await refused(shop(forbidden=frozenset({kind})), "label pod/app-1-x seen=yes")


async def test_a_controller_that_is_not_known_may_select_by_anything() -> None:
    owner = {"kind": "Sandbox", "name": "x", "uid": "u", "controller": True}
    pod = thing("Pod", "app-1-x", metadata={"ownerReferences": [owner]})
    assert "belongs to Sandbox/x" in await refused(shop(pod), "label pod/app-1-x seen=yes")


@pytest.mark.parametrize(
    ("selector", "keys"),
    [
        (None, set()),
        ({}, set()),
        ({"app": "a", "matchless": "b"}, {"app", "matchless"}),
        ({"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "tier", "operator": "In"}]}, {"app", "tier"}),
    ],
)
def test_the_keys_of_a_selector(selector: Any, keys: set[str]) -> None:
    assert selector_keys({"spec": {"selector": selector}}) == keys
