"""A Slack text to an operation with its arguments and its canonical line, all derived from the arguments model."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commandline.line import line_of
from bot.commandline.phrase import Phrase, phrase_of, without_command
from bot.commandline.reading import HelpAsked, read_words
from bot.commandline.shape import shape_of
from bot.commandline.validation import validated
from bot.commandline.words import words
from bot.errors import NotUnderstood
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.operations.registry import Registry
from bot.text import Code, text

BARE = ("overview", "help")


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """`line` is canonical: the same meaning has the same line, and it parses to the same operation and arguments."""

    operation: Operation
    arguments: Arguments
    line: str


def parse(raw: str, registry: Registry) -> Parsed:
    """What a Slack delivery's text means. Pasted prompts, commands and tools in front are taken off.

    Raises `NotUnderstood`; its `choices` hold whole corrected lines.
    """
    phrase = phrase_of(without_command(words(raw)), registry)
    operation = phrase.operation or _bare(registry)
    try:
        return _parsed(operation, phrase.rest)
    except HelpAsked:
        return _help(phrase, registry)


def _parsed(operation: Operation, rest: tuple[str, ...]) -> Parsed:
    arguments = validated(operation, read_words(operation, shape_of(operation.arguments), rest))
    return Parsed(operation=operation, arguments=arguments, line=line_of(operation, arguments))


def _bare(registry: Registry) -> Operation:
    """What a line without a verb stands for."""
    found = next((registry.operations[name] for name in BARE if name in registry.operations), None)
    if found is None:
        raise NotUnderstood(text("The command is empty."), next=text("Nothing was done."))
    return found


def _help(phrase: Phrase, registry: Registry) -> Parsed:
    """Help for what stands before `--help`."""
    if "help" not in registry.operations:
        raise NotUnderstood(text("There is no {help}.", help=Code("help")), next=text("Nothing was done."))
    operation = registry.operations["help"]
    about = tuple(phrase.operation.name.split()) if phrase.operation is not None else ()
    return _parsed(operation, about)
