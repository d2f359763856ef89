"""Which clusters there are, how each is reached, and how carefully it is treated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.settings.validation import Strict

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$")]
"""A name of our own for a cluster, team or environment: small letters, digits, `.`, `_`, `-`; at most 63."""

NamespaceName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A Kubernetes namespace (RFC 1123 label)."""

ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,20}$")]
"""A Slack channel's id, never its name: names change and differ between connected workspaces."""

UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
"""A Slack member's id."""


StoreAddress = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$")]
"""A host, with a port where it is not the usual one."""


class Timeouts(Strict):
    """How long a cluster is waited for."""

    connect: float = Field(default=3.0, gt=0, le=60)
    """Seconds to connect. Longer than a healthy API server ever needs, shorter than a person's patience."""

    read: float = Field(default=10.0, gt=0, le=120)
    """Seconds for one answer to a read."""

    write: int = Field(default=5, ge=1, le=6)
    """Seconds that the API server is given for one write. It must fit into what is surely left of the engine's lease:
    ten seconds, renewed after each third. With more nothing could ever be sent."""


class ClusterConfig(Strict):
    """One cluster."""

    kubeconfig: Path | None = None
    """The kubeconfig file. `None`: the standard one (`KUBECONFIG`, then `~/.kube/config`), unless `in_cluster`."""

    context: str = ""
    """The kubeconfig's context; empty: its current one."""

    in_cluster: bool = False
    """Use the service account of the pod that the bot runs in."""

    title: str = Field(default="", max_length=40)
    """How cards call it, for example `PROD tokyo`. Empty: its name."""

    environment: Name = "production"
    """What policy rules select by. Unstated means production, so that a forgotten line makes it stricter."""

    production: bool | None = None
    """Marked on every card, and votes are given in a view. `None`: yes, if the environment is `production`."""

    approval_channel: ChannelId | None = None
    """Where the card of a request goes that was typed in a direct message. `None`: it stays there."""

    namespace: NamespaceName = "default"
    """The namespace of a command that names none, where its channel has none either."""

    namespaces: tuple[NamespaceName, ...] = ()
    """The only namespaces that the bot serves here; empty: all that the person's rights allow."""

    object_stores: tuple[StoreAddress, ...] = ()
    """Object stores inside of the network, as `host` or `host:port`, from which logs of backups may be fetched although
    their addresses are private or they speak plain HTTP."""

    approvals_required: bool = True
    """Refuse changes from a terminal (`kajitori exec --local`), which nobody else would have to approve."""

    timeouts: Timeouts = Timeouts()

    @property
    def is_production(self) -> bool:
        return self.environment == "production" if self.production is None else self.production

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.in_cluster and (self.kubeconfig is not None or self.context):
            raise ValueError("in_cluster excludes kubeconfig and context")
        if self.namespaces and self.namespace not in (*self.namespaces, "default"):
            raise ValueError("namespace is not among namespaces")
        return self
