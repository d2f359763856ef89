"""The plans of `restart` and of `terminate analysisrun`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

from bot.errors import NotServed, NotUnderstood
from bot.operations.ages import parse_duration
from bot.operations.argo.arguments import (
    RolloutChangeArguments,
    as_workload,
    find_rollout,
    name_of,
    twin_warnings,
)
from bot.operations.argo.calls import TERMINATE, restart_body, spec_call
from bot.operations.argo.conditions import RESTARTED
from bot.operations.argo.kinds import ANALYSIS_RUN, not_installed
from bot.operations.argo.models import AnalysisRun
from bot.operations.argo.rollout import Seen
from bot.operations.argo.templates import deadline_of, impact_of, unavailable_of
from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.json import Object, resolve
from bot.operations.kinds import Target
from bot.operations.plan import Bound, Call, ContentType, Impact, Nothing, Plan, Precondition, Wait
from bot.operations.reader import Reader
from bot.operations.rollouts import LONGEST
from bot.operations.surroundings import Surroundings, facts_of, look_at_budgets, unseen_warnings
from bot.operations.workloads import pinned_arguments
from bot.text import Bold, Code, Text, text

LATEST: Final = 3600
"""Seconds for which a restart may be put off: what is asked for now is followed to its end now."""


class RestartArguments(RolloutChangeArguments):
    """As `kubectl argo rollouts restart` takes them. `restart_at` is set when the plan is pinned."""

    delay: Annotated[str, Flag("--in", "-i", "DURATION", text("not now but so much later, e.g. 10m"))] = ""
    restart_at: str = ""


class RunArguments(ChangeArguments):
    """One analysis run."""

    targets: Annotated[tuple[str, ...], Words("NAME", text("the analysis run"), ("analysisrun",))] = ()


async def plan_restart(cluster: Reader, arguments: RestartArguments) -> Plan | Nothing:
    """`spec.restartAt`: the controller evicts pods that are older, as many at once as may be unavailable."""
    found = await find_rollout(cluster, arguments, "restart")
    moment = arguments.restart_at or _moment(cluster.now, arguments.delay)
    spec, status = found.live.spec, found.live.status
    name = Code(found.target.reference)
    if spec.restart_at is not None and spec.restart_at >= moment:
        return Nothing(target=found.target, message=text("{targets} was restarted since.", targets=name))
    if spec.restart_at is not None and spec.restart_at != status.restarted_at:
        message = text("{target} is being restarted, since {moment}.", target=name, moment=Code(spec.restart_at))
        return Nothing(target=found.target, message=message)
    work = as_workload(found)
    around = await look_at_budgets(cluster, work)
    impact = _impact(found)
    wait = Wait(
        id="step-2",
        condition="rollout-restarted",
        target=found.target,
        deadline=min(LONGEST, deadline_of(found) + _seconds(arguments.delay)),
        arguments={RESTARTED: moment},
    )
    return Plan(
        summary=text("Restart {target}", target=Code(found.target.title)),
        steps=(spec_call(found, restart_body(moment), "/spec/restartAt"), wait),
        pinned=pinned_arguments(arguments, targets=[found.target.reference], restart_at=moment),
        after=text("at {moment}", moment=Bold(moment)) if arguments.delay else None,
        facts=facts_of(work, around),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(
            *_warnings(found, around),
            *unseen_warnings(around),
            *await twin_warnings(cluster, found),
        ),
    )


def _moment(now: datetime, delay: str) -> str:
    at = now.astimezone(UTC) + timedelta(seconds=_seconds(delay))
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(delay: str) -> int:
    if not delay:
        return 0
    seconds = parse_duration(delay)
    if seconds is None or seconds > LATEST:
        raise NotUnderstood(
            text("{written} is no duration of at most one hour.", written=Code(ascii(delay[:40])[1:-1])),
            next=text("Write it like {example}.", example=Code("--in=10m")),
        )
    return int(seconds)


def _impact(found: Seen) -> Impact:
    pods = found.live.status.replicas
    return msgspec.structs.replace(impact_of(found, pods), unavailable=min(pods, max(1, unavailable_of(found))))


def _warnings(found: Seen, around: Surroundings) -> list[Text]:
    """It evicts: it makes no new pod before an old one goes, and it asks budgets."""
    said = []
    if found.live.status.replicas == 1:
        said.append(text("It has one pod, which is evicted before another one is there: it is down meanwhile."))
    said += [
        text("{pdb} allows no pod down now: the restart waits for it.", pdb=Code(f"pdb/{each.metadata.name}"))
        for each in around.budgets
        if each.status.disruptions_allowed < 1
    ]
    if not found.promoted:
        said.append(text("An update is under way: a change of the template ends the restart."))
    return said


async def plan_terminate(cluster: Reader, arguments: RunArguments) -> Plan | Nothing:
    """`{"spec":{"terminate":true}}`. A run that is ended counts as successful unless it had failed."""
    target = Target(kind=ANALYSIS_RUN, name=name_of(arguments.targets, ANALYSIS_RUN), namespace=arguments.namespace)
    try:
        whole: Object = await cluster.get(ANALYSIS_RUN, target.name, target.namespace, Object)
    except NotServed as error:
        raise not_installed(cluster.cluster, error) from error
    run = msgspec.convert(whole, AnalysisRun)
    if run.completed or run.spec.terminate:
        said = text(
            "{target} is at its end: {phase}.", target=Code(target.reference), phase=Code(run.status.phase or "-")
        )
        return Nothing(target=target, message=said)
    call = Call(
        id="step-1",
        verb="patch",
        target=target,
        content_type=ContentType.MERGE_PATCH,
        body=TERMINATE,
        uid=run.metadata.uid,
        preconditions=tuple(
            Precondition(pointer=each, value=resolve(whole, each)) for each in ("/spec/terminate", "/status/phase")
        ),
    )
    owner = next((each.name for each in run.metadata.owner_references or () if each.kind == "Rollout"), "")
    return Plan(
        summary=text("End the analysis {target}", target=Code(target.title)),
        steps=(call, Wait(id="step-2", condition="analysis-terminated", target=target, deadline=300)),
        pinned=pinned_arguments(arguments, targets=[target.reference]),
        before=text("{value}", value=Code(run.status.phase or "Pending")),
        after=text("{value}", value=Bold("ended")),
        warnings=(
            text("What it measured so far decides: without a failure it counts as successful, and the update goes on."),
            *((text("{target} waits for it.", target=Code(f"rollout/{owner}")),) if owner else ()),
        ),
    )
