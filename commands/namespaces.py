"""`create namespace`, and `podsecurity`: which pods a namespace takes in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, Final

from pydantic import model_validator

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.arguments import NAMESPACE_PATTERN, ChangeArguments, Flag, Words
from bot.operations.json import Object
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.models import Lean, Meta
from bot.operations.namespace_security import Levels, security_change
from bot.operations.operation import Family, Right
from bot.operations.plan import Call, Nothing, Plan
from bot.operations.pod_security import (
    LEVELS,
    Violation,
    changed,
    check_level,
    label_of,
    level_of,
    pods_in,
    read_level,
    read_version,
    shown,
    tightens,
    violations,
)
from bot.operations.probes import MODES, PodSecurityProbe
from bot.operations.reader import Reader
from bot.operations.untrusted import one_line
from bot.operations.view import Action, Table, View
from bot.operations.workloads import DryRun, command_line, pinned_arguments, refuse_dry_run
from bot.text import Bold, Code, Text, text

MOST_ROWS: Final = 50
RESERVED: Final = "kube-"
"""Names that are Kubernetes' own (kubernetes.io, "Initial namespaces")."""

namespaces = Family("", text("Make namespaces"))
podsecurity = Family("podsecurity", text("Which pods a namespace takes in"))


class _Space(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()


class SpaceArguments(ChangeArguments):
    """What is done to a Namespace is done in that namespace: the one that is named, else the present one."""

    name: Annotated[str, Words("NAMESPACE", text("the namespace"))] = ""

    @model_validator(mode="before")
    @classmethod
    def _in_it(cls, raw: Any) -> Any:
        name = raw.get("name") if isinstance(raw, dict) else None
        fits = isinstance(name, str) and name and re.fullmatch(NAMESPACE_PATTERN, name)
        return {**raw, "namespace": name} if fits else raw


class CreateNamespaceArguments(SpaceArguments):
    """As `kubectl create namespace` takes them, and a level for the pods."""

    pod_security: Annotated[
        str, Flag("--pod-security", "", "|".join(LEVELS), text("the level that pods must keep to (enforce)"))
    ] = ""
    dry_run: DryRun = "none"


class CheckArguments(SpaceArguments):
    level: Annotated[str, Flag("--level", "", "|".join(LEVELS), text("the level to try"))] = "restricted"


class SetArguments(SpaceArguments):
    """A level for each of the three modes; `none` takes the label away."""

    enforce: Annotated[str, Flag("--enforce", "", "LEVEL", text("pods that break it are refused"))] = ""
    audit: Annotated[str, Flag("--audit", "", "LEVEL", text("pods that break it are written down"))] = ""
    warn: Annotated[str, Flag("--warn", "", "LEVEL", text("whoever makes one that breaks it is warned"))] = ""
    enforce_version: Annotated[str, Flag("--enforce-version", "", "VERSION", text("the level as it was then"))] = ""
    audit_version: Annotated[str, Flag("--audit-version", "", "VERSION", text("the level as it was then"))] = ""
    warn_version: Annotated[str, Flag("--warn-version", "", "VERSION", text("the level as it was then"))] = ""
    dry_run: DryRun = "none"


@namespaces.change(
    "create namespace",
    short=("create ns", "create namespaces"),
    rights=(Right("get", NAMESPACE), Right("create", NAMESPACE)),
    example="create namespace argo-rollouts --pod-security=baseline",
)
async def create_namespace(cluster: Reader, arguments: CreateNamespaceArguments) -> Plan | Nothing:
    """Make a namespace (kubectl create namespace).

    There is no way back from here: what is in a namespace by then is deleted with it, and nobody can vote on that.
    """
    refuse_dry_run(arguments.dry_run)
    name = _new_name(arguments.name)
    level = check_level(arguments.pod_security, "--pod-security") if arguments.pod_security else ""
    target = Target(kind=NAMESPACE, name=name)
    with suppress(NotFound):
        await cluster.get(NAMESPACE, name, "", _Space)
        raise Refused(
            text("namespaces {name} already exists", name=Code(name)),
            target=name,
            next=text("Take another name, or use it as it is."),
        )
    return Plan(
        summary=text("Create the namespace {namespace}", namespace=Code(name)),
        steps=(Call(id="step-1", verb="create", target=target, body=namespace_body(name, level)),),
        pinned=pinned_arguments(arguments),
        after=text("Pod Security {level}", level=Bold(level or LEVELS[0])),
        note=text(
            "It is not taken back from here. Empty, it harms nobody; {line} in a terminal deletes all that is in it.",
            line=Code(f"kubectl delete namespace {name}"),
        ),
        warnings=() if level else (_unguarded(name),),
    )


def namespace_body(name: str, level: str = "") -> Object:
    """From kubectl v1.36 `pkg/cmd/create/create_namespace.go`; with a level, its label."""
    metadata: Object = {"name": name}
    if level:
        metadata["labels"] = {label_of("enforce"): level}
    return {"kind": "Namespace", "apiVersion": "v1", "metadata": metadata, "spec": {}, "status": {}}


@podsecurity.read(
    "",
    rights=(Right("get", NAMESPACE), Right("list", NAMESPACE)),
    short=("podsecurity get", "pod-security"),
    example="podsecurity",
)
async def levels(cluster: Reader, arguments: SpaceArguments) -> View:
    """Show the Pod Security levels of each namespace that you may see.

    enforce refuses pods that break it, audit writes them down, warn tells whoever makes them. A dash: no label, so that
    everything is taken in.
    """
    found, warnings = await _spaces(cluster, arguments)
    rows = [(each.metadata.name, *(shown(each.metadata.labels or {}, mode) for mode in MODES)) for each in found]
    open_ = sum(level_of(each.metadata.labels or {}, "enforce") == LEVELS[0] for each in found)
    lines = [text("{open} of {total} namespaces take in every pod.", open=Bold(str(open_)), total=len(found))]
    if len(rows) > MOST_ROWS:
        lines.append(text("Only the first {count}: name one to see it.", count=MOST_ROWS))
    return View(
        title=text("Pod Security in {cluster}", cluster=cluster.cluster),
        lines=tuple(lines),
        table=Table(columns=("NAMESPACE", "ENFORCE", "AUDIT", "WARN"), rows=tuple(rows[:MOST_ROWS])),
        actions=_offer(arguments, found),
        warnings=warnings,
    )


@podsecurity.probe(
    "check",
    rights=(Right("get", NAMESPACE), Right("patch", NAMESPACE)),
    example="podsecurity check shop --level=restricted",
)
async def check(cluster: Reader, arguments: CheckArguments) -> View:
    """Show which pods of a namespace a stricter level would refuse.

    The label is tried with a dry run, as you; nothing stays.
    """
    level = check_level(arguments.level, "--level")
    name = arguments.name or arguments.namespace
    space = await cluster.get(NAMESPACE, name, "", _Space)
    before = space.metadata.labels or {}
    tried = {label_of("enforce"): level}
    title = text("Pods of {namespace} under {level}", namespace=Code(name), level=Bold(level))
    if not tightens(before, changed(before, tried)):
        return View(title=title, lines=(_untried(name, before, level),))
    warned = await cluster.probe(PodSecurityProbe(namespace=name, labels=dict(tried)))
    found = violations(warned)
    others = () if found else tuple(text("{warning}", warning=one_line(each, 300)) for each in warned)
    if not found:
        lines = [text("Every pod that runs now would be taken in again.")]
    else:
        lines = [text("{count} pods that run now would be refused.", count=Bold(str(pods_in(found))))]
    lines.append(
        text("It has {level} now. Pods that do not run now were not tried.", level=Code(shown(before, "enforce")))
    )
    line = command_line(arguments, "podsecurity", "set", name, f"--enforce={level}")
    return View(
        title=title,
        lines=tuple(lines),
        table=_table(found) if found else None,
        actions=(Action(label=text("Set it: {level}", level=level), command_line=line),),
        warnings=others,
    )


@podsecurity.change(
    "set",
    rights=(Right("get", NAMESPACE), Right("patch", NAMESPACE)),
    example="podsecurity set shop --enforce=restricted",
)
async def set_levels(cluster: Reader, arguments: SetArguments) -> Plan | Nothing:
    """Set the Pod Security levels of a namespace; `none` takes one away.

    The cluster tries it first and names the pods that it would refuse. What loosens, or would refuse pods that run,
    needs the votes of a destructive change.
    """
    refuse_dry_run(arguments.dry_run)
    wanted: dict[str, str | None] = {}
    for mode in MODES:
        level, version = getattr(arguments, mode), getattr(arguments, f"{mode}_version")
        if level:
            wanted[label_of(mode)] = read_level(level, f"--{mode}")
        if version:
            wanted[label_of(mode, version=True)] = read_version(version, f"--{mode}-version")
    if not wanted:
        raise NotUnderstood(
            text("No level is named."),
            next=text("Write it like {example}.", example=Code("podsecurity set shop --enforce=restricted")),
        )
    name = arguments.name or arguments.namespace
    pinned = pinned_arguments(arguments, name=name)
    levels = Levels(namespace=name, labels=wanted, overwrite=True)
    return await security_change(cluster, arguments, levels=levels, pinned=pinned)


def _new_name(name: str) -> str:
    if not name:
        raise NotUnderstood(
            text("exactly one NAME is required, got 0"),
            next=text("Write it like {example}.", example=Code("create namespace argo-rollouts")),
        )
    if not re.fullmatch(NAMESPACE_PATTERN, name):
        raise NotUnderstood(
            text(
                "{name} cannot be a namespace: a lowercase RFC 1123 label must consist of at most 63 lower case "
                "alphanumeric characters or '-', and must start and end with an alphanumeric character",
                name=Code(ascii(name[:80])[1:-1]),
            ),
            next=text("Nothing was done."),
        )
    if name.startswith(RESERVED):
        raise Refused(
            text("Names that begin with {prefix} are Kubernetes' own.", prefix=Code(RESERVED)),
            target=name,
            next=text("Take another name."),
        )
    return name


def _unguarded(name: str) -> Text:
    return text(
        "No Pod Security level is named, so that it takes in every pod, also one that may do anything on its node: "
        "{flag} says which, or later {line}.",
        flag=Code("--pod-security=baseline"),
        line=Code(f"podsecurity set {name} --enforce=baseline"),
    )


async def _spaces(cluster: Reader, arguments: SpaceArguments) -> tuple[Sequence[_Space], tuple[Text, ...]]:
    """All namespaces, or the one that was named; the present one where the person may not list them."""
    if arguments.name:
        return (await cluster.get(NAMESPACE, arguments.name, "", _Space),), ()
    try:
        return sorted(await cluster.list(NAMESPACE, "", _Space), key=lambda each: each.metadata.name), ()
    except Refused as refused:
        if isinstance(refused, NotFound):
            raise
        only = text("You may not list {kinds}, so this is only the present one.", kinds=Code(NAMESPACE.plural))
        return (await cluster.get(NAMESPACE, arguments.namespace, "", _Space),), (only,)


def _offer(arguments: SpaceArguments, found: Sequence[_Space]) -> tuple[Action, ...]:
    """A button that tries the strictest level on the present namespace, if that is not it yet."""
    name = arguments.name or arguments.namespace
    here = next((each for each in found if each.metadata.name == name), None)
    if here is None or level_of(here.metadata.labels or {}, "enforce") == LEVELS[-1]:
        return ()
    line = command_line(arguments, "podsecurity", "check", name, f"--level={LEVELS[-1]}")
    return (Action(label=text("Try {level} on {namespace}", level=LEVELS[-1], namespace=name), command_line=line),)


def _untried(name: str, before: dict[str, str], level: str) -> Text:
    """The cluster tells of pods only where a level becomes another and is not the loosest."""
    if level == LEVELS[0]:
        return text("{level} takes in every pod.", level=Code(level))
    return text(
        "{namespace} has {level} already. Pods that are older than that are not tried again by the cluster.",
        namespace=Code(name),
        level=Code(shown(before, "enforce")),
    )


def _table(found: Sequence[Violation]) -> Table:
    rows = [(each.pod, f"+{each.others}" if each.others else "", one_line(each.why, 200)) for each in found[:MOST_ROWS]]
    return Table(columns=("POD", "ALIKE", "WHY"), rows=tuple(rows))
