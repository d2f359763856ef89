"""Another package's family brings its kind, its table and its condition, and no file of ours knows of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAMILY = '''
"""Widgets."""
from typing import Annotated
from bot.operations.arguments import ChangeArguments, Words
from bot.operations.conditions import declare_condition
from bot.operations.kinds import Kind, Target, declare_kind
from bot.operations.operation import Family, Right
from bot.operations.plan import Call, Plan, Wait
from bot.operations.printers.listed import Listed
from bot.operations.printers.tables import Printer, declare_printer
from bot.operations.progress import Condition, Progress
from bot.text import text

WIDGET = declare_kind(Kind(kind="Widget", plural="widgets", group="example.com", short=("wd",)))
CELLS = lambda found, now: (found.metadata.name, "red")
declare_printer(WIDGET, Printer(model=Listed, columns=("NAME", "COLOUR"), cells=CELLS))
DONE = Progress(done=True, message=text("turned"))
TURNED = declare_condition(Condition(name="turned", evaluate=lambda seen: DONE, pods=None))
widget = Family("widget", text("Turn widgets"))

class TurnArguments(ChangeArguments):
    name: Annotated[str, Words("NAME", text("the widget"))] = ""

@widget.change("turn", rights=(Right("patch", WIDGET),), example="widget turn app")
async def turn(cluster, arguments: TurnArguments) -> Plan:
    """Turn a widget."""
    target = Target(kind=WIDGET, name=arguments.name, namespace=arguments.namespace)
    call, wait = Call(id="a", verb="delete", target=target), Wait(id="b", condition="turned", target=target)
    return Plan(summary=text("Turn"), steps=(call, wait), pinned={})
'''

ASKING = """
import asyncio, json
from datetime import UTC, datetime
from bot.commandline.grammar import parse
from bot.operations.conditions import condition_of
from bot.operations.kinds import find_kind
from bot.operations.printers.listed import Listed
from bot.operations.printers.tables import print_table
from bot.operations.registry import build_registry, installed_families

registry = build_registry(installed_families())
kind = find_kind("wd")
parsed = parse("kubectl widget turn app -n shop", registry)
plan = asyncio.run(parsed.operation.run(None, parsed.arguments))
print(json.dumps({
    "path": plan.calls[0].path,
    "condition": condition_of(plan.steps[1].condition).name,
    "columns": print_table(kind, [Listed()], datetime.now(UTC)).columns,
    "get": any(right.kind == kind for right in registry["get"].rights),
}))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """As pip installs a distribution: its modules and its metadata side by side."""
    package, metadata = tmp_path / "widgets", tmp_path / "widgets-1.dist-info"
    package.mkdir()
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: widgets\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[kajitori.commands]\nwidgets = widgets\n")
    (package / "__init__.py").write_text("")
    (package / "turning.py").write_text(FAMILY)
    return tmp_path


def test_its_kind_table_condition_and_operation_work_as_if_they_were_ours(installed: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASKING],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == {
        "path": "/apis/example.com/v1/namespaces/shop/widgets/app",
        "condition": "turned",
        "columns": ["NAME", "COLOUR"],
        "get": True,
    }
