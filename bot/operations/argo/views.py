"""What the reads on Rollouts show: one with its tree and what is likely next, all of them, the revisions of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bot.operations.ages import age
from bot.operations.argo.analysis import findings, owned_runs, runs_of
from bot.operations.argo.kinds import ANALYSIS_RUN, ROLLOUT
from bot.operations.argo.models import Rollout
from bot.operations.argo.place import place_of
from bot.operations.argo.revisions import find_past, history_of, replica_sets
from bot.operations.argo.rollout import DEGRADED, PAUSED, Seen, phase_of, seen, weight_of
from bot.operations.argo.tree import Family, header, tags_of, tree
from bot.operations.json import Object
from bot.operations.kinds import POD, Target
from bot.operations.printers.documents import write_documents
from bot.operations.printers.listed import Pod
from bot.operations.reader import Reader
from bot.operations.redaction import redacted
from bot.operations.selectors import selector_of
from bot.operations.templates import images
from bot.operations.view import Action, File, Table, View
from bot.text import Code, Text, text

Line = Callable[..., str]
OUTPUT: Final = 3_000
"""Characters of a View's fixed-width text."""
COLUMNS: Final = ("NAME", "STRATEGY", "STATUS", "STEP", "SET-WEIGHT", "READY", "DESIRED", "UP-TO-DATE", "AVAILABLE")


async def rollout_view(cluster: Reader, found: Seen, line: Line) -> View:
    """One Rollout as the plugin's `get rollout` shows it, with the analyses that are not well first."""
    namespace, labels = found.target.namespace, selector_of(found.live.spec.selector)
    sets, pods, runs = await asyncio.gather(
        replica_sets(cluster, found),
        cluster.list(POD, namespace, Pod, labels=labels),
        cluster.list(ANALYSIS_RUN, namespace, Object),
    )
    family = Family(rollout=found, sets=sets, pods=pods, runs=owned_runs(found.live, runs), now=cluster.now)
    whole = f"{header(family)}\n\n{tree(family)}"
    title = text("Rollout {target}", target=Code(found.target.title))
    long = len(whole) > OUTPUT
    return View(
        title=title,
        lines=(*_standing(found), *findings(runs_of(found.live, runs))),
        output=whole[:OUTPUT].rpartition("\n")[0] if long else whole,
        file=File(name=f"rollout-{found.target.name}.txt", title=title, content=whole.encode()) if long else None,
        actions=next_actions(found, line),
    )


def _standing(found: Seen) -> tuple[Text, ...]:
    """What a person must know that the plugin leaves unsaid."""
    if found.invalid:
        return (text("It is not valid, so its controller does nothing with it: {reason}", reason=found.invalid),)
    said = []
    if found.live.status.abort:
        said.append(text("It was aborted: the stable version serves, and its spec stays on the aborted one."))
    if not found.observed:
        said.append(text("Its last change is not observed yet; if it stays so, its controller is not running."))
    if found.live.spec.workload_ref is not None:
        reference = found.live.spec.workload_ref
        workload = Code(f"{reference.kind.lower()}/{reference.name}")
        said.append(text("Its template stands in {workload}.", workload=workload))
    return tuple(said)


def next_actions(found: Seen, line: Line) -> tuple[Action, ...]:
    """What is likely next, bound to where it stands: pressed late, it finds that it has gone on."""
    name = found.target.name

    def action(label: Text, *words: str) -> Action:
        return Action(label=label, command_line=line("argo", "rollouts", *words))

    history = action(text("History"), "history", name)
    status, abort = action(text("Status"), "status", name), action(text("Abort"), "abort", name)
    phase, _ = phase_of(found)
    if found.live.status.abort:
        retry, undo = action(text("Retry"), "retry", "rollout", name), action(text("Undo"), "undo", name)
        return (undo, retry, history)
    if found.live.spec.paused:
        return (action(text("Resume"), "resume", name), *((abort,) if not found.promoted else ()), status)
    if phase == PAUSED and not found.promoted:
        promote = action(text("Promote"), "promote", name, f"--at={place_of(found)}")
        return (promote, abort, status)
    return (history,) if found.promoted and phase != DEGRADED else (status, abort, history)


def list_view(namespace: str, objects: Sequence[Object], *, everywhere: bool) -> View:
    """The plugin's `list rollouts`."""
    found = [_seen(each) for each in objects]
    rows = tuple((*((each.target.namespace,) if everywhere else ()), *_row(each)) for each in found)
    title = (
        text("Rollouts in all namespaces") if everywhere else text("Rollouts in {namespace}", namespace=Code(namespace))
    )
    if not rows:
        return View(title=title, lines=(text("No resources found."),))
    columns = ("NAMESPACE", *COLUMNS) if everywhere else COLUMNS
    more = (text("Here are {shown} of {total}.", shown=50, total=len(rows)),) if len(rows) > 50 else ()
    return View(title=title, lines=more, table=Table(columns=columns, rows=rows[:50]))


def _seen(whole: Object) -> Seen:
    meta = msgspec.convert(whole, Rollout).metadata
    return seen(Target(kind=ROLLOUT, name=meta.name, namespace=meta.namespace), whole)


def _row(found: Seen) -> tuple[str, ...]:
    status = found.live.status
    indexed = found.canary and status.current_step_index is not None and bool(found.steps)
    phase, _ = phase_of(found)
    return (
        found.target.name,
        "Canary" if found.canary else "BlueGreen" if found.blue_green is not None else "unknown",
        phase,
        f"{status.current_step_index}/{len(found.steps)}" if indexed else "-",
        str(weight_of(found)) if found.canary else "-",
        f"{status.ready_replicas}/{status.replicas}",
        str(found.replicas),
        str(status.updated_replicas),
        str(status.available_replicas),
    )


async def history_view(cluster: Reader, found: Seen, revision: int) -> View:
    """The revisions, or the template of one. The plugin has no such verb: they are its ReplicaSets."""
    past = history_of(await replica_sets(cluster, found))
    if revision:
        one = find_past(found, past, revision)
        shown = redacted({"template": one.template})
        document = write_documents([shown if isinstance(shown, dict) else {}], "yaml", listed=False).decode()
        title = text("{target} with revision #{revision}", target=Code(found.target.title), revision=revision)
        return View(title=title, output=document[:OUTPUT])
    title = text("Revisions of {target}", target=Code(found.target.title))
    if not past:
        return View(title=title, lines=(text("No rollout history found."),))
    rows = tuple(
        (
            str(each.revision),
            ", ".join(tags_of(found, each.hash)) or "-",
            ", ".join(images(each.template).values()),
            each.cause or "<none>",
            age(each.meta.creation_timestamp, cluster.now),
        )
        for each in past
    )
    return View(title=title, table=Table(columns=("REVISION", "STATUS", "IMAGES", "CHANGE-CAUSE", "AGE"), rows=rows))
