"""`kubectl autoscale`: the autoscaler that it makes, byte for byte but for the empty status of the typed client."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.errors import Choice, NotUnderstood, Refused
from bot.operations.arguments import Arguments
from bot.operations.autoscalers import Autoscaler, Limits, shown
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import HPA, Target
from bot.operations.plan import Nothing
from bot.operations.quantities import canonical_quantity
from bot.operations.surroundings import marked, owner_warnings
from bot.operations.templates import containers
from bot.operations.workloads import Seen, command_line
from bot.text import Code, Text, text

PERCENT: Final = re.compile(r"([1-9][0-9]{0,3})%", re.ASCII)


def autoscaler_body(target: Target, scaled: Target, limits: Limits, metrics: list[Object], *, least: bool) -> Object:
    """From kubectl v1.36 `pkg/cmd/autoscale/autoscale.go`. `least`: whether a minimum was asked for."""
    spec: dict[str, Any] = {
        "scaleTargetRef": {
            "kind": scaled.kind.kind,
            "name": scaled.name,
            "apiVersion": f"{scaled.kind.group}/{scaled.kind.version}",
        }
    }
    if least:
        spec["minReplicas"] = limits.least
    spec["maxReplicas"] = limits.most
    if metrics:
        spec["metrics"] = metrics
    return {
        "kind": HPA.kind,
        "apiVersion": f"{HPA.group}/{HPA.version}",
        "metadata": {"name": target.name, "namespace": target.namespace},
        "spec": spec,
    }


def read_metrics(*, cpu: str, memory: str, cpu_percent: int) -> list[Object]:
    """What is to be measured, from the flags as typed; `cpu_percent` -1 means not said. Raises `NotUnderstood`."""
    if cpu_percent >= 0:
        if cpu:
            raise NotUnderstood(text("--cpu and --cpu-percent cannot be specified together"))
        cpu = f"{cpu_percent}%"
    found = (read_metric("cpu", cpu), read_metric("memory", memory))
    return [each for each in found if each is not None]


def read_metric(resource: str, said: str) -> Object | None:
    """`70%` is a share of what the pods request, `500m` an amount for each pod; nothing said is no metric.

    Raises `NotUnderstood`.
    """
    if not said:
        return None
    target: Object
    if percent := PERCENT.fullmatch(said):
        target = {"type": "Utilization", "averageUtilization": int(percent[1])}
    elif said.endswith("%"):
        raise NotUnderstood(
            text("{value} is no percentage of what is requested.", value=Code(said[:40])),
            next=text("Write it like {example}.", example=Code("--cpu=70%")),
        )
    else:
        target = {"type": "AverageValue", "averageValue": canonical_quantity(said)}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}


def without_request(scaled: Seen, metrics: list[Object]) -> str:
    """The container that does not request what a share is taken of, so that the metric fails; empty if all do."""
    for metric in metrics:
        if resolve(metric, "/resource/target/type") != "Utilization":
            continue
        name: JSON = resolve(metric, "/resource/name")
        for each in containers(scaled.template):
            resources = each.get("resources") or {}
            asked = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
            if name not in asked:
                return str(each.get("name"))
    return ""


def autoscale_warnings(scaled: Seen, metrics: list[Object]) -> tuple[Text, ...]:
    """What keeps it from scaling, and who else writes the workload."""
    found: list[Text] = []
    if container := without_request(scaled, metrics):
        found.append(
            text(
                "{container} has no requests to take a percentage of: it will not scale.",
                container=Code(container),
            )
        )
    if scaled.replicas == 0:
        found.append(text("It has no pods, so the autoscaler is off until someone sets 1 or more."))
    return (*found, *owner_warnings(scaled, marked(scaled)))


def already_there(
    every: list[Autoscaler], arguments: Arguments, *, target: Target, scaled: Seen, limits: Limits
) -> Nothing | None:
    """Whether it is there already. Raises `Refused` for another one, by its name or by what it scales."""
    for each in every:
        aim = each.spec.scale_target_ref
        same_aim = (aim.kind, aim.name) == (scaled.target.kind.kind, scaled.target.name)
        if not same_aim and each.metadata.name != target.name:
            continue
        found = Limits(least=each.spec.min_replicas or 1, most=each.spec.max_replicas)
        if same_aim and each.metadata.name == target.name and found == limits:
            return Nothing(target=target, message=text("{hpa} has these limits already.", hpa=shown(target)))
        flags = (f"--min={limits.least}", f"--max={limits.most}")
        line = command_line(arguments, "hpa", "set", f"hpa/{each.metadata.name}", *flags)
        raise Refused(
            text(
                "{hpa} is there: it scales {target}.",
                hpa=Code(f"hpa/{each.metadata.name}"),
                target=Code(f"{aim.kind.lower()}/{aim.name}"),
            ),
            target=scaled.target.title,
            why=text("Two autoscalers of one workload would fight.") if same_aim else None,
            next=text("Change it: {command}.", command=Code(line))
            if same_aim
            else text("Choose another name with {flag}.", flag=Code("--name=NAME")),
            choices=(Choice(label=line, command_line=line),) if same_aim else (),
        )
    return None
