"""`get`: objects as kubectl's tables show them, or as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.json import Object
from bot.operations.kinds import EVENT, Kind
from bot.operations.operation import EveryKind, Family
from bot.operations.printers.documents import DOCUMENTS, document, write_documents
from bot.operations.printers.surroundings import event_seen
from bot.operations.printers.tables import Layout, cut, plain_table, print_table, printer_of
from bot.operations.queries import field_query, label_query
from bot.operations.reader import Reader
from bot.operations.resources import Asked, not_found, read_resources
from bot.operations.view import Action, File, View
from bot.operations.workloads import command_line
from bot.text import Bold, Code, Text, text

reading = Family("", text("Look at objects"))

FORMS: Final = ("", "wide", "json", "yaml", "name")
CLOSER: Final = 3
"""Rows that get a button to look closer; a View has four at most."""
OUTPUT: Final = 3_000


class GetArguments(Arguments):
    """As `kubectl get` takes them."""

    resources: Annotated[tuple[str, ...], Words("KIND [NAME]", text("a kind and names, or kind/name"))] = ()
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("only with these labels"))] = ""
    field_selector: Annotated[str, Flag("--field-selector", "", "SELECTOR", text("only with these fields"))] = ""
    all_namespaces: Annotated[bool, Flag("--all-namespaces", "-A", "", text("in all namespaces"))] = False
    show_labels: Annotated[bool, Flag("--show-labels", "", "", text("with their labels"))] = False
    output: Annotated[str, Flag("--output", "-o", "FORMAT", text("wide, name, or a file: json, yaml"))] = ""


@reading.read(
    "get",
    rights=(EveryKind("get"), EveryKind("list")),
    example="get pods -l app=web",
)
async def get(cluster: Reader, arguments: GetArguments) -> View:
    """List objects, or show some by name (kubectl get).

    -o json and -o yaml give a file, without managed fields and without values of variables and config maps.
    """
    asked = read_resources(arguments.resources, "get")
    _check(asked, arguments)
    whole = arguments.output in ("json", "yaml")
    results = await asyncio.gather(*(_read(cluster, each, arguments, whole=whole) for each in asked))
    if not any(found for found, _ in results):
        refused = [problem for _, problems in results for problem in problems]
        if refused:
            raise refused[0]
        return View(title=_title(asked, arguments), lines=(_nothing(asked, arguments),))
    warnings = tuple(problem.what for _, problems in results for problem in problems)
    found = {each.kind: objects for each, (objects, _) in zip(asked, results, strict=True) if objects}
    if arguments.output in ("json", "yaml"):
        return _documents(asked, found, arguments, warnings)
    if arguments.output == "name":
        names = [f"{_prefix(kind)}/{each.metadata.name}" for kind, objects in found.items() for each in objects]
        return _long(_title(asked, arguments), "\n".join(names), (_count(found),), warnings)
    if len(asked) == 1:
        return _one_table(cluster, asked[0].kind, found[asked[0].kind], arguments, warnings)
    return _several(cluster, asked, found, arguments, warnings)


def _check(asked: tuple[Asked, ...], arguments: GetArguments) -> None:
    named = any(each.names for each in asked)
    if arguments.output not in FORMS:
        raise NotUnderstood(
            text("unable to match a printer suitable for the output format {format}", format=Code(arguments.output)),
            next=text("Allowed formats are {formats}.", formats=Code("json, name, wide, yaml")),
        )
    if named and (arguments.selector or arguments.field_selector):
        raise NotUnderstood(
            text("name cannot be provided when a selector is specified"), next=text("Leave out one of the two.")
        )
    if named and arguments.all_namespaces:
        raise NotUnderstood(
            text("a resource cannot be retrieved by name across all namespaces"),
            next=text("Name the namespace with {flag}.", flag=Code("-n")),
        )


async def _read(
    cluster: Reader, asked: Asked, arguments: GetArguments, *, whole: bool
) -> tuple[list[Any], list[Refused]]:
    """What was found, and what could not be shown and why."""
    model: type[Any] = Object if whole else printer_of(asked.kind).model
    namespace = arguments.namespace if asked.kind.namespaced and not arguments.all_namespaces else ""
    if not asked.names:
        try:
            return await _listed(cluster, asked.kind, namespace, model, arguments), []
        except Refused as refused:
            return [], [refused]
    found: list[Any] = []
    problems: list[Refused] = []
    for name, result in zip(
        asked.names,
        await asyncio.gather(
            *(cluster.get(asked.kind, name, namespace, model) for name in asked.names), return_exceptions=True
        ),
        strict=True,
    ):
        if isinstance(result, NotFound):
            problems.append(await not_found(cluster, asked.kind, name, arguments, "get"))
        elif isinstance(result, Refused):
            problems.append(result)
        elif isinstance(result, BaseException):
            raise result
        else:
            found.append(result)
    return found, problems


async def _listed(cluster: Reader, kind: Kind, namespace: str, model: type[Any], arguments: GetArguments) -> list[Any]:
    found = await cluster.list(
        kind,
        namespace,
        model,
        labels=label_query(arguments.selector),
        fields=field_query(arguments.field_selector),
        limit=DOCUMENTS + 1 if model is Object else 0,
    )
    if kind is EVENT and model is not Object:
        found.sort(key=lambda event: (event_seen(event) is not None, event_seen(event)), reverse=True)
    return found


def _one_table(
    cluster: Reader, kind: Kind, found: Sequence[Any], arguments: GetArguments, warnings: tuple[Text, ...]
) -> View:
    every = print_table(kind, found, cluster.now, _layout(kind, arguments))
    shown = cut(kind, found, every)
    well = printer_of(kind).well
    lines = [_count({kind: found})]
    ill = [each for each in found if not well(each)]
    if ill:
        lines.append(
            text("{ill} of {total} needs a look.", ill=Bold("1"), total=len(found))
            if len(ill) == 1
            else text("{ill} of {total} need a look.", ill=Bold(str(len(ill))), total=len(found))
        )
    if len(shown.rows) < len(every.rows):
        lines.append(text("Here are {shown}, those that need a look first; the file has all.", shown=len(shown.rows)))
    cropped = shown.rows != every.rows
    return View(
        title=_title((Asked(kind=kind),), arguments),
        lines=tuple(lines),
        table=shown,
        file=_file(kind.plural, plain_table(every)) if cropped else None,
        actions=_look_closer(kind, ill, arguments),
        warnings=warnings,
    )


def _look_closer(kind: Kind, ill: Sequence[Any], arguments: GetArguments) -> tuple[Action, ...]:
    """A button for each of the first that need a look: on a phone a name is not typed."""
    if arguments.all_namespaces:
        return ()
    found = [(each.metadata.name, f"{kind.singular}/{each.metadata.name}") for each in ill[:CLOSER]]
    return tuple(
        Action(label=text("{name}", name=name), command_line=command_line(arguments, "describe", reference))
        for name, reference in found
    )


def _layout(kind: Kind, arguments: GetArguments, *, prefix: bool = False) -> Layout:
    return Layout(
        wide=arguments.output == "wide",
        namespaces=arguments.all_namespaces and kind.namespaced,
        labels=arguments.show_labels,
        prefix=prefix,
    )


def _several(
    cluster: Reader,
    asked: tuple[Asked, ...],
    found: dict[Kind, list[Any]],
    arguments: GetArguments,
    warnings: tuple[Text, ...],
) -> View:
    tables = (
        print_table(kind, objects, cluster.now, _layout(kind, arguments, prefix=True))
        for kind, objects in found.items()
    )
    output = "\n\n".join(plain_table(table) for table in tables)
    return _long(_title(asked, arguments), output, (_count(found),), warnings)


def _documents(
    asked: tuple[Asked, ...], found: dict[Kind, list[Any]], arguments: GetArguments, warnings: tuple[Text, ...]
) -> View:
    documents = [document(kind, each) for kind, objects in found.items() for each in objects]
    lines = [_count(found)] if len(documents) <= DOCUMENTS else []
    if len(documents) > DOCUMENTS:
        lines.append(text("Only the first {count}: narrow it by a selector.", count=DOCUMENTS))
    lines.append(text("Values of variables and config maps are hidden, managed fields left out."))
    single = len(documents) == 1 and len(asked) == 1 and len(asked[0].names) == 1
    name = f"{asked[0].kind.singular}-{asked[0].names[0]}" if single else "-".join(each.kind.plural for each in asked)
    form: Literal["json", "yaml"] = "json" if arguments.output == "json" else "yaml"
    return View(
        title=_title(asked, arguments),
        lines=tuple(lines),
        file=File(
            name=f"{name[:80]}.{form}",
            title=_title(asked, arguments),
            content=write_documents(documents[:DOCUMENTS], form, listed=not single),
        ),
        warnings=warnings,
        sensitive=True,
    )


def _long(title: Text, output: str, lines: tuple[Text, ...], warnings: tuple[Text, ...]) -> View:
    if len(output) <= OUTPUT:
        return View(title=title, lines=lines, output=output, warnings=warnings)
    short = output[:OUTPUT].rpartition("\n")[0]
    more = text("This is the beginning; the file has all.")
    return View(title=title, lines=(*lines, more), output=short, file=_file("get", output), warnings=warnings)


def _file(name: str, content: str) -> File:
    return File(name=f"{name}.txt", title=text("All of {name}", name=name), content=content.encode())


def _title(asked: tuple[Asked, ...], arguments: GetArguments) -> Text:
    plurals = ", ".join(each.kind.plural for each in asked)
    if not any(each.kind.namespaced for each in asked):
        return text("{kinds}", kinds=Bold(plurals))
    if arguments.all_namespaces:
        return text("{kinds} in all namespaces", kinds=Bold(plurals))
    return text("{kinds} in {namespace}", kinds=Bold(plurals), namespace=Code(arguments.namespace))


def _count(found: dict[Kind, Any]) -> Text:
    counts = ", ".join(
        f"{len(objects)} {kind.singular if len(objects) == 1 else kind.plural}" for kind, objects in found.items()
    )
    return text("{counts}", counts=counts)


def _nothing(asked: tuple[Asked, ...], arguments: GetArguments) -> Text:
    if arguments.all_namespaces or not any(each.kind.namespaced for each in asked):
        return text("No resources found.")
    return text("No resources found in {namespace} namespace.", namespace=Code(arguments.namespace))


def _prefix(kind: Kind) -> str:
    return f"{kind.singular}.{kind.group}" if kind.group else kind.singular
