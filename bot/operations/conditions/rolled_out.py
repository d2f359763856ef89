"""`rolled-out`: has a workload finished rolling out? A status viewer a kind, as kubectl's `StatusViewerFor`."""

from __future__ import annotations

from bot.operations.conditions.daemonsets import daemonset_rolled_out
from bot.operations.conditions.deployments import deployment_rolled_out
from bot.operations.conditions.statefulsets import statefulset_rolled_out
from bot.operations.conditions.weights import weighed
from bot.operations.progress import Observation, Progress, failed
from bot.operations.standing import TEMPLATE, overtaken
from bot.text import Code, text


def rolled_out(seen: Observation) -> Progress:
    """Progress of a Deployment, StatefulSet or DaemonSet; argument `revision` (Deployments) pins the revision.

    Argument `template`: that of the write that is followed; another one that runs is not its end.
    """
    if seen.target is None:
        return failed(text("it was deleted"))
    if (changed := overtaken(seen.target, seen.arguments.get(TEMPLATE))) is not None:
        return failed(changed)
    match seen.target.get("kind"):
        case "Deployment":
            return weighed(deployment_rolled_out(seen), seen.arguments)
        case "StatefulSet":
            return statefulset_rolled_out(seen)
        case "DaemonSet":
            return daemonset_rolled_out(seen)
        case kind:
            return failed(text("no status viewer has been implemented for {kind}", kind=Code(str(kind))))
