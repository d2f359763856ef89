"""Whether a SQLite file is whole, told without touching it: for what must know that before a bot begins on it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.store.placement import only_process

WHOLE: Final = "ok"


def examined(path: Path) -> tuple[str, int]:
    """What SQLite finds wrong, `WHOLE` where that is nothing; and how many tables and indexes there are. May block.

    Looked for in a copy, for SQLite writes beside what it reads. Raises `StoreInUse` while another process has the
    file, and `OSError` where it cannot be read.
    """
    with only_process(path), tempfile.TemporaryDirectory(prefix="kajitori-") as folder:
        for each in (path, path.with_name(f"{path.name}-wal")):
            if each.exists():
                shutil.copyfile(each, Path(folder) / each.name)
        try:
            with closing(sqlite3.connect(Path(folder) / path.name)) as copy:
                (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
                (tables,) = copy.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error), 0
    return found, tables
