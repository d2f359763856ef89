"""The bot's own words at the terminal: `help` is answered, the others have no meaning without Slack."""

from __future__ import annotations

from bot.commandline.grammar import Parsed
from bot.commandline.help import help_view
from bot.errors import Refused
from bot.operations.registry import Registry
from bot.terminal.screen import Screen
from bot.terminal.views import show_view
from bot.text import Code, text


def answer_own(parsed: Parsed, registry: Registry, screen: Screen) -> bool:
    """Answer it, or raise `Refused` with what to do instead."""
    if parsed.operation.name != "help":
        raise Refused(
            text("{operation} is about Slack.", operation=Code(parsed.operation.name)),
            next=text(
                "Here the options {context}, {namespace} and {user} say it.",
                context=Code("--context"),
                namespace=Code("-n"),
                user=Code("--as"),
            ),
        )
    words = tuple(getattr(parsed.arguments, "about", ()))
    show_view(screen, help_view(registry, words, command="kajitori exec"), save=None, whole=True)
    return True
