"""What `doctor` finds: one line each, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import KajitoriError
from bot.terminal.screen import Screen
from bot.text import Text


class Mark(StrEnum):
    """Good, bad, or worth knowing."""

    GOOD = "✓"
    BAD = "✗"
    NOTE = "·"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`part` is what was looked at: `config`, `slack`, `cluster prod`."""

    part: str
    mark: Mark
    what: Text
    next: Text | None = None


def good(part: str, what: Text) -> Finding:
    return Finding(part=part, mark=Mark.GOOD, what=what)


def note(part: str, what: Text, next: Text | None = None) -> Finding:
    return Finding(part=part, mark=Mark.NOTE, what=what, next=next)


def bad(part: str, what: Text, next: Text | None = None) -> Finding:
    return Finding(part=part, mark=Mark.BAD, what=what, next=next)


def failed(part: str, error: KajitoriError) -> Finding:
    """An error as a finding."""
    return bad(part, error.what, error.next or error.why)


def show_finding(screen: Screen, finding: Finding) -> None:
    style = "red" if finding.mark is Mark.BAD else ""
    screen.line(f"{finding.mark} {finding.part}: {screen.sentence(finding.what)}", style=style)
    if finding.next is not None and finding.mark is not Mark.GOOD:
        screen.line(f"    → {screen.sentence(finding.next)}")
