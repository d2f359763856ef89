"""The configuration file (`KAJITORI_CONFIG`): the workspace, the clusters, the people and what binds them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.settings.clusters import ChannelId, ClusterConfig, Name, NamespaceName, UserId
from bot.settings.document import read_document, wrong
from bot.settings.files import read_file
from bot.settings.people import ChannelConfig, IdentityConfig, ImpersonationConfig, PersonConfig, TeamConfig
from bot.settings.references import check_references
from bot.settings.validation import Strict, validate

TeamId = Annotated[str, Field(pattern=r"^T[A-Z0-9]{2,20}$")]


class SlackConfig(Strict):
    """The workspace that installed the bot."""

    team_id: TeamId
    """People of other workspaces are refused, also in shared channels."""

    enterprise_id: Annotated[str, Field(pattern=r"^E[A-Z0-9]{2,20}$")] | None = None
    """On Enterprise Grid: members whose home is another workspace of this organisation are members too."""


class AuditConfig(Strict):
    """Where the audit log is anchored outside the database."""

    checkpoint_file: Path | None = None
    """A file that each checkpoint of the last seal is appended to; keep it where the bot's host cannot rewrite it.
    `None`: no checkpoints, so a rewritten database is noticed only if it contradicts itself."""


class LimitsConfig(Strict):
    """Bounds, so that one person or one mistake never takes all of the bot."""

    requests_per_person: int = Field(default=20, ge=1, le=1000)
    """Open requests one person may have."""

    commands_per_minute: int = Field(default=60, ge=1, le=6000)
    """Commands one person may give in a minute; above it they are told to wait."""

    inbox: int = Field(default=10_000, ge=10, le=1_000_000)
    """Deliveries waiting; past it "busy" is answered, because work is never accepted and then dropped."""

    running: int = Field(default=50, ge=1, le=1000)
    """Requests executed at once; the others wait in order. Slack's edit limit is the reason for the default."""


class OwnConfig(Strict):
    """What is Kajitori's own in the clusters, so that no operation can touch it."""

    namespace: NamespaceName = "kajitori"
    """The namespace it runs in, with its database."""

    names: tuple[NamespaceName, ...] = ()
    """Names (or beginnings of names) of its cluster-wide objects, beside those that begin with `kajitori`."""


class Config(Strict):
    """The whole file. Unknown keys, double keys and names that lead nowhere are refused with their line."""

    command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/eks"
    """The slash command, as in the Slack manifest."""

    slack: SlackConfig
    clusters: Annotated[dict[Name, ClusterConfig], Field(min_length=1)]

    default_cluster: Name | None = None
    """Cluster of a command that names none, where its channel has none. `None`: the only one, if there is one."""

    people: dict[UserId, PersonConfig] = Field(default_factory=dict)
    """By Slack user id. Whoever is not here is refused."""

    teams: dict[Name, TeamConfig] = Field(default_factory=dict)
    identity: IdentityConfig = IdentityConfig()
    impersonation: ImpersonationConfig = ImpersonationConfig()
    channels: dict[ChannelId, ChannelConfig] = Field(default_factory=dict)

    policy: Path | None = None
    """The policy file; relative to this file. `None`: the built-in default (every change one approval)."""

    audit: AuditConfig = AuditConfig()
    limits: LimitsConfig = LimitsConfig()
    own: OwnConfig = OwnConfig()

    @property
    def cluster_by_default(self) -> str:
        """The default cluster's name; empty if a command has to name one."""
        if self.default_cluster is not None:
            return self.default_cluster
        return next(iter(self.clusters)) if len(self.clusters) == 1 else ""


def parse_config(data: bytes, *, source: str = "config.yaml") -> Config:
    """The configuration in `data`. Raises `Refused` that names the line and the key."""
    document = read_document(data, source=source)
    config = validate(document, Config)
    found = check_references(config)
    if found is not None:
        path, problem = found
        raise wrong(source, document.line(path), problem)
    return config


def load_config(path: Path) -> Config:
    """The configuration file, relative paths in it made absolute to its folder. Raises `Refused`."""
    config = parse_config(read_file(path), source=str(path))
    folder = path.absolute().parent
    clusters = {
        name: cluster.model_copy(update={"kubeconfig": _beside(folder, cluster.kubeconfig)})
        for name, cluster in config.clusters.items()
    }
    audit = config.audit.model_copy(update={"checkpoint_file": _beside(folder, config.audit.checkpoint_file)})
    return config.model_copy(
        update={"policy": _beside(folder, config.policy), "clusters": clusters, "audit": audit},
    )


def _beside(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path.expanduser()
