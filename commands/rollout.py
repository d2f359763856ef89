"""`rollout`: status, history, undo, restart, pause and resume of Deployments, StatefulSets and DaemonSets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import partial
from typing import Annotated, Final

import msgspec
from pydantic import NonNegativeInt

from bot.errors import NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.ages import parse_duration
from bot.operations.argo import twins
from bot.operations.argo.glance import likely_next, taking
from bot.operations.argo.rollout import Seen as Rollout
from bot.operations.argo.sharing import sharing_of
from bot.operations.arguments import WORKLOAD_WORDS, Arguments, Flag, PauseSync, Words, WorkloadArguments
from bot.operations.conditions import ROLLED_OUT
from bot.operations.json import Object
from bot.operations.kinds import CONTROLLER_REVISION, DEPLOYMENT, PDB, POD, REPLICASET, ROLLABLE
from bot.operations.models import Pod
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Bound, Impact, Nothing, Plan
from bot.operations.progress import Observation
from bot.operations.reader import Reader
from bot.operations.revision_views import revision_view, revisions_view
from bot.operations.revisions import Past, find_revision, is_live, read_history
from bot.operations.rollbacks import (
    back_from_undo,
    back_from_undos,
    choose_revisions,
    paused_refusal,
    undo_warnings,
    with_revisions,
)
from bot.operations.rollout_calls import pause_call, restart_call, restarted_since
from bot.operations.rollouts import deadline_of
from bot.operations.selectors import selector_of
from bot.operations.targets import find_targets
from bot.operations.template_changes import Changed, look_around_all, plan_of, read_workloads
from bot.operations.view import Live, View
from bot.operations.workloads import DryRun, Seen, command_line, many, pinned_arguments, read_workload, refuse_dry_run
from bot.text import Bold, Code, Text, text

LOOK: Final = (*(Right("get", kind) for kind in ROLLABLE), *twins.LOOK, *twins.BESIDE)
FOLLOW: Final = tuple(Right(verb, kind) for verb in ("list", "watch") for kind in (*ROLLABLE, POD))
"""A person who follows a roll-out watches its object and pods with their own rights."""
HISTORY: Final = (Right("list", REPLICASET), Right("list", CONTROLLER_REVISION))
AROUND: Final = (Right("list", PDB), *sync_pauses.LOOK)
PATCH: Final = tuple(Right("patch", kind) for kind in ROLLABLE)

rollout = Family("rollout", text("Manage the roll-out of one or many workloads"))


class LookArguments(Arguments):
    """A workload to look at."""

    targets: Annotated[tuple[str, ...], Words("KIND/NAME", text("the workload"), WORKLOAD_WORDS)] = ()
    revision: Annotated[NonNegativeInt, Flag("--revision", "", "N", text("this revision"))] = 0


class StatusArguments(LookArguments):
    """As `kubectl rollout status` takes them."""

    watch: Annotated[bool, Flag("--watch", "-w", "", text("follow it to its end; on by default"))] = True
    timeout: Annotated[str, Flag("--timeout", "", "DURATION", text("follow it this long at most, e.g. 5m"))] = "0s"


class UndoArguments(WorkloadArguments):
    """As `kubectl rollout undo` takes them. `template_hashes`, one a target, are set when the plan is pinned."""

    to_revision: Annotated[NonNegativeInt, Flag("--to-revision", "", "N", text("0 means the previous one"))] = 0
    dry_run: DryRun = "none"
    pause_sync: PauseSync = False
    template_hashes: tuple[str, ...] = ()


class RestartArguments(WorkloadArguments):
    """As `kubectl rollout restart` takes them. `restarted_at` is set when the plan is pinned."""

    pause_sync: PauseSync = False
    restarted_at: str = ""


@rollout.read("status", short=("status",), rights=(*LOOK, *FOLLOW), example="rollout status deploy/app")
async def status(cluster: Reader, arguments: StatusArguments) -> View | Live:
    """Follow a roll-out to its end (kubectl rollout status).

    A Deployment without pods whose template a Rollout takes has none of its own: it is shown how the Rollout stands.
    """
    seen, rollouts = await _only_one(cluster, arguments, "status")
    takers = sharing_of(seen.target, rollouts).takers
    seconds = parse_duration(arguments.timeout)
    if seconds is None:
        raise NotUnderstood(
            text("{written} is no duration.", written=Code(arguments.timeout)),
            next=text("Write it like {example}.", example=Code("--timeout=5m")),
        )
    title = text("Roll-out of {target}", target=Code(seen.target.title))
    pinned: Object = {"revision": arguments.revision} if arguments.revision else {}
    if arguments.watch and (seen.replicas or not takers):
        if takers:
            others = Code(many(tuple(each.target for each in takers)))
            title = text("{title}, not that of {rollouts}, which takes its template", title=title, rollouts=others)
        deadline = int(seconds) or deadline_of(seen)
        return Live(title=title, condition="rolled-out", target=seen.target, deadline=deadline, arguments=pinned)
    pods = await cluster.list(POD, seen.target.namespace, Pod, labels=selector_of(seen.live.spec.selector))
    progress = ROLLED_OUT.evaluate(
        Observation(target=_with_kind(seen), pods=pods, arguments={**pinned}, now=cluster.now)
    )
    said = (progress.failed or progress.message, progress.stuck)
    lines = (*(each for each in said if each is not None), *map(taking, takers))
    return View(
        title=title, lines=lines, actions=tuple(likely_next(each, partial(command_line, arguments)) for each in takers)
    )


@rollout.read("history", short=("history",), rights=(*LOOK, *HISTORY), example="rollout history deploy/app")
async def history(cluster: Reader, arguments: LookArguments) -> View:
    """List the revisions of a workload, or show one of them (kubectl rollout history).

    With --revision=N its pod template is shown, without values of variables.
    """
    seen, _ = await _only_one(cluster, arguments, "history")
    past = await read_history(cluster, seen)
    if arguments.revision:
        return revision_view(seen, find_revision(seen, past, arguments.revision))
    return revisions_view(seen, past, cluster.now)


@rollout.change(
    "undo",
    short=("undo", "rollback"),
    rights=(*LOOK, *HISTORY, *AROUND, *PATCH, *sync_pauses.PAUSE),
    example="rollout undo deploy/app --to-revision=3",
)
async def undo(cluster: Reader, arguments: UndoArguments) -> Plan | Nothing:
    """Roll back to an earlier revision (kubectl rollout undo).

    The previous one, or the one of --to-revision. "Previous" is resolved once, when it is asked for.

    It counts as a recovery if it goes to an older revision while what runs now is not healthy. That the older one was
    healthy cannot be read from ReplicaSets or ControllerRevisions: nothing in them says how it went.
    """
    refuse_dry_run(arguments.dry_run)
    workloads, rollouts = await _workloads(cluster, arguments, "undo")
    chosen = await choose_revisions(cluster, workloads, arguments.to_revision, arguments.template_hashes)
    wanted = [each for each in chosen if not is_live(each.seen, each.past)]
    if not wanted:
        return Nothing(
            target=workloads[0].target,
            message=text(
                "skipped rollback (current template already matches revision {revision})",
                revision=chosen[0].past.revision,
            ),
        )
    around = await look_around_all(cluster, [each.seen for each in wanted], rollouts)
    changes = [each.change(near) for each, near in zip(wanted, around, strict=True)]
    alone = len(chosen) == 1
    plan = plan_of(
        changes,
        summary=_summary(changes, wanted[0].past),
        pinned=pinned_arguments(
            arguments,
            targets=[each.seen.target.reference for each in chosen],
            to_revision=chosen[0].past.revision if alone else arguments.to_revision,
            template_hashes=[each.past.hash for each in chosen],
        ),
        back=back_from_undo(changes[0], wanted[0].live, arguments)
        if alone
        else back_from_undos(changes, [each.live for each in chosen], arguments),
        warnings=[warning for each in changes for warning in undo_warnings(each.seen)],
        pause_sync=arguments.pause_sync,
    )
    return with_revisions(plan, wanted[0] if alone else None, recovery=all(each.recovers for each in wanted))


@rollout.change(
    "restart",
    short=("restart",),
    rights=(*LOOK, *AROUND, *PATCH, *sync_pauses.PAUSE),
    example="rollout restart deploy/app",
)
async def restart(cluster: Reader, arguments: RestartArguments) -> Plan | Nothing:
    """Replace all pods of a workload, as its strategy allows (kubectl rollout restart)."""
    workloads, rollouts = await _workloads(cluster, arguments, "restart")
    stamp = arguments.restarted_at or cluster.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for seen in workloads:
        if seen.live.spec.paused:
            raise paused_refusal(seen, text("can't restart paused deployment (run rollout resume first)"))
    wanted = [seen for seen in workloads if not restarted_since(seen, stamp)]
    if not wanted:
        return Nothing(
            target=workloads[0].target,
            message=text("{targets} was restarted since.", targets=Code(many(tuple(w.target for w in workloads)))),
        )
    around = await look_around_all(cluster, wanted, rollouts)
    changes = [
        Changed(seen=seen, around=near, call=restart_call(seen, stamp))
        for seen, near in zip(wanted, around, strict=True)
    ]
    plan = plan_of(
        changes,
        summary=text("Restart {target}", target=Code(_titles(changes))),
        pinned=pinned_arguments(arguments, targets=[each.target.reference for each in workloads], restarted_at=stamp),
        pause_sync=arguments.pause_sync,
        against_git=False,
    )
    return msgspec.structs.replace(plan, note=None)


@rollout.change("pause", rights=(*LOOK, *AROUND, Right("patch", DEPLOYMENT)), example="rollout pause deploy/app")
async def pause(cluster: Reader, arguments: WorkloadArguments) -> Plan | Nothing:
    """Hold back changes of a Deployment's template until it is resumed (kubectl rollout pause)."""
    return await _pause_or_resume(cluster, arguments, paused=True)


