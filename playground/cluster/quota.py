"""ResourceQuota: what a namespace uses, and the refusal of what would go beyond it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from playground.cluster.problems import forbidden
from playground.cluster.quantities import parse_quantity, show_quantity
from playground.cluster.resources import (
    CLAIMS,
    CONFIG_MAPS,
    CRON_JOBS,
    DEPLOYMENTS,
    JOBS,
    PODS,
    QUOTAS,
    REPLICA_SETS,
    SECRETS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.store import Store
from playground.cluster.wire import Json

COUNTED: Final = {
    **{each.plural: each for each in (PODS, SERVICES, CONFIG_MAPS, SECRETS, CLAIMS)},
    **{
        f"count/{each.qualified}": each
        for each in (
            *(PODS, SERVICES, CONFIG_MAPS, SECRETS, CLAIMS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, JOBS),
            CRON_JOBS,
        )
    },
}
COMPUTE: Final = ("cpu", "memory", "ephemeral-storage")


def usage_of(resource: Resource, found: Json) -> dict[str, Decimal]:
    """What one object counts for, by the names a quota has."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    for name, counted in COUNTED.items():
        if counted is resource and (resource is not PODS or name.startswith("count/") or _runs(found)):
            used[name] += 1
    if resource is PODS and _runs(found):
        for container in found["spec"].get("containers") or ():
            for part in ("requests", "limits"):
                for name, value in ((container.get("resources") or {}).get(part) or {}).items():
                    used[f"{part}.{name}"] += parse_quantity(value)
                    if part == "requests" and name in COMPUTE:
                        used[name] += parse_quantity(value)
    return used


def _runs(pod: Json) -> bool:
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def used_in(store: Store, namespace: str, hard: Json) -> dict[str, Decimal]:
    used: dict[str, Decimal] = dict.fromkeys(hard, Decimal())
    for resource in {*COUNTED.values()}:
        for found in store.list(resource, namespace):
            for name, value in usage_of(resource, found).items():
                if name in used:
                    used[name] += value
    return used


def admit_quota(store: Store, resource: Resource, found: Json) -> None:
    """Raises `Problem` 403 for an object that is to be created and does not fit."""
    namespace = found["metadata"].get("namespace", "")
    for quota in store.list(QUOTAS, namespace) if namespace else ():
        hard = (quota.get("spec") or {}).get("hard") or {}
        wanted = usage_of(resource, found)
        if resource is PODS:
            _must_specify(quota["metadata"]["name"], hard, found)
        asked = {name: wanted[name] for name in hard if name in wanted}
        used = used_in(store, namespace, hard)
        over = sorted(name for name, value in asked.items() if used[name] + value > parse_quantity(hard[name]))
        if over:
            name = quota["metadata"]["name"]
            sentences = [
                ",".join(f"{each}={_shown(values[each], hard[each])}" for each in over)
                for values in (asked, used, {each: parse_quantity(hard[each]) for each in over})
            ]
            message = (
                f"exceeded quota: {name}, requested: {sentences[0]}, used: {sentences[1]}, limited: {sentences[2]}"
            )
            raise forbidden(resource, found["metadata"]["name"], message)


def _must_specify(quota: str, hard: Json, pod: Json) -> None:
    needed = [name for name in sorted(hard) if name in COMPUTE or name.split(".", 1)[0] in ("requests", "limits")]
    missing: dict[str, list[str]] = {}
    for name in needed:
        part, _, which = name.rpartition(".")
        lacking = [
            each["name"]
            for each in pod["spec"].get("containers") or ()
            if which not in ((each.get("resources") or {}).get(part or "requests") or {})
        ]
        if lacking:
            missing[name] = lacking
    if missing:
        listed = "; ".join(f"{name} for: {','.join(who)}" for name, who in missing.items())
        raise forbidden(PODS, pod["metadata"]["name"], f"failed quota: {quota}: must specify {listed}")


def _shown(value: Decimal, limit: object) -> str:
    return show_quantity(value, binary=str(limit).endswith("i"))


def quota_status(store: Store, quota: Json) -> Json:
    """What the quota controller writes."""
    hard = (quota.get("spec") or {}).get("hard") or {}
    used = used_in(store, quota["metadata"]["namespace"], hard)
    return {"hard": hard, "used": {name: _shown(value, hard[name]) for name, value in used.items()}}
