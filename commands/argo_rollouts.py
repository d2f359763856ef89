"""`argo rollouts`: canaries and blue/green updates of Argo Rollouts, as its kubectl plugin has them, and more."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from pydantic import NonNegativeInt

from bot.errors import NotServed, NotUnderstood
from bot.operations import sync_pauses
from bot.operations.ages import parse_duration
from bot.operations.argo import printers
from bot.operations.argo.arguments import RolloutArguments, RolloutChangeArguments, find_rollout
from bot.operations.argo.changing import ImageArguments, UndoArguments, plan_image, plan_undo
from bot.operations.argo.conditions import SETTLED
from bot.operations.argo.halting import plan_abort, plan_pause, plan_retry
from bot.operations.argo.kinds import ANALYSIS_RUN, ROLLOUT, not_installed
from bot.operations.argo.promoting import PromoteArguments, plan_promote
from bot.operations.argo.restarting import RestartArguments, RunArguments, plan_restart, plan_terminate
from bot.operations.argo.rollout import Seen
from bot.operations.argo.templates import deadline_of
from bot.operations.argo.views import history_view, list_view, rollout_view
from bot.operations.arguments import Arguments, Flag
from bot.operations.json import Object
from bot.operations.kinds import DEPLOYMENT, PDB, POD, REPLICASET, SERVICE
from bot.operations.models import Pod
from bot.operations.operation import Family, Right
from bot.operations.plan import Nothing, Plan
from bot.operations.printers.tables import declare_printer
from bot.operations.progress import Observation
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of
from bot.operations.view import Live, View
from bot.operations.workloads import command_line
from bot.text import Code, Text, text

for kind, printer in printers.PRINTERS.items():
    declare_printer(kind, printer)

FIND: Final = (Right("get", ROLLOUT), Right("list", ROLLOUT), Right("get", DEPLOYMENT))
"""The Rollout; those with names near it, and a Deployment that has its name."""
FOLLOW: Final = tuple(Right(verb, kind) for verb in ("list", "watch") for kind in (ROLLOUT, POD, ANALYSIS_RUN))
"""A person who follows one watches it, its pods and its analyses with their own rights."""
SETS: Final = Right("list", REPLICASET)
STATUS: Final = Right("patch", ROLLOUT, "status")
SPEC: Final = Right("patch", ROLLOUT)
TEMPLATE: Final = (SPEC, Right("patch", DEPLOYMENT), *sync_pauses.LOOK, *sync_pauses.PAUSE)
"""The template stands in the Rollout, or in the Deployment that it refers to; what keeps that may have to be paused."""

argo_rollouts = Family("argo rollouts", text("Manage Argo Rollouts"), cli="kubectl argo rollouts")


class StatusArguments(RolloutArguments):
    """As `kubectl argo rollouts status` takes them."""

    watch: Annotated[bool, Flag("--watch", "-w", "", text("follow it to its end; on by default"))] = True
    timeout: Annotated[str, Flag("--timeout", "-t", "DURATION", text("follow it this long at most, e.g. 5m"))] = "0s"


class GetArguments(RolloutArguments):
    """As `kubectl argo rollouts get rollout` takes them."""

    watch: Annotated[bool, Flag("--watch", "-w", "", text("follow it to its end"))] = False


class HistoryArguments(RolloutArguments):
    """Ours: the plugin has no history."""

    revision: Annotated[NonNegativeInt, Flag("--revision", "", "N", text("this revision"))] = 0


class ListArguments(Arguments):
    """As `kubectl argo rollouts list rollouts` takes them."""

    all_namespaces: Annotated[bool, Flag("--all-namespaces", "-A", "", text("in all namespaces"))] = False


@argo_rollouts.read(
    "status", short=("rollouts status",), rights=(*FIND, *FOLLOW), example="argo rollouts status app-rollout"
)
async def status(cluster: Reader, arguments: StatusArguments) -> View | Live:
    """Follow a rollout to its end (kubectl argo rollouts status).

    A pause without a time limit counts as the end here: the weight at which it holds is shown.
    """
    found = await find_rollout(cluster, arguments, "status")
    seconds = parse_duration(arguments.timeout)
    if seconds is None:
        raise NotUnderstood(
            text("{written} is no duration.", written=Code(arguments.timeout)),
            next=text("Write it like {example}.", example=Code("--timeout=5m")),
        )
    if arguments.watch:
        return _live(found, int(seconds) or deadline_of(found))
    namespace, labels = found.target.namespace, selector_of(found.live.spec.selector)
    pods = await cluster.list(POD, namespace, Pod, labels=labels)
    runs = await cluster.list(ANALYSIS_RUN, namespace, Object)
    observed = Observation(target=found.whole, pods=pods, arguments={}, now=cluster.now, beside={ANALYSIS_RUN: runs})
    progress = SETTLED.evaluate(observed)
    said = (progress.failed or progress.message, progress.stuck)
    return View(title=_title(found), lines=tuple(each for each in said if each is not None))


def _title(found: Seen) -> Text:
    return text("Rollout {target}", target=Code(found.target.title))


def _live(found: Seen, deadline: int) -> Live:
    return Live(title=_title(found), condition=SETTLED.name, target=found.target, deadline=deadline)


@argo_rollouts.read(
    "get rollout",
    short=("rollouts get rollout",),
    rights=(*FIND, SETS, *FOLLOW),
    example="argo rollouts get rollout app-rollout",
)
async def get_rollout(cluster: Reader, arguments: GetArguments) -> View | Live:
    """Show a rollout with its revisions, pods and analyses (kubectl argo rollouts get rollout)."""
    found = await find_rollout(cluster, arguments, "get rollout")
    if arguments.watch:
        return _live(found, deadline_of(found))
    return await rollout_view(cluster, found, partial(command_line, arguments))


@argo_rollouts.read(
    "list rollouts",
    short=("rollouts list rollouts", "rollouts list", "argo rollouts list"),
    rights=(Right("list", ROLLOUT),),
    example="argo rollouts list rollouts",
)
async def list_rollouts(cluster: Reader, arguments: ListArguments) -> View:
    """List rollouts with their step and weight (kubectl argo rollouts list rollouts)."""
    namespace = "" if arguments.all_namespaces else arguments.namespace
    try:
        found = await cluster.list(ROLLOUT, namespace, Object)
    except NotServed as error:
        raise not_installed(cluster.cluster, error) from error
    return list_view(arguments.namespace, found, everywhere=arguments.all_namespaces)


@argo_rollouts.read(
    "history", short=("rollouts history",), rights=(*FIND, SETS), example="argo rollouts history app-rollout"
)
async def history(cluster: Reader, arguments: HistoryArguments) -> View:
    """List the revisions of a rollout, or show one of them.

    The plugin has no such command; the revisions are the ReplicaSets that are kept.
    """
    found = await find_rollout(cluster, arguments, "history")
    return await history_view(cluster, found, arguments.revision)


@argo_rollouts.change(
    "promote",
    short=("rollouts promote",),
    rights=(*FIND, SETS, Right("get", SERVICE), Right("list", ANALYSIS_RUN), STATUS, SPEC),
    example="argo rollouts promote app-rollout",
)
async def promote(cluster: Reader, arguments: PromoteArguments) -> Plan | Nothing:
    """Let a rollout go on from its pause (kubectl argo rollouts promote).

    What it stands at is pinned, so that two clicks never promote two steps. A step that does not wait is gone past only
    with --skip-current-step. --full goes to the end without analysis, pauses and steps. --rest goes there through all
    of them by one vote: each pause is held for --hold and ends only while the analysis passes, --until that time.
    """
    return await plan_promote(cluster, arguments)


@argo_rollouts.change(
    "abort",
    short=("rollouts abort",),
    rights=(*FIND, SETS, STATUS),
    example="argo rollouts abort app-rollout",
)
async def abort(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """Stop an update and go back to the stable version (kubectl argo rollouts abort).

    The spec stays on the aborted version: undo or a new image ends that.
    """
    return await plan_abort(cluster, arguments)


@argo_rollouts.change(
    "retry rollout",
    short=("rollouts retry rollout", "rollouts retry", "argo rollouts retry"),
    rights=(*FIND, SETS, STATUS),
    example="argo rollouts retry rollout app-rollout",
)
async def retry(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """Begin an aborted update again (kubectl argo rollouts retry rollout)."""
    return await plan_retry(cluster, arguments)


@argo_rollouts.change(
    "pause", short=("rollouts pause",), rights=(*FIND, SPEC), example="argo rollouts pause app-rollout"
)
async def pause(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """Hold a rollout where it is (kubectl argo rollouts pause)."""
    return await plan_pause(cluster, arguments, paused=True)


@argo_rollouts.change(
    "resume", short=("rollouts resume",), rights=(*FIND, SPEC), example="argo rollouts resume app-rollout"
)
async def resume(cluster: Reader, arguments: RolloutChangeArguments) -> Plan | Nothing:
    """End a pause that was made by hand.

    The plugin has no such command: its promote ends the pause and skips a step.
    """
    return await plan_pause(cluster, arguments, paused=False)


@argo_rollouts.change(
    "restart",
    short=("rollouts restart",),
    rights=(*FIND, Right("list", PDB), *sync_pauses.LOOK, SPEC),
    example="argo rollouts restart app-rollout",
)
async def restart(cluster: Reader, arguments: RestartArguments) -> Plan | Nothing:
    """Replace all pods by evictions, as budgets allow (kubectl argo rollouts restart)."""
    return await plan_restart(cluster, arguments)


@argo_rollouts.change(
    "set image",
    short=("rollouts set image",),
    rights=(*FIND, *TEMPLATE),
    example="argo rollouts set image app-rollout app=registry/app:v2",
)
async def set_image(cluster: Reader, arguments: ImageArguments) -> Plan | Nothing:
    """Set the images of a rollout, which begins an update (kubectl argo rollouts set image).

    Where the rollout takes its template from a Deployment, the images are set there.
    """
    return await plan_image(cluster, arguments)


@argo_rollouts.change(
    "undo",
    short=("rollouts undo",),
    rights=(*FIND, SETS, *TEMPLATE),
    example="argo rollouts undo app-rollout --to-revision=3",
)
async def undo(cluster: Reader, arguments: UndoArguments) -> Plan | Nothing:
    """Go back to the template of an earlier revision (kubectl argo rollouts undo).

    It goes back to the stable version at once, and to any other one through all steps.
    """
    return await plan_undo(cluster, arguments)


@argo_rollouts.change(
    "terminate analysisrun",
    short=("rollouts terminate analysisrun",),
    rights=(Right("get", ANALYSIS_RUN), Right("patch", ANALYSIS_RUN)),
    example="argo rollouts terminate analysisrun app-5d4f-2",
)
async def terminate(cluster: Reader, arguments: RunArguments) -> Plan | Nothing:
    """End an analysis that runs (kubectl argo rollouts terminate analysisrun)."""
    return await plan_terminate(cluster, arguments)
