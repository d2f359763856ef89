"""How a line is refused, for the tables of this folder."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from bot.errors import NotUnderstood
from tests.commandline.families import REGISTRY


def refusal(typed: str) -> NotUnderstood:
    """The refusal of a line; fails if it is understood. Every refusal says that nothing was done."""
    with pytest.raises(NotUnderstood) as caught:
        parse(typed, REGISTRY)
    assert str(caught.value.next).startswith("Nothing was done.")
    return caught.value


def offered(typed: str) -> list[str]:
    """The command lines offered instead, each of which is itself understood or refused for another reason."""
    return [choice.command_line for choice in refusal(typed).choices]
