"""Which lines of a log `--grep` lets through: one answer for reading and following, in Slack and at a terminal."""

from __future__ import annotations


def holds(line: str, wanted: str) -> bool:
    """Whether the line has this text in it, capital letters or not; every line has the empty one."""
    return wanted.casefold() in line.casefold()
