"""What the app registered with Slack (slash commands, message shortcuts), and who completes lines in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Suggestion(Protocol):
    """A word to go on with, and what it is; `bot.commandline.completion.Suggestion` is one."""

    @property
    def word(self) -> str: ...

    @property
    def about(self) -> str: ...


Complete = Callable[[str, str], Awaitable[Sequence[Suggestion]]]
"""A person's name and the line so far, with the slash command or the mention in front."""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A message shortcut."""

    callback_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command and its usage hint."""

    command: str
    usage_hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Offers:
    """As in `deploy/slack/manifest.yaml`; Slack refuses any other command."""

    commands: Sequence[Command] = (Command(command="/eks", usage_hint="rollout undo deployment/app -n shop"),)
    shortcuts: Sequence[Shortcut] = (Shortcut(callback_id="ask_kajitori", name="Ask Kajitori"),)
