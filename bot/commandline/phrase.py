"""Which operation a line is for: the verb among the words, wherever flags stand, with or without a tool in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.commandline.letters import require_plain_verb, short
from bot.commandline.nearest import nearest
from bot.commandline.shape import shape_of
from bot.commandline.tools import FOREIGN_FLAGS, FOREIGN_VERBS, tool_of
from bot.commandline.words import quoted
from bot.errors import Choice, NotUnderstood
from bot.operations.kinds import find_kind
from bot.operations.operation import Operation
from bot.operations.registry import Registry
from bot.text import Code, text

_COMMAND: Final = re.compile(r"/[a-z0-9_-]+", re.IGNORECASE)
_HELP: Final = frozenset({"--help", "-h"})


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A line taken apart. `operation` is None for a bare line; `rest` are all words that are not tool or verb."""

    operation: Operation | None
    rest: tuple[str, ...]


def without_command(words: list[str]) -> list[str]:
    """The words without the `/eks` and `$` that were pasted in front."""
    while words and (words[0] == "$" or _COMMAND.fullmatch(words[0])):
        words = words[1:]
    return words


def phrase_of(words: list[str], registry: Registry) -> Phrase:
    """The operation that the words name. Raises `NotUnderstood` with what was probably meant."""
    bare = _bare(words, _arities(registry))
    lowered = [words[index].lower() for index in bare]
    tool, taken = tool_of(lowered, registry)
    verbs = lowered[taken:]
    if not verbs:
        return Phrase(operation=None, rest=_without(words, bare[:taken]))
    if tool and not any(operation.cli == tool for operation in registry):
        raise _unserved(tool)
    operation, count = longest_match(verbs, tool, registry)
    if operation is None:
        operation, count = _slashed_match(verbs, tool, registry)
    if operation is None and "help" in registry.operations and _asks_for_help(words):
        return Phrase(operation=registry["help"], rest=tuple(words[index] for index in bare[taken:]))
    if operation is None:
        raise _unknown(words, bare, taken, tool=tool, registry=registry)
    rest = _without(words, bare[: taken + count])
    if tool and operation.cli != tool:
        raise _other_tool(operation, tool, rest)
    return Phrase(operation=operation, rest=rest)


def spellings(registry: Registry) -> dict[str, Operation]:
    """Every way to type an operation: its name and its short forms, in lower case."""
    return {word.lower(): operation for operation in registry for word in (operation.name, *operation.short)}


def longest_match(verbs: list[str], tool: str, registry: Registry) -> tuple[Operation | None, int]:
    """The operation whose spelling is the longest beginning of the words, and how many of the words it takes.

    After a tool, an operation of that tool may leave out the tool's own last words: `argo rollouts promote` is what
    `kubectl argo rollouts promote` stands for.
    """
    known = spellings(registry)
    owned = {spelling: operation for spelling, operation in known.items() if operation.cli == tool}
    left_out = tool.split()
    for count in range(len(verbs), 0, -1):
        said = verbs[:count]
        for start in range(len(left_out)):
            if operation := owned.get(" ".join([*left_out[start:], *said])):
                return operation, count
        if operation := owned.get(" ".join(said)) or known.get(" ".join(said)):
            return operation, count
    return None, 0


def _slashed_match(verbs: list[str], tool: str, registry: Registry) -> tuple[Operation | None, int]:
    """An operation whose last word is a kind, typed as `delete pod/app`: that word stays, as the object it names."""
    for place, verb in enumerate(verbs[1:], start=1):
        kind, slash, name = verb.partition("/")
        if slash and kind and name:
            operation, count = longest_match([*verbs[:place], kind], tool, registry)
            return (operation, place) if count == place + 1 else (None, 0)
    return None, 0


def _arities(registry: Registry) -> Mapping[str, bool]:
    """Whether a value follows a flag, for finding the verb behind it; where operations differ, none does."""
    takes = {name: foreign.value for name, foreign in FOREIGN_FLAGS.items()}
    declared: dict[str, bool] = {}
    for operation in registry:
        for flag in shape_of(operation.arguments).flags:
            for name in filter(None, (flag.name, flag.short)):
                declared[name] = declared.get(name, True) and not flag.switch
    return takes | declared


def _bare(words: list[str], takes_value: Mapping[str, bool]) -> list[int]:
    """The positions of words that are neither flags nor flags' values; a call for help ends them, and so does `--`."""
    found: list[int] = []
    position = 0
    while position < len(words) and words[position] != "--" and words[position].lower() not in _HELP:
        word = words[position]
        if len(word) > 1 and word.startswith("-"):
            name = word.lower().replace("_", "-") if word.startswith("--") else word
            position += 2 if takes_value.get(name, False) else 1
        else:
            found.append(position)
            position += 1
    return found


