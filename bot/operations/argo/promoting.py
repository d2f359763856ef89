"""The plan of `promote`: what is decided in `promotion`, put into calls, with the way back to the stable version."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from bot.errors import NotFound, Refused
from bot.operations.argo.arguments import RolloutChangeArguments, find_rollout, twin_warnings
from bot.operations.argo.calls import RELEASED, after, spec_call, status_call
from bot.operations.argo.place import place_of
from bot.operations.argo.promotion import BASIS, Promotion, Wanted, promotion
from bot.operations.argo.rest import Rest, check_passing, rest_of, rest_steps, terms_of, way_of
from bot.operations.argo.revisions import history_of, read_owner, released_facts, replica_sets, restore_call
from bot.operations.argo.rollout import HASH, Seen
from bot.operations.argo.templates import follow_version, impact_of
from bot.operations.argo.versions import from_to, new_version
from bot.operations.arguments import Flag
from bot.operations.json import Object, pointer, resolve
from bot.operations.kinds import SERVICE, Target
from bot.operations.models import Workload
from bot.operations.plan import Back, Bound, Call, Fact, Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Code, text

FULL_BASIS: Final = (
    *("/status/currentPodHash", "/status/stableRS", "/status/abort", "/status/promoteFull"),
    "/spec/paused",
)
"""Of a full promotion it does not matter at which step it stands."""
MANAGED: Final = "argo-rollouts.argoproj.io/managed-by-rollouts"
"""Annotation of a Service: the Rollout that sets its selector."""


class PromoteArguments(RolloutChangeArguments):
    """As `kubectl argo rollouts promote` takes them, and where it must stand."""

    full: Annotated[bool, Flag("--full", "", "", text("to the end: skip analysis, pauses and steps"))] = False
    skip_current_step: Annotated[bool, Flag("--skip-current-step", "", "", text("go past the step that runs now"))] = (
        False
    )
    skip_all_steps: Annotated[bool, Flag("--skip-all-steps", "", "", text("go past all steps"))] = False
    at: Annotated[str, Flag("--at", "", "HASH:STEP", text("only if it stands there"))] = ""
    rest: Annotated[bool, Flag("--rest", "", "", text("and through all pauses that are left, while it passes"))] = False
    hold: Annotated[str, Flag("--hold", "", "DURATION", text("how long each pause is held with --rest"))] = "5m"
    until: Annotated[str, Flag("--until", "", "DURATION", text("for how long --rest may go on"))] = "2h"


async def plan_promote(cluster: Reader, arguments: PromoteArguments) -> Plan | Nothing:
    """Decide for what it is now, and pin that: a second click finds that it has gone on."""
    if arguments.skip_current_step and arguments.skip_all_steps:
        raise Refused(
            text("Cannot use both flags: {flags}", flags=Code("--skip-current-step, --skip-all-steps")),
            next=text("Leave one of them out."),
        )
    rest = _rest_asked(arguments, cluster.now)
    found = await find_rollout(cluster, arguments, "promote")
    wanted = Wanted(
        line=partial(command_line, arguments),
        full=arguments.full,
        skip_step=arguments.skip_current_step,
        skip_all=arguments.skip_all_steps,
        at=arguments.at,
    )
    decided = promotion(found, wanted)
    if decided.nothing is not None:
        return Nothing(target=found.target, message=decided.nothing)
    sets = await replica_sets(cluster, found)
    calls = _calls(found, decided, full=arguments.full)
    if rest is not None:
        return await _through_the_rest(cluster, found, decided, arguments, rest, calls, sets)
    released = await released_facts(cluster, found) if decided.spec is not None else ()
    whole = arguments.full or arguments.skip_all_steps or found.blue_green is not None
    impact = impact_of(found, _pods(found, whole=whole))
    before, comes = (decided.before, decided.after) if not arguments.full else from_to(found, sets, back=False)
    return Plan(
        summary=text("Promote {target} in full", target=Code(found.target.title))
        if arguments.full
        else text("Promote {target}", target=Code(found.target.title)),
        steps=(*calls, follow_version(found, len(calls) + 1, passed=decided.step)),
        pinned=pinned_arguments(arguments, **_pins(found, arguments, whole=whole)),
        before=before,
        after=comes,
        note=new_version(found, sets),
        facts=(*await _service_facts(cluster, found), *_owner_facts(found), *released),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*decided.warnings, *await twin_warnings(cluster, found)),
        back=await _back(cluster, found, calls, arguments, sets),
        destructive=decided.destructive,
    )


def _rest_asked(arguments: PromoteArguments, now: datetime) -> Rest | None:
    """Raises `NotUnderstood`, and `Refused` for flags that say something else."""
    others = {"--full": arguments.full, "--skip-current-step": arguments.skip_current_step}
    others["--skip-all-steps"] = arguments.skip_all_steps
    if not arguments.rest:
        return None
    other = next((flag for flag, said in others.items() if said), None)
    if other is not None:
        raise Refused(
            text("Cannot use both flags: {flags}", flags=Code(f"--rest, {other}")), next=text("Leave one of them out.")
        )
    return rest_of(arguments.hold, arguments.until, now)


async def _through_the_rest(
    cluster: Reader,
    found: Seen,
    decided: Promotion,
    arguments: PromoteArguments,
    rest: Rest,
    calls: tuple[Call, ...],
    sets: list[Workload],
) -> Plan:
    if decided.spec is not None:
        raise Refused(
            text("{target} is paused by hand.", target=Code(found.target.reference)),
            target=found.target.title,
            why=text("Whoever did that wanted to look first."),
            next=text("Resume it, then let the rest go on."),
        )
    warnings = await check_passing(cluster, found)
    steps = (*calls, *rest_steps(found, rest, after=len(calls)))
    impact = impact_of(found, _pods(found, whole=True))
    sent = tuple(step for step in steps if isinstance(step, Call))
    pins: dict[str, Any] = {"targets": [found.target.reference], "at": place_of(found), "until": rest.moment}
    new = new_version(found, sets)
    terms = terms_of(found, rest)
    return Plan(
        summary=text("Promote {target} through all steps that are left", target=Code(found.target.title)),
        steps=steps,
        pinned=pinned_arguments(arguments, **pins),
        before=decided.before,
        after=way_of(found),
        note=terms if new is None else text("{new}; {terms}", new=new, terms=terms),
        facts=_owner_facts(found),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*decided.warnings, *warnings, *await twin_warnings(cluster, found)),
        back=await _back(cluster, found, sent, arguments, sets),
        until=rest.until,
        rest=command_line(
            arguments, "argo", "rollouts", "promote", found.target.name, "--rest", f"--hold={arguments.hold}"
        ),
    )


def _calls(found: Seen, decided: Promotion, *, full: bool) -> tuple[Call, ...]:
    """The status first, then the spec, as the plugin. By the second the stable version may have changed already."""
    basis = FULL_BASIS if full else BASIS
    calls: list[Call] = []
    if decided.status is not None:
        calls.append(status_call(found, decided.status, *basis, effect=text("the update is promoted")))
    if decided.spec is not None:
        guards = dict.fromkeys((*(("/spec/paused",) if calls else basis), *RELEASED))
        effect = text("the pause by hand ends")
        calls.append(spec_call(found, decided.spec, *guards, step=len(calls) + 1, effect=effect))
    return tuple(calls)


def _pods(found: Seen, *, whole: bool) -> int:
    """Pods that become new; of one step not more than all that are left."""
    left = max(0, found.replicas - found.live.status.updated_replicas)
    return found.replicas if whole else left


def _pins(found: Seen, arguments: PromoteArguments, *, whole: bool) -> dict[str, Any]:
    """Where it stands; of a promotion to the end only the version, for its steps may go on by themselves."""
    at = found.live.status.current_pod_hash if whole else place_of(found)
    return {"targets": [found.target.reference], "at": arguments.at or at}


def _owner_facts(found: Seen) -> tuple[Fact, ...]:
    if found.live.spec.workload_ref is None:
        return ()
    return (
        Fact(
            target=found.target,
            pointer="/spec/workloadRef",
            value=resolve(found.whole, "/spec/workloadRef"),
            uid=found.uid,
        ),
    )


async def _service_facts(cluster: Reader, found: Seen) -> tuple[Fact, ...]:
    """Which version the active Service selects. Raises `Refused` where it is another Rollout's."""
    name = resolve(found.blue_green, "/activeService")
    if not isinstance(name, str) or not name:
        return ()
    target = Target(kind=SERVICE, name=name, namespace=found.target.namespace)
    try:
        service: Object = await cluster.get(SERVICE, name, target.namespace, Object)
    except NotFound as error:
        raise Refused(
            text("Its active Service {service} does not exist.", service=Code(name)),
            target=found.target.title,
            why=text("The controller does nothing with it until it does."),
            next=text("Make the Service, then promote."),
        ) from error
    owner = resolve(service, pointer("metadata", "annotations", MANAGED))
    if isinstance(owner, str) and owner and owner != found.target.name:
        raise Refused(
            text("The Service {service} belongs to {owner}.", service=Code(name), owner=Code(f"rollout/{owner}")),
            target=found.target.title,
            why=text("Two Rollouts would set its selector in turn."),
            next=text("Give each its own Service."),
        )
    at = pointer("spec", "selector", HASH)
    return (Fact(target=target, pointer=at, value=resolve(service, at), uid=str(resolve(service, "/metadata/uid"))),)


async def _back(
    cluster: Reader, found: Seen, calls: tuple[Call, ...], arguments: PromoteArguments, sets: list[Workload]
) -> Back | None:
    """To the stable version: undo, which works while the update goes on and when it is done."""
    past = next((each for each in history_of(sets) if each.hash == found.live.status.stable_rs), None)
    if past is None or found.promoted:
        return None
    try:
        owner = await read_owner(cluster, found)
    except Refused:
        return None
    changed = found
    for call in calls:
        changed = after(changed, call)
    words = ("argo", "rollouts", "undo", found.target.name, f"--to-revision={past.revision}")
    return Back(
        command_line=command_line(arguments, *words),
        label=text("Back to revision {revision}", revision=past.revision),
        calls=(restore_call(changed, owner, past),),
    )
