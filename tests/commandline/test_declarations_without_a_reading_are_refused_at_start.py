"""A model that no line could fill without a guess is a programming error, found when the shape is derived."""

from __future__ import annotations

from typing import Annotated

import pytest

from bot.commandline.shape import shape_of
from bot.operations.arguments import Arguments, Flag, Words, WorkloadArguments


class TwiceArguments(Arguments):
    other: Annotated[str, Flag("--other", "-n")] = ""


class TwoRestsArguments(WorkloadArguments):
    more: Annotated[tuple[str, ...], Words("MORE")] = ()


class WordAfterRestArguments(WorkloadArguments):
    more: Annotated[str, Words("MORE")] = ""


@pytest.mark.parametrize("model", [TwiceArguments, TwoRestsArguments, WordAfterRestArguments])
def test_it_is_a_type_error(model: type[Arguments]) -> None:
    with pytest.raises(TypeError, match=model.__name__):
        shape_of(model)