@rollout.change("resume", rights=(*LOOK, *AROUND, Right("patch", DEPLOYMENT)), example="rollout resume deploy/app")
async def resume(cluster: Reader, arguments: WorkloadArguments) -> Plan | Nothing:
    """Let a paused Deployment roll out what was changed meanwhile (kubectl rollout resume)."""
    return await _pause_or_resume(cluster, arguments, paused=False)


async def _pause_or_resume(cluster: Reader, arguments: WorkloadArguments, *, paused: bool) -> Plan | Nothing:
    workloads, rollouts = await _workloads(cluster, arguments, "pause" if paused else "resume")
    for seen in workloads:
        if seen.target.kind != DEPLOYMENT:
            what = text("pausing is not supported") if paused else text("resuming is not supported")
            raise Refused(
                what,
                target=seen.target.title,
                why=text("Only Deployments can be paused."),
                next=text("Leave it out, and ask again."),
            )
    wanted = [seen for seen in workloads if seen.live.spec.paused is not paused]
    if not wanted:
        names = Code(many(tuple(each.target for each in workloads)))
        return Nothing(
            target=workloads[0].target,
            message=text("{target} is already paused.", target=names)
            if paused
            else text("{target} is not paused.", target=names),
        )
    around = await look_around_all(cluster, wanted, rollouts)
    changes = [
        Changed(seen=seen, around=near, call=pause_call(seen, paused=paused))
        for seen, near in zip(wanted, around, strict=True)
    ]
    title = Code(_titles(changes))
    verb, label = ("resume", text("Resume")) if paused else ("pause", text("Pause again"))
    back = Back(
        command_line=command_line(arguments, "rollout", verb, *(each.target.reference for each in wanted)),
        label=label,
        calls=tuple(
            msgspec.structs.replace(pause_call(each.after, paused=not paused), id=f"step-{number}")
            for number, each in enumerate(changes, 1)
        ),
    )
    plan = plan_of(
        changes,
        summary=text("Pause {target}", target=title) if paused else text("Resume {target}", target=title),
        pinned=pinned_arguments(arguments, targets=[each.target.reference for each in workloads]),
        back=back,
        against_git=False,
    )
    if paused or not all(each.healthy and each.observed for each in wanted):
        return plan
    return msgspec.structs.replace(plan, impact=Impact(), bound=Bound())  # nothing was changed while it was paused


