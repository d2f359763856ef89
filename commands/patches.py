"""`patch`, pasted from kubectl: a Service's selector, and a disruption budget's limit. Other patches are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from bot.errors import NotUnderstood
from bot.operations.arguments import ChangeArguments, Flag, PauseSync, Words
from bot.operations.budget_patches import patch_change
from bot.operations.budgets import COVER, plan_limit, read_budget
from bot.operations.json import JSON
from bot.operations.kinds import (
    DAEMONSET,
    ENDPOINT_SLICE,
    PDB,
    POD,
    REPLICASET,
    SERVICE,
    STATEFULSET,
    Target,
)
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.selector_patches import EXAMPLE, TYPES, recognised
from bot.operations.switches import Switch, read_service
from bot.operations.switching import plan_switch
from bot.operations.sync_pauses import LOOK, PAUSE
from bot.operations.workloads import DryRun, pinned_arguments, refuse_dry_run
from bot.text import Code, text

SWITCHING = (
    *(Right("get", kind) for kind in (SERVICE, REPLICASET, STATEFULSET, DAEMONSET)),
    *(Right("list", kind) for kind in (POD, ENDPOINT_SLICE)),
    Right("watch", ENDPOINT_SLICE),
    Right("patch", SERVICE),
)
LIMITING = (Right("get", PDB), *COVER, Right("patch", PDB), *LOOK, *PAUSE)

patching = Family("", text("Set a Service's selector or a budget's limit, pasted from kubectl"))


class PatchArguments(ChangeArguments):
    """As `kubectl patch` takes them. `at_least` is about a Service."""

    targets: Annotated[
        tuple[str, ...], Words("KIND/NAME", text("the Service or budget"), ("service", "poddisruptionbudget"))
    ] = ()
    patch: Annotated[str, Flag("--patch", "-p", "JSON", text("what is set, and its new values"))] = ""
    type: Annotated[Literal["strategic", "merge", "json"], Flag("--type", help=text("how the patch is read"))] = (
        "strategic"
    )
    at_least: Annotated[
        int, Flag("--at-least", "", "COUNT", text("pods that must be available; else as many as get traffic now"))
    ] = -1
    pause_sync: PauseSync = False
    dry_run: DryRun = "none"


@patching.change("patch", rights=(*SWITCHING, *LIMITING), example=EXAMPLE)
async def patch(cluster: Reader, arguments: PatchArguments) -> Plan | Nothing:
    """Switch a Service's selector to another colour, or set the limit of a disruption budget (kubectl patch).

    Only that: a patch of anything else is refused, and the operation for it is named.

    A switch is refused too unless enough pods are available by the whole new selector, which kubectl does not ask.
    """
    refuse_dry_run(arguments.dry_run)
    target, body = recognised(arguments, arguments.targets, arguments.patch, arguments.type)
    said = msgspec.json.encode(body).decode()
    pinned = pinned_arguments(arguments, targets=[target.reference], patch=said)
    if target.kind == PDB:
        return await _limit(cluster, arguments, target, body, pinned)
    seen, service = await read_service(cluster, target)
    asked = Switch(
        seen=seen, service=service, body=body, content_type=TYPES[arguments.type], at_least=arguments.at_least
    )
    return await plan_switch(cluster, asked, arguments, pinned, pause_sync=arguments.pause_sync)


async def _limit(
    cluster: Reader, arguments: PatchArguments, target: Target, body: JSON, pinned: dict[str, Any]
) -> Plan | Nothing:
    if arguments.at_least >= 0:
        raise _not_for(target, "--at-least")
    found = await read_budget(cluster, target)
    change = patch_change(found, body, TYPES[arguments.type], arguments)
    plan = plan_limit(change, arguments, pinned, pause_sync=arguments.pause_sync)
    return plan if isinstance(plan, Nothing) else msgspec.structs.replace(plan, includes=(*plan.includes, "set pdb"))


def _not_for(target: Target, flag: str) -> NotUnderstood:
    return NotUnderstood(
        text("{flag} has no meaning for {target}.", flag=Code(flag), target=Code(target.reference)),
        next=text("Leave {flag} out.", flag=Code(flag)),
    )
