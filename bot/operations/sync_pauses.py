"""Holding a GitOps tool still: the calls that pause and resume its sync, and a plan that pauses it first."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

import msgspec

from bot.errors import Refused
from bot.operations.conditions import declare_condition
from bot.operations.gitops import (
    APPLICATION,
    KUSTOMIZATION,
    SYNCERS,
    Keeper,
    Sync,
    last_applied,
    sync_of,
    target_of,
    under_way,
)
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Kind, Target
from bot.operations.operation import Right
from bot.operations.plan import Call, ContentType, Plan, Precondition, Wait
from bot.operations.progress import Condition, Observation, Progress, failed
from bot.operations.surroundings import Surroundings
from bot.operations.view import Action, Row
from bot.text import Code, Text, text

LOOK: Final = tuple(Right(verb, kind) for kind in SYNCERS for verb in ("get", "list"))
PAUSE: Final = tuple(Right("patch", kind) for kind in (APPLICATION, KUSTOMIZATION))
"""A HelmRelease does not list what it keeps, so it is paused by its own name only."""
IN_SYNC: Final = ("Synced", "ReconciliationSucceeded")
AUTOMATED: Final = ("enabled", "prune", "selfHeal", "allowEmpty")
"""What Argo CD's `automated` may say."""
FLAGS: Final = {"--prune": "/prune", "--self-heal": "/selfHeal", "--allow-empty": "/allowEmpty"}
STEADY: Final = 5
"""Seconds: what keeps an Application itself puts it back within one (seen with Argo CD 3.3)."""


def pause_body(kind: Kind) -> Object:
    """The merge patch that ends acting by itself; Argo CD's as `argocd app set --sync-policy none` leaves it."""
    return {"spec": {"syncPolicy": {"automated": None}}} if kind == APPLICATION else {"spec": {"suspend": True}}


def resume_body(kind: Kind, policy: JSON) -> Object:
    """The one that begins it again, and leaves of Argo CD's `automated` what `policy` says and no more."""
    if kind == APPLICATION:
        said = policy if isinstance(policy, dict) else {}
        return {"spec": {"syncPolicy": {"automated": {**dict.fromkeys(AUTOMATED), **said}}}}
    return {"spec": {"suspend": False}}


def sync_call(sync: Sync, body: Object, step: str) -> Call:
    """A change of the field that says whether it acts by itself."""
    return Call(
        id=step,
        verb="patch",
        target=sync.target,
        content_type=ContentType.MERGE_PATCH,
        body=body,
        uid=sync.uid,
        preconditions=(Precondition(pointer=sync.pointer, value=sync.policy),),
    )


def pause_steps(sync: Sync, step: int) -> tuple[Call, Wait]:
    """Pausing, and seeing that it stays so: whoever makes the Application may put its field back."""
    wait = Wait(
        id=f"step-{step + 1}", condition=SYNC_PAUSED.name, target=sync.target, deadline=60, steady=STEADY, group=1
    )
    return sync_call(sync, pause_body(sync.target.kind), f"step-{step}"), wait


def pausing_first(plan: Plan, around: Sequence[Surroundings], git_says: str = "") -> Plan:
    """The plan with the syncs paused in groups of their own in front, and the question what becomes of them after it.

    `git_says` is the version that git still has, where that is known. Raises `Refused` where a keeper cannot be seen.
    """
    syncs = [_seen(each) for each in around]
    acting = list({each.target.path: each for each in syncs if each is not None and each.on}.values())
    if not acting:
        return plan
    first = [step for number, each in enumerate(acting) for step in pause_steps(each, 2 * number + 1)]
    rest = [
        msgspec.structs.replace(step, id=f"step-{number}", group=step.group + 2)
        for number, step in enumerate(plan.steps, len(first) + 1)
    ]
    paused = {each.target.path for each in acting}
    return msgspec.structs.replace(
        plan,
        steps=(*first, *rest),
        facts=tuple(fact for fact in plan.facts if fact.target.path not in paused),
        afterwards=(*plan.afterwards, *(resuming(each, str(plan.pinned["context"]), git_says) for each in acting)),
        warnings=(*plan.warnings, *(warning for each in acting for warning in made_by(each))),
        includes=(*plan.includes, "gitops pause"),
    )


def _seen(around: Surroundings) -> Sync | None:
    keeper, sync = around.keeper, around.sync
    if keeper is None or keeper.kind is None or (sync is not None and sync.listed):
        return sync
    raise Refused(
        text("The sync of {keeper} cannot be paused.", keeper=Code(keeper.reference)),
        why=_unseen(keeper, keeper.kind, sync),
        next=text("Leave {flag} out, or ask someone who may.", flag=Code("--pause-sync")),
    )


def _unseen(keeper: Keeper, kind: Kind, sync: Sync | None) -> Text:
    if keeper.applied is not None:
        return last_applied(keeper.tool, kind, keeper.applied)
    if sync is None:
        return text("It is not there, or you may not read it.")
    return text("It does not list this workload as its own; a mark alone anybody can write.")


def made_by(sync: Sync) -> tuple[Text, ...]:
    """That what makes the keeper itself may put its sync back."""
    if not sync.by:
        return ()
    return (
        text(
            "{maker} makes {target} and may put its sync back; I look for some seconds.",
            maker=Code(sync.by),
            target=Code(sync.target.reference),
        ),
    )


def resuming(sync: Sync, context: str, git_says: str) -> Row:
    """What is left to decide once a sync was paused."""
    target = Code(sync.target.reference)
    said = (
        text("git still says {version}; the sync of {target} stays paused.", version=Code(git_says), target=target)
        if git_says
        else text("git may say something else; the sync of {target} stays paused.", target=target)
    )
    return Row(line=said, action=Action(label=text("Resume sync"), command_line=resume_line(sync, context)))


def resume_line(sync: Sync, context: str) -> str:
    """The command line that brings back how it acted, wherever it is pressed: a card is shown in channels of other
    clusters too.
    """
    words = ["gitops", "resume", sync.target.reference, *place_of(sync.target, context)]
    said = {flag: resolve(sync.policy, at) for flag, at in FLAGS.items()} if sync.target.kind == APPLICATION else {}
    flags = [flag if value else f"{flag}=false" for flag, value in said.items() if isinstance(value, bool)]
    return shlex.join([*words, *flags])


def place_of(target: Target, context: str) -> list[str]:
    """The words that say where it is."""
    return ["-n", target.namespace, *([f"--context={context}"] if context else [])]


def sync_paused(seen: Observation) -> Progress:
    """Done when it acts by itself no more; failed when something has put that back."""
    if seen.target is None:
        return failed(text("it was deleted"))
    found = sync_of(target_of(seen.target), seen.target)
    if not found.on and found.target.kind == APPLICATION and under_way(seen.target):
        return Progress(message=text("its sync is paused; one that had begun still runs"))
    if not found.on:
        return Progress(done=True, message=text("its sync is paused"))
    back = (
        text("{maker} has put its sync back: pause that one first", maker=Code(found.by))
        if found.by
        else text("something else has put its sync back")
    )
    return failed(back)


SYNC_PAUSED: Final = declare_condition(Condition(name="sync-paused", evaluate=sync_paused, pods=None))
