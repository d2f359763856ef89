"""Plans that halt an update, or let it go on: abort and retry, pause and resume."""

from __future__ import annotations

from bot.errors import Refused
from bot.operations.argo.arguments import RolloutChangeArguments, as_workload, find_rollout, twin_warnings
from bot.operations.argo.calls import ABORT, PAUSE, RELEASED, RESUME, RETRY, UPDATE, after, spec_call, status_call
from bot.operations.argo.place import unobserved
from bot.operations.argo.revisions import released_facts, replica_sets
from bot.operations.argo.rollout import Seen, phase_of, where
from bot.operations.argo.templates import deadline_of, follow, follow_version, impact_of
from bot.operations.argo.versions import from_to, template_of
from bot.operations.plan import Back, Bound, Call, Impact, Nothing, Plan, Wait
from bot.operations.reader import Reader
from bot.operations.surroundings import marked, owner_warnings
from bot.operations.templates import images
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Bold, Code, Text, text


async def plan_abort(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """`{"status":{"abort":true}}`, where there is something to abort and something to go back to."""
    found = await find_rollout(cluster, arguments, "abort")
    name = Code(found.target.reference)
    if found.live.status.abort:
        return Nothing(target=found.target, message=text("{target} is aborted already.", target=name))
    if not found.observed:
        raise unobserved(found)
    if found.promoted:
        message = text("{target} is fully promoted: there is no update to abort.", target=name)
        return Nothing(target=found.target, message=message)
    if found.first:
        raise Refused(
            text("{target} has no version before this one to go back to.", target=name),
            target=found.target.title,
            next=text("Set another image, or scale it to 0."),
        )
    sets = await replica_sets(cluster, found)
    before, back_to = from_to(found, sets, back=True)
    call = status_call(found, ABORT, *UPDATE, effect=text("the update is aborted"))
    wait = Wait(id="step-2", condition="rollout-aborted", target=found.target, deadline=deadline_of(found))
    impact = _abort_impact(found)
    return Plan(
        summary=text("Abort the update of {target}", target=Code(found.target.title)),
        steps=(call, wait),
        pinned=pinned_arguments(arguments, targets=[found.target.reference]),
        before=before,
        after=back_to,
        note=_stays(found, template_of(sets, found.live.status.current_pod_hash)),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=await twin_warnings(cluster, found),
        back=Back(
            command_line=command_line(arguments, "argo", "rollouts", "retry", "rollout", found.target.name),
            label=text("Retry the update"),
            calls=(status_call(after(found, call), RETRY, *UPDATE),),
        ),
        recovery=True,
    )


def _abort_impact(found: Seen) -> Impact:
    """Pods of the new version: a canary's are replaced by stable ones, a preview's are only taken away."""
    new = found.live.status.updated_replicas
    if found.blue_green is not None:
        return Impact(pods=new, fate="removed")
    return impact_of(found, new)


def _stays(found: Seen, template: object) -> Text:
    """What an abort leaves: the spec asks for the aborted version as before."""
    names = ", ".join(dict.fromkeys(images(template).values())) if isinstance(template, dict) else ""
    return text(
        "Its spec stays on {version}, so that it is Degraded until it is retried, undone or changed.",
        version=Code(names or found.live.status.current_pod_hash),
    )


async def plan_retry(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """`{"status":{"abort":false}}`: the aborted update begins again at its first step."""
    found = await find_rollout(cluster, arguments, "retry rollout")
    if not found.live.status.abort:
        phase, message = phase_of(found)
        said = text(
            "{target} is not aborted: {phase}.", target=Code(found.target.reference), phase=Code(message or phase)
        )
        return Nothing(target=found.target, message=said)
    if not found.observed:
        raise unobserved(found)
    sets = await replica_sets(cluster, found)
    before, forward_to = from_to(found, sets, back=False)
    call = status_call(found, RETRY, *UPDATE, effect=text("the update is retried"))
    impact = impact_of(found)
    return Plan(
        summary=text("Retry the update of {target}", target=Code(found.target.title)),
        steps=(call, follow_version(found, 2)),
        pinned=pinned_arguments(arguments, targets=[found.target.reference]),
        before=before,
        after=forward_to,
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=(*_again(found), *await twin_warnings(cluster, found)),
        back=Back(
            command_line=command_line(arguments, "argo", "rollouts", "abort", found.target.name),
            label=text("Abort it again"),
            calls=(status_call(after(found, call), ABORT, *UPDATE),),
        ),
    )


def _again(found: Seen) -> tuple[Text, ...]:
    steps = text("It begins again at step 1 of {steps}.", steps=len(found.steps)) if found.steps else None
    why = text("It is the version that was aborted; nothing in it is different.")
    return (why,) if steps is None else (why, steps)


async def plan_pause(cluster: Reader, arguments: RolloutChangeArguments, *, paused: bool) -> Plan | Nothing:
    """`spec.paused`: by hand, beside the pauses of its steps. The plugin has no `resume`: its promote ends it."""
    found = await find_rollout(cluster, arguments, "pause" if paused else "resume")
    name = Code(found.target.reference)
    if found.live.spec.paused is paused:
        message = text("{target} is already paused.", target=name) if paused else _not_paused(found)
        return Nothing(target=found.target, message=message)
    call = _pause_call(found, paused=paused)
    verb, label = ("resume", text("Resume")) if paused else ("pause", text("Pause again"))
    title = Code(found.target.title)
    unseen = paused and found.live.spec.workload_ref is not None  # nothing in it says what would be let loose
    return Plan(
        summary=text("Pause {target}", target=title) if paused else text("Resume {target}", target=title),
        steps=(call, follow(found, 2)),
        pinned=pinned_arguments(arguments, targets=[found.target.reference]),
        before=where(found) if paused else text("paused by hand"),
        after=text("{value}", value=Bold("paused")) if paused else where(found),
        facts=() if paused else await released_facts(cluster, found),
        warnings=(
            *_pause_warnings(found, paused=paused),
            *owner_warnings(as_workload(found), marked(as_workload(found))),
        ),
        back=Back(
            command_line=command_line(arguments, "argo", "rollouts", verb, found.target.name),
            label=label,
            calls=() if unseen else (_pause_call(after(found, call), paused=not paused),),
        ),
    )


def _pause_call(found: Seen, *, paused: bool) -> Call:
    """To resume is to release, so that it is bound to what is there to be released."""
    if paused:
        return spec_call(found, PAUSE, "/spec/paused")
    return spec_call(found, RESUME, "/spec/paused", "/status/stableRS", *RELEASED)


def _not_paused(found: Seen) -> Text:
    if found.pauses:
        return text(
            "{target} is not paused by hand: it waits at a pause of its own, which a promotion ends.",
            target=Code(found.target.reference),
        )
    return text("{target} is not paused.", target=Code(found.target.reference))


def _pause_warnings(found: Seen, *, paused: bool) -> tuple[Text, ...]:
    if not paused:
        return (text("It stays at its own pause then: promote it to go on."),) if found.pauses else ()
    if found.promoted:
        return (text("No update is under way: it holds back the next one."),)
    return (text("The traffic stays as it is now; an abort works all the same."),)