def _asks_for_help(words: list[str]) -> bool:
    flags = words[: words.index("--")] if "--" in words else words
    return any(word.lower() in _HELP for word in flags)


def _without(words: list[str], positions: Iterable[int]) -> tuple[str, ...]:
    gone = set(positions)
    return tuple(word for position, word in enumerate(words) if position not in gone)


def _other_tool(operation: Operation, tool: str, rest: tuple[str, ...]) -> NotUnderstood:
    line = quoted([*operation.name.split(), *rest])
    return NotUnderstood(
        text("{verb} is not a command of {tool}.", verb=Code(operation.name), tool=Code(tool)),
        next=text("Nothing was done. Leave {tool} out.", tool=Code(tool)),
        choices=(Choice(label=operation.name, command_line=line),),
    )


def _unserved(tool: str) -> NotUnderstood:
    return NotUnderstood(
        text("I have no commands of {tool} yet.", tool=Code(tool)),
        next=text("Nothing was done. Send {help} for what I have.", help=Code("help")),
        choices=(Choice(label="help", command_line="help"),),
    )


def _unknown(words: list[str], bare: list[int], taken: int, *, tool: str, registry: Registry) -> NotUnderstood:
    verbs = [words[index] for index in bare[taken:]]
    for verb in verbs[:2]:
        require_plain_verb(verb)
    first = verbs[0].lower()
    family = sorted({operation.name for operation in registry if operation.name.lower().startswith(f"{first} ")})
    if family:
        return _incomplete(words, bare, taken, family=family)
    meant = _meant([verb.lower() for verb in verbs], registry)
    choices = tuple(
        Choice(label=spelling, command_line=quoted([*spelling.split(), *_without(words, bare[: taken + count])]))
        for spelling, count in meant
    )
    help_choice = Choice(label="help", command_line="help")
    whose = tool or "kubectl"
    why = FOREIGN_VERBS.get(whose, {}).get(first)
    if why is not None:
        what = text("{command} does not work here.", command=Code(f"{whose} {first}"))
        return NotUnderstood(what, why=why, next=_NEXT, choices=(help_choice,))
    return NotUnderstood(
        text("{word} is not a command.", word=Code(short(verbs[0]))), next=_NEXT, choices=(*choices, help_choice)
    )


_NEXT: Final = text("Nothing was done.")


def _incomplete(words: list[str], bare: list[int], taken: int, *, family: list[str]) -> NotUnderstood:
    """The first word is a family's: its verbs are offered, those like the second word only, if there are such.

    Where the verbs are kinds and the word is another one (`delete deploy app`), the rest names objects of that kind, so
    only help is offered.
    """
    first, *others = [words[index] for index in bare[taken:]]
    verbs = {name.partition(" ")[2]: name for name in family}
    close = nearest(others[0], verbs) if others else []
    kept = 2 if close else 1
    rest = _without(words, bare[: taken + kept])
    offered = [verbs[verb] for verb in close] or family
    helps = (Choice(label=f"help {first.lower()}", command_line=f"help {first.lower()}"),)
    return NotUnderstood(
        text("{family} has no command {word}.", family=Code(first.lower()), word=Code(short(others[0])))
        if others
        else text("{family} needs one more word.", family=Code(first.lower())),
        next=text("Nothing was done. It is one of {verbs}.", verbs=Code(", ".join(verbs))),
        choices=helps
        if others and not close and _another_kind(verbs)
        else tuple(Choice(label=name, command_line=quoted([*name.split(), *rest])) for name in offered),
    )


def _another_kind(verbs: Iterable[str]) -> bool:
    """Where verbs are kinds, any other word is one too, also one that is not served (`create secret`)."""
    return any(find_kind(verb) is not None for verb in verbs)


def _meant(verbs: list[str], registry: Registry) -> list[tuple[str, int]]:
    """Spellings near the beginning of the words, each with how many words it stands for; the longest ones first."""
    known = spellings(registry)
    found: dict[str, tuple[str, int]] = {}
    for count in range(min(len(verbs), 4), 0, -1):
        same = [spelling for spelling in known if len(spelling.split()) == count]
        for spelling in nearest(" ".join(verbs[:count]), same):
            found.setdefault(known[spelling].name, (spelling, count))
    return list(found.values())[:3]
