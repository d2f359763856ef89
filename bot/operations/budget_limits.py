"""What a disruption budget asks for: so many pods that stay, or so many that may be away; as typed, and as bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from bot.errors import NotUnderstood
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Target
from bot.operations.models import BudgetSpec, Selector
from bot.operations.selectors import selector_json
from bot.text import Code, text

Field = Literal["minAvailable", "maxUnavailable"]
FLAGS: Final[dict[Field, str]] = {"minAvailable": "--min-available", "maxUnavailable": "--max-unavailable"}
SHARE: Final = re.compile(r"[0-9]+%?", re.ASCII)
MOST: Final = 2**31 - 1
"""A number of pods is an int32; what kubectl cannot read as one it sends as a string, which the API server refuses."""
POLICIES: Final = ("IfHealthyBudget", "AlwaysAllow")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One of the two, with a number of pods or a share of them (`50%`)."""

    field: Field
    value: int | str

    def __str__(self) -> str:
        return f"{self.field} {self.value}"

    @property
    def flag(self) -> str:
        return f"{FLAGS[self.field]}={self.value}"

    @property
    def of_replicas(self) -> bool:
        """Whether it is reckoned by the replicas that are wanted, and not by the pods that are there."""
        return self.field == "maxUnavailable" or isinstance(self.value, str)

    def needs(self, pods: int) -> int:
        """How many of so many pods stay; shares are rounded up (`disruption.go`: getExpectedPodCount)."""
        part = share_of(self.value, pods)
        return part if self.field == "minAvailable" else max(pods - part, 0)


def share_of(value: int | str, pods: int) -> int:
    """A number of pods as it is; a share of so many, rounded up."""
    return -(-pods * int(value.removesuffix("%")) // 100) if isinstance(value, str) else value


def read_share(written: str, flag: str) -> int | str:
    """`3` as a number, `50%` as it is written. Raises `NotUnderstood` for anything else.

    From kubectl v1.36 `pkg/cmd/create/create_pdb.go`, and what the API server would refuse
    (`pkg/apis/policy/validation`): more than 100%, more than an int32 holds.
    """
    if SHARE.fullmatch(written) is None or len(written) > 12:
        raise _invalid(flag)
    if written.endswith("%"):
        if int(written[:-1]) > 100:
            raise NotUnderstood(
                text("{flag}: must not be greater than 100%", flag=Code(flag)), next=text("Nothing was done.")
            )
        return written
    if int(written) > MOST:
        raise _invalid(flag)
    return int(written)


def read_limit(min_available: str, max_unavailable: str) -> Limit:
    """The one limit that is typed. Raises `NotUnderstood` with kubectl's reasons for none and for both."""
    example = text("Write it like {example}.", example=Code("--min-available=2"))
    if not min_available and not max_unavailable:
        raise NotUnderstood(text("one of min-available or max-unavailable must be specified"), next=example)
    if min_available and max_unavailable:
        raise NotUnderstood(text("min-available and max-unavailable cannot be both specified"), next=example)
    if min_available:
        return Limit(field="minAvailable", value=read_share(min_available, "min-available"))
    return Limit(field="maxUnavailable", value=read_share(max_unavailable, "max-unavailable"))


def limit_of(spec: BudgetSpec) -> Limit | None:
    """The limit of a budget; `None` where it has none, and then lets no pod go."""
    if spec.max_unavailable is not None:
        return Limit(field="maxUnavailable", value=spec.max_unavailable)
    return None if spec.min_available is None else Limit(field="minAvailable", value=spec.min_available)


def limits_body(limit: Limit, old: Limit | None) -> Object:
    """The strategic merge that sets one limit, and takes the `old` one away where it is the other: both are refused."""
    other: Object = {old.field: None} if old is not None and old.field != limit.field else {}
    return {"spec": {**other, limit.field: limit.value}}


def holding(limit: Limit) -> dict[str, JSON]:
    """The two fields as they are while a budget has this limit."""
    return {field: limit.value if field == limit.field else None for field in FLAGS}


def budget_body(
    target: Target, limit: Limit, selector: Selector, *, policy: str = "", **kept: dict[str, str]
) -> Object:
    """From kubectl v1.36 `pkg/cmd/create/create_pdb.go`; `kept` are labels and annotations, which kubectl has no flags
    for.
    """
    spec: Object = {limit.field: limit.value, "selector": selector_json(selector)}
    if policy:
        spec["unhealthyPodEvictionPolicy"] = policy
    metadata: Object = {"name": target.name, "namespace": target.namespace}
    metadata |= {field: dict(values) for field, values in kept.items() if values}
    return {"kind": "PodDisruptionBudget", "apiVersion": "policy/v1", "metadata": metadata, "spec": spec}


def limit_in(whole: Object) -> Limit | None:
    """The limit of a budget as a patch would leave it; `None` for none and for both.

    Raises `NotUnderstood` for a value that the API server would refuse.
    """
    values = {field: resolve(whole, f"/spec/{field}") for field in FLAGS}
    said = [(field, value) for field, value in values.items() if value is not None]
    if len(said) != 1:
        return None
    field, value = said[0]
    if isinstance(value, bool) or not isinstance(value, int | str) or (isinstance(value, str) and "%" not in value):
        raise _invalid(field)
    return Limit(field=field, value=read_share(str(value), field))


def _invalid(flag: str) -> NotUnderstood:
    return NotUnderstood(
        text("invalid format specified for {flag}", flag=Code(flag)),
        next=text("It is a number of pods like {number}, or a share of them like {share}.", number="2", share="50%"),
    )
