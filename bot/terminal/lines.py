"""From what was typed after `exec` or `plan` to an operation, by the same grammar as in Slack."""

from __future__ import annotations

import shlex

from bot.commandline.grammar import Parsed, parse
from bot.commandline.own import OWN
from bot.operations.registry import Registry, build_registry, installed_families


def the_registry() -> Registry:
    """All operations that are installed, and the bot's own."""
    return build_registry([*installed_families(), OWN])


def read_line(words: tuple[str, ...], registry: Registry) -> Parsed:
    """The operation meant, quoted as one word or typed as many. Raises `NotUnderstood` with suggestions."""
    first, *rest = words
    raw = " ".join([first, *(shlex.quote(word) for word in rest)]) if " " in first or not rest else shlex.join(words)
    return parse(raw, registry)
