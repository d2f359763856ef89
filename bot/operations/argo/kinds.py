"""The kinds that Argo Rollouts brings, and what is said where it is not installed."""

from __future__ import annotations

from typing import Final

from bot.errors import NotServed, Refused
from bot.operations import missing_kinds
from bot.operations.kinds import Kind, declare_kind
from bot.text import Code, text

GROUP: Final = "argoproj.io"
_VERSION: Final = "v1alpha1"
ROLLOUT: Final = declare_kind(
    Kind(
        kind="Rollout",
        plural="rollouts",
        group=GROUP,
        version=_VERSION,
        short=("ro",),
        subresources=("scale", "status"),
    )
)
ANALYSIS_RUN: Final = declare_kind(
    Kind(kind="AnalysisRun", plural="analysisruns", group=GROUP, version=_VERSION, short=("ar",))
)
ANALYSIS_TEMPLATE: Final = declare_kind(
    Kind(kind="AnalysisTemplate", plural="analysistemplates", group=GROUP, version=_VERSION, short=("at",))
)
EXPERIMENT: Final = declare_kind(
    Kind(kind="Experiment", plural="experiments", group=GROUP, version=_VERSION, short=("exp",))
)
INSTALL: Final = "https://github.com/argoproj/argo-rollouts/releases"


def not_installed(cluster: str, error: NotServed) -> Refused:
    """What a person is told where the cluster does not serve these kinds."""
    return missing_kinds.not_installed(
        "Argo Rollouts",
        GROUP,
        error,
        cluster=cluster,
        next=text(
            "Whoever runs the cluster would have to install its custom resource definitions and its controller: {url}",
            url=Code(INSTALL),
        ),
    )
