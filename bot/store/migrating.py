"""Bring the tables up to date, in the caller's transaction: after a crash in the middle they are as before."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from bot.store.errors import NewerStore
from bot.text import Code, text

LOCK: Final = 0x6B616A69746F7269
"""'kajitori' in ASCII: replicas that start together migrate one after the other."""


def configuration() -> Config:
    """Alembic's configuration, from the package instead of a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def upgrade(connection: Connection) -> None:
    """Run what is missing. Raises `NewerStore` if a newer version of Kajitori was here."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if is_current(connection):
        return
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether nothing is missing. Raises `NewerStore` if a newer version of Kajitori was here."""
    script = _scripts()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return True
    try:
        script.get_revision(current) if current else None
    except CommandError as error:
        raise NewerStore(
            text(
                "The database was changed by a newer version of Kajitori (revision {revision}).",
                revision=Code(current or ""),
            ),
            next=text("Start that version, or restore the backup from before the upgrade."),
        ) from error
    return False
