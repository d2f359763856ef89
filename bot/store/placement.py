"""Where a SQLite file may lie and who may have it: a local disk, one process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.store.errors import NetworkFileSystem, StoreInUse, gone, read_only
from bot.text import Code, text

NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs", "ocfs2"}
)
_FUSE_NETWORK: Final = frozenset(
    {"fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.mountpoint-s3", "fuse.davfs"}
)
MOUNTS: Final = Path("/proc/self/mountinfo")


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system that holds an absolute path, from Linux' mountinfo (proc(5)); empty if none does."""
    best, found = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = Path(fields[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), after.split(" ")[0]
    return found


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise `NetworkFileSystem` where SQLite corrupts (sqlite.org/useovernet.html). Where there is no /proc, trust."""
    if not mounts.exists():
        return
    kind = file_system_of(path.resolve(), mounts.read_text())
    if kind in NETWORK or kind in _FUSE_NETWORK:
        raise NetworkFileSystem(
            text(
                "The SQLite file lies on a network file system ({kind}), where it would be corrupted.", kind=Code(kind)
            ),
            target=str(path),
            next=text("Put it on a local disk, or use PostgreSQL."),
        )


@contextmanager
def only_process(path: Path) -> Iterator[None]:
    """Hold the lock file beside a SQLite file. Raises `StoreInUse` if another process, or this one, has it.

    The lock is the kernel's, so it ends with the process however that dies; the file itself stays.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise read_only() from error
    except OSError as error:
        raise gone(str(path)) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreInUse(
                text("Another Kajitori process is using this SQLite file."),
                target=str(path),
                why=text("SQLite serves one process only."),
                next=text("Stop the other process, or use PostgreSQL for replicas."),
            ) from error
        yield
    finally:
        os.close(lock)


def identity(path: Path) -> tuple[int, int]:
    """Which file a path names now. SQLite goes on writing into a file that was removed, so this is asked around writes.

    Raises `StoreGone` if there is none.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise gone(str(path)) from error
    return found.st_dev, found.st_ino
