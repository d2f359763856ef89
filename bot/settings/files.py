"""Small files, read whole and bounded: the configuration and the policy."""

from __future__ import annotations

from pathlib import Path

from bot.errors import Refused
from bot.settings.document import LARGEST
from bot.text import Code, text


def read_file(path: Path) -> bytes:
    """The file's bytes, at most one more than `read_document` takes, so that it can refuse what is too large.

    Raises `Refused` for a file that is not there or may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(
            text("{path} cannot be read.", path=Code(str(path))),
            target=str(path),
            why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
            next=text("Check the path and the rights of the file."),
        ) from error
