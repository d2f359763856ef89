"""A Service and what is behind it: the pods that it selects, and those that get its traffic now.

Endpoints are read from EndpointSlices, as kube-proxy does: one whose `ready` is not said counts as ready
(`k8s.io/api/discovery/v1` `EndpointConditions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.operations.json import Object, resolve
from bot.operations.kinds import ENDPOINT_SLICE, Target
from bot.operations.models import Container, Lean, Meta, Pod, PodSpec
from bot.operations.reader import Reader

SERVICE_NAME: Final = "kubernetes.io/service-name"
"""The label by which an EndpointSlice says whose it is."""
MANAGED_BY_ROLLOUTS: Final = "argo-rollouts.argoproj.io/managed-by-rollouts"
ROLLOUT_HASH: Final = "rollouts-pod-template-hash"
"""What Argo Rollouts' controller writes on a Service that is a Rollout's, and into its selector."""


class ServicePort(Lean, frozen=True, kw_only=True):
    name: str = ""
    port: int = 0
    target_port: int | str | None = None


class ServiceSpec(Lean, frozen=True, kw_only=True):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    selector: dict[str, str] | None = None
    ports: tuple[ServicePort, ...] | None = None


class Service(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: ServiceSpec = ServiceSpec()

    @property
    def selector(self) -> dict[str, str]:
        return self.spec.selector or {}

    @property
    def rollout(self) -> str:
        """The Rollout that it belongs to; empty if it is nobody's."""
        said = (self.metadata.annotations or {}).get(MANAGED_BY_ROLLOUTS, "")
        return said or ("-" if ROLLOUT_HASH in self.selector else "")


class ContainerPort(Lean, frozen=True, kw_only=True):
    name: str = ""
    container_port: int = 0


class BackendContainer(Container, frozen=True, kw_only=True):
    ports: tuple[ContainerPort, ...] | None = None


class BackendSpec(PodSpec, frozen=True, kw_only=True):
    containers: tuple[BackendContainer, ...] = ()
    init_containers: tuple[BackendContainer, ...] | None = None


class Backend(Pod, frozen=True, kw_only=True):
    """A pod as a Service sees it: also the ports that its containers name."""

    spec: BackendSpec = BackendSpec()

    @property
    def going(self) -> bool:
        return self.metadata.terminating

    @property
    def labels(self) -> dict[str, str]:
        return self.metadata.labels or {}

    def available(self, now: datetime, least: int) -> bool:
        """Ready for `least` seconds (`minReadySeconds`) and not going away."""
        found = next((each for each in self.status.conditions or () if each.type == "Ready"), None)
        if self.going or found is None or found.status != "True":
            return False
        since = found.last_transition_time
        return least == 0 or (since is not None and since + timedelta(seconds=least) <= now)

    def names(self, port: str) -> bool:
        """Whether one of its containers has a port of this name."""
        every = (*self.spec.containers, *(self.spec.init_containers or ()))
        return any(each.name == port for container in every for each in container.ports or ())


class EndpointConditions(Lean, frozen=True, kw_only=True):
    ready: bool | None = None


class PodReference(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Endpoint(Lean, frozen=True, kw_only=True):
    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()
    target_ref: PodReference | None = None

    @property
    def key(self) -> str:
        """The pod's uid; for what is no pod, its address. A pod of two address families is in two slices."""
        return self.target_ref.uid if self.target_ref is not None else ",".join(self.addresses)


class EndpointSlice(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    endpoints: tuple[Endpoint, ...] | None = None


def ready_endpoints(slices: Iterable[EndpointSlice]) -> frozenset[str]:
    """The keys of the endpoints that get traffic now."""
    return frozenset(
        each.key for found in slices for each in found.endpoints or () if each.conditions.ready is not False
    )


def slices_of(service: Object) -> str:
    """The label selector of a Service's EndpointSlices."""
    return f"{SERVICE_NAME}={resolve(service, '/metadata/name')}"


async def read_endpoints(cluster: Reader, target: Target) -> frozenset[str]:
    """The keys of a Service's endpoints that get traffic now. Raises `Refused`, `Unavailable`."""
    labels = f"{SERVICE_NAME}={target.name}"
    return ready_endpoints(await cluster.list(ENDPOINT_SLICE, target.namespace, EndpointSlice, labels=labels))


def matches(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether a Service with this selector sends to a pod with these labels; an empty one sends nowhere."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())
