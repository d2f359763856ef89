"""Find every sentence in the source and bring the catalogues up to date: `python -m bot.locales.extract`.

Sentences are found by the one name that makes them, `text("…")` with a literal template (`bot.text.text`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.locales.catalogue import ENGLISH, LOCALES, catalogue_path
from bot.text import sentences_of

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("bot", "commands")


def sentences(source: str) -> Iterator[str]:
    """The templates of a module. Raises `ValueError` for one that is not a literal: it could never be translated.

    A module that does not import our `text` means another one by that name (SQLAlchemy's). An operation's docstring is
    its help, so it is found too.
    """
    module = ast.parse(source)
    for node in ast.walk(module):
        if isinstance(node, ast.AsyncFunctionDef) and any(_declares(each) for each in node.decorator_list):
            yield from (each.template for each in sentences_of(ast.get_docstring(node) or ""))
    if not any(_imports_text(node) for node in ast.walk(module)):
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text" and node.args:
            template = node.args[0]
            if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
                raise ValueError(f"line {node.lineno}: the template is not a literal")
            yield template.value


def _declares(decorator: ast.expr) -> bool:
    """`@family.read(…)`, `.probe(…)` or `.change(…)` above an operation."""
    named = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(named, ast.Attribute) and named.attr in ("read", "probe", "change")


def _imports_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "bot.text"
        and any(name.name == "text" and name.asname is None for name in node.names)
    )


def all_sentences(root: Path = ROOT) -> dict[str, list[str]]:
    """Every template with the modules that use it."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            try:
                for template in sentences(path.read_text()):
                    found.setdefault(template, []).append(str(path.relative_to(root)))
            except ValueError as error:
                raise ValueError(f"{path.relative_to(root)}: {error}") from error
    return found


def updated(name: str, templates: dict[str, list[str]], existing: bytes) -> bytes:
    """A catalogue with exactly these templates, keeping the translations there are."""
    old = read_po(BytesIO(existing), locale=name)
    new = Catalog(locale=name)
    for template, modules in templates.items():
        known = old.get(template)
        new.add(template, known.string if known else "", locations=[(module, 0) for module in sorted(set(modules))])
    written = BytesIO()
    write_po(written, new, omit_header=True, sort_output=True, include_lineno=False, width=0)
    return written.getvalue()


def main() -> None:
    """Rewrite the catalogues and say what is still to be translated."""
    templates = all_sentences()
    for name in LOCALES:
        if name == ENGLISH:
            continue
        path = catalogue_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = updated(name, templates, path.read_bytes() if path.exists() else b"")
        path.write_bytes(content)
        missing = [str(each.id) for each in read_po(BytesIO(content), locale=name) if each.id and not each.string]
        sys.stdout.write("".join(f"{name}: {template}\n" for template in missing))


if __name__ == "__main__":
    main()
