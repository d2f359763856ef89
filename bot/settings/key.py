"""The key that signs and seals: from the environment, or from a file that only the bot's own user can read.

It lies outside the database, so that whoever can write rows still cannot write votes (design §6.6).
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from bot.errors import Refused
from bot.settings.environment import Settings
from bot.text import Code, Text, text

SIZE: Final = 32
FILE: Final = "key"


def load_key(settings: Settings) -> bytes:
    """The 32 bytes. Makes the file on the first start. Raises `Refused` for a damaged, foreign or readable one."""
    given = settings.key.get_secret_value()
    if given:
        return _decoded(given, what=text("{name} is wrong.", name=Code("KAJITORI_KEY")))
    path = settings.data / FILE
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.path.lexists(path):
            _create(path)
        return _read(path)
    except OSError as error:
        raise Refused(
            text("The key file {path} cannot be used.", path=Code(str(path))),
            why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
            next=text("Give the bot a data folder of its own, or set {name}.", name=Code("KAJITORI_KEY")),
        ) from error


def _create(path: Path) -> None:
    """Write it beside and link it into place: it is there whole or not at all, and two starts make one key."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(SIZE)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        _sync_folder(path.parent)
    finally:
        beside.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.geteuid():
            raise Refused(
                text("The key file {path} is not safe.", path=Code(str(path))),
                why=text("It must be a plain file of the bot's own user that nobody else may read."),
                next=text("Run {command}, and ask who could read it until now.", command=Code(f"chmod 600 {path}")),
            )
        content = file.read(1024).decode("ascii", errors="replace")
    return _decoded(content, what=text("The key file {path} is damaged.", path=Code(str(path))))


def _decoded(content: str, *, what: Text) -> bytes:
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise Refused(
            what,
            why=text("It must be {size} bytes in base64.", size=SIZE),
            next=text("Restore it. A new one is no help: plans and votes signed with the old one would be refused."),
        )
    return key
