"""Help is complete, at every level, because it is derived."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from bot.commandline.help import help_view
from bot.commandline.shape import shape_of
from bot.operations.view import View
from tests.commandline.families import REGISTRY


def shown(view: View) -> str:
    rows = [" ".join(row) for row in view.table.rows] if view.table else []
    return "\n".join([str(view.title), *map(str, view.lines), *rows, view.output])


def test_everything_names_every_command() -> None:
    everything = shown(help_view(REGISTRY, ()))
    for operation in REGISTRY:
        assert operation.name.removeprefix(f"{operation.family} ") in everything


@pytest.mark.parametrize("name", tuple(REGISTRY.operations))
def test_one_command_tells_its_usage_flags_and_tool(name: str) -> None:
    told = shown(help_view(REGISTRY, tuple(name.split())))
    assert f"/eks {name}" in told
    for argument in shape_of(REGISTRY[name].arguments):
        assert argument.shown in told
        assert argument.help is None or str(argument.help) in told


def test_undo_is_told_in_full() -> None:
    told = shown(help_view(REGISTRY, ("kubectl", "rollout", "undo"), command="/ops"))
    for piece in (
        "rollout undo – Roll a workload back to an earlier revision\n",
        "Usage: /ops rollout undo KIND/NAME... [--to-revision N]",
        "Example: /ops rollout undo deployment/app",
        "Short: undo, rollback",
        "The same as kubectl rollout undo, which may be pasted.",
        "It takes your own right to patch deployments.apps.",
        "nothing is sent before it is approved",
        "-n, --namespace NAMESPACE",
        "The revision is looked up once.",
    ):
        assert piece in told


def test_a_short_form_and_a_tool_lead_to_the_same_help() -> None:
    assert help_view(REGISTRY, ("ROLLBACK",)) == help_view(REGISTRY, ("rollout", "undo"))
    canary = shown(help_view(REGISTRY, ("kubectl", "argo", "rollouts", "promote")))
    assert "The same as kubectl argo rollouts promote," in canary


def test_a_family_and_a_tool_list_their_commands() -> None:
    assert "/eks rollout restart" in shown(help_view(REGISTRY, ("rollout",)))
    assert "/eks backup create NAME" in shown(help_view(REGISTRY, ("velero",)))
    assert "no commands of helm yet" in shown(help_view(REGISTRY, ("helm",)))


def test_a_slip_is_answered_with_what_was_meant() -> None:
    view = help_view(REGISTRY, ("rolout",))
    assert "help rollout" in [action.command_line for action in view.actions]


def test_every_button_is_a_line_that_is_understood() -> None:
    for words in ((), ("rollout",), ("velero",), ("nonsense",), ("rolout",)):
        for action in help_view(REGISTRY, words).actions:
            assert parse(action.command_line, REGISTRY).operation.name == "help"
