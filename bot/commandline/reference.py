"""The reference page of all commands as Markdown, from the same declarations as the help in Slack."""

from __future__ import annotations

from bot.commandline.help import argument_meaning, argument_name, rights_of, terminal_line
from bot.commandline.line import usage_of
from bot.commandline.shape import shape_of
from bot.operations.arguments import Arguments
from bot.operations.operation import Family, Operation, OperationKind
from bot.operations.registry import Registry

_ASKS = {
    OperationKind.READ: "Looks only.",
    OperationKind.PROBE: "Looks only; what it makes for that is removed again.",
    OperationKind.CHANGE: "A change: its plan is shown, and needs approval where the policy says so.",
    OperationKind.OWN: "Answered by the bot itself.",
}


def reference(registry: Registry, *, command: str = "/eks") -> str:
    """The whole page: a heading a family, a heading a command, every argument in a table."""
    common = [f"- `{argument_name(flag)}`: {argument_meaning(flag)}" for flag in shape_of(Arguments).flags]
    page = [
        "# Commands",
        "",
        f"This page is made from the commands' own declarations. Type them after `{command}`, after a mention of the "
        "bot, or in a direct message to it. What you paste from a terminal may keep its tool (`kubectl …`). "
        "Every command also takes:",
        "",
        *common,
    ]
    for family in registry.families:
        if family.operations:
            page += _family(family, command)
    return "\n".join(page) + "\n"


def _family(family: Family, command: str) -> list[str]:
    heading = f"{family.name}: {family.about}" if family.name else str(family.about)
    lines = ["", f"## {heading}"]
    for operation in family.operations.values():
        lines += _operation(operation, command)
    return lines


def _operation(operation: Operation, command: str) -> list[str]:
    lines = ["", f"### {operation.name}", "", operation.help, "", f"    {command} {usage_of(operation)}", ""]
    if operation.example:
        lines.append(f"- Example: `{command} {operation.example}`")
    if operation.short:
        lines.append("- Short: " + ", ".join(f"`{short}`" for short in operation.short))
    if operation.cli:
        lines.append(f"- In a terminal: `{terminal_line(operation)}`")
    if operation.rights:
        lines.append(f"- Your right to: {rights_of(operation)}")
    lines.append(f"- {_ASKS[operation.kind]}")
    own = [each for each in shape_of(operation.arguments) if each.field not in Arguments.model_fields]
    if own:
        lines += ["", "| argument | meaning |", "|---|---|"]
        lines += [f"| `{_cell(argument_name(each))}` | {_cell(str(argument_meaning(each)))} |" for each in own]
    return lines


def _cell(content: str) -> str:
    return content.replace("|", "\\|")
