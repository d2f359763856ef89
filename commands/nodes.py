"""`cordon`, `uncordon` and `drain`: nodes, out of service and back. What would hold a drain up: `disruption`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import reduce
from typing import Annotated, Final

from bot.errors import NotUnderstood, Refused
from bot.operations.ages import parse_duration
from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.draining import FLAGS, holder_of, member_of, refusal, some, title_of
from bot.operations.evict import LONGEST, Evict, Rule
from bot.operations.kinds import DAEMONSET, NODE, PDB, POD, Target
from bot.operations.models import Pod
from bot.operations.node_pods import Surveyed, survey
from bot.operations.nodes import SeenNode, after, cordon_call, node_targets, read_node, uncordon_call
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Bound, Impact, Nothing, Plan
from bot.operations.reader import Reader
from bot.operations.workloads import DryRun, command_line, many, pinned_arguments, refuse_dry_run
from bot.text import Bold, Code, Text, text

DEADLINE: Final = 900
"""Seconds until a drain is given up where nothing is said: a budget may hold a pod for ever (messages.md)."""
STOP: Final = 30
"""Seconds a pod is given to stop where it says nothing (`terminationGracePeriodSeconds`' default)."""

nodes = Family("", text("Take nodes out of service and back"), namespaced=False)

NodeWords = Annotated[tuple[str, ...], Words("NODE", text("the node"), ("node",))]


class NodeArguments(ChangeArguments):
    """As `kubectl cordon` takes them."""

    nodes: NodeWords = ()
    dry_run: DryRun = "none"


class DrainArguments(ChangeArguments):
    """As `kubectl drain` takes them; a grace period of -1 means each pod's own."""

    nodes: NodeWords = ()
    ignore_daemonsets: Annotated[bool, Flag("--ignore-daemonsets", "", "", text("leave pods of DaemonSets"))] = False
    delete_emptydir_data: Annotated[
        bool, Flag("--delete-emptydir-data", "", "", text("also pods with local data, which is deleted"))
    ] = False
    force: Annotated[bool, Flag("--force", "", "", text("also pods that nothing makes anew"))] = False
    pod_selector: Annotated[
        str, Flag("--pod-selector", "", "SELECTOR", text("only pods with these labels"), split=False)
    ] = ""
    grace_period: Annotated[int, Flag("--grace-period", "", "SECONDS", text("time to stop; else the pod's own"))] = -1
    timeout: Annotated[str, Flag("--timeout", "", "DURATION", text("give up after this long; else 15m"))] = "0s"
    disable_eviction: Annotated[bool, Flag("--disable-eviction", "", "", text("refused: it ignores budgets"))] = False
    dry_run: DryRun = "none"


@nodes.change("cordon", rights=(Right("get", NODE), Right("patch", NODE)), example="cordon node-a")
async def cordon(cluster: Reader, arguments: NodeArguments) -> Plan | Nothing:
    """Let no new pods onto a node (kubectl cordon).

    Those that are there stay.
    """
    return await _marked(cluster, arguments, cordon=True)


@nodes.change("uncordon", rights=(Right("get", NODE), Right("patch", NODE)), example="uncordon node-a")
async def uncordon(cluster: Reader, arguments: NodeArguments) -> Plan | Nothing:
    """Let new pods onto a node again (kubectl uncordon)."""
    return await _marked(cluster, arguments, cordon=False)


async def _marked(cluster: Reader, arguments: NodeArguments, *, cordon: bool) -> Plan | Nothing:
    refuse_dry_run(arguments.dry_run)
    targets = node_targets(arguments.nodes)
    seen = await asyncio.gather(*(read_node(cluster, each) for each in targets))
    wanted = [each for each in seen if each.cordoned is not cordon]
    if not wanted:
        named = Code(many(targets))
        return Nothing(
            target=targets[0],
            message=text("{nodes} already cordoned", nodes=named)
            if cordon
            else text("{nodes} already uncordoned", nodes=named),
        )
    makes = cordon_call if cordon else uncordon_call
    undoes = uncordon_call if cordon else cordon_call
    names = ", ".join(each.name for each in wanted)
    steps = [f"step-{number}" for number in range(1, len(wanted) + 1)]
    open_, closed = text("takes new pods"), Bold("cordoned")
    return Plan(
        summary=text("Cordon {nodes}", nodes=Code(names)) if cordon else text("Uncordon {nodes}", nodes=Code(names)),
        steps=tuple(makes(each, step) for each, step in zip(wanted, steps, strict=True)),
        pinned=pinned_arguments(arguments, nodes=[each.name for each in targets]),
        before=open_ if cordon else text("{state}", state=closed),
        after=text("{state}", state=closed) if cordon else open_,
        back=Back(
            command_line=command_line(arguments, "uncordon" if cordon else "cordon", *(each.name for each in wanted)),
            label=text("Uncordon") if cordon else text("Cordon"),
            calls=tuple(after(undoes(each, step), cordoned=cordon) for each, step in zip(wanted, steps, strict=True)),
        ),
        recovery=not cordon,
    )


@nodes.change(
    "drain",
    rights=(
        Right("get", NODE),
        Right("list", POD),
        Right("get", DAEMONSET),
        Right("list", PDB),
        Right("patch", NODE),
        Right("create", POD, "eviction"),
    ),
    example="drain node-a --ignore-daemonsets",
)
async def drain_node(cluster: Reader, arguments: DrainArguments) -> Plan | Nothing:
    """Cordon a node and evict its pods (kubectl drain).

    Disruption budgets are kept: a pod that one of them holds is asked for again until the deadline. What is voted on is
    how many pods go and whose, so that pods may be exchanged meanwhile. Unlike kubectl, a drain that is refused has not
    cordoned the node.
    """
    _check(arguments)
    seen = await read_node(cluster, _one(arguments))
    rule = Rule(
        ignore_daemonsets=arguments.ignore_daemonsets,
        delete_emptydir_data=arguments.delete_emptydir_data,
        force=arguments.force,
        pod_selector=arguments.pod_selector,
        grace_period=arguments.grace_period,
    )
    surveyed = await survey(cluster, seen.name, rule)
    _check_filters(seen, surveyed)
    taken = surveyed.taken
    if seen.cordoned and not taken:
        return Nothing(
            target=seen.target, message=text("{node} is cordoned and holds no pod to evict.", node=Code(seen.name))
        )
    bound = Bound(pods=len(surveyed.evicted))
    evict = Evict(
        id="step-1" if seen.cordoned else "step-2",
        target=seen.target,
        uid=seen.uid,
        rule=rule,
        most=bound.pods + bound.pods * bound.slack_percent // 100,
        holders=tuple(dict.fromkeys(holder_of(each) for each in taken)),
        deadline=_deadline(arguments.timeout),
        expected=tuple(member_of(each) for each in surveyed.evicted),
    )
    return Plan(
        summary=text("Drain {node}", node=Code(seen.name)),
        steps=(evict,) if seen.cordoned else (cordon_call(seen, "step-1"), evict),
        pinned=pinned_arguments(arguments, nodes=[seen.name]),
        note=_note(seen, surveyed),
        bound=bound,
        impact=_impact(surveyed.evicted, surveyed, arguments.grace_period),
        warnings=surveyed.warnings(arguments.grace_period),
        back=None if seen.cordoned else _uncordon(seen, arguments),
        destructive=bool(surveyed.lost),
    )


def _check(arguments: DrainArguments) -> None:
    refuse_dry_run(arguments.dry_run)
    if arguments.disable_eviction:
        raise Refused(
            text("{flag} deletes pods past their disruption budgets.", flag=Code("--disable-eviction")),
            why=text("A budget says how many pods of an application must stay, and nobody asked its owner."),
            next=text(
                "Leave it out. A pod that must go all the same can be deleted by its name: {command}.",
                command=Code("delete pod NAME"),
            ),
        )
    if arguments.grace_period < -1:
        raise NotUnderstood(text("--grace-period must be 0 or more seconds"))
    seconds = parse_duration(arguments.timeout)
    if seconds is None:
        raise NotUnderstood(
            text("{written} is no duration.", written=Code(arguments.timeout)),
            next=text("Write it like {example}.", example=Code("--timeout=15m")),
        )
    if seconds > LONGEST:
        raise Refused(
            text("A drain is followed for {hours} hours at most.", hours=LONGEST // 3600),
            next=text("Give it less time; what is left can be drained again."),
        )


def _deadline(timeout: str) -> int:
    """kubectl waits for ever where nothing is said, or 0: here nothing runs for ever."""
    seconds = parse_duration(timeout) or 0.0
    return max(1, int(seconds)) if seconds else DEADLINE


def _one(arguments: DrainArguments) -> Target:
    targets = node_targets(arguments.nodes)
    if len(targets) > 1:
        raise Refused(
            text("One node at a time."),
            why=text("What holds up the second one is decided by where the pods of the first one went."),
            next=text("Drain {node} first.", node=Code(targets[0].name)),
        )
    return targets[0]


def _check_filters(seen: SeenNode, surveyed: Surveyed) -> None:
    """Raise `Refused` for pods that kubectl would refuse, all reasons at once, and for those nobody can evict."""
    refused = surveyed.refused
    if refused:
        reasons = [refusal(reason, titles) for reason, titles in refused.items()]
        flags = dict.fromkeys(FLAGS[reason] for reason in refused)
        raise Refused(
            reasons[0],
            target=seen.name,
            why=_all_of(reasons[1:]),
            next=text(
                "Say {flags} if that is what you want. Nothing was sent: {node} is not cordoned by this.",
                flags=Code(" ".join(flags)),
                node=Code(seen.name),
            ),
        )
    if surveyed.impossible:
        raise Refused(
            surveyed.impossible[0],
            target=seen.name,
            why=_all_of(surveyed.impossible[1:3]),
            next=text("Let one budget select it, then drain again. Nothing was sent."),
        )


def _all_of(reasons: Sequence[Text]) -> Text | None:
    """Several reasons as one sentence, the first of which is said elsewhere."""
    said: Text | None = None
    for each in reasons:
        said = each if said is None else text("{one}; {other}", one=said, other=each)
    return None if said is None else text("Also: {reasons}", reasons=said)


def _note(seen: SeenNode, surveyed: Surveyed) -> Text | None:
    """What happens to the node and to the pods that are not evicted, as one line."""
    going = [title_of(each) for each in surveyed.taken if each.metadata.terminating]
    said = [
        text("It is cordoned already and stays so.") if seen.cordoned else None,
        text("Terminating already, and waited for: {pods}.", pods=some(going)) if going else None,
        text("Left on it: {pods}.", pods=some([title_of(each) for each in surveyed.left])) if surveyed.left else None,
    ]
    kept = [each for each in said if each is not None]
    return reduce(lambda one, other: text("{one} {other}", one=one, other=other), kept) if kept else None


def _impact(evicted: Sequence[Pod], surveyed: Surveyed, grace: int) -> Impact:
    """All go; those that a budget holds back are not down at once."""
    held = sum(len(each.pods) - each.allowed for each in surveyed.holds)
    own = [
        STOP if pod.spec.termination_grace_period_seconds is None else pod.spec.termination_grace_period_seconds
        for pod in evicted
    ]
    return Impact(
        pods=len(evicted),
        unavailable=max(0, len(evicted) - held),
        seconds=(grace if grace >= 0 else max(own)) if evicted else 0,
        fate="evicted",
    )


def _uncordon(seen: SeenNode, arguments: DrainArguments) -> Back:
    """The evicted pods stay where they went: what can be taken back is the cordon."""
    return Back(
        command_line=command_line(arguments, "uncordon", seen.name),
        label=text("Uncordon"),
        calls=(after(uncordon_call(seen, "step-1"), cordoned=True),),
    )
