"""One page with every command and every argument."""

from __future__ import annotations

from bot.commandline.reference import reference
from bot.commandline.shape import shape_of
from bot.operations.arguments import Arguments
from tests.commandline.families import REGISTRY


def test_each_command_has_a_heading_and_each_argument_a_row() -> None:
    page = reference(REGISTRY)
    for operation in REGISTRY:
        section = page.split(f"\n### {operation.name}\n")[1].split("\n##")[0]
        assert operation.help.partition("\n")[0] in section
        for argument in shape_of(operation.arguments):
            if argument.field not in Arguments.model_fields:
                assert argument.shown.replace("|", "\\|") in section


def test_fields_that_nobody_can_type_are_not_there() -> None:
    assert "template" not in reference(REGISTRY).lower().replace("workload", "")
