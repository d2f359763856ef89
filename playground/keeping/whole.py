"""Whether all that belongs to a kept world is still there: the bot's key, and its database from end to end."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.errors import Refused
from bot.text import Code, Text, text

DATABASE: Final = "kajitori.db"
KEY: Final = "key"
BESIDE: Final = (DATABASE, f"{DATABASE}-wal")
"""What SQLite reads a database from."""


def refuse_incomplete(path: Path, *, another: Code) -> None:
    """Raise `Refused` where the bot would begin anew, or not begin, under a workspace that remembers. Writes nothing.

    `another` is the command that takes another folder. Raises `OSError` where something cannot be read.
    """
    for name, why in (
        (DATABASE, text("What was asked and voted on stood in it: the cards in the workspace would lead nowhere.")),
        (KEY, text("What the bot keeps is sealed with it, and so are the buttons of its messages.")),
    ):
        if not (path / name).exists():
            raise Refused(
                text("The folder {path} has lost its file {file}.", path=Code(str(path)), file=Code(name)),
                why=why,
                next=_remove(path, another),
            )
    damage = _damage(path)
    if damage is not None:
        raise Refused(
            text("The file {path} cannot be read: it is damaged.", path=Code(str(path / DATABASE))),
            why=damage,
            next=_remove(path, another),
        )


def _remove(path: Path, another: Code) -> Text:
    return text("Remove the folder {path}, or name another one: {command}", path=Code(str(path)), command=another)


def _damage(path: Path) -> Text | None:
    """Looked for in a copy, for SQLite writes beside what it reads, and held against a bot that has not let go yet."""
    from bot.store.placement import only_process  # with all that a store needs, and a new folder has none

    with only_process(path / DATABASE), tempfile.TemporaryDirectory(prefix="kajitori-") as folder:
        for name in BESIDE:
            if (path / name).exists():
                shutil.copyfile(path / name, Path(folder) / name)
        try:
            with closing(sqlite3.connect(Path(folder) / DATABASE)) as copy:
                (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
                (tables,) = copy.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            found, tables = str(error), 0
    if found != "ok":
        return text("SQLite says: {reason}.", reason=found)
    return None if tables else text("It is empty.")