def _summary(changes: Sequence[Changed], past: Past) -> Text:
    if len(changes) > 1:
        return text("Roll back {target}", target=Code(_titles(changes)))
    return text(
        "Roll {target} back to revision {revision}", target=Code(_titles(changes)), revision=Bold(str(past.revision))
    )


def _titles(changes: Sequence[Changed]) -> str:
    return ", ".join(each.seen.target.title for each in changes)


async def _workloads(cluster: Reader, arguments: WorkloadArguments, verb: str) -> tuple[list[Seen], list[Rollout]]:
    reading = read_workloads(cluster, arguments.targets, arguments.namespace)
    found = await twins.unless_rollout(reading, cluster, arguments, targets=arguments.targets, verb=verb)
    return found, await twins.told_apart(cluster, arguments, workloads=found, verb=verb)


async def _only_one(cluster: Reader, arguments: LookArguments, verb: str) -> tuple[Seen, list[Rollout]]:
    reading = _read_one(cluster, arguments)
    found = await twins.unless_rollout(reading, cluster, arguments, targets=arguments.targets, verb=verb)
    return found, await twins.told_apart(cluster, arguments, workloads=[found], verb=verb)


async def _read_one(cluster: Reader, arguments: LookArguments) -> Seen:
    targets = await find_targets(cluster, arguments.targets, arguments.namespace, ROLLABLE)
    if len(targets) > 1:
        raise NotUnderstood(
            text("One workload at a time."), next=text("Ask for {target} first.", target=Code(targets[0].reference))
        )
    return await read_workload(cluster, targets[0])


def _with_kind(seen: Seen) -> Object:
    return {**seen.whole, "kind": seen.target.kind.kind}
