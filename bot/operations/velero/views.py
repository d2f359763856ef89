"""What is shown of Velero's objects: tables, one closer, and files of the object store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from bot.errors import Refused
from bot.operations.arguments import Arguments
from bot.operations.describers.sheet import Sheet
from bot.operations.kinds import Kind
from bot.operations.operation import Right
from bot.operations.printers.tables import cut, plain_table, print_table
from bot.operations.queries import label_query
from bot.operations.reader import Artifact, Reader
from bot.operations.untrusted import one_line, visible
from bot.operations.velero.arguments import GetArguments, object_name
from bot.operations.velero.existing import not_of_velero
from bot.operations.velero.kinds import DOWNLOAD
from bot.operations.velero.models import Backup, Restore, Scope
from bot.operations.velero.phases import MESSAGES, NEW, READABLE, why_failed
from bot.operations.velero.server import all_of, one_of
from bot.operations.velero.shown import moment, relative, selector_words
from bot.operations.view import Action, File, View
from bot.operations.workloads import command_line
from bot.text import Bold, Code, Text, text

OUTPUT: Final = 3_000
PROBES: Final = tuple(Right(verb, DOWNLOAD, probe=True) for verb in ("create", "get", "delete"))
"""The rights that fetching a file of the object store takes."""
TAIL: Final = 60
"""Lines of a log in a message: its end."""
REASONS: Final = 20
"""Errors and warnings of each sort that are written out."""
SECTIONS: Final = ("errors", "warnings")


def table_view(cluster: Reader, kind: Kind, found: Sequence[Any], arguments: Arguments) -> View:
    """A list as the CLI's table; what needs a look first, if it is cut."""
    title = text("{kinds} in {namespace}", kinds=Bold(kind.plural), namespace=Code(arguments.namespace))
    if not found:
        none = text("No {kinds} found in {namespace}.", kinds=kind.plural, namespace=Code(arguments.namespace))
        return View(title=title, lines=(none,))
    every = print_table(kind, found, cluster.now)
    shown = cut(kind, found, every)
    whole = File(name=f"{kind.plural}.txt", title=title, content=plain_table(every).encode())
    return View(title=title, table=shown, file=whole if shown.rows != every.rows else None)


async def listed(cluster: Reader, kind: Any, arguments: GetArguments, model: Any) -> View:
    """All of a kind, or those that are named, newest first."""
    if arguments.names:
        names = [object_name(each, kind) for each in arguments.names]
        found = list(await asyncio.gather(*(one_of(cluster, kind, each, arguments, model) for each in names)))
    else:
        found = await all_of(cluster, kind, arguments.namespace, model, labels=label_query(arguments.selector))
    found.sort(key=lambda each: str(each.metadata.creation_timestamp or ""), reverse=True)
    return table_view(cluster, kind, found, arguments)


async def log_view(cluster: Reader, wanted: Artifact, found: Backup | Restore, arguments: Arguments) -> View:
    """The end of a log, and all of it as a file. Raises `Refused` while there is none."""
    name, phase = found.metadata.name, found.status.phase
    if phase not in READABLE:
        raise Refused(
            text("There is no log of {name} yet.", name=Code(name)),
            why=text("It is {phase}; Velero writes the log at the end.", phase=Code(phase or "New")),
            next=text("Ask again when it has ended."),
        )
    content = visible((await cluster.artifact(wanted, name, arguments.namespace)).decode("utf-8", "replace"))
    lines = content.rstrip("\n").splitlines()
    end = "\n".join(lines[-TAIL:])[-OUTPUT:]
    title = text("The log of {name}", name=Bold(name))
    counted = text("{count} lines; this is the end.", count=len(lines)) if len(lines) > TAIL else None
    return View(
        title=title,
        lines=() if counted is None else (counted,),
        output=end,
        file=File(name=f"{name}.log", title=title, content=content.encode()),
        sensitive=True,
    )


async def results_of(cluster: Reader, wanted: Artifact, name: str, namespace: str) -> dict[str, list[str]]:
    """Errors and warnings as Velero wrote them down, by section; each a line with where it happened.

    Raises `Refused` for a file that is none of Velero's.
    """
    content = await cluster.artifact(wanted, name, namespace)
    try:
        raw = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise not_of_velero() from error
    return {section: _flat(raw.get(section)) for section in SECTIONS}


