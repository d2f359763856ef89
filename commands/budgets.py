"""`create pdb`, `set pdb` and `delete pdb`: how many pods an eviction has to leave."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal

from bot.errors import Choice, NotFound, NotUnderstood, Refused
from bot.operations.arguments import ChangeArguments, Flag, PauseSync, Words
from bot.operations.budget_cover import read_cover
from bot.operations.budget_ends import Made, back_from_deletion, delete_call
from bot.operations.budget_limits import read_limit
from bot.operations.budgets import (
    COVER,
    Found,
    change_of,
    covered,
    kept,
    limit_warnings,
    look_of,
    observed_wait,
    plan_limit,
    read_budget,
    shown,
    standing,
    waiting_warnings,
)
from bot.operations.json import Object, resolve
from bot.operations.kinds import PDB, Target
from bot.operations.operation import Family, Right
from bot.operations.owned_keys import check_keys
from bot.operations.pairs import Field, read_pairs
from bot.operations.patches import same
from bot.operations.plan import Back, Call, Nothing, Plan, Wait
from bot.operations.queries import stored_selector
from bot.operations.reader import Reader
from bot.operations.redaction import refuse_secrets
from bot.operations.surroundings import facts_of
from bot.operations.sync_pauses import LOOK, PAUSE, pausing_first
from bot.operations.targets import read_targets
from bot.operations.workloads import DryRun, command_line, pinned_arguments, refuse_dry_run
from bot.text import Code, text

budgets = Family("", text("Say how many pods an eviction has to leave"))
limits = Family("", text("Change how many pods an eviction has to leave"), cli="")

Name = Annotated[str, Words("PDB", text("the budget"), ("poddisruptionbudget",))]
Least = Annotated[str, Flag("--min-available", "", "COUNT", text("so many pods stay: a number, or a share like 50%"))]
Most = Annotated[str, Flag("--max-unavailable", "", "COUNT", text("so many pods may be away at once"))]


class CreateArguments(ChangeArguments):
    """As `kubectl create pdb` takes them; the last three so that one that was deleted can be made as it was."""

    name: Annotated[str, Words("NAME", text("its name"))] = ""
    selector: Annotated[str, Flag("--selector", "", "SELECTOR", text("the labels of its pods"))] = ""
    min_available: Least = ""
    max_unavailable: Most = ""
    unhealthy_pod_eviction_policy: Annotated[
        Literal["", "IfHealthyBudget", "AlwaysAllow"],
        Flag("--unhealthy-pod-eviction-policy", help=text("whether pods that are not ready may always go")),
    ] = ""
    label: Annotated[tuple[str, ...], Flag("--label", "", "KEY=VALUE", text("a label of it"), split=False)] = ()
    annotation: Annotated[tuple[str, ...], Flag("--annotation", "", "TEXT", text("KEY=VALUE of it"), split=False)] = ()
    dry_run: DryRun = "none"


class SetArguments(ChangeArguments):
    """One of the two limits; the other one goes."""

    name: Name = ""
    min_available: Least = ""
    max_unavailable: Most = ""
    pause_sync: PauseSync = False
    dry_run: DryRun = "none"


class DeleteArguments(ChangeArguments):
    """As `kubectl delete pdb` takes them, one at a time."""

    name: Name = ""
    pause_sync: PauseSync = False
    dry_run: DryRun = "none"


@budgets.change(
    "create pdb",
    short=("create poddisruptionbudget",),
    rights=(Right("get", PDB), *COVER, Right("create", PDB)),
    example="create pdb app --selector=app=app --min-available=2",
)
async def create_budget(cluster: Reader, arguments: CreateArguments) -> Plan | Nothing:
    """Make a disruption budget: how many pods a drain has to leave (kubectl create pdb).

    What it covers and how many pods may go by it is reckoned before anyone is asked.
    """
    refuse_dry_run(arguments.dry_run)
    target = _target(arguments.name, arguments.namespace)
    if not arguments.selector.strip():
        raise NotUnderstood(
            text("a selector must be specified"),
            next=text("Write it like {example}.", example=Code("create pdb app --selector=app=app --min-available=2")),
        )
    made = Made(
        target=target,
        limit=read_limit(arguments.min_available, arguments.max_unavailable),
        selector=stored_selector(arguments.selector),
        policy=arguments.unhealthy_pod_eviction_policy,
        labels=_pairs(arguments.label, "labels", target),
        annotations=_pairs(arguments.annotation, "annotations", target),
    )
    if (there := await _already(cluster, made, arguments)) is not None:
        return there
    cover = await read_cover(cluster, target, made.selector)
    return Plan(
        summary=text("Make the budget {pdb}", pdb=Code(target.title)),
        steps=(made.call, observed_wait(target, made.limit)),
        pinned=pinned_arguments(arguments, name=target.name),
        after=shown(made.limit, cover.allowed(made.limit)),
        note=covered(cover, made.selector),
        warnings=limit_warnings(made.limit, cover),
        back=Back(
            command_line=command_line(arguments, "delete", "pdb", target.name),
            label=text("Delete {pdb}", pdb=target.reference),
            calls=(Call(id="step-1", verb="delete", target=target, body={"propagationPolicy": "Background"}),),
        ),
        look=look_of(target),
    )


@limits.change(
    "set pdb",
    short=("set poddisruptionbudget",),
    rights=(Right("get", PDB), *COVER, Right("patch", PDB), *LOOK, *PAUSE),
    example="set pdb app --min-available=2",
)
async def set_limit(cluster: Reader, arguments: SetArguments) -> Plan | Nothing:
    """Change how many pods a disruption budget leaves; --min-available and --max-unavailable take each other's place.

    A drain that waits for the budget goes on by itself as soon as it lets a pod go.
    """
    refuse_dry_run(arguments.dry_run)
    limit = read_limit(arguments.min_available, arguments.max_unavailable)
    found = await read_budget(cluster, _target(arguments.name, arguments.namespace))
    pinned = pinned_arguments(arguments, name=found.target.name)
    return plan_limit(change_of(found, limit), arguments, pinned, pause_sync=arguments.pause_sync)


@budgets.change(
    "delete pdb",
    short=("delete poddisruptionbudget", "delete poddisruptionbudgets"),
    rights=(Right("get", PDB), *COVER, Right("delete", PDB), *LOOK, *PAUSE),
    example="delete pdb app",
)
async def delete_budget(cluster: Reader, arguments: DeleteArguments) -> Plan | Nothing:
    """Delete a disruption budget: nothing keeps its pods from being evicted any more (kubectl delete pdb).

    The way back makes it again as it was, but for what other tools wrote on it.
    """
    refuse_dry_run(arguments.dry_run)
    found = await read_budget(cluster, _target(arguments.name, arguments.namespace))
    target, cover = found.target, found.cover
    if found.live.metadata.terminating:
        said = text("{targets} is being deleted already.", targets=Code(target.reference))
        return Nothing(target=target, message=said)
    back, told = back_from_deletion(found, arguments)
    free = text("All {count} pods may then be evicted at once.", count=len(cover.pods))
    plan = Plan(
        summary=text("Delete the budget {pdb}", pdb=Code(target.title)),
        steps=(
            delete_call(found),
            Wait(id="step-2", condition="deleted", target=target, deadline=60, arguments={"uid": found.seen.uid}),
        ),
        pinned=pinned_arguments(arguments, name=target.name),
        before=standing(found),
        after=text("no budget"),
        note=covered(cover, found.live.spec.selector),
        facts=facts_of(found.seen, found.around),
        warnings=(
            *waiting_warnings(found, None),
            *((free,) if _alone(found) else ()),
            *kept(found, pause_sync=arguments.pause_sync),
            *told,
        ),
        back=back,
        destructive=True,
        look="get pdb",
    )
    return pausing_first(plan, (found.around,)) if arguments.pause_sync else plan


def _alone(found: Found) -> bool:
    """Whether no other budget covers any of its pods."""
    return bool(found.cover.pods) and not found.cover.doubled[0]


def _target(word: str, namespace: str) -> Target:
    """The one budget, `pdb/NAME` too."""
    if not word:
        raise NotUnderstood(
            text("exactly one NAME is required, got 0"),
            next=text("Write it like {example}.", example=Code("delete pdb app")),
        )
    return Target(
        kind=PDB, name=read_targets((word if "/" in word else f"pdb/{word}",), (PDB,))[0].name, namespace=namespace
    )


def _pairs(words: tuple[str, ...], field: Field, target: Target) -> dict[str, str]:
    """Labels or annotations to make it with, under the rules of `label` and `annotate`."""
    wanted = read_pairs(words, field).wanted if words else {}
    gone = next((key for key, value in wanted.items() if value is None), None)
    if gone is not None:
        raise NotUnderstood(text("{key} needs a value.", key=Code(gone)), next=text("Nothing was done."))
    found = {key: value for key, value in wanted.items() if value is not None}
    check_keys(found, title=target.title)
    refuse_secrets(found)
    return found


async def _already(cluster: Reader, made: Made, arguments: CreateArguments) -> Nothing | None:
    """Nothing to do where the very same one is there. Raises `Refused` for another one of its name."""
    target = made.target
    with suppress(NotFound):
        whole: Object = await cluster.get(PDB, target.name, target.namespace, Object)
        wanted = made.call.body
        if same(resolve(whole, "/spec"), resolve(wanted, "/spec")):
            said = text("{pdb} is there already and asks for just that.", pdb=Code(target.reference))
            return Nothing(target=target, message=said)
        line = command_line(arguments, "set", "pdb", target.name, made.limit.flag)
        other = same(resolve(whole, "/spec/selector"), resolve(wanted, "/spec/selector"))
        raise Refused(
            text("poddisruptionbudgets.policy {name} already exists", name=Code(target.name)),
            target=target.title,
            next=text("Change its limit instead: {command}.", command=Code(line))
            if other
            else text("Take another name, or delete that one first."),
            choices=(Choice(label=line, command_line=line),) if other else (),
        )
    return None
