"""All operations that are installed, found by the entry point group `kajitori.commands`: modules, or packages of them.

A file in a package that an entry point names is found by being there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType

from bot.operations.operation import Family, Operation


@dataclass(frozen=True)
class Registry:
    """Operations by name. Two families may not declare the same name or short form: `ValueError` at start."""

    operations: dict[str, Operation]
    families: tuple[Family, ...]

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())

    def __getitem__(self, name: str) -> Operation:
        return self.operations[name]


def build_registry(families: Iterable[Family]) -> Registry:
    """Put families together, refusing double names."""
    families = tuple(families)
    operations: dict[str, Operation] = {}
    taken: dict[str, str] = {}
    for family in families:
        for operation in family.operations.values():
            for word in (operation.name, *operation.short):
                if taken.setdefault(word, operation.name) != operation.name:
                    raise ValueError(f"{word!r} means both {taken[word]!r} and {operation.name!r}")
            if operation.name in operations:
                raise ValueError(f"the operation {operation.name!r} is declared twice")
            operations[operation.name] = operation
    return Registry(operations, families)


def families_of(module: ModuleType) -> list[Family]:
    """The families that a module defines."""
    return [value for value in vars(module).values() if isinstance(value, Family)]


def installed_families() -> list[Family]:
    """Families of every installed package, in the order of their entry points' names, then of their modules'."""
    found: list[Family] = []
    for entry in sorted(entry_points(group="kajitori.commands"), key=lambda each: each.name):
        for module in _modules(entry.load()):
            found.extend(families_of(module))
    return found


def _modules(loaded: ModuleType) -> list[ModuleType]:
    inside = sorted(each.name for each in iter_modules(getattr(loaded, "__path__", ())))
    return [loaded, *(import_module(f"{loaded.__name__}.{name}") for name in inside)]
