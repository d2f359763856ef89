"""`gitops`: what keeps a workload as git has it (Argo CD, Flux), and holding that still while one mends it by hand.

A roll-back that git does not know of is undone within a second where Argo CD heals by itself. So either the change
itself pauses the sync first (`rollout undo … --pause-sync`), or it is paused here; what git says comes back when it is
resumed.
"""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Annotated, Final

import msgspec

from bot.errors import NotUnderstood, Refused
from bot.operations.ages import age
from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.gitops import (
    APPLICATION,
    HELM_RELEASE,
    KUSTOMIZATION,
    SYNCERS,
    Sync,
    keeper_of,
    last_applied,
    sync_of,
)
from bot.operations.json import Object, resolve
from bot.operations.kinds import ROLLABLE, Kind, Target
from bot.operations.models import Lean
from bot.operations.operation import Family, Right
from bot.operations.patches import reached
from bot.operations.plan import Back, Nothing, Plan
from bot.operations.printers.listed import Listed
from bot.operations.printers.tables import Printer, declare_printer
from bot.operations.reader import Reader
from bot.operations.sync_back import SHORT, back_wait, back_warnings, brings_back, differing
from bot.operations.sync_pauses import FLAGS, LOOK, made_by, pause_steps, place_of, resume_body, resume_line, sync_call
from bot.operations.syncers import find_syncer, lists
from bot.operations.targets import find_targets, read_targets
from bot.operations.view import Action, Table, View
from bot.operations.workloads import command_line, pinned_arguments
from bot.text import Bold, Code, Text, text

KINDS: Final = (*SYNCERS, *ROLLABLE)
PAUSE: Final = tuple(Right("patch", kind) for kind in SYNCERS)
WORKLOADS: Final = tuple(Right("get", kind) for kind in ROLLABLE)

gitops = Family("gitops", text("See and pause what keeps workloads as git has them"))


class SyncArguments(ChangeArguments):
    """What keeps, or what is kept. `kept_in` is set when the plan is pinned: the keeper's own namespace."""

    targets: Annotated[
        tuple[str, ...], Words("KIND/NAME", text("the application, or a workload of it"), ("application", "deployment"))
    ] = ()
    kept_in: str = ""


class ResumeArguments(SyncArguments):
    """How Argo CD acted before; Flux has no such choice."""

    prune: Annotated[bool | None, Flag("--prune", "", "", text("also delete what git no longer has"))] = None
    self_heal: Annotated[bool | None, Flag("--self-heal", "", "", text("also put back what is changed by hand"))] = None
    allow_empty: Annotated[bool | None, Flag("--allow-empty", "", "", text("also where git has nothing left"))] = None


@gitops.read("status", rights=(*LOOK, *WORKLOADS), example="gitops status deploy/app")
async def status(cluster: Reader, arguments: SyncArguments) -> View:
    """Show what keeps a workload as git has it, whether it acts by itself, and what differs."""
    target, whole = await _syncer(cluster, arguments)
    sync = sync_of(target, whole)
    lines = [_acts(sync)]
    if sync.by:
        lines.append(text("{maker} makes it, and may put back how it acts.", maker=Code(sync.by)))
    if sync.revision:
        lines.append(_revision(sync))
    if source := _source(target.kind, whole):
        lines.append(text("It comes from {source}.", source=Code(source)))
    rows = differing(whole)
    table = Table(columns=("KIND", "NAMESPACE", "NAME"), rows=rows) if rows else None
    if rows:
        lines.append(text("These differ from git:"))
    place = shlex.join([target.reference, *place_of(target, arguments.context)])
    action = (
        Action(label=text("Pause sync"), command_line=f"gitops pause {place}")
        if sync.on
        else Action(label=text("Resume sync"), command_line=resume_line(sync, arguments.context))
    )
    title = text("{target}: {status}", target=Bold(target.reference), status=Code(sync.status or "Unknown"))
    return View(title=title, lines=tuple(lines), table=table, actions=(action,))


@gitops.change("pause", rights=(*LOOK, *WORKLOADS, *PAUSE), example="gitops pause application/shop")
async def pause(cluster: Reader, arguments: SyncArguments) -> Plan | Nothing:
    """Stop Argo CD or Flux from putting things back, until it is resumed (argocd app set --sync-policy none).

    It is watched for some seconds that nothing puts that back: an ApplicationSet may.
    """
    target, whole = await _syncer(cluster, arguments)
    sync = sync_of(target, whole)
    if not sync.on:
        return Nothing(target=target, message=text("The sync of {target} is paused already.", target=_name(target)))
    paused = msgspec.structs.replace(sync, policy=None if target.kind == APPLICATION else True)
    return Plan(
        summary=text("Pause the sync of {target}", target=_name(target)),
        steps=pause_steps(sync, 1),
        pinned=pinned_arguments(arguments, targets=[target.reference], kept_in=target.namespace),
        before=_acts(sync),
        after=text("it does nothing by itself"),
        warnings=made_by(sync),
        back=Back(
            command_line=resume_line(sync, arguments.context),
            label=text("Resume sync"),
            calls=(sync_call(paused, resume_body(target.kind, sync.policy), "step-1"),),
        ),
    )


