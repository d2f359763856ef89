"""Errors at the terminal: four facts on standard error, and an exit code that a script can act on.

0   done
1   refused, failed, or a check does not hold
2   the command line cannot be understood
3   a cluster, the database or Slack does not answer: trying again may help
4   a change was sent and it is not known whether it took effect: look before anything else
70  a fault of this program
130 interrupted (Ctrl-C)
"""

from __future__ import annotations

from enum import IntEnum

from bot.errors import Bug, KajitoriError, NotUnderstood, Unavailable
from bot.terminal.screen import Screen
from bot.text import Code, text


class Exit(IntEnum):
    """Exit codes of `kajitori`; documented in the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNAVAILABLE = 3
    UNKNOWN = 4
    BUG = 70
    INTERRUPTED = 130


def exit_code(error: KajitoriError) -> Exit:
    """The code that an error ends with."""
    if isinstance(error, NotUnderstood):
        return Exit.USAGE
    if isinstance(error, Unavailable):
        return Exit.UNAVAILABLE
    return Exit.BUG if isinstance(error, Bug) else Exit.FAILED


def leaf(error: BaseException) -> BaseException:
    """The first of the errors that a task group collected, or the error itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def show_error(screen: Screen, error: KajitoriError) -> None:
    """What happened, to what, why, and what to do next; then what might have been meant."""
    screen.aside(text("error: {what}", what=error.what), style="bold red")
    if error.unnamed:
        screen.aside(text("About {target}.", target=Code(error.unnamed)), indent=2)
    if error.why is not None:
        screen.aside(error.why, indent=2)
    if error.next is not None:
        screen.aside_line(f"  → {screen.sentence(error.next)}")
    for choice in error.choices:
        screen.aside(text("{command}", command=Code(choice.command_line)), indent=4)
