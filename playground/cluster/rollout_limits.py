"""What of a Rollout is walked through here; whatever else the real controller can do is answered 501 and named."""

from __future__ import annotations

from typing import Final

from playground.cluster.problems import not_simulated
from playground.cluster.wire import Json, labels_of

INSTANCE: Final = "argo-rollouts.argoproj.io/controller-instance-id"
"""A Rollout with this label belongs to a controller of that name, which there is none of here."""

SPEC: Final = frozenset(
    {
        *("replicas", "selector", "template", "strategy", "minReadySeconds", "revisionHistoryLimit", "paused"),
        *("restartAt", "progressDeadlineSeconds"),
    }
)
CANARY: Final = frozenset({"steps", "maxSurge", "maxUnavailable"})
STEP: Final = frozenset({"setWeight", "pause"})
BLUE_GREEN: Final = frozenset(
    {
        *("activeService", "previewService", "autoPromotionEnabled", "autoPromotionSeconds", "previewReplicaCount"),
        *("scaleDownDelaySeconds", "abortScaleDownDelaySeconds"),
    }
)


def check_rollout(found: Json) -> None:
    """Raises `Problem` 501."""
    if INSTANCE in labels_of(found):
        return
    spec = found.get("spec") or {}
    _only(spec, SPEC, "spec")
    strategy = spec.get("strategy") or {}
    kinds = [each for each in ("canary", "blueGreen") if strategy.get(each) is not None]
    if len(kinds) != 1 or "template" not in spec or "selector" not in spec:
        raise not_simulated("a Rollout without a template, a selector and either canary or blueGreen")
    if kinds == ["blueGreen"]:
        _only(strategy["blueGreen"], BLUE_GREEN, "spec.strategy.blueGreen")
        return
    _only(strategy["canary"], CANARY, "spec.strategy.canary")
    for index, step in enumerate(strategy["canary"].get("steps") or ()):
        _only(step, STEP, f"spec.strategy.canary.steps[{index}]")


def _only(found: Json, known: frozenset[str], place: str) -> None:
    for key in found:
        if key not in known:
            raise not_simulated(f"{place}.{key} of a Rollout")
