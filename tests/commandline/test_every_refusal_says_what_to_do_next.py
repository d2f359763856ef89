"""A refusal without a next step is a dead end at 3 a.m.: whoever makes an error says what to do, or offers choices.

Read from the source, so that a new one is found wherever it is. Classes are followed through imports, so another class
with the name of an error is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ERROR: Final = "bot.errors.KajitoriError"
SAYS: Final = {"next", "choices"}

NEVER_SHOWN: Final = {
    "bot.errors.Bug": "people are shown an id only; the log has the rest",
    "bot.store.errors.LeaseLost": "stops a worker, which tells nobody",
    "bot.slack.api.errors.SlackError": "the bot's own calls of Slack: handled by their code, never said to a person",
}
"""With all that derive from them."""

HAS_A_FORM: Final = ("bot.errors.NotUnderstood", ("commands/", "bot/operations/"))
"""What an operation does not understand gets a button for its form where it was typed (`desk.lines.with_form`)."""

ELSEWHERE: Final = {
    "bot/charts/progress.py": "caught where it is drawn, and the numbers are sent instead",
}
"""Files whose errors say nothing next, and why."""


def test_every_refusal_that_a_person_can_see_says_what_to_do_next() -> None:
    found = [f"{path}:{line}" for path, line in dead_ends() if path not in ELSEWHERE]
    assert found == [], "say `next=text(…)`, or offer `choices`"


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_exemption_is_left_of_what_was_mended(path: str) -> None:
    assert path in {each for each, _ in dead_ends()}


def test_errors_are_found_by_what_they_are_and_not_by_their_name() -> None:
    errors = the_sources().errors
    assert {"bot.requests.marks.Stale", "bot.kubernetes.errors.Conflict", "bot.slack.api.errors.Changed"} <= errors
    assert "bot.operations.template_changes.Changed" not in errors


def dead_ends() -> Iterator[tuple[str, int]]:
    sources = the_sources()
    for module, tree in sources.trees.items():
        path = sources.paths[module]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            made = sources.resolve(module, node.func)
            said = {keyword.arg for keyword in node.keywords} & SAYS
            if made not in sources.errors or said or any(sources.is_a(made, each) for each in NEVER_SHOWN):
                continue
            if not (made == HAS_A_FORM[0] and path.startswith(HAS_A_FORM[1])):
                yield path, node.lineno


class Sources:
    """The modules of the bot, their names for classes, and which of these are errors of ours."""

    def __init__(self) -> None:
        files = [each for package in ("bot", "commands") for each in sorted((ROOT / package).rglob("*.py"))]
        self.paths = {_module(each): str(each.relative_to(ROOT)) for each in files}
        self.trees = {_module(each): ast.parse(each.read_text()) for each in files}
        self.names = {module: _imported(tree) for module, tree in self.trees.items()}
        self.bases: dict[str, list[str]] = {}
        for module, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self.names[module][node.name] = f"{module}.{node.name}"
                    self.bases[f"{module}.{node.name}"] = [self.resolve(module, each) for each in node.bases]
        self.errors = {each for each in self.bases if self.is_a(each, ERROR)}

    def resolve(self, module: str, node: ast.expr) -> str:
        """The full name of what an expression names, empty for anything else."""
        if isinstance(node, ast.Name):
            return self.names[module].get(node.id, "")
        if isinstance(node, ast.Attribute) and (place := self.resolve(module, node.value)):
            return f"{place}.{node.attr}"
        return ""

    def is_a(self, name: str, wanted: str) -> bool:
        return name == wanted or any(self.is_a(each, wanted) for each in self.bases.get(name, ()))


@cache
def the_sources() -> Sources:
    return Sources()


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found
