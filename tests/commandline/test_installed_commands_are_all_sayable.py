"""Whatever is installed: its shape is sound, its example is understood, its help and form are complete."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commandline.form import form_of
from bot.commandline.grammar import parse
from bot.commandline.help import help_view, terminal_line
from bot.commandline.own import OWN
from bot.commandline.reference import reference
from bot.commandline.shape import shape_of
from bot.errors import Ambiguous, NotUnderstood
from bot.locales.rendering import plain
from bot.observability.redaction import redact
from bot.operations.operation import Operation
from bot.operations.registry import build_registry, installed_families

REGISTRY = build_registry([*installed_families(), OWN])
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize("operation", tuple(REGISTRY), ids=lambda operation: operation.name)
def test_an_operation_is_sayable(operation: Operation) -> None:
    shape = shape_of(operation.arguments)
    assert len(form_of(operation).fields) == len([*shape])
    assert operation.help
    assert operation.example, "help shows an example"
    for typed in (operation.example, f"/eks {operation.example}.", f"{operation.cli} {operation.example}"):
        parsed = parse(typed, REGISTRY)
        assert parsed.operation.name == operation.name
        assert redact(typed) == typed
        assert parse(parsed.line, REGISTRY).arguments == parsed.arguments
    told = [str(line) for line in help_view(REGISTRY, tuple(operation.name.split())).lines]
    assert [line for line in told if line.startswith("-n, --namespace NAMESPACE – ")]
    assert parse(f"{terminal_line(operation)} --help", REGISTRY).operation.name == "help"


@pytest.mark.parametrize("operation", tuple(REGISTRY), ids=lambda operation: operation.name)
def test_its_help_speaks_the_readers_language(operation: Operation) -> None:
    view = help_view(REGISTRY, tuple(operation.name.split()))
    told = [plain(line, "ja") for line in (view.title, *view.lines)]
    assert [line for line in told if not JAPANESE.search(line) and "QUANTITY – " not in line] == []


FLAGS = sorted(
    {name for each in REGISTRY for flag in shape_of(each.arguments).flags for name in (flag.name, flag.short)}
)
WORDS = sorted({word for each in REGISTRY for name in (each.name, *each.short) for word in name.split()})
VALUES = ["kubectl", "deploy/app", "app=x:1", "prod", "-1", "3", "=x", "=3", "--", "*", "1h", "'a b'", "true"]


@settings(max_examples=500)
@given(st.sampled_from(list(REGISTRY)), st.lists(st.sampled_from([*FLAGS, *WORDS, *VALUES]), max_size=5))
def test_any_line_is_understood_or_refused(operation: Operation, rest: list[str]) -> None:
    try:
        parsed = parse(" ".join([operation.name, *rest]), REGISTRY)
    except (NotUnderstood, Ambiguous):
        return
    again = parse(parsed.line, REGISTRY)
    assert (again.operation, again.arguments, again.line) == (parsed.operation, parsed.arguments, parsed.line)


def test_the_reference_page_has_them_all() -> None:
    page = reference(REGISTRY)
    for operation in REGISTRY:
        assert f"\n### {operation.name}\n" in page
