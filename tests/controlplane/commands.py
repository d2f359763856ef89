"""How each program of the control plane is started: pure words, no process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from tests.controlplane.audit import component
from tests.controlplane.binaries import Binaries
from tests.controlplane.processes import LOOPBACK

Command = list[str | Path]
FRONT_PROXY: Final = "front-proxy-client"


@final
@dataclass(frozen=True, kw_only=True)
class Plan:
    """Ports and files of one control plane; everything else about its programs is in the methods."""

    binaries: Binaries
    directory: Path
    etcd_port: int
    peer_port: int
    api_port: int
    kubelet_port: int
    serving: tuple[Path, Path]
    kubelet: tuple[Path, Path]
    front_proxy: tuple[Path, Path]
    service_accounts: Path

    @property
    def tokens(self) -> Path:
        return self.directory / "tokens.csv"

    @property
    def audit_policy(self) -> Path:
        return self.directory / "audit-policy.yaml"

    @property
    def stages(self) -> Path:
        return self.directory / "stages.yaml"

    def kubeconfig(self, part: str) -> Path:
        return self.directory / f"{component(part)}.kubeconfig"

    def etcd(self) -> Command:
        """Nothing is forced to disk: its data need not survive the machine, and an fsync costs more than all else."""
        clients, peers = f"http://{LOOPBACK}:{self.etcd_port}", f"http://{LOOPBACK}:{self.peer_port}"
        return [
            *(self.binaries.controlplane, "etcd"),
            f"--data-dir={self.directory / 'etcd'}",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def apiserver(self) -> Command:
        certificate, key = self.serving
        return [
            *(self.binaries.controlplane, "kube-apiserver"),
            f"--etcd-servers=http://{LOOPBACK}:{self.etcd_port}",
            f"--bind-address={LOOPBACK}",
            f"--secure-port={self.api_port}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            f"--token-auth-file={self.tokens}",
            "--authorization-mode=RBAC",
            "--anonymous-auth=false",
            f"--service-account-key-file={self.service_accounts}",
            f"--service-account-signing-key-file={self.service_accounts}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged",
            # The name of a fake node leads nowhere; its address is kwok's.
            "--kubelet-preferred-address-types=InternalIP",
            *self._aggregation(),
            f"--audit-policy-file={self.audit_policy}",
            f"--audit-log-path={self.directory / 'audit.log'}",
            "--audit-log-maxsize=10000",  # MB: never rotated, it is read as one file
        ]

    def _aggregation(self) -> Command:
        """By which an API server beside this one, such as metrics-server, believes it who is asking."""
        authority, (certificate, key) = self.directory / "authority.crt", self.front_proxy
        return [
            f"--client-ca-file={authority}",
            f"--requestheader-client-ca-file={authority}",
            f"--requestheader-allowed-names={FRONT_PROXY}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={certificate}",
            f"--proxy-client-key-file={key}",
        ]

    def controllers(self) -> Command:
        """One identity for all of them, so that the audit log can tell what they do from what tests do."""
        kubeconfig = self.kubeconfig("controllers")
        return [
            *(self.binaries.controlplane, "kube-controller-manager"),
            f"--kubeconfig={kubeconfig}",
            f"--service-account-private-key-file={self.service_accounts}",
            f"--root-ca-file={self.directory / 'authority.crt'}",
            "--use-service-account-credentials=false",
            "--leader-elect=false",
            "--secure-port=0",
            "--controllers=*,-node-ipam-controller,-node-route-controller,-cloud-node-lifecycle-controller",
            # With each change of a node kwok begins anew to wait for its heartbeat: one that is cordoned in test after
            # test has none, and what its pods lose then (Ready) kwok does not give back as a kubelet does.
            "--node-monitor-grace-period=1h",
            # An autoscaler looks every 15 s, waits 5 minutes with fewer pods and does not believe a new pod as long.
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--horizontal-pod-autoscaler-downscale-stabilization=1s",
            "--horizontal-pod-autoscaler-cpu-initialization-period=1s",
            "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
        ]

    def scheduler(self) -> Command:
        kubeconfig = self.kubeconfig("scheduler")
        return [
            *(self.binaries.controlplane, "kube-scheduler"),
            f"--kubeconfig={kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def kwok(self) -> Command:
        certificate, key = self.kubelet
        return [
            self.binaries.kwok,
            f"--kubeconfig={self.kubeconfig('kubelet')}",
            f"--config={self.stages}",
            "--manage-all-nodes=true",
            "--enable-crds=Logs",
            f"--server-address={LOOPBACK}:{self.kubelet_port}",
            f"--node-ip={LOOPBACK}",
            f"--node-port={self.kubelet_port}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
        ]


def write_tokens(file: Path, tokens: Mapping[str, str], *, powerful: Collection[str]) -> None:
    """The API server's list of static tokens; the powerful are in `system:masters`, the others in no group."""
    file.touch(mode=0o600)
    lines = [f"{token},{user},{user}{',system:masters' if user in powerful else ''}" for user, token in tokens.items()]
    file.write_text("\n".join(lines) + "\n")
