"""A view at the terminal: a title, sentences, a table, text; files only where they were asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.errors import Refused
from bot.operations.untrusted import one_line
from bot.operations.view import Action, File, View
from bot.terminal.screen import Screen
from bot.text import Code, text


def show_view(screen: Screen, view: View, *, save: Path | None, whole: bool = False) -> None:
    """Print it; a file is written into `save`, or named if there is none. Raises `Refused` if it cannot be written.

    A pipe gets the table or the text alone, as from kubectl, unless the `whole` of it is the answer.
    """
    for warning in view.warnings:
        screen.aside(text("warning: {what}", what=warning), style="yellow")
    whole = whole or screen.live or not (view.table or view.output)
    if whole:
        screen.say(view.title, style="bold")
    for line in (*view.lines, *(row.line for row in view.rows)):
        screen.say(line) if whole else screen.aside(line)
    if view.table is not None:
        screen.table(view.table.columns, view.table.rows)
    if view.output:
        screen.foreign(view.output)
    if view.file is not None:
        _show_file(screen, view.file, save)
    if screen.live:
        for action in (*(row.action for row in view.rows if row.action is not None), *view.actions):
            _show_action(screen, action)


def view_document(view: View, screen: Screen) -> dict[str, Any]:
    """The same for machines: sentences in the reader's language, cells and text as they came."""
    table = view.table
    return {
        "title": screen.sentence(view.title),
        "lines": [screen.sentence(line) for line in (*view.lines, *(row.line for row in view.rows))],
        "table": None if table is None else {"columns": list(table.columns), "rows": [list(row) for row in table.rows]},
        "output": view.output,
        "file": None if view.file is None else {"name": view.file.name, "bytes": len(view.file.content)},
        "actions": [action.command_line for action in view.actions],
        "warnings": [screen.sentence(warning) for warning in view.warnings],
    }


def save_file(file: File, folder: Path) -> Path:
    """Write a view's file into a folder, under a name that stays in it; never over another file."""
    name = Path(one_line(file.name)).name
    if name in ("", ".", ".."):
        raise Refused(
            text("{name} cannot be the name of a file.", name=Code(file.name)),
            next=text("Leave out {flag} to read it here.", flag=Code("--save")),
        )
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as opened:
            opened.write(file.content)
    except FileExistsError as error:
        raise Refused(
            text("{path} is there already.", path=Code(str(path))), next=text("Name another folder.")
        ) from error
    except OSError as error:
        raise Refused(
            text("{path} cannot be written.", path=Code(str(path))),
            why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
            next=text("Name another folder."),
        ) from error
    return path


def _show_file(screen: Screen, file: File, save: Path | None) -> None:
    if save is not None:
        screen.aside(text("Written: {path}", path=Code(str(save_file(file, save)))))
        return
    screen.aside(
        text(
            "There is a file, {name} ({size} bytes); {flag} writes it.",
            name=Code(file.name),
            size=len(file.content),
            flag=Code("--save DIR"),
        )
    )


def _show_action(screen: Screen, action: Action) -> None:
    screen.say(
        text("{label}: {command}", label=action.label, command=Code(f'kajitori exec "{action.command_line}"')),
        style="dim",
        indent=2,
    )
