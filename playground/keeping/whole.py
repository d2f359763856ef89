"""Whether all that belongs to a kept world is still there: the bot's key, and its database from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.errors import Refused
from bot.text import Code, Text, text

DATABASE: Final = "kajitori.db"
KEY: Final = "key"


def refuse_incomplete(path: Path, *, another: Code) -> None:
    """Raise `Refused` where the bot would begin anew, or not begin, under a workspace that remembers. Writes nothing.

    `another` is the command that takes another folder. Raises `OSError` where something cannot be read, and
    `StoreInUse` while a bot of before has not let go.
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
    from bot.store.examining import WHOLE, examined  # with all that a store needs, and a new folder has none

    found, tables = examined(path / DATABASE)
    if found != WHOLE:
        return text("SQLite says: {reason}.", reason=found)
    return None if tables else text("It is empty.")
