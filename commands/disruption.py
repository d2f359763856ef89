"""`disruption`: what would hold up the drain of a node, before anyone asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from bot.operations.arguments import Arguments, Words
from bot.operations.draining import FLAGS, Reason, holder_of, refusal, title_of
from bot.operations.evict import Rule
from bot.operations.kinds import DAEMONSET, NODE, PDB, POD
from bot.operations.models import Node, Pod
from bot.operations.node_pods import Surveyed, judged_pods, list_budgets, orphans_of, survey
from bot.operations.nodes import SeenNode, node_targets, read_node
from bot.operations.operation import Family, Right
from bot.operations.reader import Reader
from bot.operations.surroundings import unchecked
from bot.operations.view import Action, Table, View
from bot.operations.workloads import command_line
from bot.text import Code, Text, text

ROWS: Final = 50
"""Rows of a table that a message can hold."""

forecasts = Family("", text("See what would hold up a drain"), cli="", namespaced=False)


class DisruptionArguments(Arguments):
    """Which nodes; all of them if none is named."""

    nodes: Annotated[tuple[str, ...], Words("NODE", text("the node"), ("node",))] = ()


@forecasts.read(
    "disruption",
    rights=(
        Right("get", NODE),
        Right("list", NODE),
        Right("list", POD),
        Right("get", DAEMONSET),
        Right("list", PDB),
    ),
    example="disruption node-a",
)
async def forecast(cluster: Reader, arguments: DisruptionArguments) -> View:
    """Show what would hold up the drain of a node: flags that it needs, and budgets that let no pod go now.

    Without a node it shows all of them. Nothing is evicted or asked for.
    """
    if len(arguments.nodes) == 1:
        seen = await read_node(cluster, node_targets(arguments.nodes)[0])
        return _one_node(seen, await survey(cluster, seen.name, Rule()), arguments)
    if arguments.nodes:
        found = [
            each.live for each in await asyncio.gather(*(read_node(cluster, t) for t in node_targets(arguments.nodes)))
        ]
    else:
        found = await cluster.list(NODE, "", Node)
    return await _all_nodes(cluster, found)


async def _all_nodes(cluster: Reader, found: Sequence[Node]) -> View:
    pods, budgets = await asyncio.gather(cluster.list(POD, "", Pod), list_budgets(cluster))
    orphans = await orphans_of(cluster, pods)
    rows = []
    for node in sorted(found, key=lambda each: each.metadata.name)[:ROWS]:
        here = [each for each in pods if each.spec.node_name == node.metadata.name]
        rows.append(_row(node, judged_pods(here, budgets, Rule(), orphans)))
    title = text("What would hold up a drain")
    lines = [] if len(found) <= ROWS else [text("{count} nodes more", count=len(found) - ROWS)]
    table = Table(columns=("NODE", "STATUS", "PODS", "NEEDS", "HELD BY"), rows=tuple(rows))
    return View(title=title, lines=tuple(lines), table=table, warnings=_unseen(budgets is None))


def _row(node: Node, surveyed: Surveyed) -> tuple[str, ...]:
    held = [f"{each.budget.metadata.namespace}/{each.budget.metadata.name}" for each in surveyed.holds]
    return (
        node.metadata.name,
        "SchedulingDisabled" if node.spec.unschedulable else "Schedulable",
        str(len(surveyed.judged)),
        " ".join(_flags(surveyed)) or "-",
        ", ".join(held) or "-",
    )


def _one_node(seen: SeenNode, surveyed: Surveyed, arguments: DisruptionArguments) -> View:
    lines = [refusal(reason, titles) for reason, titles in surveyed.refused.items()]
    lines += [each.sentence for each in surveyed.holds]
    lines += surveyed.impossible
    if not lines:
        lines.append(text("Nothing would hold it up."))
    flags = _flags(surveyed)
    harmless = not set(flags) - {FLAGS[Reason.DAEMON_SET]} and not surveyed.impossible
    draining = command_line(arguments, "drain", seen.name, *flags)
    held = {title_of(pod): each.name for each in surveyed.holds for pod in each.pods}
    rows = [
        (
            title_of(each.pod),
            f"{(holder := holder_of(each.pod)).kind.lower()}/{holder.name}",
            "stays" if each.left else " ".join(dict.fromkeys(FLAGS[reason] for reason in each.refused)) or "-",
            held.get(title_of(each.pod), "-"),
        )
        for each in surveyed.judged
    ]
    if len(rows) > ROWS:
        lines.append(text("{count} pods more", count=len(rows) - ROWS))
    return View(
        title=text("What would hold up a drain of {node}", node=Code(seen.name)),
        lines=tuple(lines),
        table=Table(columns=("POD", "OWNER", "NEEDS", "HELD BY"), rows=tuple(rows[:ROWS])) if rows else None,
        actions=(Action(label=text("Drain"), command_line=draining),) if harmless else (),
        warnings=_unseen(surveyed.budgets is None),
    )


def _flags(surveyed: Surveyed) -> list[str]:
    return list(dict.fromkeys(FLAGS[reason] for reason in surveyed.refused))


def _unseen(unseen: bool) -> tuple[Text, ...]:
    return (unchecked(PDB),) if unseen else ()
