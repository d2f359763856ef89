"""Opening: addresses, the lock file, network file systems, files that are something else, and what SQLite is set to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.engines import parse
from bot.store.errors import NetworkFileSystem, StoreGone, StoreInUse, StoreRefused
from bot.store.placement import file_system_of
from tests.databases import KEYRING, opened
from tests.store.intakes import stored

MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw - nfs4 nas:/export rw
31 30 8:2 / /srv/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt/my\\040share rw shared:7 - fuse.sshfs host: rw
broken line
"""


@pytest.mark.parametrize("driver", ["", "+aiosqlite", "+pysqlite"])
async def test_a_file_is_opened_by_either_spelling_and_made_with_its_folder(tmp_path: Path, driver: str) -> None:
    path = tmp_path / "new" / "folder" / "kajitori.db"
    async with opened(f"sqlite{driver}:///{path}") as database:
        assert database.path == path
        assert await stored(database) == set()
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgres"])
def test_postgresql_is_named_in_each_usual_way(scheme: str) -> None:
    assert parse(f"{scheme}://bot:pw@host/db").drivername == "postgresql+asyncpg"


@pytest.mark.parametrize(
    "address", ["", "sqlite://", "sqlite:///:memory:", "mysql://bot:pw-7@host/db", "://bot:pw-7@x"]
)
def test_another_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(StoreRefused, match="address of the database cannot be used") as refused:
        parse(address)
    assert "pw-7" not in str(refused.value)


async def test_every_commit_of_sqlite_is_on_the_disk(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path / 'db'}") as database, database.transaction() as tx:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        found = [(await tx.execute(text(f"PRAGMA {name}"))).scalar_one() for name in pragmas]
    assert found == ["wal", 2, 1]


@pytest.fixture
def another_process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Holds the lock file as another bot would."""
    holding = (
        "import fcntl, os, sys\n"
        f"lock = os.open({str(tmp_path / 'db.lock')!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process


async def test_a_second_process_is_refused_and_may_come_when_the_first_was_killed(
    tmp_path: Path, another_process: subprocess.Popen[bytes]
) -> None:
    address = f"sqlite:///{tmp_path / 'db'}"
    with pytest.raises(StoreInUse, match=r"Another Kajitori process .* use PostgreSQL for replicas\."):
        async with opened(address):
            pass
    assert not (tmp_path / "db").exists()
    another_process.kill()
    another_process.wait()
    async with opened(address) as database:
        assert await stored(database) == set()


async def test_the_same_process_cannot_open_it_twice_either(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'db'}"
    async with opened(address):
        with pytest.raises(StoreInUse):
            async with opened(address):
                pass
    async with opened(address):
        pass


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/db", "nfs4"), ("/srv/local/db", "xfs"), ("/mnt/my share/db", "fuse.sshfs"), ("/home/db", "ext4")],
)
def test_the_file_system_of_a_path_is_that_of_its_innermost_mount(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


async def test_a_network_file_system_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:40 / {tmp_path} rw - cifs //nas/share rw\n")
    address = f"sqlite:///{tmp_path / 'folder' / 'db'}"
    with pytest.raises(NetworkFileSystem, match=r"network file system \(cifs\)"):
        async with Database.open(address, keyring=KEYRING, clock=SystemClock(), mounts=mounts):
            pass
    assert list(tmp_path.iterdir()) == [mounts]


async def test_a_file_that_is_something_else_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes")
    with pytest.raises(StoreRefused, match="not a SQLite database"):
        async with opened(f"sqlite:///{path}"):
            pass
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]
    assert path.read_text() == "not a database, but somebody's notes"


async def test_a_postgresql_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StoreGone, match="does not answer"):
        async with opened(f"postgresql://bot@/kajitori?host={tmp_path}"):
            pass
