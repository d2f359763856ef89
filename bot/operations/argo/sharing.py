"""What a Deployment shares with Rollouts: its name, by which one is mistaken for the other, or its pod template."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bot.operations.argo.rollout import Seen
from bot.operations.argo.templates import impact_of, standing_warnings
from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.plan import Fact, Impact
from bot.operations.view import Action, Row
from bot.text import Code, Text, text


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Of one workload: the Rollout that has its name only, and those that take their template from it."""

    namesake: Seen | None = None
    takers: tuple[Seen, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """That they take it: what a change does to them was voted on as well."""
        return tuple(
            Fact(target=each.target, pointer=held.pointer, value=held.value, uid=each.uid)
            for each in self.takers
            for held in each.holds("/spec/workloadRef")
        )

    @property
    def impacts(self) -> tuple[Impact, ...]:
        """What another template does to the pods of those that take it."""
        return tuple(impact_of(each) for each in self.takers)

    @property
    def name_warnings(self) -> tuple[Text, ...]:
        """That a Rollout has the same name and is another thing."""
        return () if self.namesake is None else (same_name(self.namesake.target),)

    @property
    def template_warnings(self) -> tuple[Text, ...]:
        """What another template begins, and how it is followed."""
        return tuple(warning for each in self.takers for warning in _begins(each))

    @property
    def pause_warnings(self) -> tuple[Text, ...]:
        """That a pause of the Deployment is none of the Rollout."""
        return tuple(
            text("{rollout} takes its template from it, paused or not.", rollout=Code(each.target.reference))
            for each in self.takers
        )

    @property
    def pod_warnings(self) -> tuple[Text, ...]:
        """That pods of the Deployment's own are another set than the Rollout's."""
        return tuple(
            text(
                "{rollout} takes its template from it: these pods run beside its own, and its steps hold none of them.",
                rollout=Code(each.target.reference),
            )
            for each in self.takers
        )

    def afterwards(self, *, cluster: str) -> tuple[Row, ...]:
        """Once the template is another one, each update is followed by a button of its own."""
        return tuple(
            Row(
                line=text("{rollout} is updated as its own strategy says.", rollout=Code(each.target.reference)),
                action=Action(label=text("Status"), command_line=shlex.join(_status(each, cluster))),
            )
            for each in self.takers
        )


def sharing_of(target: Target, rollouts: Sequence[Seen]) -> Sharing:
    """What a workload shares with the Rollouts of its namespace."""
    takers = tuple(each for each in rollouts if _takes(each, target))
    namesake = next((each for each in rollouts if each.target.name == target.name and each not in takers), None)
    return Sharing(namesake=namesake, takers=takers)


def same_name(other: Target) -> Text:
    """That something else has the name of what is changed."""
    return text("{other} has the same name and is not touched.", other=Code(other.reference))


def _takes(found: Seen, target: Target) -> bool:
    reference = found.live.spec.workload_ref
    wanted = (DEPLOYMENT.kind, target.name)
    return reference is not None and target.kind == DEPLOYMENT and (reference.kind, reference.name) == wanted


def _status(found: Seen, cluster: str) -> list[str]:
    place = [f"--namespace={found.target.namespace}", *([f"--context={cluster}"] if cluster else [])]
    return ["argo", "rollouts", "status", found.target.name, *place]


def _begins(found: Seen) -> tuple[Text, ...]:
    rollout = Code(found.target.reference)
    said = text(
        "{rollout} takes its template from it: this begins its update. Follow it with {command}.",
        rollout=rollout,
        command=Code(f"argo rollouts status {found.target.name}"),
    )
    more = (text("{target}: {warning}", target=rollout, warning=each) for each in standing_warnings(found))
    return (said, *more)
