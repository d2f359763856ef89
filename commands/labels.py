"""`label` and `annotate`: add, change and remove what stands beside an object."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from pydantic import model_validator

from bot.errors import NotUnderstood
from bot.operations.arguments import NAMESPACE_PATTERN, ChangeArguments, Flag, Words
from bot.operations.kinds import (
    CRON_JOB,
    DAEMONSET,
    DEPLOYMENT,
    JOB,
    NAMESPACE,
    PDB,
    POD,
    REPLICASET,
    SERVICE,
    STATEFULSET,
    Target,
)
from bot.operations.metadata_changes import (
    after_call,
    before_of,
    check_free,
    metadata_call,
    needed,
    pairs_typed,
    shown_pairs,
)
from bot.operations.namespace_security import Levels, security_change
from bot.operations.operation import Family, Right
from bot.operations.owned_keys import check_keys
from bot.operations.pairs import Field, read_pairs
from bot.operations.plan import Back, Nothing, Plan
from bot.operations.pod_selection import NETWORK_POLICY, UNSEEN, check_not_selected
from bot.operations.probes import POD_SECURITY
from bot.operations.reader import Reader
from bot.operations.redaction import refuse_secrets
from bot.operations.surroundings import marked, owner_warnings
from bot.operations.targets import read_targets
from bot.operations.template_changes import named
from bot.operations.workloads import DryRun, Seen, command_line, many, pinned_arguments, read_workload, refuse_dry_run
from bot.text import Code, Text, text

LABELLED: Final = (DEPLOYMENT, STATEFULSET, DAEMONSET, CRON_JOB, POD, SERVICE, NAMESPACE)
"""What can be labelled and annotated here. Not Secrets, whatever the rights; not Nodes, whose labels say where pods may
run; not what a controller makes and keeps (ReplicaSets, Jobs, EndpointSlices)."""
RIGHTS: Final = tuple(Right(verb, kind) for kind in LABELLED for verb in ("get", "patch"))
SELECTING: Final = (
    *(Right("get", kind) for kind in (REPLICASET, JOB)),
    *(Right("list", kind) for kind in (SERVICE, PDB, NETWORK_POLICY)),
)

labels = Family("", text("Label and annotate objects"))


class PairArguments(ChangeArguments):
    """As `kubectl label` and `annotate` take them. What is done to a Namespace is done in that namespace."""

    targets: Annotated[
        tuple[str, ...],
        Words(
            "KIND/NAME",
            text("the object"),
            ("deployment", "statefulset", "daemonset", "cronjob", "pod", "service", "namespace"),
        ),
    ] = ()
    overwrite: Annotated[bool, Flag("--overwrite", "", "", text("change a value that is there already"))] = False
    dry_run: DryRun = "none"

    @model_validator(mode="before")
    @classmethod
    def _in_it(cls, raw: Any) -> Any:
        words = raw.get("targets") if isinstance(raw, dict) else None
        named_space = _namespace_named(tuple(map(str, words))) if isinstance(words, tuple | list) else ""
        return {**raw, "namespace": named_space} if named_space else raw


class LabelArguments(PairArguments):
    pairs: Annotated[tuple[str, ...], Words("KEY=LABEL", text("a label to set; KEY- removes one"))] = ()


class AnnotateArguments(PairArguments):
    pairs: Annotated[tuple[str, ...], Words("KEY=VALUE", text("an annotation to set; KEY- removes one"))] = ()


@labels.change("label", rights=(*RIGHTS, *SELECTING), example="label deployment/app tier=web old-")
async def label(cluster: Reader, arguments: LabelArguments) -> Plan | Nothing:
    """Add, change or remove labels of objects (kubectl label).

    Keys that controllers own are left alone, and so are labels by which a pod is selected. Pod Security levels of a
    namespace are tried first, as with podsecurity set.
    """
    refuse_dry_run(arguments.dry_run)
    targets = _targets(arguments)
    wanted = read_pairs(arguments.pairs, "labels").wanted
    refuse_secrets(wanted)
    if targets[0].kind == NAMESPACE and any(key.startswith(POD_SECURITY) for key in wanted):
        levels = Levels(namespace=targets[0].name, labels=wanted, overwrite=arguments.overwrite)
        plan = await security_change(cluster, arguments, levels=levels, pinned=_pinned(arguments, targets))
        if isinstance(plan, Nothing):
            return plan
        return msgspec.structs.replace(plan, includes=("podsecurity set",))
    return await _change(cluster, arguments, targets, "labels", wanted)


@labels.change("annotate", rights=RIGHTS, example="annotate deployment/app note='held back for the audit'")
async def annotate(cluster: Reader, arguments: AnnotateArguments) -> Plan | Nothing:
    """Add, change or remove annotations of objects (kubectl annotate).

    Keys that controllers own are left alone. No secret belongs into an annotation: everybody who may look can read it.
    """
    refuse_dry_run(arguments.dry_run)
    targets = _targets(arguments)
    wanted = read_pairs(arguments.pairs, "annotations").wanted
    refuse_secrets(wanted)
    return await _change(cluster, arguments, targets, "annotations", wanted)


async def _change(
    cluster: Reader, arguments: PairArguments, targets: tuple[Target, ...], field: Field, wanted: dict[str, str | None]
) -> Plan | Nothing:
    check_keys(wanted, title=targets[0].title)
    found = await asyncio.gather(*(read_workload(cluster, each) for each in targets))
    todo = [(each, changes) for each in found if (changes := needed(each, field, wanted))]
    if not todo:
        return Nothing(target=targets[0], message=_nothing(targets, field, wanted))
    for each, changes in todo:
        if not arguments.overwrite:
            check_free(each, field, changes)
    unseen: tuple[Text, ...] = ()
    if field == "labels":
        pods = [(each, changes) for each, changes in todo if each.target.kind == POD]
        seen = await asyncio.gather(*(check_not_selected(cluster, each, changes) for each, changes in pods))
        unseen = () if all(seen) else (UNSEEN,)
    first, changes = todo[0]
    same = len(todo) == 1
    return Plan(
        summary=_summary(field, [each.target for each, _ in todo]),
        steps=tuple(metadata_call(each, field, wants, f"step-{n}") for n, (each, wants) in enumerate(todo, 1)),
        pinned=_pinned(arguments, targets),
        before=text("{value}", value=Code(shown_pairs(before_of(first, field, changes)))) if same else None,
        after=text("{value}", value=Code(shown_pairs(changes if same else wanted))),
        warnings=(*_warnings(todo, field), *unseen),
        back=_back(todo, field, arguments),
        destructive=field == "labels" and first.target.kind == NAMESPACE,
    )


def _targets(arguments: PairArguments) -> tuple[Target, ...]:
    read = read_targets(arguments.targets, LABELLED)
    found = [
        Target(kind=each.kind, name=each.name, namespace=arguments.namespace if each.kind.namespaced else "")
        for each in read
        if each.kind is not None
    ]
    if len(found) < len(read):
        raise NotUnderstood(
            text("one or more resources must be specified as <resource> <name> or <resource>/<name>"),
            next=text("Write it like {example}.", example=Code("label deployment/app tier=web")),
        )
    if len(found) > 1 and any(each.kind == NAMESPACE for each in found):
        raise NotUnderstood(
            text("Namespaces are labelled one at a time."), next=text("Name one namespace, and nothing else with it.")
        )
    return tuple(found)


def _namespace_named(words: tuple[str, ...]) -> str:
    """The one Namespace that the words name; empty if they name something else, which is told later."""
    try:
        found = read_targets(words, LABELLED)
    except NotUnderstood:
        return ""
    alone = len(found) == 1 and found[0].kind == NAMESPACE
    return found[0].name if alone and re.fullmatch(NAMESPACE_PATTERN, found[0].name) else ""


def _pinned(arguments: PairArguments, targets: Sequence[Target]) -> dict[str, Any]:
    return pinned_arguments(arguments, targets=[each.reference for each in targets])


def _nothing(targets: tuple[Target, ...], field: Field, wanted: Mapping[str, str | None]) -> Text:
    gone = [key for key, value in wanted.items() if value is None]
    if len(gone) == len(wanted):
        return text("{target} has no {key}.", target=Code(many(targets)), key=Code(", ".join(gone)))
    return text("{target} has that already: {pairs}.", target=Code(many(targets)), pairs=Code(shown_pairs(wanted)))


def _summary(field: Field, targets: Sequence[Target]) -> Text:
    titles = Code(", ".join(each.title for each in targets))
    return text("Label {target}", target=titles) if field == "labels" else text("Annotate {target}", target=titles)


def _warnings(todo: Sequence[tuple[Seen, Mapping[str, str | None]]], field: Field) -> list[Text]:
    found: list[Text] = []
    for seen, _ in todo:
        each = list(owner_warnings(seen, marked(seen)))
        if field == "labels" and seen.target.kind == NAMESPACE:
            each.append(text("Network policies and admission rules choose namespaces by their labels."))
        elif field == "labels" and seen.target.kind in (DEPLOYMENT, STATEFULSET, DAEMONSET, CRON_JOB):
            each.append(text("Its pods keep the labels that they have."))
        found += [named(seen.target, warning) if len(todo) > 1 else warning for warning in each]
    return found


def _back(todo: Sequence[tuple[Seen, Mapping[str, str | None]]], field: Field, arguments: PairArguments) -> Back | None:
    """What was there before, where that is the same for all and can be typed."""
    before = [before_of(seen, field, changes) for seen, changes in todo]
    words = pairs_typed(field, before[0])
    if words is None or any(each != before[0] for each in before):
        return None
    sets = any(value is not None for value in before[0].values())
    verb = "label" if field == "labels" else "annotate"
    references = (seen.target.reference for seen, _ in todo)
    calls = (metadata_call(seen, field, before[0], f"step-{number}") for number, (seen, _) in enumerate(todo, 1))
    return Back(
        command_line=command_line(arguments, verb, *references, *words, *(("--overwrite",) if sets else ())),
        label=text("Back to {before}", before=shown_pairs(before[0])[:60]),
        calls=tuple(after_call(call, field, changes) for call, (_, changes) in zip(calls, todo, strict=True)),
    )