def _flat(section: Any) -> list[str]:
    """`{"velero": […], "cluster": […], "namespaces": {"shop": […]}}` as lines."""
    if not isinstance(section, dict):
        return []
    found: list[str] = []
    for place, said in section.items():
        places = said if isinstance(said, dict) else {place: said}
        for where, messages in places.items():
            found += [f"{where}: {each}" for each in messages or () if isinstance(each, str)]
    return found


def describe_backup(backup: Backup, results: dict[str, list[str]] | None, cluster: Reader) -> View:
    status = backup.status
    sheet = Sheet()
    sheet.put("Name", backup.metadata.name)
    sheet.mapping("Labels", backup.metadata.labels)
    _scope(sheet, backup.spec)
    sheet.put("Storage Location", backup.spec.storage_location)
    sheet.put("TTL", backup.spec.ttl)
    sheet.put("Started", moment(status.start_timestamp))
    sheet.put("Completed", moment(status.completion_timestamp))
    sheet.put("Expiration", f"{moment(status.expiration)} ({relative(status.expiration, cluster.now)})")
    if status.progress is not None:
        sheet.put("Items backed up", f"{status.progress.items_backed_up} of {status.progress.total_items}")
    _results(sheet, results)
    return _described(backup, sheet)


def describe_restore(restore: Restore, results: dict[str, list[str]] | None) -> View:
    spec, status = restore.spec, restore.status
    sheet = Sheet()
    sheet.put("Name", restore.metadata.name)
    sheet.put("Backup", spec.backup_name)
    sheet.put("Included namespaces", ", ".join(spec.included_namespaces or ("*",)))
    sheet.put("Excluded namespaces", ", ".join(spec.excluded_namespaces or ()))
    sheet.put("Included resources", ", ".join(spec.included_resources or ("*",)))
    sheet.put("Excluded resources", ", ".join(spec.excluded_resources or ()))
    sheet.mapping("Namespace mappings", spec.namespace_mapping)
    sheet.put("Existing resource policy", spec.existing_resource_policy or "none")
    sheet.put("Started", moment(status.start_timestamp))
    sheet.put("Completed", moment(status.completion_timestamp))
    if status.progress is not None:
        sheet.put("Items restored", f"{status.progress.items_restored} of {status.progress.total_items}")
    _results(sheet, results)
    return _described(restore, sheet)


def details_action(arguments: Arguments, kind: Kind, name: str) -> Action:
    line = command_line(arguments, "velero", kind.singular, "describe", name, "--details")
    return Action(label=text("Details"), command_line=line)


def _described(found: Backup | Restore, sheet: Sheet) -> View:
    status = found.status
    failed = why_failed(status)
    phase: Text = MESSAGES.get(status.phase) or text(
        "{phase}", phase=Bold(one_line("New" if status.phase in NEW else status.phase, 60))
    )
    counted = text("Errors: {errors}, warnings: {warnings}.", errors=status.errors, warnings=status.warnings)
    output = "\n".join(sheet.lines)
    title = text("{name}: {phase}", name=Bold(found.metadata.name), phase=phase)
    file = File(name=f"{found.metadata.name}.txt", title=title, content=output.encode())
    return View(
        title=title,
        lines=(counted,) if failed is None else (failed,),
        output=output[:OUTPUT],
        file=file if len(output) > OUTPUT else None,
        sensitive=True,
    )


def _scope(sheet: Sheet, scope: Scope) -> None:
    sheet.put("Included namespaces", ", ".join(scope.included_namespaces or ("*",)))
    sheet.put("Excluded namespaces", ", ".join(scope.excluded_namespaces or ()))
    sheet.put("Included resources", ", ".join(scope.included_resources or ("*",)))
    sheet.put("Excluded resources", ", ".join(scope.excluded_resources or ()))
    sheet.put("Label selector", selector_words(scope.label_selector))


def _results(sheet: Sheet, results: dict[str, list[str]] | None) -> None:
    for section, said in (results or {}).items():
        inner = sheet.part(section.capitalize()) if said else sheet
        for each in said[:REASONS]:
            inner.write(one_line(each, 300))
        if len(said) > REASONS:
            inner.write(f"and {len(said) - REASONS} more")