@gitops.change("resume", rights=(*LOOK, *WORKLOADS, *PAUSE), example="gitops resume application/shop --self-heal")
async def resume(cluster: Reader, arguments: ResumeArguments) -> Plan | Nothing:
    """Let Argo CD or Flux act by itself again: what differs from git is put back.

    How Argo CD acted before is said by its flags; the button after a pause has them.
    """
    target, whole = await _syncer(cluster, arguments)
    sync = sync_of(target, whole)
    policy = _policy(target.kind, arguments)
    resumed = msgspec.structs.replace(sync, policy=policy)
    call = sync_call(sync, resume_body(target.kind, policy), "step-1")
    if sync.on and (target.kind != APPLICATION or reached(call.body, call.content_type, whole)):
        return Nothing(target=target, message=text("{target} acts by itself already.", target=_name(target)))
    return Plan(
        summary=text("Resume the sync of {target}", target=_name(target)),
        steps=(call, back_wait(sync, 2)) if brings_back(resumed, whole) else (call,),
        pinned=pinned_arguments(arguments, targets=[target.reference], kept_in=target.namespace),
        before=_acts(sync),
        after=_acts(resumed),
        warnings=back_warnings(resumed, whole),
        back=Back(
            command_line=command_line(arguments, "gitops", "pause", target.reference), label=text("Pause sync again")
        ),
    )


async def _syncer(cluster: Reader, arguments: SyncArguments) -> tuple[Target, Object]:
    """What is named, or what keeps the workload that is named. Raises `Refused` where nothing does."""
    named = read_targets(arguments.targets, KINDS)
    if len(named) == 1 and named[0].kind in SYNCERS:
        kind = named[0].kind
        return await find_syncer(cluster, kind, named[0].name, arguments.kept_in or arguments.namespace)
    (target, *others) = await find_targets(cluster, arguments.targets, arguments.namespace, ROLLABLE)
    if others:
        raise NotUnderstood(text("One at a time."), next=text("Ask for {target} first.", target=Code(target.reference)))
    keeper = keeper_of(target, await cluster.get(target.kind, target.name, target.namespace, Object))
    if keeper is None or keeper.kind is None:
        raise Refused(
            text("Nothing keeps {target} as git has it.", target=Code(target.reference)),
            why=text("It carries no mark of Argo CD or Flux."),
            next=text("A change of it stays."),
        )
    if not keeper.name and keeper.applied is not None:
        raise Refused(
            text("What keeps {target} as git has it is not known.", target=Code(target.reference)),
            why=last_applied(keeper.tool, keeper.kind, keeper.applied),
            next=text("Name it itself, if that is what you mean: {name}", name=Code(f"{keeper.kind.singular}/NAME")),
        )
    syncer, whole = await find_syncer(cluster, keeper.kind, keeper.name, keeper.namespace)
    if not lists(keeper.kind, whole, target):
        name = Code(keeper.reference)
        raise Refused(
            text("{keeper} does not list {target} as its own.", keeper=name, target=Code(target.reference)),
            why=text("A mark alone anybody can write."),
            next=text("Name it itself, if that is what you mean: {name}", name=name),
        )
    return syncer, whole


def _policy(kind: Kind, arguments: ResumeArguments) -> Object | None:
    """Argo CD's `automated`: what is not asked for is left out, as `argocd app set` leaves it."""
    if kind == APPLICATION:
        asked = {"prune": arguments.prune, "selfHeal": arguments.self_heal, "allowEmpty": arguments.allow_empty}
        return {key: wanted for key, wanted in asked.items() if wanted is not None}
    if arguments.prune or arguments.self_heal or arguments.allow_empty:
        raise NotUnderstood(
            text("{kind} takes no {flags}.", kind=Code(kind.kind), flags=Code(", ".join(FLAGS))),
            next=text("Leave them out: it acts as it is declared."),
        )
    return None


def _name(target: Target) -> Code:
    return Code(f"{target.namespace}/{target.reference}")


def _acts(sync: Sync) -> Text:
    if not sync.on:
        return text("it does nothing by itself")
    if sync.heals:
        return text("it puts back what is changed by hand")
    return text("it follows git, and leaves what is changed by hand until then")


def _revision(sync: Sync) -> Text:
    """Argo CD says with what it compared, which need not be what runs; Flux what it applied."""
    revision = Code(sync.revision[:SHORT])
    if sync.target.kind == APPLICATION:
        return text("Git is at {revision}.", revision=revision)
    return text("It has revision {revision}.", revision=revision)


def _source(kind: Kind, whole: Object) -> str:
    if kind == APPLICATION:
        said = [resolve(whole, f"/spec/source/{each}") for each in ("repoURL", "path", "targetRevision")]
    else:
        said = [resolve(whole, f"/spec/{each}") for each in ("sourceRef/kind", "sourceRef/name", "path")]
    return " ".join(each for each in said if isinstance(each, str))[:300]


def _application_cells(found: _Kept, now: datetime) -> tuple[str, ...]:
    status = found.status
    cells = ("/sync/status", "/health/status", "/sync/revision")
    return (found.metadata.name, *(str(resolve(status, each) or "") for each in cells), found.spec.project)


def _flux_cells(found: _Kept, now: datetime) -> tuple[str, ...]:
    conditions = resolve(found.status, "/conditions")
    listed = conditions if isinstance(conditions, list) else []
    ready = next((each for each in listed if resolve(each, "/type") == "Ready"), None)
    said = (str(resolve(ready, field) or "") for field in ("/status", "/message"))
    return (found.metadata.name, age(found.metadata.creation_timestamp, now), *said)


class _Spec(Lean, frozen=True, kw_only=True):
    project: str = ""


class _Kept(Listed, frozen=True, kw_only=True):
    spec: _Spec = _Spec()
    status: Object = msgspec.field(default_factory=dict)


declare_printer(
    APPLICATION,
    Printer(
        model=_Kept,
        columns=("NAME", "SYNC STATUS", "HEALTH STATUS", "+REVISION", "+PROJECT"),
        cells=_application_cells,
        well=lambda found: resolve(found.status, "/health/status") == "Healthy",
    ),
)
for _kind in (KUSTOMIZATION, HELM_RELEASE):
    declare_printer(_kind, Printer(model=_Kept, columns=("NAME", "AGE", "READY", "STATUS"), cells=_flux_cells))
