"""The data folder: one playground at a time, and its world in one file that is there whole or not at all.

Nothing is written before it is known that the folder is a playground's and that no other one uses it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import msgspec

from bot.errors import Refused
from bot.text import Code, text
from playground.cluster.keeping import ClusterKept
from playground.keeping.whole import DATABASE, refuse_incomplete
from playground.workspace.keeping import WorkspaceKept

FORM: Final = 1
WORLD: Final = "playground.json"
LOCK: Final = "playground.lock"


class World(msgspec.Struct, frozen=True, kw_only=True):
    """`form` counts the ways in which this was ever written; `setting` names the clusters that it was played with."""

    form: int
    setting: str
    workspace: WorkspaceKept
    clusters: dict[str, ClusterKept]


class _Form(msgspec.Struct, frozen=True):
    form: int


@final
@dataclass(frozen=True, kw_only=True)
class Folder:
    """`world` is what was kept the last time; None at the first."""

    path: Path
    world: World | None
    setting: str

    def save(self, workspace: bytes, clusters: Mapping[str, bytes]) -> None:
        """Write the parts, each encoded by `encoded`. May block. Raises `Refused` when the folder takes no more."""
        parts = {name: msgspec.Raw(part) for name, part in clusters.items()}
        content = msgspec.json.encode(
            {"form": FORM, "setting": self.setting, "workspace": msgspec.Raw(workspace), "clusters": parts}
        )
        try:
            self._write(content)
        except OSError as error:
            raise _unusable(self.path, error) from error

    def check(self) -> None:
        """Raise `Refused` where what was saved is there no more."""
        try:
            (self.path / WORLD).stat()
        except OSError as error:
            raise _unusable(self.path, error) from error

    def _write(self, content: bytes) -> None:
        beside = self.path / f"{WORLD}.{secrets.token_hex(4)}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path / WORLD)
        finally:
            beside.unlink(missing_ok=True)


def encoded(part: WorkspaceKept | ClusterKept) -> bytes:
    """A part of the world, as `save` takes it."""
    return msgspec.json.encode(part)


@contextmanager
def opened(path: Path, *, setting: str) -> Iterator[Folder]:
    """The folder, held against other playgrounds. Raises `Refused` before anything in it was changed."""
    try:
        _refuse_foreign(path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        _take(lock, path)
        try:
            world = _read(path)
            if world is not None and world.setting == setting:
                refuse_incomplete(path, another=_command("./another"))
        except OSError as error:
            raise _unusable(path, error) from error
        if world is not None and world.setting != setting:
            raise Refused(
                text("The folder {path} was played with other clusters.", path=Code(str(path))),
                why=text("It was {before}; now it is {now}.", before=Code(world.setting), now=Code(setting)),
                next=text("Name another folder: {command}", command=_command("./another")),
            )
        yield Folder(path=path, world=world, setting=setting)
    finally:
        os.close(lock)


def _refuse_foreign(path: Path) -> None:
    if path.is_dir():
        names = {each.name for each in path.iterdir()}
        if names and not names & {WORLD, LOCK}:
            raise Refused(
                text("The folder {path} holds something else.", path=Code(str(path))),
                next=text("Name a folder that is empty or not there yet: {command}", command=_command("./playground")),
            )
        if DATABASE in names and WORLD not in names:
            raise Refused(
                text("The folder {path} has lost its file {file}.", path=Code(str(path)), file=Code(WORLD)),
                why=text("The bot's database in it speaks of a workspace and of clusters that are gone."),
                next=text("Remove the folder, or name another one: {command}", command=_command("./another")),
            )


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(
            text("Another playground uses the folder {path}.", path=Code(str(path))),
            next=text("Close it (Ctrl-C), or name another one: {command}", command=_command("./another")),
        ) from error


def _read(path: Path) -> World | None:
    try:
        content = (path / WORLD).read_bytes()
    except FileNotFoundError:
        return None
    try:
        form = msgspec.json.decode(content, type=_Form).form
        if form > FORM:
            raise Refused(
                text("The folder {path} was made by a newer Kajitori.", path=Code(str(path))),
                next=text("Use that version, or name another folder: {command}", command=_command("./another")),
            )
        return msgspec.json.decode(content, type=World)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused(
            text("The file {path} cannot be read: it is damaged.", path=Code(str(path / WORLD))),
            next=text("Restore it, or remove the whole folder {folder} and begin anew.", folder=Code(str(path))),
        ) from error


def _unusable(path: Path, error: OSError) -> Refused:
    return Refused(
        text("The folder {path} cannot be used.", path=Code(str(path))),
        why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
        next=text("Name a folder of your own: {command}", command=_command("./playground")),
    )


def _command(folder: str) -> Code:
    return Code(f"make run DATA={folder}")
