"""Labels and annotations that nobody sets from a chat, whoever approves: a closed list, each entry with its reason.

Labels and annotations look like notes, but controllers act on them: by a label a pod joins a Service, by an annotation
a backup runs a command in it. What a tool keeps its own books in is left to that tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.errors import Refused
from bot.operations.probes import POD_SECURITY
from bot.text import Code, Text, text

OPEN: Final = frozenset(
    {
        "kubernetes.io/change-cause",
        "kubernetes.io/description",
        "app.kubernetes.io/name",
        "app.kubernetes.io/version",
        "app.kubernetes.io/component",
        "app.kubernetes.io/part-of",
    }
)
"""Keys in Kubernetes' own domains that are for people and tools to write, and that no controller acts on."""

_KUBERNETES: Final = text("Kubernetes and its controllers write it, or act on it.")
_INJECTION: Final = text("It decides what is put into pods when they are made.")
_ADMISSION: Final = text("It decides which rules hold for what is admitted.")
_AWS: Final = text("AWS controllers give rights and addresses by it.")
_BALANCER: Final = text("A load balancer is made by it: with another value a Service may be open to everybody.")
_IDENTITY: Final = text("A cloud gives rights to pods by it.")
_NETWORK: Final = text("The network is made by it, and what may reach a pod.")

KEYS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "app.kubernetes.io/managed-by": text("Helm and others know by it what is theirs."),
        "app.kubernetes.io/instance": text("Argo CD and Helm know by it what is theirs."),
        **dict.fromkeys(
            (
                *("pod-template-hash", "controller-revision-hash", "pod-template-generation"),
                *("rollouts-pod-template-hash", "controller-uid", "job-name"),
            ),
            text("A controller knows its pods by it."),
        ),
        **dict.fromkeys(("istio-injection", "linkerd-injection", "sidecar-injection"), _INJECTION),
        "aadpodidbinding": _IDENTITY,
    }
)
"""Single keys, and why each is left alone."""

DOMAINS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "kajitori.dev": text("The bot knows by it what it made."),
        "kubernetes.io": _KUBERNETES,
        "k8s.io": _KUBERNETES,
        "helm.sh": text("Helm keeps its books in it."),
        "argoproj.io": text("Argo CD and Argo Rollouts keep their books in it."),
        "fluxcd.io": text("Flux keeps its books in it."),
        "velero.io": text("Velero runs commands in pods by it, and chooses by it what it saves."),
        "amazonaws.com": _AWS,
        "eks.amazonaws.com": _AWS,
        "k8s.aws": _AWS,
        "gke.io": text("GKE gives rights, addresses and load balancers by it."),
        "cloud.google.com": text("GKE gives rights, addresses and load balancers by it."),
        "azure.com": text("AKS gives rights, addresses and load balancers by it."),
        "azure.workload.identity": _IDENTITY,
        **dict.fromkeys(
            (
                *("metallb.io", "metallb.universe.tf", "kube-vip.io", "purelb.io", "openstack.org", "hetzner.cloud"),
                *(
                    "digitalocean.com",
                    "oraclecloud.com",
                    "alibabacloud.com",
                    "scaleway.com",
                    "ibm.com",
                    "tailscale.com",
                ),
            ),
            _BALANCER,
        ),
        **dict.fromkeys(("cilium.io", "projectcalico.org", "ovn.org", "cni.cncf.io", "antrea.io"), _NETWORK),
        "karpenter.sh": text("Karpenter decides by it which nodes stay."),
        "cert-manager.io": text("cert-manager issues certificates by it."),
        "external-secrets.io": text("External Secrets decides by it what is fetched."),
        "crossplane.io": text("Crossplane decides by it what is kept."),
        "istio.io": _INJECTION,
        "linkerd.io": _INJECTION,
        "hashicorp.com": _INJECTION,
        "gatekeeper.sh": _ADMISSION,
        "kyverno.io": _ADMISSION,
        "sigstore.dev": _ADMISSION,
    }
)
"""Domains of controllers, with all below them, and why their keys are left alone."""


def why_owned(key: str) -> Text | None:
    """Why nobody sets this key from a chat; `None` if anybody with the rights may."""
    lowered = key.lower()
    if lowered in OPEN:
        return None
    if lowered in KEYS:
        return KEYS[lowered]
    prefix, slash, _ = lowered.rpartition("/")
    if not slash:
        return None
    return next((why for domain, why in DOMAINS.items() if prefix == domain or prefix.endswith(f".{domain}")), None)


def check_keys(keys: Mapping[str, object], *, title: str) -> None:
    """Raise `Refused` for the first key that is somebody else's; `title` is the object it would be set on."""
    for key in keys:
        if key.startswith(POD_SECURITY):
            raise Refused(
                text("{key} says which pods a namespace takes in.", key=Code(key)),
                target=title,
                why=text("It has a way of its own, which tries it first and shows the pods that would be refused."),
                next=text("Write it like {example}.", example=Code("podsecurity set NAMESPACE --enforce=restricted")),
            )
        why = why_owned(key)
        if why is not None:
            raise Refused(
                text("{key} is not changed from a chat.", key=Code(key)),
                target=title,
                why=why,
                next=text("Change it with the tool that it belongs to."),
            )
