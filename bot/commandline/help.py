"""Help at every level as a `View`: everything, one family, one command. All of it is derived from the declarations."""

from __future__ import annotations

from functools import reduce

from bot.commandline.line import flag_usage, usage_of
from bot.commandline.nearest import nearest
from bot.commandline.phrase import longest_match, spellings
from bot.commandline.shape import Argument, shape_of
from bot.commandline.tools import tool_of
from bot.operations.operation import EveryKind, Family, Operation, OperationKind, Right
from bot.operations.registry import Registry
from bot.operations.view import Action, View
from bot.text import Bold, Code, Text, text

_ACTIONS = 5


def help_view(registry: Registry, words: tuple[str, ...], *, command: str = "/eks") -> View:
    """Help for the command or family that the words name, with or without a tool in front; for none, everything."""
    lowered = [word.lower() for word in words]
    tool, taken = tool_of(lowered, registry)
    verbs = lowered[taken:]
    if not verbs and not tool:
        return _everything(registry, command)
    if not verbs:
        return _of_tool(registry, tool, command)
    operation, count = longest_match(verbs, tool, registry)
    family = _family_operations(registry, verbs[0])
    if operation is not None and (count > 1 or operation.name == verbs[0] or not family):
        return _of_operation(operation, command)
    if family:
        about = next((each.about for each in registry.families if each.name == verbs[0]), None)
        return _of_group(Code(verbs[0]), about, family, command)
    return _unknown(registry, " ".join(verbs), command)


def _everything(registry: Registry, command: str) -> View:
    named = sorted((family for family in registry.families if family.operations), key=_urgency)
    return View(
        title=text("Type what you type in a terminal, after {command}.", command=Code(command)),
        lines=(
            *(_family_line(family) for family in named),
            text("In threads, mention me instead. {line} explains one command.", line=Code(f"{command} help COMMAND")),
        ),
        actions=tuple(_help_action(family.name) for family in named if family.name)[:_ACTIONS],
    )


def _urgency(family: Family) -> tuple[bool, bool, int]:
    """What people need at night first: what changes something, the largest family first; our own commands last."""
    kinds = [operation.kind for operation in family.operations.values()]
    return all(kind is OperationKind.OWN for kind in kinds), OperationKind.CHANGE not in kinds, -len(kinds)


def _family_line(family: Family) -> Text:
    names = ", ".join(name.removeprefix(f"{family.name} ") for name in family.operations)
    if not family.name:
        return text("{about}: {commands}", about=family.about, commands=Code(names))
    return text("{family} – {about}: {commands}", family=Bold(family.name), about=family.about, commands=Code(names))


def _family_operations(registry: Registry, word: str) -> list[Operation]:
    """The operations whose name begins with the word, or that belong to the family of that name."""
    return [each for each in registry if each.name.startswith(f"{word} ") or (each.family == word and bool(word))]


def _of_tool(registry: Registry, tool: str, command: str) -> View:
    served = [operation for operation in registry if operation.cli == tool]
    if not served:
        return View(title=text("I have no commands of {tool} yet.", tool=Code(tool)), actions=(_help_action(""),))
    return _of_group(Code(tool), None, served, command)


def _of_group(name: Code, about: Text | None, operations: list[Operation], command: str) -> View:
    return View(
        title=text("{family} – {about}", family=name, about=about)
        if about
        else text("Commands of {family}", family=name),
        lines=tuple(
            text("{usage} – {what}", usage=Code(f"{command} {usage_of(operation)}"), what=operation.summary)
            for operation in operations
        ),
        actions=tuple(_help_action(operation.name) for operation in operations)[:_ACTIONS],
    )


def _of_operation(operation: Operation, command: str) -> View:
    shape = shape_of(operation.arguments)
    return View(
        title=text("{name} – {what}", name=Code(operation.name), what=operation.summary),
        lines=(*operation.details, *_facts(operation, command), *(_argument_line(each) for each in shape)),
        actions=_form_action(operation),
    )


def _form_action(operation: Operation) -> tuple[Action, ...]:
    """For people who would rather fill in a form than type on a phone."""
    if operation.kind is OperationKind.OWN:
        return ()
    return (Action(label=text("Fill in a form"), command_line=f"form {operation.name}"),)


def _facts(operation: Operation, command: str) -> list[Text]:
    """Usage, example, short forms, the tool's own command, and what right it takes."""
    lines = [text("Usage: {usage}", usage=Code(f"{command} {usage_of(operation)}"))]
    if operation.example:
        lines.append(text("Example: {example}", example=Code(f"{command} {operation.example}")))
    if operation.short:
        lines.append(text("Short: {short}", short=Code(", ".join(operation.short))))
    if operation.cli:
        lines.append(text("The same as {tool}, which may be pasted.", tool=Code(terminal_line(operation))))
    if operation.rights:
        lines.append(text("It takes your own right to {rights}.", rights=Code(rights_of(operation))))
    if operation.kind is OperationKind.CHANGE:
        lines.append(text("It is a change: the plan is shown first, and nothing is sent before it is approved."))
    return lines


def terminal_line(operation: Operation) -> str:
    """The command of its tool: `kubectl rollout undo`, without words that both tool and name have."""
    tool, name = operation.cli.split(), operation.name.split()
    overlap = max((n for n in range(len(tool) + 1) if n and tool[-n:] == name[:n]), default=0)
    return " ".join([*tool, *name[overlap:]])


def rights_of(operation: Operation) -> str:
    """`patch deployments.apps, patch deployments.apps/scale`, as RBAC writes it; KIND is the one that is asked for."""
    return ", ".join(_right(each) for each in operation.declared)


def _right(right: Right | EveryKind) -> str:
    if isinstance(right, EveryKind):
        return f"{right.verb} KIND"
    return f"{right.verb} {right.kind.qualified}" + (f"/{right.subresource}" if right.subresource else "")


def _argument_line(argument: Argument) -> Text:
    return text("{argument} – {meaning}", argument=Code(argument_name(argument)), meaning=argument_meaning(argument))


def argument_name(argument: Argument) -> str:
    """`-n, --namespace NAMESPACE`, or the metavar of a word."""
    if argument.positional:
        return f"{argument.metavar}..." if argument.many else argument.metavar
    return f"{argument.short}, {flag_usage(argument)}" if argument.short else flag_usage(argument)


def argument_meaning(argument: Argument) -> Text:
    """Its help, its kinds or choices, and its default where that says something."""
    pieces = [argument.help] if argument.help is not None else []
    if argument.kinds:
        pieces.append(text("{kinds}", kinds=", ".join(argument.kinds)))
    if argument.required:
        pieces.append(text("required"))
    elif argument.default not in (None, "", (), False, -1, "none", "0s"):
        value = str(argument.default).lower() if argument.switch else str(argument.default)
        pieces.append(text("default {value}", value=Code(value)))
    return reduce(
        lambda said, more: text("{said}; {more}", said=said, more=more), pieces or [text("{kinds}", kinds="–")]
    )


def _unknown(registry: Registry, typed: str, command: str) -> View:
    meant = nearest(typed, [*spellings(registry), *(family.name for family in registry.families if family.name)])
    return View(
        title=text("There is no command {typed}.", typed=Code(typed)),
        lines=(text("{line} shows all.", line=Code(f"{command} help")),),
        actions=(*(_help_action(word) for word in meant), _help_action("")),
    )


def _help_action(name: str) -> Action:
    return Action(label=text("{name}", name=name or "help"), command_line=f"help {name}".strip())
